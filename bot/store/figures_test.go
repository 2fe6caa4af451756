package store

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"reflect"
	"testing"

	"colloquy/bot"
)

func TestFigures(t *testing.T) {
	db, d, _ := withDiscussion(t)
	ctx := t.Context()
	say(t, db, d, bot.Reply{Ref: message("m1"), Author: bot.Person{ID: "ana"}, Version: 1})
	say(t, db, d, bot.Reply{Ref: message("m2"), Author: bot.Person{ID: "ben"}, Version: 1})
	erased := message("m1")
	erased.Channel = d.Channel
	if err := db.RemoveReply(ctx, erased, when); err != nil {
		t.Fatal(err)
	}
	schedule := bot.Schedule{ID: "s", Channel: d.Channel, Cron: "0 9 * * *", Zone: "UTC", CreatedAt: when, NextAt: when}
	paused := bot.Schedule{ID: "p", Channel: d.Channel, Cron: "0 9 * * *", Zone: "UTC", CreatedAt: when, Paused: true}
	removed := bot.Schedule{ID: "r", Channel: d.Channel, Cron: "0 9 * * *", Zone: "UTC", CreatedAt: when, NextAt: when}
	for _, err := range []error{
		db.PutSchedule(ctx, schedule, bot.Audit{}), db.PutSchedule(ctx, paused, bot.Audit{}), db.PutSchedule(ctx, removed, bot.Audit{}),
		db.RemoveSchedule(ctx, removed.ID, when, bot.Audit{}),
		db.NoteTrouble(ctx, bot.Trouble{Platform: "console", Cause: bot.CauseFeed, Subject: "f", Since: when, Last: when}),
		db.NoteTrouble(ctx, bot.Trouble{Platform: "console", Cause: bot.CauseFeed, Subject: "g", Since: when, Last: when}),
		db.EndTrouble(ctx, bot.Trouble{Platform: "console", Cause: bot.CauseFeed, Subject: "g"}, false, when),
		db.write(ctx, func(tx *sql.Tx) error {
			return exec(ctx, tx, `INSERT INTO gaps (id, discussion_id, scope, from_at, to_at, recovered, listed, ended) VALUES ('1', $1, 'console', 0, 1, 0, TRUE, TRUE)`, d.ID)
		}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	f, err := db.Figures(ctx, when)
	if err != nil {
		t.Fatal(err)
	}
	if f.Replies != 1 || f.Troubles[bot.CauseFeed] != 1 || !reflect.DeepEqual(f.Schedules, map[string]int{"running": 1, "paused": 1}) ||
		!reflect.DeepEqual(f.Gaps, map[string]int{"listed": 1}) || f.Discussions[d.State] != 1 || len(f.Overdue) != 0 {
		t.Errorf("%+v", f)
	}
	late, err := db.Figures(ctx, when.Add(bot.OverdueAfter))
	if err != nil || late.Overdue["schedule"] != 1 || late.Oldest["schedule"] != bot.OverdueAfter {
		t.Errorf("a minute later: %+v, %v", late, err)
	}
}

// BenchmarkFigures counts a database of 100,000 discussions with five posts and
// ten replies each.
func BenchmarkFigures(b *testing.B) {
	db := open(b, filepath.Join(b.TempDir(), "bench.db"))
	discussion(b, db)
	const n = 100_000
	series := func(n int) string {
		return fmt.Sprintf(`WITH RECURSIVE i (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < %d) `, n)
	}
	for _, q := range []string{
		series(n) + `INSERT INTO occurrences (id, platform, workspace, channel, due_at, deadline_at, request, outcome, reason, count, created_at)
			SELECT 'o' || n, 'console', '', 'c', 0, 0, '{}', 'posted', '', 1, 0 FROM i`,
		series(n) + `INSERT INTO discussions (id, occurrence_id, platform, workspace, channel, thread, article_id, digest_id, url_key, hash, repeated, questions, question_count, state, reason, close_after, deadline_at, list_thread, created_at, opened_at)
			SELECT 'd' || n, 'o' || n, 'console', '', 'c', 't' || n, 'a', 'g', '', 'h' || n, TRUE, '` + fmt.Sprintf("%0900d", 0) + `', 4, 'closed', '', 0, 0, FALSE, 0, 1 FROM i`,
		series(5*n) + `INSERT INTO posts (id, discussion_id, seq, kind, question, key, state, attempts, platform, workspace, channel, thread, message_id, reason, body, stale, shown)
			SELECT 'p' || n, 'd' || (n % ` + fmt.Sprint(n) + ` + 1), n, 'question', 1, 'k' || n, 'sent', 1, 'slack', 'T0123456789', 'C0123456789', '1790000000.000100', '1790000000.' || n, '', '', 0, '' FROM i`,
		series(10*n) + `INSERT INTO replies (id, discussion_id, platform, workspace, channel, thread, message_id, question, author_id, author, text, files, version, created_at, deleted, late, recorded_at)
			SELECT 'r' || n, 'd' || (n % ` + fmt.Sprint(n) + ` + 1), 'slack', 'T0123456789', 'C0123456789', 't', 'm' || n, 1, 'U' || (n % 1000), 'A person', '` + fmt.Sprintf("%0130d", 0) + `', '[]', 1, 0, FALSE, FALSE, 0 FROM i`,
	} {
		if _, err := db.Conn().Exec(q); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		if f, err := db.Figures(b.Context(), start); err != nil || f.Replies != 10*n || f.Posts[bot.Labels{bot.PostSent, "console"}] != 5*n {
			b.Fatal(f, err)
		}
	}
}
