package bot_test

import (
	"strings"
	"testing"
	"time"

	"colloquy/bot"
)

func TestDaysAreLeftOut(t *testing.T) {
	b := newBench(t)
	s := b.schedule(set(t, "except", "2027-03-02..2027-03-03"))
	b.web.publish("quay")
	b.wait(2 * time.Hour)
	next, err := bot.NextTimes(s, time.Minute, b.clock(), 2)
	if err != nil || len(next) != 3 || next[0].More != 1 || !strings.Contains(next[0].Describe(), "not posted, nor 1 more after it: 2027-03-02 to 2027-03-03 is left out") || next[1].At.Day() != 4 {
		t.Errorf("next %+v, %v", next, err)
	}
	for range 3 {
		b.wait(24 * time.Hour)
	}
	if got := strings.Join(b.outcomes(), " "); got != "posted nothing_new" {
		t.Errorf("outcomes %s", got)
	}
}

// What was due while nothing ran is made up for, but not at night; also not in
// the night in which the clock is put forward.
func TestNothingIsMadeUpForAtNight(t *testing.T) {
	for name, test := range map[string]struct {
		start   time.Time
		down    time.Duration
		outcome string
	}{
		"in the evening":       {time.Date(2027, 3, 10, 19, 0, 0, 0, time.UTC), 105 * time.Minute, "posted"},
		"in the night":         {time.Date(2027, 3, 10, 19, 0, 0, 0, time.UTC), 4 * time.Hour, "missed"},
		"before the clock":     {time.Date(2027, 3, 27, 19, 0, 0, 0, time.UTC), 4 * time.Hour, "missed"},
		"clock forward, 06:30": {time.Date(2027, 3, 27, 19, 0, 0, 0, time.UTC), 9*time.Hour + 30*time.Minute, "missed"},
		"clock forward, 07:30": {time.Date(2027, 3, 27, 19, 0, 0, 0, time.UTC), 10*time.Hour + 30*time.Minute, "posted"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.mu.Lock()
			b.now = test.start
			b.mu.Unlock()
			b.schedule(set(t, "tz", "Europe/Berlin", "not-between", "22:00-07:00", "deadline", "1d", "max-age", "any"),
				func(s *bot.Schedule) { s.Cron = "daily 21:30" })
			b.web.publish("quay")
			b.wait(test.down)
			if got := strings.Join(b.outcomes(), " "); got != test.outcome {
				t.Errorf("outcomes %s", got)
			}
			if why := b.typed("/discuss why"); test.outcome == "missed" && !strings.Contains(why, "between 22:00 and 07:00 nothing is posted") {
				t.Error(why)
			}
		})
	}
}

func TestPostedALittleLater(t *testing.T) {
	b := newBench(t)
	s := b.schedule(set(t, "jitter", "1h"))
	b.web.publish("quay")
	due := time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC)
	late := bot.Jitter(s.ID, due, time.Hour)
	b.wait(time.Hour + late - time.Second)
	if late > time.Second && len(b.platform.posts()) != 0 {
		t.Error("posted before its time")
	}
	b.wait(2 * time.Second)
	list, err := b.db.Occurrences(t.Context(), channel, "", 1)
	if err != nil || len(list) != 1 || list[0].Outcome != bot.OutcomePosted || !list[0].DueAt.Equal(due) {
		t.Errorf("occurrences %+v, %v", list, err)
	}
}

// Words are stored in one form, and every second week knows where it began.
func TestTimesAreStoredInOneForm(t *testing.T) {
	b := newBench(t)
	for given, want := range map[string]string{
		"Every 2 weeks Monday 9am": "every 2 weeks mon 09:00 from 2027-03-01",
		"every day 8:00":           "daily 08:00",
		"0 9 * * *":                "0 9 * * *",
	} {
		if s := b.schedule(func(s *bot.Schedule) { s.Cron = given }); s.Cron != want {
			t.Errorf("%q is stored as %q", given, s.Cron)
		}
	}
	got := b.typed(`/discuss schedule add "every 2 weeks mon 09:00" --except 2027-03-01..2027-03-16 --not-between 12:00-13:00`)
	if !strings.Contains(got, "Mon 29 Mar 2027 09:00") || strings.Contains(got, "Mon 15 Mar 2027 09:00 UTC (+00:00)\n") {
		t.Errorf("next times: %s", got)
	}
	for line, want := range map[string]string{
		`/discuss schedule add "weekday 9"`:                                   "did you mean",
		`/discuss schedule add`:                                               "When?",
		`/discuss schedule add "daily 23:00" --not-between 22:00-07:00`:       "all times",
		`/discuss schedule add "daily 09:00" --except 2027-04-01..2027-03-01`: "2027-03-01..2027-04-01",
		`/discuss schedule add "daily 09:00" --except holidays.ics`:           "holidays.ics",
		`/discuss schedule add "daily 09:00" --jitter 2h`:                     "from 1m to 1h",
		`/discuss schedule pause ` + "zzzzzzzz" + ` --until yesterday`:        "no schedule",
	} {
		if got := b.typed(line); !strings.Contains(strings.ToLower(got), strings.ToLower(want)) {
			t.Errorf("%s: %s", line, got)
		}
	}
}

// A file says every second week without a date: reading it again does not move the weeks.
func TestDeclaredWeeksKeepTheirBeginning(t *testing.T) {
	b := newBench(t)
	d := bot.Declared{Schedules: []bot.DeclaredSchedule{{Schedule: bot.Schedule{Name: "biweekly", Channel: channel, Cron: "every 2 weeks mon 09:00", Zone: "UTC"}}}}
	for range 3 {
		if _, _, err := b.engine.Declare(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		if s := b.named("biweekly"); s.Cron != "every 2 weeks mon 09:00 from 2027-03-01" {
			t.Errorf("stored as %q, next at %s", s.Cron, s.NextAt)
		}
		b.wait(8 * 24 * time.Hour)
	}
}
