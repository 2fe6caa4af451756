package bot

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Outcomes of an occurrence. Each ends with exactly one.
const (
	OutcomePosted     = "posted"
	OutcomeNothingNew = "nothing_new"
	OutcomeMissed     = "missed"
	OutcomeFailed     = "failed"
	OutcomeDrafted    = "drafted"   // a draft of the next digest was written, nothing posted
	OutcomeHeld       = "held"      // its draft waits for a manager
	OutcomeSkipped    = "skipped"   // somebody skipped it
	OutcomeWithdrawn  = "withdrawn" // it was posted, and taken back
)

// An Occurrence is one moment of one schedule in one channel, or one request by
// hand. It ends with exactly one outcome and a reason.
type Occurrence struct {
	ID           ID
	ScheduleID   ID // empty for a request by hand
	Channel      Channel
	DueAt        time.Time
	DeadlineAt   time.Time // the root post must be out before
	Request      Request
	DiscussionID ID     // empty until an article was chosen
	Outcome      string // empty until it ended
	Reason       string // one line for people
	Count        int    // occurrences this row stands for; 1 but for rows of older missed ones
	CreatedAt    time.Time
	DoneAt       time.Time
}

// A Request is what somebody asked for by hand. Exactly one of Article, Ref,
// Text and Schedule is set; in a scheduled occurrence none is.
type Request struct {
	Article    ID            `json:"article,omitempty"`  // already read and stored
	Ref        string        `json:"ref,omitempty"`      // a URL of a page or a feed
	Text       string        `json:"text,omitempty"`     // pasted
	Schedule   ID            `json:"schedule,omitempty"` // its next article, now
	Draft      bool          `json:"draft,omitempty"`    // only its draft; nothing is posted
	Only       ID            `json:"only,omitempty"`     // with Schedule: this draft of it, or nothing
	By         string        `json:"by,omitempty"`
	CloseAfter time.Duration `json:"close_after,omitempty"`
	Questions  int           `json:"questions,omitempty"`
	Sentences  int           `json:"sentences,omitempty"`
	QuoteLimit int           `json:"quote_limit,omitempty"` // see [Brief.QuoteWords]
	Audience   string        `json:"audience,omitempty"`    // see [Brief.Audience]
}

// ByHand reports whether somebody asked for one certain article.
func (r Request) ByHand() bool { return r.Article != "" || r.Ref != "" || r.Text != "" }

// about names what was asked for, without its words.
func (r Request) about() string {
	switch {
	case r.Article != "":
		return "article " + string(r.Article)
	case r.Schedule != "":
		return "the next article of schedule " + string(r.Schedule)
	case r.Text != "":
		return "a pasted text"
	}
	return r.Ref
}

// requestDeadline is how long a request by hand is worth carrying out.
const requestDeadline = time.Hour

// Request stores a request by hand, to be carried out by whoever runs
// occurrences. The command's id, where there is one, makes it happen once.
func (e *Engine) Request(ctx context.Context, ch Channel, r Request, commandID string, by By) (Occurrence, error) {
	now := e.now()
	r.By = by.actor()
	o := Occurrence{
		ID: NewID(now), ScheduleID: r.Schedule, Channel: ch, DueAt: now, DeadlineAt: now.Add(requestDeadline),
		Request: r, Count: 1, CreatedAt: now,
	}
	if err := e.store.AddRequest(ctx, o, commandID, e.audit(by, "request", string(o.ID), r.about()).In(ch)); err != nil {
		return o, fmt.Errorf("store the request: %w", err)
	}
	return o, nil
}

// RunOccurrence brings an occurrence as far as it can be brought now: it
// chooses an article, has its digest written, opens the discussion and posts
// it. It may be called for the same row any number of times, by any process.
func (e *Engine) RunOccurrence(ctx context.Context, id ID) error {
	discussion, err := e.open(ctx, id)
	if err != nil || discussion == "" {
		return err
	}
	return e.RunDiscussion(ctx, discussion)
}

// open brings an occurrence to its discussion; empty if none comes of it.
func (e *Engine) open(ctx context.Context, id ID) (discussion ID, err error) {
	if err := e.workers.take(ctx); err != nil {
		return "", err
	}
	defer e.workers.give()
	err = e.withLease(ctx, "occurrence/"+string(id), func(ctx context.Context, l Lease) error {
		o, err := e.store.Occurrence(ctx, id)
		if err != nil {
			return err
		}
		if o.Outcome == "" && o.DiscussionID == "" {
			if o.DiscussionID, err = e.choose(ctx, l, o); err != nil {
				if errors.Is(err, errBusy) { // the row falls due again in a minute
					return nil
				}
				return fmt.Errorf("occurrence %s: %w", id, err)
			}
		}
		discussion = o.DiscussionID
		return nil
	})
	return discussion, err
}

// finish ends an occurrence without a discussion.
func (e *Engine) finish(ctx context.Context, l Lease, o Occurrence, outcome, reason string) error {
	e.log.InfoContext(ctx, "occurrence ended", "occurrence", o.ID, "outcome", outcome)
	e.occurrenceTrouble(ctx, o, outcome, reason)
	return e.store.EndOccurrence(ctx, l, o.ID, outcome, reason, e.now())
}
