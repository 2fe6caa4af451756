package adaptertest

import (
	"context"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"colloquy/bot"
)

func testLiveEvents(t *testing.T, env Env) {
	s := connect(t, env)
	_, thread := s.open(t, env.Channel, "Live")
	before := time.Now().Add(-time.Hour)
	ref := env.Say(t, thread, "ada", "@2 I think so")
	r := s.reply(t, ref, "@2 I think so") // the number is left for the engine
	if r.Ref != ref || r.Author.ID == "" || r.Author.Name == "" || r.Author.Platform != s.Platform() || r.Version <= 0 ||
		r.CreatedAt.Before(before) || !r.EditedAt.IsZero() || r.Deleted || r.Question != 0 {
		t.Errorf("written: %+v", r)
	}
	env.Edit(t, ref, "No: عائشہ is right")
	edited := s.reply(t, ref, "No: عائشہ is right")
	if edited.Ref != ref || edited.Author != r.Author || edited.EditedAt.IsZero() || !edited.CreatedAt.Equal(r.CreatedAt) {
		t.Errorf("edited: %+v", edited)
	}
	other := env.Say(t, thread, "grace", "Somebody else")
	if who := s.reply(t, other, "Somebody else").Author; who == r.Author {
		t.Errorf("two people are %+v", who)
	}
	env.Delete(t, ref)
	s.wait(t, "the removal", func(r *recorder) bool { return r.removed[ref.MessageID] })
	if s.removed[other.MessageID] {
		t.Error("the wrong message was removed")
	}
}

func testVersions(t *testing.T, env Env) {
	s := connect(t, env)
	_, thread := s.open(t, env.Channel, "Versions")
	ref := env.Say(t, thread, "ada", "first")
	s.reply(t, ref, "first")
	for _, text := range []string{"second", "third", "fourth"} { // at once, and each is higher
		env.Edit(t, ref, text)
		s.reply(t, ref, text)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	distinct := slices.Compact(slices.Clone(s.versions[ref.MessageID]))
	if !slices.IsSorted(distinct) || len(distinct) < 4 {
		t.Errorf("versions: %v", s.versions[ref.MessageID])
	}
}

func testNotAcknowledged(t *testing.T, env Env) {
	s := connect(t, env)
	_, thread := s.open(t, env.Channel, "Refused once")
	s.refuseNext(1)
	ref := env.Say(t, thread, "ada", "do not lose me")
	s.wait(t, "an event to refuse", func(r *recorder) bool { return r.refused == 1 })
	if _, ok := s.Adapter.(bot.Reconciler); ok {
		if replies, _ := s.list(t, thread); replies[ref.MessageID].Text != "do not lose me" {
			t.Errorf("a refused reply is not listed: %+v", replies)
		}
		return
	}
	s.reply(t, ref, "do not lose me")
}

func testOwnPosts(t *testing.T, env Env) {
	s := connect(t, env)
	root, thread := s.open(t, env.Channel, "Own posts")
	own := s.post(t, thread, bot.Message{Quotation: []bot.Quoted{{Text: "By a form", By: "grace"}}}, key(1)).Ref
	ref := env.Say(t, thread, "ada", "a person")
	s.reply(t, ref, "a person") // whatever came before it has arrived
	s.mu.Lock()
	for _, id := range []string{root.MessageID, own.MessageID} {
		if _, ok := s.replies[id]; ok {
			t.Errorf("our own post %s came as a reply", id)
		}
	}
	s.mu.Unlock()
	replies, removed := s.list(t, thread, own) // one that shows an answer is known
	if len(replies) != 1 || len(removed) != 0 {
		t.Errorf("listed as replies: %+v; removed: %v", replies, removed)
	}
	editor, ok := s.Adapter.(bot.Editor)
	if !ok {
		return
	}
	if err := editor.Delete(t.Context(), own); err != nil {
		t.Fatal(err)
	}
	if _, removed := s.list(t, thread, own); !removed[own.MessageID] {
		t.Error("a post of ours that is known and gone is not listed as removed")
	}
}

func testReconcile(t *testing.T, env Env) {
	s := connect(t, env)
	_, thread := s.open(t, env.Channel, "Listed")
	if replies, removed := s.list(t, thread); len(replies)+len(removed) != 0 {
		t.Errorf("an empty thread lists %v, %v", replies, removed)
	}
	kept, edited, gone := env.Say(t, thread, "ada", "kept"), env.Say(t, thread, "grace", "old"), env.Say(t, thread, "ada", "gone")
	live := s.reply(t, kept, "kept")
	s.reply(t, edited, "old")
	s.reply(t, gone, "gone")
	env.Edit(t, edited, "new")
	env.Delete(t, gone)
	s.wait(t, "the removal", func(r *recorder) bool { return r.removed[gone.MessageID] })
	newest := s.reply(t, edited, "new")
	replies, removed := s.list(t, thread, kept, edited, gone)
	if len(replies) != 2 || len(removed) != 1 || !removed[gone.MessageID] {
		t.Fatalf("listed %+v, removed %v", replies, removed)
	}
	if got := replies[edited.MessageID]; got.Text != "new" || got.Version != newest.Version || got.EditedAt.IsZero() {
		t.Errorf("edited: listed %+v, and live %+v", got, newest)
	}
	if got := replies[kept.MessageID]; got.Ref != live.Ref || got.Author != live.Author || got.Version != live.Version || !got.CreatedAt.Equal(live.CreatedAt) {
		t.Errorf("kept: listed %+v, and live %+v", got, live)
	}
	if _, removed := s.list(t, thread, kept); len(removed) != 0 {
		t.Errorf("removed without being known: %v", removed)
	}
}

func testOutage(t *testing.T, env Env) {
	s := connect(t, env)
	_, thread := s.open(t, env.Channel, "Outage")
	before := env.Say(t, thread, "ada", "before")
	gone := env.Say(t, thread, "ada", "to be removed")
	s.reply(t, before, "before")
	s.reply(t, gone, "to be removed")
	s.stop()
	offline := env.Say(t, thread, "grace", "while you were away")
	env.Edit(t, before, "changed while you were away")
	env.Delete(t, gone)
	s = connect(t, env)
	replies, removed := s.list(t, thread, before, gone)
	if replies[offline.MessageID].Text != "while you were away" || replies[before.MessageID].Text != "changed while you were away" ||
		len(replies) != 2 || !removed[gone.MessageID] || len(removed) != 1 {
		t.Errorf("after an outage: %+v, removed %v", replies, removed)
	}
	after := env.Say(t, thread, "ada", "and on it goes")
	s.reply(t, after, "and on it goes")
}

func testReconcileStops(t *testing.T, env Env) {
	s := connect(t, env)
	_, thread := s.open(t, env.Channel, "Stops")
	ref := env.Say(t, thread, "ada", "one")
	env.Say(t, thread, "ada", "two")
	s.reply(t, ref, "one")
	lister, ok := s.Adapter.(bot.Reconciler)
	if !ok {
		t.Skip("no Reconciler: gaps are not recoverable")
	}
	for _, err := range lister.Reconcile(t.Context(), thread, nil) {
		if err != nil {
			t.Error(err)
		}
		break // the iterator panics if it goes on
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	failed := false
	for change, err := range lister.Reconcile(ctx, thread, []bot.MessageRef{ref}) {
		failed = failed || err != nil
		if change.Removed.MessageID != "" {
			t.Errorf("a listing that was broken off removes %s", change.Removed.MessageID)
		}
	}
	if !failed {
		t.Error("a listing with a cancelled context ends as if it were complete")
	}
}

func testRunEnds(t *testing.T, env Env) {
	before := runtime.NumGoroutine()
	s := connect(t, env)
	_, thread := s.open(t, env.Channel, "Ends")
	s.reply(t, env.Say(t, thread, "ada", "the last word"), "the last word")
	s.stop()
	for end := time.Now().Add(Patience); ; {
		left := runtime.NumGoroutine()
		if left <= before {
			return
		}
		if time.Now().After(end) {
			stacks := make([]byte, 1<<16)
			t.Fatalf("%d goroutines before, %d after:\n%s", before, left, firstLines(string(stacks[:runtime.Stack(stacks, true)]), 60))
		}
		runtime.Gosched()
	}
}

func firstLines(s string, n int) string {
	lines := strings.SplitN(s, "\n", n+1)
	return strings.Join(lines[:min(n, len(lines))], "\n")
}
