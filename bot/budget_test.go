package bot_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"colloquy/bot"
	"colloquy/bot/writer/model/modeltest"
)

// Over the limit of a day an installation gets what the extractive writer
// writes, and why; others go on, and so does it from midnight in UTC.
func TestBudgetOfADay(t *testing.T) {
	for name, limit := range map[string]func(o *bot.Options, tokens int64){
		"tokens": func(o *bot.Options, tokens int64) { o.Settings.DailyTokens = tokens },
		"cost":   func(o *bot.Options, tokens int64) { o.Settings.DailyCost = 10 * tokens },
	} {
		t.Run(name, func(t *testing.T) {
			b, s := writingBench(t)
			left := func(tokens int64) { // the program begins anew, with a limit of which so many are left
				u := s.Usage()
				b.start(asking(t, s, b.clock, priced), func(o *bot.Options) { limit(o, u.Input+u.CacheRead+u.CacheWrite+u.Output+tokens) })
			}
			b.of("W1", "a", "quay")
			left(1)
			if _, d := b.of("W1", "a", "weir"); b.wrote(d) != "openai" || d.Fallback.Code != "" {
				t.Errorf("one token before the limit: by %s, %+v", b.wrote(d), d.Fallback)
			}
			left(0)
			calls := len(s.Calls())
			o, d := b.of("W1", "b", "mole")
			if b.wrote(d) != "extractive" || d.Fallback.Code != "budget" || len(s.Calls()) != calls {
				t.Errorf("over the limit: by %s, %+v, %d calls more", b.wrote(d), d.Fallback, len(s.Calls())-calls)
			}
			want := " tokens a day is used up ("
			if name == "cost" {
				want = " a day for the model is used up (it took 0.0"
			}
			if !strings.HasPrefix(o.Reason, "mole; the extractive writer wrote it: the limit of ") || !strings.Contains(o.Reason, want) ||
				!strings.Contains(o.Reason, "asked again from 2 Mar 00:00 UTC") {
				t.Error(o.Reason)
			}
			if _, d := b.of("W1", "b", "quay"); b.wrote(d) != "openai" || d.Fallback.Code != "" {
				t.Errorf("what is written already is by %s: %+v", b.wrote(d), d.Fallback)
			}
			if _, d := b.of("W2", "a", "mole"); b.wrote(d) != "openai" {
				t.Errorf("elsewhere by %s: %+v", b.wrote(d), d.Fallback)
			}
			if _, d := b.of("W1", "c", "mole"); b.wrote(d) != "openai" { // another has paid for it
				t.Errorf("what another paid for is by %s: %+v", b.wrote(d), d.Fallback)
			}
			b.pass(15*time.Hour + 59*time.Minute) // it is two seconds to midnight and a minute
			if _, d := b.of("W1", "d", "pier"); d.Fallback.Code != "budget" {
				t.Errorf("before midnight, at %s: by %s", b.clock(), b.wrote(d))
			}
			b.pass(time.Minute)
			if _, d := b.of("W1", "e", "pier"); b.wrote(d) != "openai" {
				t.Errorf("at %s: by %s, %+v", b.clock(), b.wrote(d), d.Fallback)
			}
			if list, _ := b.db.Troubles(t.Context(), "", ""); len(list) != 0 {
				t.Errorf("a budget is no trouble: %+v", list)
			}
		})
	}
}

// What failed is charged as well, to the installation for which it was asked.
func TestFailedAttemptsAreCharged(t *testing.T) {
	b, s := writingBench(t)
	s.Behave(modeltest.Says(map[string]string{"digest": `{"summary":[],"questions":[]}`}))
	if _, d := b.of("W1", "a", "quay"); b.wrote(d) != "extractive" || d.Fallback.Code == "" {
		t.Fatalf("by %s: %+v", b.wrote(d), d.Fallback)
	}
	b.of("W2", "a", "quay")
	u := s.Usage()
	list, err := b.db.Spendings(t.Context(), "", "", time.Time{})
	if err != nil || len(list) != 1 || u.Calls == 0 {
		t.Fatalf("%+v, %v, %d calls", list, err, u.Calls)
	}
	want := bot.Spending{Day: bot.SpentDay(b.clock()), Platform: "test", Workspace: "W1", Kind: bot.SpentDigest, Writer: "openai", Model: "test-model",
		Spent: bot.Spent{Calls: u.Calls, Input: u.Input, CacheRead: u.CacheRead, CacheWrite: u.CacheWrite, Output: u.Output}}
	want.Cost = 10 * want.Tokens()
	if list[0] != want {
		t.Errorf("%+v, want %+v", list[0], want)
	}
}

// overtaken does something once, between what the budget is and what is made of it.
type overtaken struct {
	bot.Store
	do func()
}

func (m *overtaken) SpentOn(ctx context.Context, platform, workspace string, day time.Time) (bot.Spent, error) {
	s, err := m.Store.SpentOn(ctx, platform, workspace, day)
	if do := m.do; do != nil {
		m.do = nil
		do()
	}
	return s, err
}

// waiting has an engine whose installations have a large budget.
func (b *bench) waiting(s *modeltest.Server) *overtaken {
	m := &overtaken{}
	b.start(asking(b.t, s, b.clock), func(o *bot.Options) {
		m.Store, o.Store = o.Store, m
		o.Settings.DailyTokens = 1e6
	})
	return m
}

// Whoever waits for its turn is held to what the others took meanwhile.
func TestBudgetUsedUpByOthersMeanwhile(t *testing.T) {
	b, s := writingBench(t)
	b.waiting(s).do = func() {
		err := b.db.AddSpent(t.Context(), bot.Spending{
			Day: bot.SpentDay(b.clock()), Platform: "test", Workspace: "W1", Kind: bot.SpentDigest, Writer: "w", Spent: bot.Spent{Calls: 1, Input: 1e6},
		})
		if err != nil {
			t.Error(err)
		}
	}
	if _, d := b.of("W1", "a", "quay"); b.wrote(d) != "extractive" || d.Fallback.Code != "budget" || len(s.Calls()) != 0 {
		t.Errorf("by %s, %+v, %d calls", b.wrote(d), d.Fallback, len(s.Calls()))
	}
	if _, d := b.of("W2", "a", "quay"); b.wrote(d) != "openai" {
		t.Errorf("elsewhere by %s, %+v", b.wrote(d), d.Fallback)
	}
}

// Who withdraws while a recap waits for its turn is not sent.
func TestOptedOutMeanwhileAreNotSent(t *testing.T) {
	b, s := modelBench(t, ofQuay[1:]...)
	m := b.waiting(s)
	b.typed("/discuss settings --recap llm")
	d, _ := b.talked()
	b.platform.say(d, "Dan", "The ferry is what I care about.", true)
	m.do = func() { b.typed("/discuss opt-out") } // Ada
	b.wait(25 * time.Hour)
	if m.do != nil || len(recapCalls(s)) == 0 {
		t.Fatal("nothing was sent")
	}
	for _, body := range recapCalls(s) {
		if strings.Contains(body, "back to the shops") {
			t.Error(body)
		}
	}
}
