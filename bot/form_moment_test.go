package bot_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"colloquy/bot"
)

// The person is erased between putting the post into words and sending it.
func TestForgottenWhileTheAnswerIsBeingPosted(t *testing.T) {
	s := &between{}
	b, d := formBench(t, func(o *bot.Options) { s.Store, o.Store = o.Store, s })
	s.then = func(p bot.Post) {
		if p.Kind == bot.PostAnswer {
			s.then = nil
			if _, err := b.engine.Erase(t.Context(), ada, bot.Operator); err != nil {
				t.Error(err)
			}
		}
	}
	before := len(b.platform.posts())
	b.submit(ada, d, 1, "Forget this.")
	b.work()
	if n := len(b.platform.posts()); n != before || s.then != nil {
		t.Errorf("%d posts more", n-before)
	}
	// And while the platform has it, but does not say so.
	b.platform.faults = []fault{{err: errCut, landed: true, after: func() {
		if _, err := b.engine.Erase(context.Background(), ada, bot.Operator); err != nil {
			t.Error(err)
		}
	}}}
	b.submit(ada, d, 1, "Forget this, too.")
	b.work()
	b.shows("Ada, on question 1: Forget this, too.")
	b.wait(time.Minute)
	b.shows()
	b.platform.onlyOnce()
}

// meanwhile does something in a moment of closing, after which the worker dies,
// or of looking for the next post.
type meanwhile struct {
	bot.Store
	closing, next func()
}

func (s *meanwhile) EndClosing(ctx context.Context, l bot.Lease, id bot.ID, eraseAt time.Time) error {
	if then := s.closing; then != nil {
		s.closing = nil
		then()
		return errors.Join(s.Store.EndClosing(ctx, l, id, eraseAt), errCut)
	}
	return s.Store.EndClosing(ctx, l, id, eraseAt)
}

func (s *meanwhile) NextPost(ctx context.Context, id bot.ID) (bot.Post, bool, error) {
	if then := s.next; then != nil {
		s.next = nil
		then()
	}
	return s.Store.NextPost(ctx, id)
}

func TestAnswerAtTheMomentOfClosing(t *testing.T) {
	s := &meanwhile{}
	b, d := formBench(t, func(o *bot.Options) { s.Store, o.Store = o.Store, s })
	s.closing = func() { b.submit(ada, d, 1, "Just in time.") }
	b.wait(25 * time.Hour)
	b.wait(2 * time.Minute)
	b.shows("Ada, on question 1: Just in time.")
	if d := b.discussionOf(d.ID); d.State != bot.StateClosed || d.Pending {
		t.Errorf("%s, pending %v", d.State, d.Pending)
	}
}

// A recap is not written in an open discussion because nothing is left to post.
func TestAnswerGivenUpAtTheMomentOfPosting(t *testing.T) {
	s := &meanwhile{}
	b, d := formBench(t, func(o *bot.Options) { s.Store, o.Store = o.Store, s })
	for _, who := range []string{"Ada", "Ben", "Cleo"} {
		b.platform.say(d, who, who+" thinks that the quay should stay open, because the shops need it.", true)
	}
	b.submit(ada, d, 1, "Taken back.")
	s.next = func() {
		if _, err := b.db.Conn().ExecContext(t.Context(), `UPDATE posts SET state = 'dropped' WHERE kind = 'answer'`); err != nil {
			t.Error(err)
		}
	}
	b.work()
	if _, found, err := b.db.Recap(t.Context(), d.ID); found || err != nil || b.discussionOf(d.ID).State != bot.StateOpen {
		t.Errorf("a recap was written (%v), %v", found, err)
	}
	if troubles, err := b.db.Troubles(t.Context(), "", ""); err != nil || len(troubles) > 0 {
		t.Errorf("%+v, %v", troubles, err)
	}
}
