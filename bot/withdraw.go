package bot

import (
	"context"
	"time"
)

// Withdraw asks for the posts of a discussion to be taken away for good;
// [Engine.RunDiscussion] does it. No recap is written, what people wrote stays
// on the platform, and its article is never posted in that channel again.
func (e *Engine) Withdraw(ctx context.Context, d Discussion, by By) error {
	switch d.State {
	case StateFailed, StateErased:
		return Problemf("not_posted", "discussion %s cannot be withdrawn: it is %s", d.ID.Short(), d.State)
	case StateWithdrawing, StateWithdrawn:
		return Problemf("withdrawn", "discussion %s is withdrawn already", d.ID.Short())
	}
	return e.store.Withdraw(ctx, d, "withdrawn by "+by.who()+": "+d.Title, e.now(), e.audit(by, "withdraw", string(d.ID), changed("state", d.State, StateWithdrawn)).In(d.Channel))
}

// who names an actor for the people of a channel.
func (by By) who() string {
	switch by.ID {
	case Operator.ID:
		return "the operator"
	case platformItself.ID:
		return "whoever deleted its post"
	}
	return "a manager"
}

// platformItself acts where a platform does not say who did something.
var platformItself = By{Person: Person{ID: "platform"}}

// takeBack removes what is out of a discussion, the root last, and then ends it.
func (e *Engine) takeBack(ctx context.Context, l Lease, d Discussion) (again bool, err error) {
	posts, err := e.store.Posts(ctx, d.ID)
	if err != nil {
		return false, err
	}
	a := e.adapters[d.Channel.Platform]
	if a == nil { // until the platform is connected again
		return false, e.store.SetWork(ctx, l, d.ID, e.now().Add(time.Hour))
	}
	editor, canEdit := a.(Editor)
	for _, p := range posts {
		if p.State == PostSending || p.Kind == PostWithdrawal && p.State == PostPending {
			return e.deliver(ctx, l, d, p) // is it out?
		}
	}
	told, left := false, !canEdit
	for i := len(posts) - 1; i >= 0; i-- {
		p := posts[i]
		if p.Kind == PostWithdrawal {
			told = true
			continue
		}
		if p.State != PostSent || !canEdit {
			continue
		}
		rctx, cancel := context.WithTimeout(ctx, e.set.SendTimeout)
		err := editor.Delete(rctx, p.Ref)
		cancel()
		switch {
		case err == nil:
			err = e.store.EndPost(ctx, l, p.ID, PostRemoved, "withdrawn", e.now())
		case IsPermanent(err) || p.Attempts >= maxEdits:
			e.log.WarnContext(ctx, "post cannot be removed", "post", p.ID, "err", err)
			left, err = true, nil // it is said in the thread instead
		default:
			return false, e.tryLater(ctx, l, p, err)
		}
		if err != nil {
			return false, err
		}
	}
	if left && !told && !d.OpenedAt.IsZero() {
		p := newPost(e.now(), Post{DiscussionID: d.ID, Seq: atEnd, Kind: PostWithdrawal})
		return true, e.store.AddPost(ctx, l, p)
	}
	v, err := e.voice(ctx, d.Channel)
	if err != nil {
		return false, err
	}
	e.log.InfoContext(ctx, "discussion withdrawn", "discussion", d.ID)
	return true, e.store.EndWithdrawing(ctx, l, d.ID, e.now().Add(e.kept(d.Rules, v.preferences)))
}

// maxEdits is how often an edit or a removal is tried: about two days.
const maxEdits = 60

// tryLater puts an edit or a removal off, the more often it failed, the longer.
func (e *Engine) tryLater(ctx context.Context, l Lease, p Post, why error) error {
	e.log.WarnContext(ctx, "post not changed yet", "post", p.ID, "err", why)
	wait, _ := RetryDelay(why)
	return e.store.RetryEdit(ctx, l, p, e.now().Add(max(wait, backOff(p.Attempts+1))))
}

// Extend lets a discussion close later, by a time from now or from its closing.
func (e *Engine) Extend(ctx context.Context, d Discussion, more time.Duration, by By) (time.Time, error) {
	if d.State != StatePosting && d.State != StateOpen || d.ClosesAt.IsZero() {
		return time.Time{}, notInState(d, StateOpen)
	}
	if more < time.Minute || more > 30*oneDay {
		return time.Time{}, Problemf("bad_duration", "a discussion cannot be extended by %s: give a time from 1m to 30d", FormatDuration(more))
	}
	until := d.ClosesAt.Add(more)
	done, err := e.store.Extend(ctx, d.ID, until, e.remindAt(d.Rules, until), e.now(), e.audit(by, "extend", string(d.ID), changed("closes", utcText(d.ClosesAt), utcText(until))).In(d.Channel))
	return until, e.unlessDone(ctx, d, StateOpen, done, err)
}

// Reopen lets people reply again in a closed discussion, for as long as it was
// open at first. Its recap is taken away, and a new one is written at the end.
func (e *Engine) Reopen(ctx context.Context, d Discussion, by By) (time.Time, error) {
	if d.State != StateClosed {
		return time.Time{}, notInState(d, StateClosed)
	}
	until := e.now().Add(d.CloseAfter)
	done, err := e.store.Reopen(ctx, d.ID, until, e.remindAt(d.Rules, until), e.now(), e.audit(by, "reopen", string(d.ID), changed("closes", utcText(d.ClosesAt), utcText(until))).In(d.Channel))
	return until, e.unlessDone(ctx, d, StateClosed, done, err)
}

// unlessDone is err, or what keeps d from being changed that left its state meanwhile.
func (e *Engine) unlessDone(ctx context.Context, d Discussion, state string, done bool, err error) error {
	if err != nil || done {
		return err
	}
	if d, err = e.store.Discussion(ctx, d.ID); err != nil {
		return err
	}
	return notInState(d, state)
}

func notInState(d Discussion, state string) error {
	return Problemf("not_"+state, "discussion %s is not %s: it is %s", d.ID.Short(), state, d.State)
}

// remindAt is when the thread of a discussion that closes then is reminded.
func (e *Engine) remindAt(r Rules, closes time.Time) time.Time {
	if at := closes.Add(-r.Remind); r.Remind > 0 && at.After(e.now()) {
		return at
	}
	return time.Time{}
}

// remind adds the reminder to the thread.
func (e *Engine) remind(ctx context.Context, l Lease, d Discussion) error {
	return e.store.AddReminder(ctx, l, newPost(e.now(), Post{DiscussionID: d.ID, Seq: atEnd, Kind: PostReminder}))
}
