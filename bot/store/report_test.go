package store

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"colloquy/bot"
)

// say stores a reply in d.
func say(t *testing.T, db *DB, d bot.Discussion, r bot.Reply) {
	t.Helper()
	r.Ref.Channel = d.Channel
	r.ID, r.Author.Platform = bot.NewID(when), "console"
	if r.CreatedAt.IsZero() {
		r.CreatedAt = when
	}
	if _, err := db.RecordReply(t.Context(), r, "hash", when, time.Hour); err != nil {
		t.Fatal(err)
	}
}

func message(id string) bot.MessageRef { return bot.MessageRef{MessageID: id} }

// Which message a reply answers is kept, also when an edit does not say it, and
// goes with the reply.
func TestReplyTo(t *testing.T) {
	db, d, _ := withDiscussion(t)
	say(t, db, d, bot.Reply{Ref: message("m1"), Author: bot.Person{ID: "ana"}, Version: 1})
	say(t, db, d, bot.Reply{Ref: message("m2"), Author: bot.Person{ID: "ben"}, ReplyTo: "m1", Version: 1})
	say(t, db, d, bot.Reply{Ref: message("m2"), Author: bot.Person{ID: "ben"}, Text: "edited", Version: 2})
	answers := func() string {
		t.Helper()
		list, err := db.Replies(t.Context(), d.ID)
		if err != nil {
			t.Fatal(err)
		}
		text := ""
		for _, r := range list {
			text += r.Ref.MessageID + ">" + r.ReplyTo + r.Text + " "
		}
		return text
	}
	if got := answers(); got != "m1> m2>m1edited " {
		t.Errorf("replies %s", got)
	}
	ref := message("m2")
	ref.Channel = d.Channel
	if err := db.RemoveReply(t.Context(), ref, when); err != nil {
		t.Fatal(err)
	}
	if got := answers(); got != "m1> m2> " {
		t.Errorf("after it was deleted: %s", got)
	}
}

func TestReport(t *testing.T) {
	db, d, l := withDiscussion(t)
	ctx := t.Context()
	say(t, db, d, bot.Reply{Ref: message("m1"), Author: bot.Person{ID: "ana", Name: "An"}, Version: 1, Question: 1})
	say(t, db, d, bot.Reply{Ref: message("m2"), Author: bot.Person{ID: "ben", Name: "Ben"}, Version: 1, ReplyTo: "m1", CreatedAt: when.Add(time.Second)})
	say(t, db, d, bot.Reply{Ref: message("m3"), Author: bot.Person{ID: "ana", Name: "Ana"}, Version: 1, ReplyTo: "m4", CreatedAt: when.Add(2 * time.Second)})
	say(t, db, d, bot.Reply{Ref: message("m4"), Author: bot.Person{ID: "cleo", Name: "Cleo"}, Version: 1})
	gone := message("m4")
	gone.Channel = d.Channel
	if err := db.RemoveReply(ctx, gone, when); err != nil {
		t.Fatal(err)
	}
	if err := db.SetState(ctx, l, d.ID, bot.StatePosting, bot.StateOpen); err != nil {
		t.Fatal(err)
	}
	if err := db.BeginClosing(ctx, l, d.ID, when.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	say(t, db, d, bot.Reply{Ref: message("m5"), Author: bot.Person{ID: "ben", Name: "Ben"}, Version: 1, CreatedAt: when.Add(2 * time.Minute)})
	if _, err := db.WriteGaps(ctx, "console", when.Add(3*time.Minute)); err != nil {
		t.Fatal(err)
	}
	open := func(from, until time.Time) *Report {
		t.Helper()
		r, err := db.Report(ctx, d.Channel, bot.ReportRange{From: from, Until: until})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = r.Close() })
		return r
	}
	r := open(when, when.Add(time.Millisecond))
	list, err := r.Discussions(ctx)
	if err != nil || len(list) != 1 || list[0].Replies != 4 || list[0].Late != 1 || !list[0].Removed || len(list[0].Gaps) != 1 || list[0].Title != "Rivers" {
		t.Fatalf("%+v, %v", list, err)
	}
	people, err := r.People(ctx)
	names := []string{}
	for _, p := range people {
		names = append(names, p.String()+"="+p.Name)
	}
	slices.Sort(names)
	if err != nil || strings.Join(names, " ") != "console:ana=Ana console:ben=Ben" {
		t.Errorf("people %v, %v", names, err)
	}
	told := func(list []ReportReply, err error) string {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		text := ""
		for _, v := range list {
			text += fmt.Sprintf("%s>%s %d %v, ", v.Author.ID, v.To.ID, v.Question, v.Late)
		}
		return text
	}
	if got := told(r.In(ctx, d.ID)); got != "ana> 0 false, ben>ana 0 false, ana> 0 false, ben> 0 true, " { // d asks nothing
		t.Errorf("in the discussion: %s", got)
	}
	if got := told(r.Of(ctx, "ben")); got != "ben>ana 0 false, ben> 0 true, " {
		t.Errorf("of Ben: %s", got)
	}
	if name, seen, err := r.Seen(ctx, "ana"); name != "Ana" || !seen || err != nil {
		t.Errorf("Ana: %q %v %v", name, seen, err)
	}
	if name, seen, err := r.Seen(ctx, "cleo"); name != "" || seen || err != nil {
		t.Errorf("Cleo, whose reply is gone: %q %v %v", name, seen, err)
	}
	if heard, err := r.Heard(ctx); !heard.Equal(when.Add(3*time.Minute)) || err != nil {
		t.Errorf("heard %v, %v", heard, err)
	}
	for _, days := range [][2]time.Time{{when.Add(-time.Hour), when}, {when.Add(time.Millisecond), when.Add(time.Hour)}} {
		if list, err := open(days[0], days[1]).Discussions(ctx); err != nil || len(list) != 0 {
			t.Errorf("%v: %+v, %v", days, list, err)
		}
	}
	totals, err := db.ReportTotals(ctx, d.Channel, bot.ReportRange{From: when, Until: when.Add(time.Hour)})
	if err != nil || totals.Discussions != 1 || totals.Replies != 4 || totals.Late != 1 || totals.People != 2 || totals.Gaps != 1 || totals.Unread != 1 || !slices.Equal(totals.Questions, []int{4}) {
		t.Errorf("totals %+v, %v", totals, err)
	}
}

// A channel is heard by the scope of its installation, not by another shard.
func TestHeardByItsScope(t *testing.T) {
	db := open(t, place(t))
	ctx := t.Context()
	ch := bot.Channel{Platform: "discord", Workspace: "G", ID: "C"}
	if err := db.PutInstallations(ctx, when, bot.Presence{Installation: bot.Installation{Platform: "discord", Workspace: "G", Scope: "discord/1"}}); err != nil {
		t.Fatal(err)
	}
	heard := func() time.Time {
		t.Helper()
		r, err := db.Report(ctx, ch, bot.ReportRange{From: when, Until: when.Add(time.Hour)})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = r.Close() }()
		at, err := r.Heard(ctx)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	if err := db.Alive(ctx, []string{"discord/0", "discord:H"}, when.Add(time.Minute)); err != nil || !heard().IsZero() {
		t.Errorf("by others: %v, %v", heard(), err)
	}
	if err := db.Alive(ctx, []string{"discord/1"}, when.Add(2*time.Minute)); err != nil || !heard().Equal(when.Add(2*time.Minute)) {
		t.Errorf("by its own: %v, %v", heard(), err)
	}
}

// A report tells of one moment, whatever is stored while it is read.
func TestReportIsOfOneMoment(t *testing.T) {
	db, d, _ := withDiscussion(t)
	say(t, db, d, bot.Reply{Ref: message("m1"), Author: bot.Person{ID: "ana"}, Version: 1})
	r, err := db.Report(t.Context(), d.Channel, bot.ReportRange{From: when, Until: when.Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	list, err := r.Discussions(t.Context())
	if err != nil || len(list) != 1 || list[0].Replies != 1 {
		t.Fatalf("%+v, %v", list, err)
	}
	say(t, db, d, bot.Reply{Ref: message("m2"), Author: bot.Person{ID: "ben"}, Version: 1})
	if replies, err := r.In(t.Context(), d.ID); err != nil || len(replies) != 1 {
		t.Errorf("%d replies, %v", len(replies), err)
	}
	if people, err := r.People(t.Context()); err != nil || len(people) != 1 {
		t.Errorf("%d people, %v", len(people), err)
	}
}
