package bot_test

import (
	"strings"
	"testing"
	"time"

	"colloquy/bot"
)

var managers = bot.Channel{Platform: "test", Workspace: "W1", ID: "managers"}

func withApproval(unattended string) func(*bot.Schedule) {
	return func(s *bot.Schedule) {
		s.Rules.Approve, s.Rules.ApproveBefore, s.Rules.Unattended = managers, 30*time.Minute, unattended
	}
}

// in lists what people see in a channel, threads included.
func (p *platform) in(ch bot.Channel) []bot.Message {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []bot.Message
	for _, m := range p.msgs {
		if m.key != "" && !m.gone && m.ref.Parent() == ch {
			out = append(out, m.post)
		}
	}
	return out
}

// press is a manager who presses a button in the managers' channel.
func (b *bench) press(button bot.Button) string {
	b.t.Helper()
	a := b.answer(bot.Command{Name: button.Command, Args: button.Args, Channel: managers, Actor: bot.Actor{Person: ada, Manager: true}})
	return strings.Join(append(a.Message.Paragraphs, a.Message.Lines...), "\n")
}

func button(t *testing.T, m bot.Message, label string) bot.Button {
	t.Helper()
	for _, x := range m.Buttons {
		if x.Label == label {
			return x
		}
	}
	t.Fatalf("%q has no button %q: %+v", m.Title, label, m.Buttons)
	return bot.Button{}
}

func TestWhatWasPreviewedIsPosted(t *testing.T) {
	b := newBench(t)
	b.schedule()
	b.web.publish("quay")
	b.wait(16 * time.Minute)
	if got := b.typed("/discuss preview"); !strings.Contains(got, "is being written") {
		t.Fatal(got)
	}
	first := b.typed("/discuss preview")
	if !strings.Contains(first, "1. ") {
		t.Fatalf("preview: %s", first)
	}
	b.web.publish("mole") // a newer one comes
	b.typed("/discuss preview")
	if got := b.typed("/discuss question drop 1"); strings.Contains(got, "no question") {
		t.Fatal(got)
	}
	b.typed("/discuss question replace 1 'What would you ask the harbour master?'")
	before := b.typed("/discuss question list")
	b.wait(2 * time.Hour)
	d := b.discussion()
	if d.Title != "quay" || d.State != bot.StateOpen || d.Questions[0].Text != "What would you ask the harbour master?" {
		t.Errorf("posted %q with %+v", d.Title, d.Questions)
	}
	for i, q := range d.Questions {
		if !strings.Contains(before, string(rune('1'+i))+". "+q.Text) {
			t.Errorf("question %d was not previewed: %s\n%s", i+1, q.Text, before)
		}
	}
	if got := strings.Join(b.outcomes(), " "); got != "drafted posted" {
		t.Errorf("outcomes %s", got)
	}
	b.wait(24 * time.Hour)
	if d := b.discussion(); d.Title != "mole" {
		t.Errorf("then posted %q", d.Title)
	}
}

func TestPreviewOfNothing(t *testing.T) {
	b := newBench(t)
	b.schedule()
	b.typed("/discuss preview")
	if got := b.typed("/discuss why"); !strings.Contains(got, "nothing new — the feeds have no item") {
		t.Error(got)
	}
	if got := b.typed("/discuss question drop 1"); !strings.Contains(got, "no open draft here") {
		t.Error(got)
	}
}

func TestPreviewWhoseArticleWasPostedMeanwhile(t *testing.T) {
	b := newBench(t)
	b.schedule()
	b.web.publish("mole", "quay")
	b.wait(16 * time.Minute)
	b.typed("/discuss preview")
	b.request(bot.Request{Ref: b.web.URL + "/quay"}) // by hand
	b.wait(2 * time.Hour)
	if d := b.discussion(); d.Title != "mole" {
		t.Errorf("posted %q", d.Title)
	}
}

// The page is gone by the time it is due: what was previewed is posted all the same.
func TestPreviewWhosePageVanished(t *testing.T) {
	b := newBench(t)
	b.schedule()
	b.web.publish("quay")
	b.wait(16 * time.Minute)
	b.typed("/discuss preview")
	b.web.Close()
	b.wait(2 * time.Hour)
	if d := b.discussion(); d.Title != "quay" || d.State != bot.StateOpen {
		t.Errorf("posted %q, %s", d.Title, d.State)
	}
}

func TestUnattendedDraftIsPostedOrHeld(t *testing.T) {
	for unattended, want := range map[string]string{bot.UnattendedPost: "drafted posted", bot.UnattendedHold: "drafted held"} {
		t.Run(unattended, func(t *testing.T) {
			b := newBench(t)
			b.schedule(withApproval(unattended))
			b.web.publish("quay")
			b.wait(29 * time.Minute)
			if n := len(b.platform.in(managers)); n != 0 {
				t.Fatalf("%d drafts too early", n)
			}
			b.wait(2 * time.Minute)
			list := b.platform.in(managers)
			if len(list) != 1 || list[0].Title != "Draft: quay" || len(list[0].Buttons) != 5 || !strings.Contains(list[0].Footer, "Due in test:W1/general Mon 1 Mar 2027 09:00") {
				t.Fatalf("shown to managers: %+v", list)
			}
			b.wait(time.Hour)
			if got := strings.Join(b.outcomes(), " "); got != want {
				t.Errorf("outcomes %s", got)
			}
			if unattended == bot.UnattendedPost {
				if m := b.platform.in(managers)[0]; len(m.Buttons) != 0 || !strings.Contains(m.Footer, "Posted in") {
					t.Errorf("the draft still says: %+v", m)
				}
				return
			}
			if got := b.press(button(t, b.platform.in(managers)[0], "Post now")); !strings.Contains(got, `Posting "quay"`) {
				t.Error(got)
			}
			if d := b.discussion(); d.Title != "quay" || d.State != bot.StateOpen {
				t.Errorf("posted %q, %s", d.Title, d.State)
			}
			b.web.publish("mole")
			b.wait(24 * time.Hour) // what was held long ago takes no other time
			b.wait(time.Hour)
			if got := strings.Join(b.outcomes(), " "); strings.Contains(got, "skipped") {
				t.Errorf("outcomes %s", got)
			}
		})
	}
}

// A draft that somebody only looked at is posted instead of at its time, too.
func TestPostedBeforeItsTime(t *testing.T) {
	b := newBench(t)
	b.schedule()
	b.web.publish("mole", "quay")
	b.wait(16 * time.Minute)
	b.typed("/discuss preview")
	b.typed("/discuss draft post")
	b.wait(time.Hour)
	if got := strings.Join(b.outcomes(), " "); got != "drafted posted skipped" {
		t.Errorf("outcomes %s", got)
	}
	b.wait(24 * time.Hour)
	if d := b.discussion(); d.Title != "mole" {
		t.Errorf("then posted %q", d.Title)
	}
}

// Nothing unapproved is posted when its draft could not be written in time.
func TestHeldWithoutADraft(t *testing.T) {
	b := newBench(t)
	b.schedule(withApproval(bot.UnattendedHold))
	b.wait(40 * time.Minute) // nothing is there when the draft is due
	b.web.publish("quay")
	b.wait(25 * time.Minute)
	if got := strings.Join(b.outcomes(), " "); got != "nothing_new held" || len(b.platform.in(channel)) != 0 {
		t.Errorf("outcomes %s, posted %+v", got, b.platform.in(channel))
	}
	if list := b.platform.in(managers); len(list) != 1 || list[0].Title != "Draft: quay" {
		t.Errorf("shown to managers: %+v", list)
	}
}

func TestDecisionsOfManagers(t *testing.T) {
	setup := func(t *testing.T) *bench {
		b := newBench(t)
		b.schedule(withApproval(bot.UnattendedHold))
		b.web.publish("mole", "quay")
		b.wait(31 * time.Minute)
		return b
	}
	t.Run("post now", func(t *testing.T) {
		b := setup(t)
		b.press(button(t, b.platform.in(managers)[0], "Post now"))
		if d := b.discussion(); d.Title != "quay" || d.State != bot.StateOpen {
			t.Fatalf("posted %q, %s", d.Title, d.State)
		}
		b.wait(time.Hour) // its due time posts no second one
		if got := strings.Join(b.outcomes(), " "); !strings.Contains(got, "skipped") || len(b.platform.in(channel)) != 1+len(b.discussion().Questions) {
			t.Errorf("outcomes %s", got)
		}
	})
	t.Run("at its time", func(t *testing.T) {
		b := setup(t)
		m := b.platform.in(managers)[0]
		b.press(button(t, m, "Post at its time"))
		if m := b.platform.in(managers)[0]; !strings.Contains(m.Footer, "Approved by test:W1/ada") || len(m.Buttons) != 4 {
			t.Errorf("then it says %+v", m)
		}
		if got := b.press(button(t, m, "Post at its time")); !strings.Contains(got, "decided already, by test:W1/ada: it is posted at its time") {
			t.Errorf("the second manager hears: %s", got)
		}
		b.wait(time.Hour)
		if d := b.discussion(); d.Title != "quay" {
			t.Errorf("posted %q", d.Title)
		}
	})
	t.Run("another article", func(t *testing.T) {
		b := setup(t)
		m := b.platform.in(managers)[0]
		b.press(button(t, m, "Other article"))
		list := b.platform.in(managers)
		if len(list) != 2 || !strings.Contains(list[0].Footer, "chose another article") || list[1].Title != "Draft: mole" {
			t.Fatalf("shown to managers: %+v", list)
		}
		if got := b.press(button(t, m, "Post now")); !strings.Contains(strings.ToLower(got), "another article is taken") && !strings.Contains(got, "No draft") {
			t.Errorf("the second manager hears: %s", got)
		}
		b.press(button(t, list[1], "Post at its time"))
		b.wait(time.Hour)
		b.wait(24 * time.Hour)
		b.wait(24 * time.Hour)
		for _, m := range b.platform.in(channel) {
			if m.Title == "quay" {
				t.Error("the one that was not wanted came later")
			}
		}
	})
	t.Run("skip", func(t *testing.T) {
		b := setup(t)
		b.press(button(t, b.platform.in(managers)[0], "Skip"))
		if m := b.platform.in(managers)[0]; !strings.Contains(m.Footer, "after 1 skipped one") {
			t.Errorf("then it says %q", m.Footer)
		}
		b.wait(time.Hour)
		if got := strings.Join(b.outcomes(), " "); got != "skipped drafted" && got != "drafted skipped" || len(b.platform.in(channel)) != 0 {
			t.Errorf("outcomes %s", got)
		}
	})
	t.Run("shown once for a due time", func(t *testing.T) {
		b := setup(t)
		all, err := b.db.Schedules(t.Context(), channel)
		if err != nil {
			t.Fatal(err)
		}
		s := all[0]
		change := s
		change.Rules.MinWords = 3 // has managers asked again
		if _, _, _, err := b.engine.ChangeSchedule(t.Context(), s, change, []string{"min-words"}, bot.Operator); err != nil {
			t.Fatal(err)
		}
		b.wait(time.Minute)
		if list := b.platform.in(managers); len(list) != 1 {
			t.Errorf("managers see it %d times", len(list))
		}
		b.wait(31 * time.Minute) // nobody approves it
		b.wait(23 * time.Hour)
		b.wait(40 * time.Minute)
		if list := b.platform.in(managers); len(list) != 2 || list[0].Title != list[1].Title {
			t.Errorf("for the next due time: %+v", list)
		}
	})
	t.Run("somebody who may not", func(t *testing.T) {
		b := setup(t)
		x := button(t, b.platform.in(managers)[0], "Post now")
		a := b.answer(bot.Command{Name: x.Command, Args: x.Args, Channel: managers, Actor: bot.Actor{Person: ada}})
		if !strings.Contains(a.Message.Paragraphs[0], "for those who manage") || len(b.platform.in(channel)) != 0 {
			t.Errorf("%+v", a.Message)
		}
	})
}

func TestSkip(t *testing.T) {
	b := newBench(t)
	b.schedule()
	b.web.publish("quay")
	if got := b.typed("/discuss skip --count 2"); strings.Count(got, "skipped") != 2 || !strings.Contains(got, "Wed 3 Mar 2027 09:00") {
		t.Fatal(got)
	}
	if got := b.typed("/discuss status"); !strings.Contains(got, "(skips 2)") {
		t.Errorf("status: %s", got)
	}
	b.wait(2 * time.Hour)
	b.wait(24 * time.Hour)
	b.wait(24 * time.Hour)
	if got := strings.Join(b.outcomes(), " "); got != "skipped skipped posted" {
		t.Errorf("outcomes %s", got)
	}
	b.typed("/discuss skip")
	if got := b.typed("/discuss skip --count 0"); strings.Contains(got, "; skipped") || !strings.Contains(got, "skips nothing") {
		t.Error(got)
	}
	if got := b.typed("/discuss skip --count 101"); !strings.Contains(got, "or pause the schedule") {
		t.Error(got)
	}
}

func TestPauseThatEndsByItself(t *testing.T) {
	b := newBench(t)
	s := b.schedule()
	b.web.publish("quay")
	if _, err := b.engine.SetPaused(t.Context(), s, true, b.clock().Add(36*time.Hour), bot.Operator); err != nil {
		t.Fatal(err)
	}
	b.wait(35 * time.Hour)
	if got := b.outcomes(); len(got) != 0 {
		t.Fatalf("while paused: %v", got)
	}
	b.wait(2 * time.Hour) // Tuesday, 21:00
	b.wait(13 * time.Hour)
	if got := strings.Join(b.outcomes(), " "); got != "posted" {
		t.Errorf("outcomes %s", got)
	}
}

func TestQueue(t *testing.T) {
	b := newBench(t)
	b.schedule()
	for _, name := range []string{"one", "two", "three"} {
		b.typed("/discuss add " + b.web.URL + "/" + name)
	}
	b.web.publish("feed1", "feed2")
	b.wait(16 * time.Minute) // the feed is polled
	list, err := b.engine.Queue(t.Context(), channel)
	if err != nil || len(list) != 5 || !strings.HasSuffix(list[0].Title, "/one") || list[3].Kind != "feed" {
		t.Fatalf("%+v, %v", list, err)
	}
	b.typed("/discuss queue move " + string(list[2].ID) + " 1")
	b.typed("/discuss queue remove " + list[0].ID.Short())
	b.typed("/discuss queue remove " + list[3].ID.Short())
	got := b.typed("/discuss queue move " + list[4].ID.Short())
	var lines []string
	for line := range strings.Lines(got) {
		lines = append(lines, strings.TrimSpace(line))
	}
	if len(lines) != 4 || !strings.Contains(lines[1], list[4].URL) || !strings.Contains(lines[2], "/three") || !strings.Contains(lines[3], "/two") {
		t.Errorf("queue: %s", got)
	}
	b.wait(45 * time.Minute)
	for _, want := range []string{list[4].Title, "three", "two"} {
		if d := b.discussion(); d.Title != want {
			t.Errorf("posted %q, want %q", d.Title, want)
		}
		b.wait(24 * time.Hour)
	}
	if got := b.outcomes(); got[len(got)-1] != bot.OutcomeNothingNew {
		t.Errorf("outcomes %v", got)
	}
}
