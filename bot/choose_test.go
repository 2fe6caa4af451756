package bot_test

import (
	"strings"
	"testing"
	"time"

	"colloquy/bot"
)

// set changes the options of a schedule as a person would.
func set(t *testing.T, pairs ...string) func(*bot.Schedule) {
	return func(s *bot.Schedule) {
		t.Helper()
		for i := 0; i < len(pairs); i += 2 {
			o, ok := bot.FindOption(pairs[i])
			if !ok {
				t.Fatalf("no option %s", pairs[i])
			}
			if err := o.Replace(s, pairs[i+1]); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// The next candidate is taken instead, and why says what was refused.
func TestWhatAScheduleDoesNotTake(t *testing.T) {
	for name, test := range map[string]struct {
		options []string
		refused string // the newest
		why     string
	}{
		"a word":     {[]string{"skip", "Port Sad*"}, "sadness", `it has "Port Sad*" in it, which this schedule skips`},
		"no word":    {[]string{"only", "Port Quay,market hall"}, "mole", "it has nothing in it of what this schedule wants: Port Quay, market hall"},
		"too short":  {[]string{"min-words", "100"}, "plain", "words, and this schedule takes nothing under 100"},
		"a suicide":  {nil, "suicide", "it is held back: it seems to be about a suicide"},
		"same story": {[]string{"same-story", "skip"}, "mole", `it tells the same story as "pier", which was discussed here`},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			if name == "same story" {
				b.request(bot.Request{Ref: b.web.URL + "/pier"})
				test.options = append(test.options, "only", "Port Mole")
			}
			b.schedule(set(t, test.options...))
			b.web.publish("quay", test.refused)
			b.wait(2 * time.Hour)
			list, err := b.db.Occurrences(t.Context(), channel, "", 1)
			if err != nil || len(list) == 0 {
				t.Fatal(list, err)
			}
			refusals, err := b.db.Refusals(t.Context(), list[0].ID)
			if err != nil || len(refusals) == 0 || refusals[0].Candidate.Title != test.refused || !refusals[0].Final || !strings.Contains(refusals[0].Text, test.why) {
				t.Errorf("refusals %+v, %v", refusals, err)
			}
			if name == "same story" {
				return // "quay" tells it too
			}
			if d := b.discussion(); d.Title != "quay" {
				t.Errorf("posted %q", d.Title)
			}
			if why := b.typed("/discuss why"); !strings.Contains(why, "not \""+test.refused+"\": ") || !strings.Contains(why, test.why) {
				t.Errorf("in chat: %s", why)
			}
		})
	}
}

func TestSensitiveArticlesAsTheScheduleSays(t *testing.T) {
	for value, questions := range map[string]bool{bot.SensitiveSummary: false, bot.SensitivePost: true} {
		b := newBench(t)
		b.schedule(set(t, "sensitive", value))
		b.web.publish("suicide")
		b.wait(2 * time.Hour)
		if d := b.discussion(); d.Title != "suicide" || len(d.Questions) > 0 != questions {
			t.Errorf("%s: posted %q with %d questions", value, d.Title, len(d.Questions))
		}
	}
	b := newBench(t)
	b.request(bot.Request{Ref: b.web.URL + "/suicide"}) // by hand it is posted
	if d := b.discussion(); d.State != bot.StateOpen {
		t.Errorf("by hand: %s", d.State)
	}
}

// What is too old is seen before it is fetched, and is none of the ten that are read.
func TestOldItemsAreNotFetched(t *testing.T) {
	var old []string
	for i := range 40 {
		old = append(old, "old"+string(rune('a'+i%26))+string(rune('a'+i/26)))
	}
	b := newBench(t)
	b.schedule(set(t, "order", bot.Oldest))
	b.web.publish(old...)
	for i := range b.web.at {
		b.web.at[i] = b.web.at[i].Add(-100 * time.Hour)
	}
	b.web.publish("quay")
	b.wait(2 * time.Hour)
	if d := b.discussion(); d.Title != "quay" {
		t.Errorf("posted %q", d.Title)
	}
	if why := b.typed("/discuss why"); !strings.Contains(why, "posted — quay") {
		t.Error(why)
	}
}

func TestFiltersThatLeaveNothing(t *testing.T) {
	b := newBench(t)
	b.schedule(set(t, "only", "unicorn"))
	b.web.publish("one", "two", "three")
	b.wait(2 * time.Hour)
	if why := b.typed("/discuss why"); !strings.Contains(why, `nothing new — none of 3 could be used: "three" and 2 more: it has nothing in it of what this schedule wants: unicorn`) {
		t.Error(why)
	}
}

// What one schedule does not want is for another one, and for the same one
// when it wants something else.
func TestRefusedByOneSchedule(t *testing.T) {
	unwanted := func(s *bot.Schedule) { s.Rules.Skip = []string{"quay"} }
	refused := func(t *testing.T, change ...func(*bot.Schedule)) (*bench, bot.Schedule) {
		b := newBench(t)
		s := b.schedule(unwanted)
		for _, c := range change {
			b.schedule(c)
		}
		b.web.publish("quay")
		b.wait(90 * time.Minute)
		if n := len(b.platform.in(channel)); n != 0 {
			t.Fatalf("%d posts of what is not wanted", n)
		}
		b.wait(time.Hour)
		return b, s
	}
	t.Run("another", func(t *testing.T) {
		b, _ := refused(t, func(s *bot.Schedule) { s.Cron = "0 10 * * *" })
		if d := b.discussion(); d.Title != "quay" {
			t.Errorf("posted %q", d.Title)
		}
	})
	t.Run("changed", func(t *testing.T) {
		b, s := refused(t)
		change := s
		change.Rules.Skip = nil
		if _, _, _, err := b.engine.ChangeSchedule(t.Context(), s, change, []string{"skip"}, bot.Operator); err != nil {
			t.Fatal(err)
		}
		b.wait(24 * time.Hour)
		if d := b.discussion(); d.Title != "quay" {
			t.Errorf("posted %q", d.Title)
		}
		if got := b.typed("/discuss why"); !strings.Contains(got, "which this schedule skips") {
			t.Errorf("why: %s", got)
		}
	})
}
