package bot_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"colloquy/bot"
	"colloquy/bot/store"
)

func (b *bench) installation(gone bool) {
	b.t.Helper()
	i := bot.Installation{Platform: "test", Workspace: "W1", Name: "The Harbour", Gone: gone}
	if err := b.engine.InstallationChanged(b.t.Context(), i); err != nil {
		b.t.Fatal(err)
	}
	b.work()
}

func (b *bench) scheduleNow(s bot.Schedule) bot.Schedule {
	b.t.Helper()
	s, err := b.db.Schedule(b.t.Context(), s.ID)
	if err != nil {
		b.t.Fatal(err)
	}
	return s
}

func TestRemovedBotPausesItsSchedulesUntilItIsBack(t *testing.T) {
	b := newBench(t)
	b.installation(false)
	b.web.publish("backlog")
	runs, byHand, until := b.schedule(), b.schedule(), b.schedule()
	if _, err := b.engine.SetPaused(t.Context(), byHand, true, time.Time{}, bot.Operator); err != nil {
		t.Fatal(err)
	}
	if _, err := b.engine.SetPaused(t.Context(), until, true, b.clock().Add(30*time.Hour), bot.Operator); err != nil {
		t.Fatal(err)
	}
	b.web.publish("quay")
	b.wait(30 * time.Minute)
	b.installation(true)
	removed := b.clock()
	if s := b.scheduleNow(runs); !s.Paused || s.Reason != bot.BotRemoved || !s.NextAt.IsZero() {
		t.Errorf("%+v", s)
	}
	if why := b.typed("/discuss why"); !strings.Contains(why, "is paused: the bot was removed") {
		t.Errorf("why: %s", why)
	}
	at := func() time.Time {
		i, err := b.db.Installation(t.Context(), "test", "W1")
		if err != nil || i.Name != "The Harbour" {
			t.Fatalf("%+v, %v", i, err)
		}
		return i.EraseAt
	}
	erase := at()
	if !erase.Equal(removed.Add(month)) {
		t.Errorf("erased at %s", erase)
	}
	b.wait(48 * time.Hour) // past the end of the pause, and two times of each
	b.installation(true)   // said twice
	if again := at(); !again.Equal(erase) {
		t.Errorf("said twice, it is erased at %s", again)
	}
	if s := b.scheduleNow(until); !s.Paused || s.Reason != bot.BotRemoved {
		t.Errorf("a pause that ended meanwhile: %+v", s)
	}
	if got := b.outcomes(); len(got) != 0 || len(b.platform.posts()) != 0 {
		t.Errorf("outcomes %v", got)
	}
	b.installation(false)
	if !at().IsZero() {
		t.Error("it would be erased all the same")
	}
	for _, s := range []bot.Schedule{runs, until} {
		if s = b.scheduleNow(s); s.Paused || s.Reason != "" || !s.NextAt.After(b.clock()) || s.NextAt.After(b.clock().Add(24*time.Hour)) {
			t.Errorf("back again: %+v", s)
		}
	}
	if s := b.scheduleNow(byHand); !s.Paused || s.Reason != "" {
		t.Errorf("what a person paused: %+v", s)
	}
	b.wait(time.Hour)
	if b.platform.count("quay") != 1 {
		t.Errorf("it does not go on: %v", b.outcomes())
	}
	b.wait(month)
	if list, err := b.db.Schedules(t.Context(), bot.Channel{}); err != nil || len(list) != 3 {
		t.Errorf("after a month: %d schedules, %v", len(list), err)
	}
}

// What the configuration file declares does not go on because it is read again.
func TestDeclaredWhereTheBotWasRemoved(t *testing.T) {
	b := newBench(t)
	b.installation(false)
	b.declare(b.declared())
	b.installation(true)
	if changes := b.declare(b.declared()); changes != "" {
		t.Errorf("read again: %s", changes)
	}
	if s := b.named("daily"); !s.Paused || s.Reason != bot.BotRemoved {
		t.Errorf("%+v", s)
	}
	b.installation(false)
	if s := b.named("daily"); s.Paused || s.Reason != "" || s.NextAt.IsZero() {
		t.Errorf("back again: %+v", s)
	}
}

// rows counts what the tables hold of a workspace.
func (b *bench) rows(workspace string) map[string]int {
	b.t.Helper()
	db := b.db.Conn()
	out := map[string]int{}
	for table, where := range map[string]string{
		"replies": "", "gaps": "discussion", "recaps": "discussion", "posts": "", "discussions": "", "drafts": "schedule", "refusals": "", "occurrences": "",
		"added": "", "managers": "", "schedules": "", "channel_feeds": "", "installations": "",
	} {
		query := `SELECT COUNT(*) FROM ` + table + ` WHERE workspace = $1`
		if where != "" {
			query = fmt.Sprintf(`SELECT COUNT(*) FROM %[1]s x JOIN %[2]ss y ON y.id = x.%[2]s_id WHERE y.workspace = $1`, table, where)
		}
		var n int
		if err := db.QueryRowContext(context.Background(), query, workspace).Scan(&n); err != nil {
			b.t.Fatal(table, err)
		}
		if n > 0 {
			out[table] = n
		}
	}
	for _, table := range []string{"articles", "digests", "feeds", "items"} {
		var n int
		if err := db.QueryRowContext(context.Background(), `SELECT COUNT(*) FROM `+table).Scan(&n); err != nil {
			b.t.Fatal(table, err)
		}
		out["all "+table] = n
	}
	return out
}

func TestErasedAMonthAfterTheBotWasRemoved(t *testing.T) {
	b := newBench(t)
	b.connect()
	b.installation(false)
	other := bot.Channel{Platform: "test", Workspace: "W2", ID: "general"}
	for _, ch := range []bot.Channel{channel, other} {
		b.schedule(func(s *bot.Schedule) { s.Channel, s.Zone = ch, "UTC" })
	}
	own := bot.Schedule{Channel: channel, Cron: "0 10 * * *", Zone: "UTC", Rules: bot.Rules{Approve: channel}}
	if _, _, _, err := b.engine.AddSchedule(t.Context(), own, []string{b.web.feedURL() + "?own"}, bot.Operator); err != nil {
		t.Fatal(err)
	}
	linked, _, err := b.engine.AddFeed(t.Context(), b.web.feedURL()+"?linked", "", channel, bot.Operator)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.db.LinkFeed(t.Context(), linked.ID, other, bot.Audit{}); err != nil {
		t.Fatal(err)
	}
	b.web.publish("both")
	b.command("add", map[string]string{"url": b.web.URL + "/byhand"})
	b.wait(2 * time.Hour)
	b.request(bot.Request{Ref: b.web.URL + "/own"})
	b.command("add", map[string]string{"url": b.web.URL + "/later"})
	d := b.discussion()
	b.platform.say(d, "Ada", "It would bring people back.", true)
	b.platform.say(d, "Ben", "I disagree, the buses stop at eight.", true)
	b.platform.say(d, "Ada", "Then they should run until ten.", true)
	b.form(ben, d, 0, "By form.")
	b.wait(24 * time.Hour)
	copied := ""
	if !b.db.Shared() {
		copied = b.backup()
	}
	b.installation(true)
	held, mine := b.rows("W2"), b.rows("W1")
	for _, table := range []string{"replies", "recaps", "posts", "discussions", "drafts", "occurrences", "added", "schedules", "channel_feeds", "installations"} {
		if mine[table] == 0 {
			t.Errorf("the test has no %s", table)
		}
	}
	b.wait(month - time.Minute)
	if got := b.rows("W1"); got["discussions"] != mine["discussions"] || got["replies"] != mine["replies"] {
		t.Errorf("a minute before: %v", got)
	}
	b.wait(2 * time.Minute)
	b.wait(time.Second)
	check := func() {
		t.Helper()
		left, others := b.rows("W1"), b.rows("W2")
		for table, n := range left {
			if !strings.HasPrefix(table, "all ") {
				t.Errorf("%d rows left in %s", n, table)
			}
		}
		for _, table := range []string{"discussions", "schedules", "channel_feeds"} {
			if others[table] < held[table] || held[table] == 0 {
				t.Errorf("%d of %d %s of others are there", others[table], held[table], table)
			}
		}
		if left["all feeds"] != 2 {
			t.Errorf("%d feeds", left["all feeds"])
		}
		discussed, err := b.db.Discussions(t.Context(), bot.Channel{}, false, 100)
		if err != nil || len(discussed) == 0 || left["all articles"] > len(discussed) || left["all digests"] > len(discussed) {
			t.Errorf("%d discussions of others, and %d articles, %d digests; %v", len(discussed), left["all articles"], left["all digests"], err)
		}
	}
	check()
	lines, err := b.audits("installation_erase")
	if err != nil || len(lines) != 1 || lines[0] != "retention test:W1" {
		t.Errorf("audit: %q, %v", lines, err)
	}
	onFile(t) // what follows is about its ledger
	if did := b.restore(copied); did.Installations != 1 {
		t.Errorf("%+v", did)
	}
	b.wait(time.Second)
	check()
	// Who invites the bot again begins anew.
	b.installation(false)
	b.request(bot.Request{Ref: b.web.URL + "/own"})
	if got := b.rows("W1"); got["discussions"] != 1 {
		t.Errorf("%v", got)
	}
	if did := b.restore(b.backup()); did.Installations != 0 || b.rows("W1")["discussions"] != 1 {
		t.Errorf("an old erasure erased what came after it: %+v", did)
	}
	// A line whose transaction was cut off says that all was erased, and it was not.
	f, err := os.OpenFile(b.path+".ledger", os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Fprintf(f, `{"at":%q,"did":"installation","platform":"test","workspace":"W1"}`+"\n", b.clock().Format(time.RFC3339Nano)); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	b.wait(time.Minute)
	b.request(bot.Request{Ref: b.web.URL + "/again"})
	if did := b.restore(b.backup()); did.Installations != 0 || b.rows("W1")["discussions"] != 2 {
		t.Errorf("a line without its transaction erased something: %+v", did)
	}
}

// audits lists actor and target of the lines with an action.
func (b *bench) audits(action string) (out []string, err error) {
	rows, err := b.db.Conn().QueryContext(context.Background(), `SELECT actor || ' ' || target FROM audit WHERE action = $1 ORDER BY created_at`, action)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			return nil, err
		}
		out = append(out, line)
	}
	return out, rows.Err()
}

// Whoever says again that it is gone is heard: a token may have been stored since.
func TestRemovedBotLosesItsTokensAtOnce(t *testing.T) {
	b := newBench(t)
	db, err := store.Open(t.Context(), b.path, store.Options{Clock: b.clock, Keys: [][]byte{make([]byte, store.KeySize)}})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for range 2 {
		if err := db.PutCredential(t.Context(), bot.Credential{Platform: "test", App: "a", Workspace: "W1", Secret: "token"}); err != nil {
			t.Fatal(err)
		}
		b.installation(true)
		if list, err := db.Credentials(t.Context(), "test", "a"); len(list) != 0 || err != nil {
			t.Errorf("%v, %v", list, err)
		}
	}
}
