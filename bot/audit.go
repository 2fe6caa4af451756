package bot

import (
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
}

func (e *Engine) audit(by By, action, target string, detail ...string) Audit {
	return Audit{ID: NewID(e.now()), At: e.now(), Actor: by.actor(), From: by.From, Action: action, Target: target, Detail: strings.Join(detail, "; ")}
}

func (by By) actor() string {
	if by.Platform == "" {
		return by.ID
	}
	return by.String()
}
