package console

import (
	"errors"
	"strings"
	"testing"
	"time"

	"colloquy/bot"
)

func TestOwnMessages(t *testing.T) {
	dir := t.TempDir()
	now := time.Date(2027, 1, 2, 3, 4, 5, 0, time.UTC) // stands still
	o := Options{Dir: dir, Clock: func() time.Time { return now }}
	var last bot.Reply
	var removed string
	e := &engine{
		changed: func(r bot.Reply) (bool, error) { last = r; return true, nil },
		removed: func(ref bot.MessageRef) error { removed = ref.MessageID; return nil },
	}
	c, _ := demo(t, e, o, "first\n")
	first := last
	id := string(first.Ref.MessageID)
	type step struct{ line, want string }
	for _, s := range []step{
		{"/react " + id[20:] + " 👍", "reacted to ID\n"},
		{"/as ada\n/react " + id + " 👍", "you speak as ada\nreacted to ID\n"},
		{"/as ada\n/edit " + id + " mine", "you speak as ada\nnot done: no message of yours here has an id that ends in \"ID\"; the id is shown when a line is recorded\n"},
		{"/as ada\n/delete " + id, "you speak as ada\nnot done: no message of yours here has an id that ends in \"ID\"; the id is shown when a line is recorded\n"},
		{"/edit " + id[20:] + " second thoughts", "recorded ID\n"},
		{"/edit " + id, "not done: /edit is not known here, or something is missing; /help lists what can be typed\n"},
		{"/nonsense", "not done: /nonsense is not known here, or something is missing; /help lists what can be typed\n"},
		{"/help", chatHelp},
	} {
		if _, out := demo(t, e, o, s.line+"\n"); ids.ReplaceAllString(out, "ID") != s.want {
			t.Errorf("%s printed %q, want %q", s.line, out, s.want)
		}
	}
	if last.Text != "second thoughts" || last.Ref != first.Ref || last.Version <= first.Version || last.EditedAt.IsZero() {
		t.Errorf("edited: %+v, was %+v", last, first)
	}
	var listed []bot.Change
	thread := first.Ref.Channel
	for change, err := range c.Reconcile(t.Context(), thread, nil) {
		if err != nil {
			t.Fatal(err)
		}
		listed = append(listed, change)
	}
	if len(listed) != 1 || listed[0].Reply.Text != last.Text || listed[0].Reply.Version != last.Version ||
		len(listed[0].Reply.Reactions) != 1 || listed[0].Reply.Reactions[0] != (bot.Reaction{Key: "👍", Count: 2}) {
		t.Errorf("listed: %+v", listed)
	}
	if _, out := demo(t, e, o, "/delete "+id+"\n/delete "+id+"\n"); !strings.HasPrefix(out, "removed "+id+"\nnot done: no message") || removed != id {
		t.Errorf("removed %q: %s", removed, out)
	}
	e.removed = func(bot.MessageRef) error { return errors.New("the store is down") }
	demo(t, e, o, "another\n")
	if _, out := demo(t, e, o, "/delete "+last.Ref.MessageID+"\n"); !strings.Contains(out, "the record will follow") {
		t.Errorf("a removal that is not stored: %s", out)
	}
}

func TestEndingsOfIDsMustBeUnique(t *testing.T) {
	c := New(Options{Dir: t.TempDir()})
	for _, id := range []string{"1-aaa", "2-aaa"} {
		if _, err := c.files.append(t.Context(), "general", record{ID: id, Kind: kindReply, Author: "you"}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := c.message(t.Context(), channel("general"), "aaa", true); bot.ReasonCode(err) != "many_messages" {
		t.Errorf("two of them: %v", err)
	}
	if r, err := c.message(t.Context(), channel("general"), "2-aaa", true); err != nil || r.ID != "2-aaa" {
		t.Errorf("one of them: %v, %v", r, err)
	}
}
