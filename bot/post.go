package bot

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"errors"
	"strings"
	"time"
)

// Kinds of posts.
const (
	PostRoot       = "root"
	PostQuestion   = "question"
	PostRecap      = "recap"
	PostReminder   = "reminder"
	PostNote       = "note"       // in a thread, in our own words
	PostWithdrawal = "withdrawal" // in a thread whose posts cannot be removed
	PostDraft      = "draft"      // for managers, before it is posted
	PostNotice     = "notice"     // to the owner of an installation
	PostPreview    = "preview"    // a recap that waits, for managers
	PostAnswer     = "answer"     // in a thread, what somebody wrote in a form
	PostWelcome    = "welcome"    // to an installation that came
)

// States of a post. See DESIGN: pending → sending → sent; Permanent and
// RetryAfter put it back to pending; after anything else it stays sending until
// it is looked up, and where that is impossible it becomes unknown.
const (
	PostPending = "pending"
	PostSending = "sending"
	PostSent    = "sent"
	PostUnknown = "unknown" // may be there or not; never sent again
	PostDropped = "dropped" // surely not posted, and given up
	PostRemoved = "removed" // it was out, and was taken away; or what it shows was, before
	PostHeld    = "held"    // waits for a manager
)

// A Post is one thing we put on a platform. It belongs to a discussion, to a
// draft, or, as a notice or a preview, to nothing. What it says is rendered when it is sent,
// from the digest or the recap; only notes and notices, which are in our own
// words, have a body.
type Post struct {
	ID           ID
	DiscussionID ID
	DraftID      ID
	About        ID  // of a PostPreview the discussion, of a PostAnswer the reply
	Seq          int // posts of a discussion go out in this order; -1 is stored as the next place
	Kind         string
	Question     int    // from 1, for PostQuestion
	Key          string // made before the first attempt; unique
	State        string
	Attempts     int
	AttemptedAt  time.Time
	RetryAt      time.Time  // not to be sent before
	Ref          MessageRef // where it landed; before that, for one without a discussion, where it goes, and for an answer its thread
	Reason       string
	Body         Message // of a PostNote or a PostNotice
	Stale        int     // how often what it says may have changed since
	Shown        string  // hash of what it said when it was last sent or edited; empty if unknown
}

// atEnd is the place of a post that goes out after all others of its discussion.
const atEnd = -1

// newPost makes a post. Its key is derived from its id: 24 letters and digits,
// which fits a Discord nonce (25 characters).
func newPost(now time.Time, p Post) Post {
	p.ID, p.State = NewID(now), PostPending
	sum := sha256.Sum256([]byte(p.ID))
	p.Key = strings.ToLower(base32.StdEncoding.EncodeToString(sum[:15]))
	return p
}

// maxAttempts is how often a post is tried. When the platform asks to come back
// later, that is about a day with the waits below.
const maxAttempts = 30

// postNext sends the first post that is not out yet. When none is left, the
// discussion goes on to its next state.
func (e *Engine) postNext(ctx context.Context, l Lease, d Discussion) (again bool, err error) {
	p, found, err := e.store.NextPost(ctx, d.ID)
	if err != nil {
		return false, err
	}
	if !found && d.State != StatePosting && d.State != StateClosing {
		return true, nil // it was taken back at this moment
	}
	if !found {
		return e.allPosted(ctx, l, d)
	}
	return e.deliver(ctx, l, d, p)
}

// deliver brings one post a step further; d is zero for a post without a discussion.
func (e *Engine) deliver(ctx context.Context, l Lease, d Discussion, p Post) (again bool, err error) {
	a := e.adapters[p.Ref.Platform]
	if a == nil {
		return true, e.drop(ctx, l, d, p, Problemf("no_adapter", "no connection to %s is set up", p.Ref.Platform))
	}
	if p.State == PostSending {
		return e.lookUp(ctx, l, d, p, a)
	}
	if e.now().Before(p.RetryAt) {
		return false, e.workAt(ctx, l, p, p.RetryAt)
	}
	if p.Kind == PostRoot && e.now().Add(e.set.SendTimeout).After(d.DeadlineAt) {
		return true, e.drop(ctx, l, d, p, Problemf("late", "it could not be posted before its deadline"))
	}
	if p.Kind == PostReminder && d.State != StateOpen {
		return true, e.store.EndPost(ctx, l, p.ID, PostDropped, "the discussion was closed before the reminder could be posted", e.now())
	}
	m, err := e.render(ctx, d, p)
	if errors.Is(err, ErrNotFound) && (p.DiscussionID == "" || p.Kind == PostRecap) {
		return true, e.store.EndPost(ctx, l, p.ID, PostDropped, "there is nothing to show any more", e.now())
	}
	if errors.Is(err, ErrNotFound) && p.Kind == PostAnswer {
		return true, e.store.EndPost(ctx, l, p.ID, PostRemoved, "its author took it back", e.now())
	}
	if err != nil {
		return false, err
	}
	return e.send(ctx, l, d, p, a, m)
}

// workAt says when p needs a worker next.
func (e *Engine) workAt(ctx context.Context, l Lease, p Post, at time.Time) error {
	if p.DiscussionID == "" {
		return e.store.SetPostWork(ctx, l, p.ID, at)
	}
	return e.store.SetWork(ctx, l, p.DiscussionID, at)
}

// send makes one attempt. The row says so before the request begins, and how
// it ended after.
func (e *Engine) send(ctx context.Context, l Lease, d Discussion, p Post, a Adapter, m Message) (again bool, err error) {
	// The lease is renewed in the same transaction: no send begins with less
	// than its time-out left. The time-out begins before that, so that a process that is
	// frozen at any moment from here on does not send when it wakes without the lease.
	sctx, cancel := context.WithTimeout(ctx, e.set.SendTimeout)
	defer cancel()
	begun, err := e.store.BeginSend(ctx, l, p.ID, e.now(), e.set.Lease)
	if err != nil || !begun { // it was withdrawn at this moment
		return true, err
	}
	p.Attempts, p.AttemptedAt, p.Shown = p.Attempts+1, e.now(), shownHash(m)
	ch, perr := e.place(sctx, a, d, p)
	var posted Posted
	if perr == nil {
		posted, perr = a.Post(sctx, ch, m, p.Key)
	}
	cancel()
	// What happened is written down even when we are being stopped.
	// A thread may have to be started before.
	wctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*e.set.SendTimeout)
	defer cancel()
	wait, retry := RetryDelay(perr)
	switch {
	case perr == nil:
		return e.sent(wctx, l, d, p, a, posted)
	case IsPermanent(perr):
		return true, e.drop(wctx, l, d, p, perr)
	case retry && ReasonCode(perr) == "rate_limited": // nothing failed: it has to wait for its turn
		return false, e.store.RetryPost(wctx, l, p, e.now().Add(max(wait, backOff(1))))
	case retry && p.Attempts >= maxAttempts:
		return true, e.drop(wctx, l, d, p, perr)
	case retry:
		return false, e.store.RetryPost(wctx, l, p, e.now().Add(max(wait, backOff(p.Attempts))))
	}
	e.log.WarnContext(ctx, "post of unknown fate", "post", p.ID, "err", perr)
	return false, e.workAt(wctx, l, p, e.lookUpTime(p))
}

// shownHash tells two messages apart.
func shownHash(m Message) string {
	text, err := json.Marshal(m)
	if err != nil {
		return "" // a Message always has JSON; without a hash it is shown again
	}
	sum := sha256.Sum256(text)
	return base32.StdEncoding.EncodeToString(sum[:15])
}

// backOff is the least wait before the next attempt: 1 s doubling to 1 h.
func backOff(attempts int) time.Duration {
	return min(time.Second<<min(attempts-1, 12), time.Hour)
}

// postChannel is where p goes: the root to the channel, an answer to the thread of
// its question, where that has one for itself, and the rest to the thread.
func postChannel(d Discussion, p Post) Channel {
	switch {
	case p.DiscussionID == "":
		return p.Ref.Channel
	case p.Kind == PostRoot:
		return d.Channel.Parent()
	case p.Kind == PostAnswer && p.Ref.Thread != "":
		ch := d.Channel
		ch.Thread = p.Ref.Thread
		return ch
	}
	return d.Channel
}

// ownThread is the thread that the post of a question has for itself: it is the
// first message there. Where all are in one thread, or there is none, ok is false.
func (p Post) ownThread() (thread Channel, ok bool) {
	return p.Ref.Channel, p.Kind == PostQuestion && p.Ref.MessageID != "" && p.Ref.Thread == p.Ref.MessageID
}

// questionThread is where people answer question n of d: its own thread while its
// post is out, else that of d.
func (e *Engine) questionThread(ctx context.Context, d Discussion, n int) (Channel, error) {
	if n == 0 {
		return d.Channel, nil
	}
	posts, err := e.store.Posts(ctx, d.ID)
	for _, p := range posts {
		if thread, own := p.ownThread(); own && p.Question == n && p.State == PostSent {
			return thread, nil
		}
	}
	return d.Channel, err
}

// unclearSince is since when the fate of p is unknown: since its attempt, or
// since it was found to be so when a backup was restored.
func (p Post) unclearSince() time.Time {
	if p.RetryAt.After(p.AttemptedAt) {
		return p.RetryAt
	}
	return p.AttemptedAt
}

func (e *Engine) lookUpTime(p Post) time.Time {
	return p.AttemptedAt.Add(e.set.SendTimeout + e.set.LookUpAfter)
}

// lookUp finds out what became of an attempt that we know nothing about.
func (e *Engine) lookUp(ctx context.Context, l Lease, d Discussion, p Post, a Adapter) (again bool, err error) {
	if at := e.lookUpTime(p); e.now().Before(at) {
		return false, e.workAt(ctx, l, p, at)
	}
	f, ok := a.(Finder)
	if !ok {
		return true, e.lose(ctx, l, d, p, "its sending was cut off, and it cannot be looked up")
	}
	fctx, cancel := context.WithTimeout(ctx, e.set.SendTimeout)
	ch, ferr := e.place(fctx, a, d, p)
	var posted Posted
	var found bool
	if ferr == nil {
		posted, found, ferr = f.FindPost(fctx, ch, p.Key, p.AttemptedAt.Add(-time.Minute))
	}
	cancel()
	switch {
	case IsPermanent(ferr) && unreachable(ferr) && p.DiscussionID != "":
		return true, e.loseUnknown(ctx, l, d, p, ferr)
	case ferr != nil && e.now().Sub(p.unclearSince()) > giveUpAfter:
		return true, e.lose(ctx, l, d, p, "its sending was cut off, and for a day it could not be looked up")
	case ferr != nil:
		e.log.WarnContext(ctx, "look-up of a post failed", "post", p.ID, "err", ferr)
		return false, e.workAt(ctx, l, p, e.now().Add(e.set.LookUpAfter))
	case found:
		return e.sent(ctx, l, d, p, a, posted)
	case p.Attempts >= maxAttempts:
		return true, e.drop(ctx, l, d, p, Problemf("no_answer", "it did not arrive in %d attempts", p.Attempts))
	}
	return true, e.store.RetryPost(ctx, l, p, e.now())
}

// lose ends a post of which nobody knows whether it is out.
func (e *Engine) lose(ctx context.Context, l Lease, d Discussion, p Post, why string) error {
	e.log.ErrorContext(ctx, "post cannot be looked up and is not sent again", "post", p.ID)
	e.unknownTrouble(ctx, d, p, why)
	return e.store.EndPost(ctx, l, p.ID, PostUnknown, why, e.now())
}

// sent records where p landed. With the root, the discussion is open: its
// thread is known or begun, and what was written meanwhile will be listed.
func (e *Engine) sent(ctx context.Context, l Lease, d Discussion, p Post, a Adapter, posted Posted) (again bool, err error) {
	if p.Kind != PostRoot {
		err := e.store.PostSent(ctx, l, p.ID, posted.Ref, p.Shown, e.now())
		if err == nil {
			e.observer.Sent(p.Ref.Platform, p.Kind)
		}
		if err == nil && p.DiscussionID == "" {
			e.recovered(ctx, postChannel(d, p).String(), CauseNotice, CauseFailed, CauseRefused, CauseChannel, CauseLost)
		}
		return true, err
	}
	thread, waits, err := e.thread(ctx, l, d, p, a, posted)
	if err != nil || waits {
		return false, err
	}
	if err := e.store.RootSent(ctx, l, d, p.ID, posted.Ref, p.Shown, thread, e.now()); err != nil {
		return false, err
	}
	e.observer.Sent(p.Ref.Platform, p.Kind)
	e.observeOpened(ctx, d)
	e.recovered(ctx, d.Channel.Parent().String(), CauseMissed, CauseFailed, CauseRefused, CauseHeld, CauseChannel, CauseLost)
	return true, nil
}

// threadSlow is how long a thread may take to start before that is trouble: the
// questions wait for it.
const threadSlow = 10 * time.Minute

// thread finds or starts the thread of a root that is out. Where there is none,
// it is the channel. It waits, and is tried again, while that may help.
func (e *Engine) thread(ctx context.Context, l Lease, d Discussion, p Post, a Adapter, posted Posted) (thread Channel, waits bool, err error) {
	if posted.Thread.Thread != "" {
		return posted.Thread, false, nil
	}
	t, ok := a.(Threader)
	if !ok {
		return d.Channel.Parent(), false, nil
	}
	sctx, cancel := context.WithTimeout(ctx, e.set.SendTimeout)
	thread, err = t.StartThread(sctx, posted.Ref, threadName(d.Title), p.Key)
	cancel()
	if err == nil {
		e.recovered(ctx, d.Channel.Parent().String(), CauseThread)
		if thread == (Channel{}) {
			thread = d.Channel.Parent()
		}
		return thread, false, nil
	}
	_, finds := a.(Finder)
	since := e.now().Sub(p.unclearSince())
	waits = !IsPermanent(err) && finds && since < giveUpAfter
	if !waits || since > threadSlow {
		e.trouble(ctx, channelTrouble(d.Channel, CauseThread, "that of %s: %s", quoted(d.Title), Explain(err)))
	}
	if !waits {
		e.log.WarnContext(ctx, "no thread: questions go to the channel", "discussion", d.ID, "err", err)
		return d.Channel.Parent(), false, nil
	}
	// Starting a thread is idempotent: the look-up of the root finds it again and
	// comes back here.
	e.log.WarnContext(ctx, "thread not started yet", "discussion", d.ID, "err", err)
	wait, _ := RetryDelay(err)
	return thread, true, e.store.SetWork(ctx, l, d.ID, e.now().Add(max(wait, e.set.LookUpAfter)))
}

// drop gives p up. Without its root there is no discussion; without a question
// or a recap the rest goes on, and the reason is kept.
func (e *Engine) drop(ctx context.Context, l Lease, d Discussion, p Post, why error) error {
	e.log.WarnContext(ctx, "post given up", "post", p.ID, "kind", p.Kind, "err", why)
	if done, err := e.redirect(ctx, l, d, p, why); done || err != nil {
		return err
	}
	if p.DiscussionID == "" {
		if done, err := e.dropAlone(ctx, l, p, why); done || err != nil {
			return err
		}
	} else if IsPermanent(why) && (unreachable(why) || forbidden(why) && p.Kind == PostRoot) {
		return e.dropLost(ctx, l, d, p, why)
	}
	e.postTrouble(ctx, d, p, why)
	if p.Kind != PostRoot {
		return e.store.EndPost(ctx, l, p.ID, PostDropped, Explain(why), e.now())
	}
	outcome := OutcomeFailed
	if ReasonCode(why) == "late" {
		outcome = OutcomeMissed
	}
	return e.store.FailDiscussion(ctx, l, d, p.ID, outcome, Explain(why), e.now())
}

// allPosted moves a discussion on when nothing of it waits to be sent.
func (e *Engine) allPosted(ctx context.Context, l Lease, d Discussion) (again bool, err error) {
	if d.State == StatePosting {
		return true, e.store.SetState(ctx, l, d.ID, StatePosting, StateOpen)
	}
	wrote, err := e.writeRecap(ctx, l, d)
	if err != nil || wrote {
		return wrote, err
	}
	v, err := e.voice(ctx, d.Channel)
	if err != nil {
		return false, err
	}
	e.log.InfoContext(ctx, "discussion closed", "discussion", d.ID)
	return true, e.store.EndClosing(ctx, l, d.ID, e.now().Add(e.kept(d.Rules, v.preferences)))
}
