package bot

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// giveUpAfter is how long a platform that does not answer holds a discussion
// up: a root that cannot be looked up, a thread that is not started, a recap
// that waits for a listing.
const giveUpAfter = 24 * time.Hour

// reconcile lists the thread of d, records what it holds, and notes how many
// replies its gaps would have lost.
func (e *Engine) reconcile(ctx context.Context, l Lease, d Discussion) error {
	gaps, err := e.store.Gaps(ctx, d.ID)
	if err != nil {
		return err
	}
	lister, ok := e.adapters[d.Channel.Platform].(Reconciler)
	if !ok {
		return e.store.EndListing(ctx, l, d.ID, gaps, nil, false)
	}
	found, broke, err := e.list(ctx, lister, d)
	switch {
	case err != nil:
		return err
	case IsPermanent(broke) && unreachable(broke):
		e.log.WarnContext(ctx, "thread is lost", "discussion", d.ID, "err", broke)
		if d.State == StateClosed {
			return e.store.EndListing(ctx, l, d.ID, gaps, nil, false)
		}
		return e.loseChannel(ctx, d.Channel, broke, false)
	case IsPermanent(broke) || broke != nil && e.listingHopeless(d):
		e.log.WarnContext(ctx, "thread cannot be listed", "discussion", d.ID, "err", broke)
		e.trouble(ctx, discussionTrouble(d, CauseListing, "%s", Explain(broke)))
		return e.store.EndListing(ctx, l, d.ID, gaps, nil, false)
	case broke != nil:
		// Nothing is inferred from a listing that broke off; it is tried again.
		e.log.WarnContext(ctx, "listing broke off", "discussion", d.ID, "err", broke)
		asked := listingAsked(d, gaps)
		if e.now().Sub(asked) > failsLong {
			e.trouble(ctx, discussionTrouble(d, CauseListing, "since %s: %s", e.stamp(ctx, d.Channel, asked), Explain(broke)))
		}
		if serr := e.store.SetWork(ctx, l, d.ID, e.listAgain(asked)); serr != nil {
			return serr
		}
		return fmt.Errorf("list the thread: %w", broke)
	}
	if err := e.store.EndListing(ctx, l, d.ID, gaps, found, true); err != nil {
		return err
	}
	if d.List {
		e.observer.Listed(d.Channel.Platform, e.now().Sub(listingAsked(d, gaps)))
	}
	e.recovered(ctx, string(d.ID), CauseListing, CauseEnded)
	return nil
}

// list records what the thread of d holds, and those of its questions, and returns
// the replies that were new. broke is the error at which the listing ended, or for
// which one of them was left out; err is one of ours.
func (e *Engine) list(ctx context.Context, lister Reconciler, d Discussion) (found []Reply, broke, err error) {
	k, err := e.known(ctx, d)
	if err != nil {
		return nil, nil, err
	}
	for _, thread := range k.threads {
		news, ended, err := e.listThread(ctx, lister, d, thread, k)
		found = append(found, news...)
		switch lasting := IsPermanent(ended); {
		case err != nil:
			return found, nil, err
		case ended == nil:
		case lasting && thread != d.Channel && (unreachable(ended) || ReasonCode(ended) == "message_gone"):
			// Of the discussion only this question is gone, or the first thread would be too.
			e.log.InfoContext(ctx, "thread of a question is lost", "discussion", d.ID, "err", ended)
		case lasting && !unreachable(ended): // the others may be read all the same
			broke = ended
		default:
			return found, ended, nil
		}
	}
	return found, broke, nil
}

// listThread is list for one of the threads.
func (e *Engine) listThread(ctx context.Context, lister Reconciler, d Discussion, thread Channel, k known) (found []Reply, broke, err error) {
	for change, broke := range lister.Reconcile(ctx, thread, k.refs[thread]) {
		if broke != nil {
			return found, broke, nil
		}
		if change.Removed.MessageID != "" {
			if err := e.ReplyRemoved(ctx, change.Removed); err != nil {
				return found, nil, err
			}
			continue
		}
		old, ok := k.have[change.Reply.Ref.MessageID]
		if ok && unchanged(old, change.Reply) || !ok && e.nothingNew(d, change.Reply) {
			continue
		}
		res, err := e.record(ctx, change.Reply)
		if err != nil {
			return found, nil, err
		}
		if res.New {
			found = append(found, change.Reply)
		}
	}
	return found, nil, nil
}

// nothingNew reports whether a message that is no reply of ours brings none: its
// words are not shown, or it was written when late ones were no longer recorded.
// So listing an old thread again costs no writes.
func (e *Engine) nothingNew(d Discussion, r Reply) bool {
	return r.Unread || d.State == StateWithdrawn || !d.ClosedAt.IsZero() && r.CreatedAt.After(d.ClosedAt.Add(e.set.LateFor))
}

// known is what is known of a discussion before it is listed.
type known struct {
	threads []Channel                // its own first, then those that questions have for themselves
	refs    map[Channel][]MessageRef // the messages of replies in each, without those that are gone
	have    map[string]Reply         // the replies by the id of the message that the platform has of them
}

func (e *Engine) known(ctx context.Context, d Discussion) (known, error) {
	k := known{threads: []Channel{d.Channel}, refs: map[Channel][]MessageRef{}, have: map[string]Reply{}}
	stored, err := e.store.Replies(ctx, d.ID)
	if err != nil {
		return k, err
	}
	posts, err := e.store.Posts(ctx, d.ID)
	if err != nil {
		return k, err
	}
	for _, p := range posts {
		if thread, own := p.ownThread(); own {
			k.threads = append(k.threads, thread)
		}
	}
	shown := shownIn(posts)
	for _, r := range stored {
		ref, there := r.Ref, true
		if r.ByForm() {
			ref, there = shown[r.ID]
		}
		if there {
			k.have[ref.MessageID] = r
		}
		if there && !r.Deleted {
			thread := ref.Channel
			if !slices.Contains(k.threads, thread) {
				thread = d.Channel
			}
			k.refs[thread] = append(k.refs[thread], ref)
		}
	}
	return k, nil
}

// shownAnswers are the messages that show answers by form, by the id of the reply.
func (e *Engine) shownAnswers(ctx context.Context, d Discussion) (map[ID]MessageRef, error) {
	posts, err := e.store.Posts(ctx, d.ID)
	return shownIn(posts), err
}

func shownIn(posts []Post) map[ID]MessageRef {
	out := map[ID]MessageRef{}
	for _, p := range posts {
		if p.Kind == PostAnswer && p.State == PostSent {
			out[p.About] = p.Ref
		}
	}
	return out
}

// listingHopeless reports whether a listing that fails is not tried again: its
// recap waited long enough, or what it would bring is no longer recorded.
func (e *Engine) listingHopeless(d Discussion) bool {
	since := e.now().Sub(d.ClosedAt)
	return d.State == StateClosing && since > giveUpAfter || d.State == StateClosed && since > e.set.LateFor+giveUpAfter
}

// listingAsked is since when a listing is wanted.
func listingAsked(d Discussion, gaps []Gap) time.Time {
	asked := d.OpenedAt
	if d.State == StateClosing {
		asked = d.ClosedAt
	}
	if n := len(gaps); n > 0 && gaps[n-1].To.After(asked) {
		asked = gaps[n-1].To
	}
	return asked
}

// listAgain is when a listing that failed is tried again: the longer ago it was
// asked for, the later, up to half an hour.
func (e *Engine) listAgain(asked time.Time) time.Time {
	return e.now().Add(min(max(e.now().Sub(asked)/4, e.set.LookUpAfter), 30*time.Minute))
}

// unchanged reports whether a listing brings nothing beyond what is stored, so
// that listing a long thread again costs no writes.
func unchanged(old, listed Reply) bool {
	same := !listed.Unread && listed.Version == old.Version
	named := same && old.Author.Name == "" && listed.Author.Name != ""
	fewer := same && len(listed.Files) < len(old.Files) // one was deleted, which is no edit everywhere
	return old.Deleted || (listed.Unread || listed.Version <= old.Version && !named && !fewer) && (listed.Reactions == nil || slices.Equal(old.Reactions, listed.Reactions))
}
