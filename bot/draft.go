package bot

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// States of a draft.
const (
	DraftOpen    = "open"
	DraftTaken   = "taken"   // it was posted
	DraftDropped = "dropped" // another article is taken, or it could not be used any more
)

// Decisions about a draft.
const (
	DecisionPost    = "post"    // now
	DecisionApprove = "approve" // at its time
	DecisionOther   = "other"   // another article
)

// A Draft is the next digest of a schedule, written before its time: what was
// seen is what is posted. A schedule has at most one that is open.
type Draft struct {
	ID         ID
	ScheduleID ID
	Channel    Channel   // of the schedule
	DueAt      time.Time // the due time that it is shown to managers for, or was held at; zero when somebody looked ahead
	State      string
	Decision   string // empty while nobody decided
	DecidedBy  string
	Candidate  Candidate // with ids only
	ArticleID  ID
	DigestID   ID
	Title, URL string // of the article
	Questions  []Question
	Spares     []Question // to replace one of them
	Fallback   Fallback   // why no model wrote its digest; code and text
	CreatedAt  time.Time
}

// written is what a discussion is made from.
func (d Draft) written() written {
	return written{digest: Digest{ID: d.DigestID, Fallback: d.Fallback}, questions: d.Questions}
}

// A Taken is what a discussion was made from, beside its article.
type Taken struct {
	Added ID // an entry of the channel's list
	Draft ID
}

// A Follow is what follows from a decision about a draft.
type Follow struct {
	Decision string
	Drop     bool        // the draft ends
	Request  *Occurrence // carried out next
	Refusal  *Refusal    // of the draft's article, in Request
	Skip     bool        // the due time that the draft is shown for is not carried out as well
}

// freeze keeps what was written as the draft of a schedule, and shows it to
// managers where that is asked for.
func (e *Engine) freeze(ctx context.Context, l Lease, o Occurrence, s Schedule, c Candidate, a Article, w written) error {
	now := e.now()
	d := Draft{
		ID: NewID(now), ScheduleID: s.ID, Channel: s.Channel, State: DraftOpen, Candidate: c,
		ArticleID: a.ID, DigestID: w.digest.ID, Title: a.Title, URL: a.URL, Questions: w.questions, Spares: w.spares, Fallback: w.digest.Fallback.short(), CreatedAt: now,
	}
	outcome, reason := OutcomeDrafted, d.Fallback.Reason(a.Title)
	if !o.Request.Draft {
		outcome, reason = OutcomeHeld, heldReason(d, s)
		e.occurrenceTrouble(ctx, o, outcome, reason)
	}
	return e.store.PutDraft(ctx, l, d, e.draftPosts(d, s), o, outcome, reason, now)
}

func heldReason(d Draft, s Schedule) string {
	return fmt.Sprintf("%q waits in %s for a manager: nobody approved it in time", d.Title, s.Rules.Approve)
}

// draftPosts are the posts that show a draft to managers: none or one.
func (e *Engine) draftPosts(d Draft, s Schedule) []Post {
	if s.Rules.Approve == (Channel{}) {
		return nil
	}
	return []Post{newPost(e.now(), Post{DraftID: d.ID, Kind: PostDraft, Ref: MessageRef{Channel: s.Rules.Approve}})}
}

// takeDraft carries an occurrence out with the draft of its schedule. done is
// false when there is none that can be used.
func (e *Engine) takeDraft(ctx context.Context, l Lease, o Occurrence, s Schedule) (discussion ID, done bool, err error) {
	d, found, err := e.store.OpenDraft(ctx, s.ID)
	if only := o.Request.Only; err != nil || !found || only != "" && only != d.ID {
		return "", false, err
	}
	a, err := e.store.Article(ctx, d.ArticleID)
	posted, _, perr := e.store.Posted(ctx, s.Channel, d.URL, d.ArticleID)
	if gone := errors.Is(err, ErrNotFound); gone || err == nil && perr == nil && posted {
		e.log.InfoContext(ctx, "draft cannot be used any more", "draft", d.ID, "gone", gone)
		return "", false, e.store.DropDraft(ctx, l, d.ID, e.now())
	}
	if err != nil || perr != nil {
		return "", false, either(err, perr)
	}
	switch {
	case o.Request.Draft:
		var posts []Post
		if d.Decision == "" {
			posts = e.draftPosts(d, s)
		}
		return "", true, e.store.ShowDraft(ctx, l, d, posts, o, OutcomeDrafted, d.Fallback.Reason(d.Title), e.now())
	case mustApprove(o, s) && d.Decision == "":
		e.occurrenceTrouble(ctx, o, OutcomeHeld, heldReason(d, s))
		return "", true, e.store.ShowDraft(ctx, l, d, nil, o, OutcomeHeld, heldReason(d, s), e.now())
	}
	disc, err := e.openWith(ctx, l, o, s, Taken{Added: d.Candidate.Added, Draft: d.ID}, a, d.written())
	if errors.Is(err, ErrAlreadyPosted) {
		return "", false, e.store.DropDraft(ctx, l, d.ID, e.now())
	}
	return disc.ID, true, err
}

// mustApprove reports whether o posts nothing that no manager approved.
func mustApprove(o Occurrence, s Schedule) bool {
	return o.Request.By == "" && s.Rules.Approve != (Channel{}) && s.Rules.Unattended == UnattendedHold
}

// Preview has the next digest of a schedule written and kept, if it is not yet.
func (e *Engine) Preview(ctx context.Context, s Schedule, commandID string, by By) (Occurrence, error) {
	return e.Request(ctx, s.Channel, Request{Schedule: s.ID, Draft: true}, commandID, by)
}

// Decide stores what a manager decided about a draft: to post it now, at its
// time, or to take another article. It returns the occurrence that carries it
// out, zero where there is nothing to do yet.
func (e *Engine) Decide(ctx context.Context, d Draft, s Schedule, decision string, by By) (o Occurrence, err error) {
	now := e.now()
	f := Follow{Decision: decision}
	request := func(draft bool) {
		f.Request = &Occurrence{
			ID: NewID(now), ScheduleID: s.ID, Channel: s.Channel, DueAt: now, DeadlineAt: now.Add(requestDeadline),
			Request: Request{Schedule: s.ID, Draft: draft, By: by.actor()}, Count: 1, CreatedAt: now,
		}
	}
	switch decision {
	case DecisionPost:
		request(false)
		// It takes the place of the next due time, unless it was held at an earlier one.
		f.Request.Request.Only, f.Skip = d.ID, true
	case DecisionOther:
		request(true)
		f.Drop = true
		f.Refusal = &Refusal{Occurrence: f.Request.ID, Candidate: d.Candidate, Code: "other_article", Text: "a manager chose another article", Final: true, At: now}
		f.Refusal.Candidate.Title = d.Title
	}
	ok, err := e.store.DecideDraft(ctx, d, f, now, e.audit(by, "draft_"+decision, string(d.ID), changed("decision", cmp.Or(d.Decision, "none"), decision)).In(s.Channel))
	switch {
	case err != nil:
		return o, err
	case !ok:
		return o, e.decidedAlready(ctx, d)
	case f.Request != nil:
		return *f.Request, nil
	}
	return o, nil
}

// decidedAlready tells the second of two managers what the first one decided.
func (e *Engine) decidedAlready(ctx context.Context, d Draft) error {
	d, err := e.store.Draft(ctx, d.ID)
	if err != nil {
		return err
	}
	what := map[string]string{DecisionPost: "it is posted", DecisionApprove: "it is posted at its time", DecisionOther: "another article is taken"}[d.Decision]
	if what == "" {
		return Problemf("decided", "this draft is %s: there is nothing to decide any more", d.State)
	}
	return Problemf("decided", "it was decided already, by %s: %s", d.DecidedBy, what)
}

// maxQuestion is how many characters a manager's own question may have.
const maxQuestion = 300

// DropQuestion leaves question n, from 1, out of a draft.
func (e *Engine) DropQuestion(ctx context.Context, d Draft, n int, by By) (Draft, error) {
	if err := hasQuestion(d, n); err != nil {
		return d, err
	}
	d.Questions = slices.Delete(slices.Clone(d.Questions), n-1, n)
	return d, e.changeDraft(ctx, d, e.audit(by, "question_drop", string(d.ID), fmt.Sprintf("question %d", n)).In(d.Channel))
}

// ReplaceQuestion puts a manager's own question, or, when text is empty, a
// spare one in the place of question n, from 1.
func (e *Engine) ReplaceQuestion(ctx context.Context, d Draft, n int, text string, by By) (Draft, error) {
	if err := hasQuestion(d, n); err != nil {
		return d, err
	}
	d.Questions = slices.Clone(d.Questions)
	how := "by a spare one"
	switch length := len([]rune(text)); {
	case length > maxQuestion:
		return d, Problemf("bad_question", "the question has %d characters and may have %d", length, maxQuestion)
	case text != "":
		d.Questions[n-1] = Question{Text: text, Move: "own", Evidence: []int{}}
		how = "by an own one"
	case len(d.Spares) == 0:
		return d, Problemf("no_spare", "no spare question is left: write your own behind the number")
	default:
		d.Questions[n-1], d.Spares = d.Spares[0], d.Spares[1:]
	}
	return d, e.changeDraft(ctx, d, e.audit(by, "question_replace", string(d.ID), fmt.Sprintf("question %d %s", n, how)).In(d.Channel))
}

func hasQuestion(d Draft, n int) error {
	if n < 1 || n > len(d.Questions) {
		return Problemf("bad_question", "there is no question %d: the draft has %s", n, plural(len(d.Questions), "question", "questions"))
	}
	return nil
}

func (e *Engine) changeDraft(ctx context.Context, d Draft, a Audit) error {
	ok, err := e.store.ChangeDraft(ctx, d, e.now(), a)
	if err == nil && !ok {
		err = e.decidedAlready(ctx, d)
	}
	return err
}
