package bot

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// A Webhook takes a notice, as JSON, for the operator. An error says that it may
// not have arrived; it never holds the address, which may be a secret.
type Webhook interface {
	Send(ctx context.Context, body []byte) error
}

// OperatorNotices is where the operator hears of trouble in any installation,
// besides those whom each of them names.
type OperatorNotices struct {
	Channel Channel // zero: none
	Webhook Webhook // nil: none
}

// NoticesOff in [Preferences.Notices] means that nobody is told.
const NoticesOff = "off"

// personMark before the id of a channel makes it the place where one person
// alone reads us. [Director.Direct] says which channel that is.
const personMark = "@"

// personPlace is where a person hears from us, wherever that is.
func personPlace(p Person) Channel {
	return Channel{Platform: p.Platform, Workspace: p.Workspace, ID: personMark + p.ID}
}

// ParseNotices reads where notices go: a channel, a person with an @ before it
// ("@slack:TEAM/USER"), or [NoticesOff], which is the zero channel. Its error is
// a [Problem].
func ParseNotices(s string, platforms ...string) (Channel, error) {
	s = strings.TrimSpace(s)
	if s == NoticesOff {
		return Channel{}, nil
	}
	if who, ok := strings.CutPrefix(s, personMark); ok {
		p, err := ParsePerson(who, platforms...)
		return personPlace(p), err
	}
	return ParseChannel(s, platforms...)
}

// noticeTo lists where the notices of an installation go: its own place, and
// that of the operator.
func (e *Engine) noticeTo(ctx context.Context, platform, workspace string) (own, operator []Channel, err error) {
	if platform != "" {
		i, err := e.store.Installation(ctx, platform, workspace)
		if err != nil {
			return nil, nil, err
		}
		if to, ok := e.ownPlace(ctx, i); ok {
			own = append(own, to)
		}
	}
	if to := e.operator.Channel; to != (Channel{}) && !slices.Contains(own, to) {
		operator = append(operator, to)
	}
	return own, operator, nil
}

// ownPlace is where those hear of trouble who decide about an installation.
func (e *Engine) ownPlace(ctx context.Context, i Installation) (to Channel, ok bool) {
	if i.Gone {
		return to, false
	}
	if i.Notices != "" {
		named, err := ParseNotices(i.Notices)
		switch {
		case named == (Channel{}) && err == nil: // off
			return to, false
		case err == nil && named.Platform == i.Platform && named.Workspace == i.Workspace && e.canReach(named):
			return named, true
		}
		e.log.WarnContext(ctx, "the place for notices cannot be used", "platform", i.Platform, "workspace", i.Workspace, "err", err)
	}
	to = personPlace(i.Owner)
	return to, i.Owner.ID != "" && e.canReach(to)
}

// canReach reports whether there is a way to a place.
func (e *Engine) canReach(to Channel) bool {
	a := e.adapters[to.Platform]
	_, direct := a.(Director)
	return a != nil && (direct || !strings.HasPrefix(to.ID, personMark))
}

// place is the channel that p goes to. Until that of a person is known, nothing
// was posted.
func (e *Engine) place(ctx context.Context, a Adapter, d Discussion, p Post) (Channel, error) {
	ch := postChannel(d, p)
	id, person := strings.CutPrefix(ch.ID, personMark)
	if !person {
		return ch, nil
	}
	director, ok := a.(Director)
	if !ok {
		return ch, Permanent(Problemf("no_direct", "people on %s cannot be written to directly: name a channel instead", ch.Platform))
	}
	to, err := director.Direct(ctx, Person{Platform: ch.Platform, Workspace: ch.Workspace, ID: id})
	if err != nil && !IsPermanent(err) {
		wait, _ := RetryDelay(err)
		err = RetryAfter(wait, err)
	}
	return to, err
}

// hookTries is how often a notice is sent to the webhook, an hour apart.
const hookTries = 24

// callHook sends what waits for the operator's webhook. It is said to be under
// way before it begins, and for an hour it is not tried again whatever happens.
func (e *Engine) callHook(ctx context.Context, l Lease, id ID) error {
	n, err := e.store.Notice(ctx, id)
	if err != nil || n.Hook == "" || e.now().Before(n.HookAt.Add(NoticeEvery)) && !n.HookAt.IsZero() {
		return err
	}
	if e.operator.Webhook == nil || n.HookTries >= hookTries {
		return e.store.EndHook(ctx, l, id, time.Time{})
	}
	if err := e.store.BeginHook(ctx, l, id, e.now()); err != nil {
		return err
	}
	const subject = "webhook"
	sctx, cancel := context.WithTimeout(ctx, e.set.SendTimeout)
	err = e.operator.Webhook.Send(sctx, []byte(n.Hook))
	cancel()
	wctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), e.set.SendTimeout)
	defer cancel()
	if err != nil {
		e.log.WarnContext(ctx, "webhook not reached", "notice", id, "err", err)
		e.trouble(wctx, Trouble{Cause: CauseNotice, Subject: subject, Name: "the operator's webhook", Text: fmt.Sprintf("it does not take notices: %s", Explain(err))})
		return e.store.EndHook(wctx, l, id, e.now().Add(NoticeEvery))
	}
	e.recovered(wctx, subject, CauseNotice)
	return e.store.EndHook(wctx, l, id, time.Time{})
}
