package bot

import (
	"context"
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
	Preferences
}

// Preferences are what the managers of an installation decide for all of it.
// They are stored as JSON; the zero value of each means its default.
type Preferences struct {
	Zone       string        `json:"zone,omitempty"`        // of schedules that name none; "" is UTC
	Language   string        `json:"language,omitempty"`    // of our own words, ISO 639-1; "" is English
	Retention  time.Duration `json:"retention,omitempty"`   // how long replies are kept after closing
	Notices    string        `json:"notices,omitempty"`     // a [Channel] or a [Person] in text, who hears of trouble
	Recap      string        `json:"recap,omitempty"`       // as in [Rules], for schedules that say nothing
	QuoteLimit int           `json:"quote_limit,omitempty"` // words of one's own texts that may be quoted; see [Brief]
	Consent    string        `json:"consent,omitempty"`     // instead of our sentence on recording
	Policy     string        `json:"policy,omitempty"`      // URL of a privacy policy
}

// InstallationChanged stores a tenant, or that it is gone; see [Handler].
func (e *Engine) InstallationChanged(ctx context.Context, i Installation) error {
	return e.store.PutInstallation(ctx, i, e.now())
}
