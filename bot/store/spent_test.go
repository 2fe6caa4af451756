package store

import (
	"database/sql"
	"fmt"
	"io/fs"
	"reflect"
	"testing"
	"time"

	"github.com/pressly/goose/v3"

	"colloquy/bot"
)

// spending is what one call took in an installation at a moment.
func spending(workspace string, at time.Time, n int64) bot.Spending {
	return bot.Spending{Day: at, Platform: "slack", Workspace: workspace, Kind: bot.SpentDigest, Writer: "openai", Model: "m",
		Spent: bot.Spent{Calls: 1, Input: n, CacheRead: 10 * n, CacheWrite: 100 * n, Output: 1000 * n, Cost: 10_000 * n}}
}

func TestSpentIsSummedUpByDayAndInstallation(t *testing.T) {
	db := open(t, place(t))
	midnight := time.Date(2027, 3, 1, 0, 0, 0, 0, time.UTC)
	karachi := time.FixedZone("", 5*3600)
	recap := spending("T1", midnight, 5)
	recap.Kind = bot.SpentRecap
	for _, s := range []bot.Spending{
		spending("T1", midnight.Add(-time.Millisecond), 1), spending("T1", midnight, 2), spending("T1", midnight.Add(24*time.Hour-time.Millisecond).In(karachi), 3),
		spending("T2", midnight, 4), recap,
	} {
		if err := db.AddSpent(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct {
		workspace string
		at        time.Time
		n         int64
		calls     int
	}{
		{"T1", midnight.Add(-time.Second), 1, 1}, {"T1", midnight.Add(time.Hour), 10, 3}, {"T2", midnight.In(karachi), 4, 1}, {"T2", midnight.Add(24 * time.Hour), 0, 0}, {"T3", midnight, 0, 0},
	} {
		want := spending("", midnight, test.n).Spent
		want.Calls = test.calls
		if got, err := db.SpentOn(t.Context(), "slack", test.workspace, test.at); err != nil || got != want {
			t.Errorf("%s at %s: %+v, %v; want %+v", test.workspace, test.at, got, err, want)
		}
	}
	list, err := db.Spendings(t.Context(), "slack", "T1", midnight.Add(time.Hour))
	if err != nil || len(list) != 2 || list[0].Day != midnight || list[0].Calls != 2 || list[1].Kind != bot.SpentRecap {
		t.Errorf("%+v, %v", list, err)
	}
	if all, err := db.Spendings(t.Context(), "", "", time.Time{}); err != nil || len(all) != 4 {
		t.Errorf("%+v, %v", all, err)
	}
	f, err := db.Figures(t.Context(), start)
	if err != nil || len(f.Spent) != 2 || f.Spent[0].Kind != bot.SpentDigest || f.Spent[0].Calls != 4 || f.Spent[0].Input != 10 || f.Spent[1].Cost != 50_000 {
		t.Errorf("%+v, %v", f.Spent, err)
	}
}

// What was spent is kept for 400 days, and not longer than its installation.
func TestSpentIsErased(t *testing.T) {
	db := open(t, place(t))
	for i, workspace := range []string{"T1", "T2"} {
		for _, day := range []int{0, 1, 400} {
			if err := db.AddSpent(t.Context(), spending(workspace, start.Add(time.Duration(day)*24*time.Hour), int64(i+1))); err != nil {
				t.Fatal(err)
			}
		}
	}
	left := func() (days string) {
		t.Helper()
		list, err := db.Spendings(t.Context(), "", "", time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range list {
			days += fmt.Sprintf("%s:%d ", s.Workspace, s.Day.Sub(bot.SpentDay(start))/(24*time.Hour))
		}
		return days
	}
	for _, test := range []struct {
		after time.Duration
		want  string
	}{
		{bot.KeepSpent - 9*time.Hour, "T1:0 T2:0 T1:1 T2:1 T1:400 T2:400 "}, // its day began 400 days ago
		{bot.KeepSpent, "T1:1 T2:1 T1:400 T2:400 "},
	} {
		n, err := db.ClaimDue(t.Context(), start.Add(test.after), 10, nil, nil) // the tick
		if err != nil || left() != test.want {
			t.Errorf("after %s: %q is left, %d erased, %v", test.after, left(), n, err)
		}
	}
	for done := false; !done; {
		var err error
		if done, err = db.EraseInstallation(t.Context(), "slack", "T1", start, bot.Audit{}); err != nil {
			t.Fatal(err)
		}
	}
	if got := left(); got != "T2:1 T2:400 " {
		t.Errorf("without T1, %q is left", got)
	}
}

// A database that was made before models were asked goes on as it is.
func TestTablesOfBeforeModels(t *testing.T) {
	onFile(t)
	path := place(t)
	w, err := sql.Open("sqlite", dsn(path, ""))
	if err != nil {
		t.Fatal(err)
	}
	sub, err := fs.Sub(migrations, "migrations")
	if err != nil {
		t.Fatal(err)
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, w, sub, goose.WithLogger(goose.NopLogger()))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.UpTo(t.Context(), 10); err != nil {
		t.Fatal(err)
	}
	for _, q := range []string{
		`INSERT INTO articles (id, url, url_key, hash, title, title_made, byline, site, language, image, words, text, fetched_at) VALUES ('a', '', '', 'h', 'Rivers', FALSE, '', '', 'en', '', 1, 'x', 0)`,
		`INSERT INTO digests (id, article_id, hash, brief, version, body, created_at) VALUES ('g', 'a', 'h', '0/0/0/0', 'extractive//1',
			'{"language":"en","opinion":false,"sentences":["One."],"summary":[{"text":"One.","evidence":[0]}],"questions":[],"spares":null,"writer":{"name":"extractive","model":"","prompt_version":"1"},"dropped":[{"text":"Two?","reason":"echo"}]}', 0)`,
		`INSERT INTO schedules (id, name, platform, workspace, channel, cron, zone, close_after, deadline, item_order, questions, sentences, feeds, declared, paused, reason, created_at)
			VALUES ('s', '', 'console', '', 'c', '@daily', 'UTC', 1, 1, 'newest', 0, 0, '[]', FALSE, FALSE, '', 0)`,
		`INSERT INTO occurrences (id, platform, workspace, channel, due_at, deadline_at, request, outcome, reason, count, created_at) VALUES ('o', 'console', '', 'c', 0, 0, '{}', 'posted', 'Rivers', 1, 0)`,
		`INSERT INTO discussions (id, occurrence_id, platform, workspace, channel, thread, article_id, digest_id, url_key, hash, repeated, questions, question_count, state, reason, close_after, deadline_at, list_thread, created_at)
			VALUES ('d', 'o', 'console', '', 'c', 't', 'a', 'g', '', 'h', FALSE, '[]', 0, 'closed', '', 0, 0, FALSE, 0)`,
		`INSERT INTO drafts (id, schedule_id, state, decision, decided_by, article_id, digest_id, questions, spares, created_at) VALUES ('f', 's', 'open', '', '', 'a', 'g', '[]', '[]', 0)`,
		`INSERT INTO recaps (id, discussion_id, body, writer, created_at) VALUES ('r', 'd', '[{"kind":"count","people":2,"count":3}]', '{"name":"extractive","model":"","prompt_version":"1"}', 0)`,
	} {
		if _, err := w.Exec(q); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	db := open(t, path)
	ctx := t.Context()
	g, found, err := db.FindDigest(ctx, "a", bot.Brief{}, bot.WriterInfo{Name: "extractive", PromptVersion: "1"})
	if err != nil || !found || g.Spent != (bot.Spent{}) || g.Fallback != (bot.Fallback{}) || len(g.Dropped) != 1 || len(g.Summary) != 1 {
		t.Errorf("digest %+v, %v, %v", g, found, err)
	}
	if d, err := db.Discussion(ctx, "d"); err != nil || d.Title != "Rivers" || d.Fallback != (bot.Fallback{}) {
		t.Errorf("discussion %+v, %v", d, err)
	}
	if f, found, err := db.OpenDraft(ctx, "s"); err != nil || !found || f.Fallback != (bot.Fallback{}) {
		t.Errorf("draft %+v, %v, %v", f, found, err)
	}
	if r, found, err := db.Recap(ctx, "d"); err != nil || !found || len(r.Statements) != 1 || r.Writer.Name != "extractive" || r.Spent != (bot.Spent{}) || r.Dropped != nil {
		t.Errorf("recap %+v, %v, %v", r, found, err)
	}
	if f, err := db.Figures(ctx, start); err != nil || !reflect.DeepEqual(f.Digests, map[string]int{"extractive": 1}) || len(f.Fallbacks) != 0 {
		t.Errorf("%+v, %v", f, err)
	}
}
