package adaptertest

import (
	"strings"
	"testing"

	"colloquy/bot"
)

func testEditor(t *testing.T, env Env) {
	s := connect(t, env)
	editor, ok := s.Adapter.(bot.Editor)
	if !ok {
		t.Skip("no Editor: what changes is said in the thread")
	}
	root, thread := s.open(t, env.Channel, "Edited")
	ref := s.post(t, thread, bot.Message{Title: "Recap", Paragraphs: []string{"Two people wrote."}}, key(1)).Ref
	changed := bot.Message{Title: "Recap", Paragraphs: []string{"One person @everyone wrote."}}
	for range 2 { // the same again is no error
		if err := editor.Edit(t.Context(), ref, changed); err != nil {
			t.Fatalf("Edit: %v", err)
		}
	}
	text, notified := env.Shown(t, ref)
	if notified != 0 || !strings.Contains(text, "One person") || strings.Contains(text, "Two people") {
		t.Errorf("after an edit %d were notified by %q", notified, text)
	}
	for range 2 { // what is gone may be removed
		if err := editor.Delete(t.Context(), ref); err != nil {
			t.Fatalf("Delete: %v", err)
		}
	}
	if text, _ := env.Shown(t, ref); text != "" {
		t.Errorf("a removed post shows %q", text)
	}
	if text, _ := env.Shown(t, root); text == "" {
		t.Error("another post went with it")
	}
}

// The root that a manager removes is told like any removal, and a listing says
// so to who was not there.
func testRootRemoved(t *testing.T, env Env) {
	s := connect(t, env)
	live, _ := s.open(t, env.Channel, "Removed live")
	missed, thread := s.open(t, env.Other, "Removed meanwhile")
	env.DeletePost(t, live)
	s.wait(t, "the removal of a root", func(r *recorder) bool { return r.removed[live.MessageID] })
	s.stop()
	env.DeletePost(t, missed)
	s = connect(t, env)
	if _, removed := s.list(t, thread); !removed[missed.MessageID] {
		t.Error("a listing does not tell that the root is gone")
	}
	if editor, ok := s.Adapter.(bot.Editor); ok {
		if err := editor.Delete(t.Context(), missed); err != nil {
			t.Errorf("removing what is gone: %v", err)
		}
	}
}

func testExclude(t *testing.T, env Env) {
	s := connect(t, env)
	_, thread := s.open(t, env.Channel, "Excluded")
	ref := env.Say(t, thread, "ada", "Leave me out")
	s.reply(t, ref, "Leave me out")
	env.Exclude(t, ref)
	s.wait(t, "the command", func(r *recorder) bool { return len(r.commands) > 0 })
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.commands[0]; c.Name != "exclude" || c.Ref != ref || c.ID == "" || !c.Actor.Manager || c.Actor.ID == "" || c.Channel.Parent() != thread.Parent() {
		t.Errorf("command %+v", c)
	}
}
