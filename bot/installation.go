package bot

import (
	"slices"
	"strings"
	"time"
)

// An Installation is one tenant: a Discord server, a Slack workspace, the console.
type Installation struct {
	Platform  string
	Workspace string
	Name      string
	Owner     Person // who installed it; zero if unknown
	Gone      bool   // the bot was removed
	GoneAt    time.Time
	EraseAt   time.Time // when what is stored of it is erased; zero: not
	CreatedAt time.Time
	Scope     string  // of [Handler.Connected]: how its events reach us; empty is "PLATFORM:WORKSPACE"
	Greet     Channel // where it may be greeted when it is new; zero: nowhere. Not stored
	// GreetUntil is until when it may be greeted since it came; past once it was,
	// and zero while the platform has not said that it is there.
	GreetUntil time.Time
	Preferences
}

// A Presence is what a platform says of a tenant, to be stored.
type Presence struct {
	Installation
	Audit   Audit // written when it comes back or goes
	Welcome Post  // stored when it came lately and was not greeted; zero: nowhere
}

// GreetFor is how long after a tenant came it may be greeted.
const GreetFor = oneDay

// String is the form people type: "discord:GUILD", "slack:TEAM", "console".
func (i Installation) String() string {
	if i.Workspace == "" {
		return i.Platform
	}
	return i.Platform + ":" + i.Workspace
}

// ParseInstallation reads the form that [Installation.String] writes, and sets
// nothing but the names. The platform must be one of those given.
func ParseInstallation(s string, platforms ...string) (Installation, error) {
	platform, workspace, _ := strings.Cut(s, ":")
	known := len(platforms) == 0 && platform != "" || slices.Contains(platforms, platform)
	if !known || strings.Contains(s, ":") != (platform != "console") || workspace != "" && !isName(workspace) || strings.HasSuffix(s, ":") {
		return Installation{}, Problemf("bad_installation", "%q is no installation: write it as console, discord:GUILD or slack:TEAM", firstWord(s))
	}
	return Installation{Platform: platform, Workspace: workspace}, nil
}

// Everywhere stands for the installation where a channel can: one without an id.
func (i Installation) Everywhere() Channel {
	return Channel{Platform: i.Platform, Workspace: i.Workspace}
}

// Preferences are what the managers of an installation decide for all of it.
// They are stored as JSON; the zero value of each means its default.
type Preferences struct {
	Zone      string        `json:"zone,omitempty"`      // of schedules that name none; "" is UTC
	Language  string        `json:"language,omitempty"`  // of our own words, ISO 639-1; "" is English
	Retention time.Duration `json:"retention,omitempty"` // how long replies are kept after closing
	Notices   string        `json:"notices,omitempty"`   // who hears of trouble: a [Channel] in text, "@" and a [Person], or [NoticesOff]; "" is who installed it
	Recap     string        `json:"recap,omitempty"`     // as in [Rules], for schedules that say nothing
	// RecapWriter says who writes recaps: [RecapExtractive], the default, or [RecapLLM],
	// to which replies are sent then.
	RecapWriter string `json:"recap_writer,omitempty"`
	Audience    string `json:"audience,omitempty"` // as in [Brief], for schedules that say nothing

	QuoteLimit int    `json:"quote_limit,omitempty"` // words of one's own texts that may be quoted; see [Brief]
	Consent    string `json:"consent,omitempty"`     // wording before what we say on recording in a root post
	Policy     string `json:"policy,omitempty"`      // https URL of a privacy policy
}
