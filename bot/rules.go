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

	Calendar
	Jitter time.Duration `json:"jitter,omitempty"` // how much later than its due time it may be posted; see [Jitter]

	MaxAge    time.Duration `json:"max_age,omitempty"`   // of an article; 0 means 3 days, negative any age
	MinWords  int           `json:"min_words,omitempty"` // of an article
	Only      []string      `json:"only,omitempty"`      // as in [Filter]
	Skip      []string      `json:"skip,omitempty"`
	Sensitive string        `json:"sensitive,omitempty"`  // what becomes of sensitive topics: [SensitiveHold], the default, [SensitiveSummary] or [SensitivePost]
	SameStory string        `json:"same_story,omitempty"` // what becomes of a story that the channel discussed: [SameStorySkip], the default, or [SameStoryPost]

	QuoteLimit int    `json:"quote_limit,omitempty"` // words of one's own texts that may be quoted; see [Brief]
	Audience   string `json:"audience,omitempty"`    // for whom a model writes; see [Brief]

	Ping   string        `json:"ping,omitempty"`   // id of the one role that the root post notifies
	Remind time.Duration `json:"remind,omitempty"` // how long before closing the thread is reminded; 0 means not at all
	Recap  string        `json:"recap,omitempty"`  // [RecapPost], the default, [RecapPreview] or [RecapOff]

	// Retention is how long the replies to a discussion are kept after it closed: what
	// held in its installation when it was opened, because its root post says so.
	Retention time.Duration `json:"retention,omitempty"`

	// RecapModel is the model to which the replies may be sent for the recap, as
	// "PROVIDER/MODEL"; empty: none. It is what held in its installation when the
	// discussion was opened, because its root post says so.
	RecapModel string `json:"recap_model,omitempty"`
}

// withDefaults fills in what an installation decided for all its discussions.
func (e *Engine) withDefaults(r Rules, p Preferences) Rules {
	r.Recap = cmp.Or(r.Recap, p.Recap)
	r.Retention = e.kept(r, p)
	r.RecapModel = e.recapModel(p)
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

// Who writes the recaps of an installation.
const (
	RecapExtractive = "extractive"
	RecapLLM        = "llm" // a language model, to whose provider replies are sent
)

// What becomes of an article about a sensitive topic.
const (
	SensitiveHold    = "hold"         // it is not taken
	SensitiveSummary = "summary-only" // it is posted without questions
	SensitivePost    = "post"
)

// maxAge is the default of [Rules.MaxAge].
const maxAge = 3 * oneDay

// What becomes of an article that tells what the channel discussed lately.
const (
	SameStorySkip = "skip"
	SameStoryPost = "post"
)

// Filter says which articles of the feeds are taken.
func (r Rules) Filter() Filter {
	return Filter{MaxAge: max(0, cmp.Or(r.MaxAge, maxAge)), MinWords: r.MinWords, Only: r.Only, Skip: r.Skip}
}

// approveBefore is the default of [Rules.ApproveBefore].
const approveBefore = 4 * time.Hour
