package bot

import (
	"cmp"
	"time"
)

// Rules are what the person in charge decides about the discussions of a
// schedule, beyond when and where. They are stored as JSON; the zero value of
// each means its default. A discussion keeps those it was opened with.
type Rules struct {
	// Approve is where a draft is shown to managers before it is posted; zero: nowhere.
	Approve       Channel       `json:"approve,omitzero"`
	ApproveBefore time.Duration `json:"approve_before,omitempty"` // how long before it is due; 0 means 4 h
	Unattended    string        `json:"unattended,omitempty"`     // what happens without an answer: [UnattendedPost], the default, or [UnattendedHold]

	Ping   string        `json:"ping,omitempty"`   // id of the one role that the root post notifies
	Remind time.Duration `json:"remind,omitempty"` // how long before closing the thread is reminded; 0 means not at all
	Recap  string        `json:"recap,omitempty"`  // [RecapPost], the default, [RecapPreview] or [RecapOff]

	// Retention is how long the replies to a discussion are kept after it closed: what
	// held in its installation when it was opened, because its root post says so.
	Retention time.Duration `json:"retention,omitempty"`
}

// withDefaults fills in what an installation decided for all its discussions.
func (e *Engine) withDefaults(r Rules, p Preferences) Rules {
	r.Recap = cmp.Or(r.Recap, p.Recap)
	r.Retention = e.kept(r, p)
	return r
}

// kept is how long the replies to a discussion are kept after it closed.
func (e *Engine) kept(r Rules, p Preferences) time.Duration {
	return cmp.Or(r.Retention, p.Retention, e.set.Retention)
}

// What happens to a draft that nobody answered by the time it is due.
const (
	UnattendedPost = "post"
	UnattendedHold = "hold"
)

// What becomes of the recap of a discussion.
const (
	RecapPost    = "post"
	RecapPreview = "preview" // managers see it first, and have it posted
	RecapOff     = "off"     // none is written
)

// approveBefore is the default of [Rules.ApproveBefore].
const approveBefore = 4 * time.Hour
