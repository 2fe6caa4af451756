package bot

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// ReplyChanged records a reply; see [Handler]. The row is durable when it
// returns without an error.
func (e *Engine) ReplyChanged(ctx context.Context, r Reply) (bool, error) {
	res, err := e.record(ctx, r)
	return res.Stored, err
}

// A Recorded says what became of a reply that was handed to the store.
type Recorded struct {
	Stored bool // the row is there, in this version or a newer one
	New    bool // this call made it
}

func (e *Engine) record(ctx context.Context, r Reply) (Recorded, error) {
	if r.Unread {
		known, err := e.readReactions(ctx, r)
		return Recorded{Stored: known}, err
	}
	who, err := e.personHash(ctx, r.Author)
	if err != nil {
		return Recorded{}, err
	}
	if r.ID == "" {
		r.ID = NewID(e.now())
	}
	r.DiscussionID = ""
	if r.Question == 0 {
		r.Question, _ = addressed(r.Text)
	}
	begun := e.now()
	res, err := e.store.RecordReply(ctx, r, who, begun, e.set.LateFor)
	if res.Stored || err != nil {
		e.observer.Recorded(r.Ref.Platform, e.now().Sub(begun), err)
	}
	if err != nil {
		return res, fmt.Errorf("record reply %s: %w", r.Ref.MessageID, err)
	}
	if !res.Stored {
		out, err := e.store.OptedOut(ctx, who)
		if err != nil {
			return res, fmt.Errorf("look up an opt-out: %w", err)
		}
		if out { // so that a listing after they opted in again does not bring it
			return res, e.ReplyRemoved(ctx, r.Ref)
		}
	}
	return res, nil
}

// readReactions stores what a listing says of a message whose words it did not
// show: the reactions to a reply that is known, or to the post that shows it.
func (e *Engine) readReactions(ctx context.Context, r Reply) (known bool, err error) {
	if r.Reactions == nil {
		return false, nil
	}
	if known, err = e.store.SetReactions(ctx, r.Ref, r.Reactions); err != nil {
		err = fmt.Errorf("store the reactions to %s: %w", r.Ref.MessageID, err)
	}
	return known, err
}

// ReplyRemoved leaves a tombstone, also for a message that was never seen, so
// that an event which comes late cannot bring it back. A post of ours that shows
// an answer stands for the reply. Removing the root post of
// a discussion on the platform withdraws the discussion: only managers can.
func (e *Engine) ReplyRemoved(ctx context.Context, ref MessageRef) error {
	if d, found, err := e.store.RootOf(ctx, ref); err != nil || found {
		return either(err, e.rootRemoved(ctx, d))
	}
	if err := e.store.RemoveReply(ctx, ref, e.now()); err != nil {
		return fmt.Errorf("remove reply %s: %w", ref.MessageID, err)
	}
	return nil
}

func (e *Engine) rootRemoved(ctx context.Context, d Discussion) error {
	if d.State == StateWithdrawing || d.State == StateWithdrawn || d.State == StateErased {
		return nil
	}
	return e.Withdraw(ctx, d, By{platformItself.Person, d.Channel.String()})
}

var address = regexp.MustCompile(`^\s*(?:@([1-9]\d?)(?:[\s:,.)]|$)|([1-9]\d?)\)|[Qq]([1-9]\d?)\s*[:.)])\s*`)

// addressed finds the question that a reply names at its beginning: "@2 text",
// "2) text" or "Q2: text". It returns 0 and the whole text if there is none.
func addressed(text string) (int, string) {
	m := address.FindStringSubmatch(text)
	if m == nil {
		return 0, text
	}
	n, err := strconv.Atoi(m[1] + m[2] + m[3])
	if err != nil {
		return 0, text
	}
	return n, strings.TrimSpace(text[len(m[0]):])
}

// answerText is what a reply says, without the number of the question.
func answerText(r Reply) string {
	if n, rest := addressed(r.Text); n == r.Question && n > 0 {
		return rest
	}
	return r.Text
}

// ScopePlace is the platform of a scope, and its workspace if it is that of one:
// "slack/acme", "console:NAME"; see [Handler].
func ScopePlace(scope string) (platform, workspace string) {
	i := strings.IndexAny(scope, ":/")
	switch {
	case i < 0:
		return scope, ""
	case scope[i] == ':':
		workspace = scope[i+1:]
	}
	return scope[:i], workspace
}

// Connected marks a scope as listening in this process, or no longer so; see
// [Handler]. When it comes back and no other process heard it, the time in between is
// written down as a gap of every discussion there, and their threads are listed.
func (e *Engine) Connected(ctx context.Context, scope string, up bool) error {
	if !up {
		return e.Silent(ctx, scope, e.now())
	}
	n, err := e.store.WriteGaps(ctx, scope, e.now())
	if err != nil {
		return fmt.Errorf("write down the gap of %s: %w", scope, err)
	}
	e.log.InfoContext(ctx, "connected", "scope", scope, "to_list", n)
	e.mu.Lock()
	defer e.mu.Unlock()
	e.up[scope] = true
	return nil
}

// Silent marks a scope as no longer listening in this process; see [Handler].
func (e *Engine) Silent(ctx context.Context, scope string, since time.Time) error {
	// Before it is stored: a beat must not say meanwhile that it listens.
	e.mu.Lock()
	delete(e.up, scope)
	e.mu.Unlock()
	if err := e.store.Silent(ctx, scope, since, e.now()); err != nil {
		return fmt.Errorf("write down that %s ended: %w", scope, err)
	}
	return nil
}

// Places are where replies are recorded; see [Handler].
func (e *Engine) Places(ctx context.Context, scope string) ([]Channel, error) {
	places, err := e.store.Places(ctx, scope, e.now())
	if err != nil {
		return nil, fmt.Errorf("read where the discussions of %s are: %w", scope, err)
	}
	return places, nil
}

// Missed writes down a gap, and has the threads concerned listed; see [Handler].
func (e *Engine) Missed(ctx context.Context, where Channel, from time.Time) error {
	n, err := e.store.WriteMissed(ctx, where, from, e.now())
	if err != nil {
		return fmt.Errorf("write down what was missed in %s: %w", where, err)
	}
	e.log.WarnContext(ctx, "events missed", "where", where.String(), "to_list", n)
	return nil
}

// BeatEvery is how often [Engine.Beat] is to be called.
const BeatEvery = 10 * time.Second

// Beat writes down that the connected scopes still listen. What lies between
// the last beat of anybody and the next Connected is a gap, and so is what lies
// between two beats that are far apart.
func (e *Engine) Beat(ctx context.Context) error {
	e.mu.Lock()
	scopes := make([]string, 0, len(e.up))
	for s := range e.up {
		scopes = append(scopes, s)
	}
	e.mu.Unlock()
	if len(scopes) == 0 {
		return nil
	}
	return e.store.Alive(ctx, scopes, e.now())
}
