package bot

import (
	"slices"
	"strings"
	"time"
)

// By is who does something, and from where.
type By struct {
	Person
	From string // the channel, "command line" or "configuration"
}

// Who acts without being a person on a platform.
var (
	// Operator is who acts on the command line.
	Operator = By{Person{ID: "cli"}, "command line"}
	// Config is the configuration file.
	Config = By{Person{ID: "config"}, "configuration"}
)

// by is who gave a command, and where.
func (c Command) by() By { return By{c.Actor.Person, c.Channel.String()} }

// An Audit line says who changed what, when, and from where. It holds ids and
// settings, never what people wrote and no names.
type Audit struct {
	ID     ID
	At     time.Time
	Actor  string // a [Person] in text, "cli" or "config"
	From   string // as in [By]
	Action string // "schedule_add"
	Target string // id of the row, or what else it is about
	Detail string // what changed, such as "questions: 5 → 3"; may be empty
	// Channel is what it is about, without an ID a whole installation. It is zero
	// where there is none, as with a feed that no channel has.
	Channel Channel
}

// NewAudit makes a line. Empty details are left out. It belongs to the channel
// in which it was done, unless [Audit.In] says another.
func NewAudit(now time.Time, by By, action, target string, detail ...string) Audit {
	a := Audit{ID: NewID(now), At: now, Actor: by.actor(), From: by.From, Action: action, Target: target}
	a.Detail = strings.Join(slices.DeleteFunc(slices.Clone(detail), func(d string) bool { return d == "" }), "; ")
	if ch, err := ParseChannel(by.From); err == nil {
		a.Channel = ch
	}
	return a
}

// In is the line as one about a channel; a zero channel changes nothing.
func (a Audit) In(ch Channel) Audit {
	if ch.Platform != "" {
		a.Channel = ch.Parent()
	}
	return a
}

// Who names the actor for people.
func (a Audit) Who() string {
	switch a.Actor {
	case Operator.ID:
		return "operator"
	case Config.ID:
		return "configuration file"
	}
	return a.Actor
}

// What is the action in words.
func (a Audit) What() string { return strings.ReplaceAll(a.Action, "_", " ") }

// About is the target as people type it.
func (a Audit) About() string {
	if len(a.Target) == len(a.ID) && strings.Count(a.Target, "-") == 4 { // an id of ours
		return ID(a.Target).Short()
	}
	return a.Target
}

// An AuditFilter says which lines of the audit are wanted, newest first.
type AuditFilter struct {
	In     Channel   // without an ID its whole installation; zero: everything
	Target string    // an id or the end of one; empty: whatever it is about
	Since  time.Time // not those before
	Limit  int       // at most so many
}

func (e *Engine) audit(by By, action, target string, detail ...string) Audit {
	return NewAudit(e.now(), by, action, target, detail...)
}

// utcText is a moment in the detail of a line.
func utcText(t time.Time) string {
	if t.IsZero() {
		return "none"
	}
	return t.UTC().Format(time.RFC3339)
}

func (by By) actor() string {
	if by.Platform == "" {
		return by.ID
	}
	return by.String()
}
