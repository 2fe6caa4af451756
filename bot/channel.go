package bot

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A Channel is a place on a chat platform where posts appear. Thread is the
// platform's id of a thread in it, and empty for the channel itself.
type Channel struct {
	Platform  string `json:"platform"`            // "console", "discord", "slack"
	Workspace string `json:"workspace,omitempty"` // Discord server, Slack workspace; empty on the console
	ID        string `json:"id"`
	Thread    string `json:"thread,omitempty"`
}

// String is the form people type: "discord:GUILD/CHANNEL", "console:NAME".
// The thread is not part of it.
func (c Channel) String() string {
	if c.Workspace == "" {
		return c.Platform + ":" + c.ID
	}
	return c.Platform + ":" + c.Workspace + "/" + c.ID
}

// Parent is the channel without its thread.
func (c Channel) Parent() Channel {
	c.Thread = ""
	return c
}

// ParseChannel reads the form that [Channel.String] writes. The platform must
// be one of those given.
func ParseChannel(s string, platforms ...string) (Channel, error) {
	platform, workspace, id, err := parsePlace(s, platforms)
	if err != nil {
		return Channel{}, Problemf("bad_channel", "%q is no channel: %v; write it as console:NAME, discord:GUILD/CHANNEL or slack:TEAM/CHANNEL", s, err)
	}
	return Channel{Platform: platform, Workspace: workspace, ID: id}, nil
}

// A Person is somebody on a platform, as the platform names them.
type Person struct {
	Platform  string `json:"platform"`
	Workspace string `json:"workspace,omitempty"`
	ID        string `json:"id"`
	Name      string `json:"name,omitempty"` // display name: not stable, not trusted
}

// String is the form people type: "slack:TEAM/USER", "console:NAME".
func (p Person) String() string {
	return Channel{Platform: p.Platform, Workspace: p.Workspace, ID: p.ID}.String()
}

// ParsePerson reads the form that [Person.String] writes.
func ParsePerson(s string, platforms ...string) (Person, error) {
	platform, workspace, id, err := parsePlace(s, platforms)
	if err != nil {
		return Person{}, Problemf("bad_person", "%q is no person: %v; write PLATFORM:WORKSPACE/ID, or console:NAME", s, err)
	}
	return Person{Platform: platform, Workspace: workspace, ID: id}, nil
}

func parsePlace(s string, platforms []string) (platform, workspace, id string, err error) {
	platform, rest, ok := strings.Cut(s, ":")
	if !ok || platform == "" {
		return "", "", "", fmt.Errorf("no platform before a colon")
	}
	if len(platforms) > 0 && !slices.Contains(platforms, platform) {
		return "", "", "", fmt.Errorf("the platform is not one of %s", strings.Join(platforms, ", "))
	}
	id = rest
	if w, i, ok := strings.Cut(rest, "/"); ok {
		workspace, id = w, i
	}
	if platform != "console" && workspace == "" {
		return "", "", "", fmt.Errorf("no workspace")
	}
	if workspace != "" && !isName(workspace) || id != "" && !isName(id) {
		return "", "", "", errors.New(nameRule)
	}
	if id == "" {
		return "", "", "", fmt.Errorf("the name is empty")
	}
	return platform, workspace, id, nil
}

const nameRule = "a name has 1 to 64 letters, digits, '-', '_' or '.', and does not begin with a dot"

// isName reports whether s can be the id of a workspace, a channel, a person or
// a role.
func isName(s string) bool {
	return s != "" && len(s) <= 64 && s[0] != '.' && !strings.ContainsFunc(s, func(r rune) bool {
		return r != '-' && r != '_' && r != '.' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	})
}

// A MessageRef names one message on a platform.
type MessageRef struct {
	Channel
	MessageID string `json:"message_id"`
}

// Posted is where a post landed. Thread is set when the post itself opened its
// thread (a forum post) or none needs opening; only when it is zero does the
// engine call [Threader.StartThread].
type Posted struct {
	Ref    MessageRef
	Thread Channel
}
