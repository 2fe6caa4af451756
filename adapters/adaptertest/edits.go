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
