package bot_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"colloquy/bot"
)

// completes asks what an argument can be.
func (b *bench) completes(in bot.Channel, manager bool, command, param, text string) (labels, values []string) {
	b.t.Helper()
	a, err := b.engine.Command(b.t.Context(), bot.Command{Name: bot.CompleteCommand, Channel: in, Actor: bot.Actor{Person: ada, Manager: manager},
		Args: map[string]string{"command": command, "param": param, "text": text}})
	if err != nil || len(a.Choices) > 25 || !a.Private {
		b.t.Fatalf("%s %s: %d choices, %v", command, param, len(a.Choices), err)
	}
	for _, c := range a.Choices {
		if n := len(utf16.Encode([]rune(c.Label))); n == 0 || n > 100 || len(c.Args["value"]) == 0 || len(c.Args["value"]) > 100 {
			b.t.Errorf("%s %s: %q is %q", command, param, c.Label, c.Args["value"])
		}
		labels, values = append(labels, c.Label), append(values, c.Args["value"])
	}
	return labels, values
}

func TestCompletion(t *testing.T) {
	b, d := formBench(t)
	b.web.publish("backlog")
	s := b.schedule(func(s *bot.Schedule) { s.Rules.Recap = bot.RecapPreview })
	if err := b.engine.AddManager(t.Context(), bot.Installation{Platform: "test", Workspace: "W1"}, bot.Manager{Role: true, ID: "crew"}, bot.Operator); err != nil {
		t.Fatal(err)
	}
	b.command("add", map[string]string{"url": b.web.URL + "/later"})
	r := b.form(ada, d, 1, "Mine.")
	spoken := b.platform.say(d, "Ben", strings.Repeat("Long, \u202eand @everyone. ", 30), true)
	feeds, err := b.db.Feeds(t.Context(), channel)
	if err != nil || len(feeds) != 1 {
		t.Fatal(feeds, err)
	}
	for _, test := range []struct{ command, param, text, want string }{
		{"feed remove", "id", "", feeds[0].ID.Short()},
		{"feed test", "id", "harbour", feeds[0].ID.Short()},
		{"feed test", "id", "elsewhere", ""},
		{"schedule pause", "id", "0 9", s.ID.Short()},
		{"schedule next", "id", string(s.ID)[20:], s.ID.Short()},
		{"skip", "id", "", s.ID.Short()},
		{"close", "id", "QUAY", d.ID.Short()},
		{"answer", "id", d.URL, d.ID.Short()},
		{"evidence", "id", "", d.ID.Short()},
		{"reopen", "id", "", ""},
		{"recap post", "id", "", ""},
		{"queue remove", "id", "later", "*"},
		{"now", "source", "backl", b.web.URL + "/backlog"},
		{"exclude", "id", "mine", r.ID.Short()},
		{"exclude", "id", "ben:", "*"},
		{"include", "id", "", ""},
		{"remove", "id", "", r.ID.Short()},
		{"managers remove", "who", "", "role:crew"},
		{"schedule add", "tz", "karachi", "Asia/Karachi"},
		{"settings", "zone", "europe/ber", "Europe/Berlin"},
		{"settings", "zone", "pacific/fiji", "Pacific/Fiji"},
		{"settings", "zone", "nowhere at all", ""},
		{"schedule add", "recap", "pre", "preview"},
		{"schedule change", "order", "old", "oldest"},
		{"settings", "language", "u", "ur"},
		{"schedule add", "max-age", "an", ""},
		{"schedule add", "at", "", ""},
		{"dance", "id", "", ""}, {"close", "of", "", ""}, {bot.CompleteCommand, "command", "", ""},
	} {
		_, got := b.completes(channel, true, test.command, test.param, test.text)
		if test.want == "*" && len(got) == 1 {
			continue
		}
		if test.want == "" && len(got) > 0 || test.want != "" && !slices.Equal(got, []string{test.want}) {
			t.Errorf("%s %s %q: %q, want %q", test.command, test.param, test.text, got, test.want)
		}
	}
	labels, _ := b.completes(channel, true, "exclude", "id", "ben")
	if len(labels) != 1 || strings.ContainsRune(labels[0], '\u202e') || !strings.HasSuffix(labels[0], "…") {
		t.Errorf("%q", labels)
	}
	b.answer(bot.Command{Name: "exclude", Ref: spoken.Ref, Channel: channel, Actor: bot.Actor{Person: ada, Manager: true}})
	if labels, _ = b.completes(channel, true, "include", "id", ""); len(labels) != 1 {
		t.Errorf("kept out: %q", labels)
	}
	if _, zones := b.completes(channel, true, "schedule change", "tz", ""); len(zones) != 25 {
		t.Errorf("%d zones", len(zones))
	}
}

// Nobody is shown what is none of theirs.
func TestCompletionShowsNothingOfOthers(t *testing.T) {
	b, d := formBench(t)
	b.web.publish("backlog")
	b.schedule()
	b.form(ada, d, 1, "Mine.")
	b.form(ben, d, 1, "Ben's.")
	b.command("add", map[string]string{"url": b.web.URL + "/later"})
	b.typed("/discuss preview")
	b.typed("/discuss managers add role:crew")
	elsewhere := []bot.Channel{{Platform: "test", Workspace: "W2", ID: "general"}, {Platform: "other", Workspace: "W1", ID: "general"}, {Platform: "test", Workspace: "W1"}, {}}
	for _, spec := range bot.Commands() {
		for _, p := range spec.Params {
			if p.Of == "" || p.Of == "zone" {
				continue
			}
			for _, in := range elsewhere {
				if labels, _ := b.completes(in, true, spec.Name, p.Name, ""); len(labels) > 0 {
					t.Errorf("%s %s in %q: %q", spec.Name, p.Name, in, labels)
				}
			}
			if labels, _ := b.completes(channel, false, spec.Name, p.Name, ""); spec.Manage && len(labels) > 0 {
				t.Errorf("%s %s for everybody: %q", spec.Name, p.Name, labels)
			}
		}
	}
	if labels, _ := b.completes(channel, false, "remove", "id", ""); len(labels) != 1 || labels[0] != "Ada: Mine." {
		t.Errorf("to remove: %q", labels)
	}
}

func TestCompletionOffersAtMost25(t *testing.T) {
	b := newBench(t)
	for i := range 30 {
		s := bot.Schedule{Channel: channel, Cron: fmt.Sprintf("%d 9 * * *", i), Zone: "UTC", Name: fmt.Sprintf("number%d", i)}
		if _, _, _, err := b.engine.AddSchedule(t.Context(), s, nil, bot.Operator); err != nil {
			t.Fatal(err)
		}
	}
	if labels, _ := b.completes(channel, true, "schedule remove", "id", ""); len(labels) != 25 {
		t.Errorf("%d", len(labels))
	}
	if labels, _ := b.completes(channel, true, "schedule remove", "id", "number29"); len(labels) != 1 || !strings.Contains(labels[0], "next Mon 1 Mar 2027 09:29") {
		t.Errorf("%q", labels)
	}
}

func TestEveryKindIsCompleted(t *testing.T) {
	for _, spec := range bot.Commands() {
		for _, p := range spec.Params {
			if (p.Name == "id" || p.Name == "tz" || p.Name == "zone") != (p.Of != "") && p.Of != "article" && p.Of != "manager" {
				t.Errorf("%s %s is of %q", spec.Name, p.Name, p.Of)
			}
		}
	}
}
