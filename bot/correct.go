package bot

import (
	"context"
	"errors"
)

// correct makes one stale post of d say what it would say now.
func (e *Engine) correct(ctx context.Context, l Lease, d Discussion) (again bool, err error) {
	posts, err := e.store.Posts(ctx, d.ID)
	if err != nil {
		return false, err
	}
	for _, p := range posts {
		if p.Stale > 0 && p.State == PostSent {
			return e.correctPost(ctx, l, d, p)
		}
	}
	return true, nil
}

// correctPost edits one post. Where that is impossible, a note in the thread
// says what changed. d is zero for a post without a discussion.
func (e *Engine) correctPost(ctx context.Context, l Lease, d Discussion, p Post) (again bool, err error) {
	if e.now().Before(p.RetryAt) {
		return false, e.workAt(ctx, l, p, p.RetryAt)
	}
	editor, ok := e.adapters[p.Ref.Platform].(Editor)
	m, err := e.render(ctx, d, p)
	gone := errors.Is(err, ErrNotFound) // what it was about is no more
	if err != nil && !gone {
		return false, err
	}
	hash := shownHash(m)
	if !gone && hash == p.Shown {
		return true, e.store.PostShown(ctx, l, p, hash)
	}
	if ok {
		ectx, cancel := context.WithTimeout(ctx, e.set.SendTimeout)
		if gone {
			err = editor.Delete(ectx, p.Ref)
		} else {
			err = editor.Edit(ectx, p.Ref, m)
		}
		cancel()
		if err != nil && !IsPermanent(err) && p.Attempts < maxEdits {
			return false, e.tryLater(ctx, l, p, err)
		}
	}
	switch {
	case ok && err == nil && gone:
		return true, e.store.EndPost(ctx, l, p.ID, PostRemoved, "", e.now())
	case ok && err == nil:
		return true, e.store.PostShown(ctx, l, p, hash)
	}
	e.log.WarnContext(ctx, "post cannot be changed", "post", p.ID, "err", err)
	v, err := e.voice(ctx, d.Channel)
	if err != nil {
		return false, err
	}
	note := newPost(e.now(), Post{DiscussionID: d.ID, Seq: atEnd, Kind: PostNote, Body: Message{Paragraphs: []string{v.corrected}}})
	switch p.Kind {
	case PostRecap:
	case PostAnswer:
		note.Body.Paragraphs[0] = v.takenBack
		if !gone || d.State == StateErased {
			return true, e.store.PostShown(ctx, l, p, hash)
		}
	case PostPreview:
		note.DiscussionID, note.Seq, note.Kind, note.Ref.Channel = "", 0, PostNotice, p.Ref.Channel
	default:
		return true, e.store.PostShown(ctx, l, p, hash)
	}
	return true, e.store.PostShown(ctx, l, p, hash, note)
}

// RunPost brings a post without a discussion, a draft for managers or a notice,
// as far as it can be brought now. It may be called any number of times.
func (e *Engine) RunPost(ctx context.Context, id ID) error {
	return e.withLease(ctx, "post/"+string(id), func(ctx context.Context, l Lease) error {
		for again := true; again; {
			p, err := e.store.Post(ctx, id)
			switch {
			case errors.Is(err, ErrNotFound):
				return nil
			case err != nil:
				return err
			case p.State == PostPending || p.State == PostSending:
				again, err = e.deliver(ctx, l, Discussion{}, p)
			case p.State == PostSent && p.Stale > 0:
				again, err = e.correctPost(ctx, l, Discussion{}, p)
			default:
				return e.store.SetPostWork(ctx, l, id, p.RetryAt)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}
