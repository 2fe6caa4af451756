package bot_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"colloquy/bot"
)

// audit is the newest line about a row, as people read it.
func (b *bench) audit(target bot.ID) string {
	b.t.Helper()
	lines, err := b.db.Audits(b.t.Context(), bot.AuditFilter{Target: string(target), Limit: 1})
	if err != nil || len(lines) != 1 {
		b.t.Fatal(lines, err)
	}
	a := lines[0]
	return strings.Join([]string{a.Who(), a.From, a.Action, a.Detail}, " | ")
}

func TestAuditSaysWhatChangedAndFromWhere(t *testing.T) {
	b := newBench(t)
	expect := func(target bot.ID, want string) {
		t.Helper()
		if got := b.audit(target); got != want {
			t.Errorf("audit %q, want %q", got, want)
		}
	}
	const here = "test:W1/ada | test:W1/general | "
	b.typed(`/discuss schedule add "0 9 * * *" --tz Asia/Karachi --questions 3 --feed ` + b.web.feedURL())
	all, err := b.db.Schedules(t.Context(), channel)
	if err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	id := all[0].ID
	expect(all[0].Feeds[0], here+"feed_add | "+b.web.feedURL())
	if got := b.audit(id); !strings.HasPrefix(got, here+"schedule_add | test:W1/general; times: 0 9 * * *; tz: Asia/Karachi; ") || !strings.Contains(got, "questions: 3") {
		t.Error(got)
	}
	b.typed("/discuss schedule change " + id.Short() + " --questions 4 --at '30 9 * * *'")
	expect(id, here+"schedule_change | questions: 3 → 4; times: 0 9 * * * → 30 9 * * *")
	b.typed("/discuss schedule pause " + id.Short())
	expect(id, here+"schedule_pause | next: 2027-03-02T04:30:00Z → paused")
	b.typed("/discuss schedule resume " + id.Short())
	expect(id, here+"schedule_resume | next: paused → 2027-03-02T04:30:00Z")
	b.typed("/discuss feed test " + all[0].Feeds[0].Short())
	expect(all[0].Feeds[0], here+"feed_test | "+b.web.feedURL())
	b.typed("/discuss feed remove " + all[0].Feeds[0].Short())
	expect(all[0].Feeds[0], here+"feed_remove | "+b.web.feedURL())
	b.typed("/discuss now " + b.web.URL + "/quay")
	d := b.discussion()
	expect(d.OccurrenceID, here+"request | "+b.web.URL+"/quay")
	b.typed("/discuss close")
	expect(d.ID, here+"close | closes: 2027-03-02T08:00:07Z → 2027-03-01T08:00:08Z")
	if err := b.engine.RemoveSchedule(t.Context(), all[0], bot.Operator); err != nil {
		t.Fatal(err)
	}
	if got := b.audit(id); !strings.HasPrefix(got, "operator | command line | schedule_remove | test:W1/general; times: 0 9 * * *; ") {
		t.Error(got)
	}
}

func TestAuditNamesNobodyWhoWasErased(t *testing.T) {
	b := newBench(t)
	b.request(bot.Request{Ref: b.web.URL + "/quay"})
	d := b.discussion()
	b.platform.say(d, "Berta", "The name is in here, and so is Berta.", true)
	b.platform.say(d, "Berta", "Twice.", true)
	b.wait(time.Second)
	if n, err := b.engine.Erase(t.Context(), bot.Person{Platform: "test", Workspace: "W1", ID: "berta"}, bot.Operator); n != 2 || err != nil {
		t.Fatal(n, err)
	}
	b.answer(bot.Command{Name: "opt-out", Channel: channel, Actor: bot.Actor{Person: bot.Person{Platform: "test", Workspace: "W1", ID: "berta", Name: "Berta"}}})
	lines, err := b.db.Audits(t.Context(), bot.AuditFilter{In: bot.Channel{Platform: "test", Workspace: "W1"}, Limit: 100})
	if err != nil || len(lines) != 2 || lines[0].Detail != "replies: 2 → 0" {
		t.Fatal(lines, err)
	}
	if text := strings.ToLower(fmt.Sprint(lines)); strings.Contains(text, "berta") {
		t.Error(text)
	}
}

func TestAuditOfOneInstallationAlone(t *testing.T) {
	b := newBench(t)
	elsewhere := bot.Channel{Platform: "test", Workspace: "W2", ID: "general"}
	beside := bot.Channel{Platform: "test", Workspace: "W1", ID: "beside"}
	b.schedule(func(s *bot.Schedule) { s.Channel = beside })
	for i := range 12 {
		b.wait(time.Second)
		b.schedule(func(s *bot.Schedule) { s.Name = fmt.Sprint("mine", i) })
		b.schedule(func(s *bot.Schedule) { s.Name, s.Channel, s.Zone = fmt.Sprint("theirs", i), elsewhere, "UTC" })
	}
	got := strings.Split(b.typed("/discuss audit"), "\n")
	if len(got) != 10 || !strings.HasPrefix(got[0], "1 Mar 08:00 UTC — operator, from command line: schedule add ") || strings.Contains(strings.Join(got, ""), "W2") {
		t.Errorf("%d lines: %q", len(got), got)
	}
	for _, test := range []struct {
		f    bot.AuditFilter
		want int
	}{
		{bot.AuditFilter{}, 28}, // and the feed, in all channels
		{bot.AuditFilter{In: channel}, 13},
		{bot.AuditFilter{In: elsewhere}, 13},
		{bot.AuditFilter{In: beside}, 2},
		{bot.AuditFilter{In: bot.Channel{Platform: "test", Workspace: "W1"}}, 15},
		{bot.AuditFilter{In: bot.Channel{Platform: "test"}}, 0},
		{bot.AuditFilter{Since: b.clock().Add(-1500 * time.Millisecond)}, 2},
	} {
		test.f.Limit = 100
		if lines, err := b.db.Audits(t.Context(), test.f); err != nil || len(lines) != test.want {
			t.Errorf("%+v: %d lines, %v", test.f, len(lines), err)
		}
	}
}
