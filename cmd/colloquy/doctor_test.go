package main

import (
	"os"
	"strings"
	"testing"
	"time"

	"colloquy/adapters/discord/discordtest"
	"colloquy/bot"
	"colloquy/bot/store"
)

func TestDoctorWithoutADatabase(t *testing.T) {
	onFile(t)
	w := newTown(t)
	contains(t, w.ok("doctor"), "ok    configuration: there is no configuration file", "ok    folder: ", "note  database: colloquy.db is not there yet\n      → ")
	if exists("colloquy.db") {
		t.Error("the doctor made a database")
	}
}

func TestDoctorOnAHealthyDatabase(t *testing.T) {
	onFile(t)
	w := newTown(t)
	w.ok("schedule", "add", "--channel", "console:a", "--cron", "@daily", "--feed", w.feed)
	contains(t, w.ok("doctor"), "ok    database: colloquy.db is sound", "note  serve: it does not run\n      → start 'colloquy serve'", "ok    feeds: 1 feed is read",
		"@daily in console:a, next ", "ok    console:a folder", "ok    posts: ")
	w.serve()
	contains(t, w.ok("doctor"), "ok    serve: colloquy serve (process ", "runs, and nothing is overdue")
	contains(t, w.ok("doctor", "--quick"), "ok    serve")
	findings := read[[]findingJSON](w, "doctor")
	for _, f := range findings {
		if !f.OK || f.ID == "" || f.Name == "" || f.Text == "" {
			t.Errorf("finding %+v", f)
		}
	}
}

func TestDoctorFindsWhatIsWrong(t *testing.T) {
	w := newTown(t)
	writeFile(t, "colloquy.yaml", "schedules:\n  - {name: nine, channel: console:a, cron: 0 9 * * *}\n")
	w.ok("schedule", "add", "--channel", "console:a", "--cron", "@daily", "--feed", w.feed, "--name", "first")
	w.ok("schedule", "add", "--channel", "console:b", "--cron", "@daily", "--name", "hungry")
	w.down = true
	if r := w.run("feed", "test", w.feed); r.code != exitFailed {
		t.Fatal(r)
	}
	w.ok("schedule", "add", "--channel", "console:a", "--cron", "@hourly", "--name", "asleep")
	w.ok("schedule", "pause", "asleep")

	db, err := store.Open(t.Context(), home(t), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	change := func(name string, f func(*bot.Schedule)) {
		s, err := db.FindSchedule(t.Context(), name)
		if err == nil {
			f(&s)
			err = db.PutSchedule(t.Context(), s, bot.Audit{})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	change("first", func(s *bot.Schedule) { s.NextAt = time.Now().Add(-time.Hour) })
	for name, f := range map[string]func(*bot.Schedule){
		"stuck":    func(s *bot.Schedule) { s.Paused, s.NextAt, s.Reason = true, time.Time{}, "its times never come again" },
		"broken":   func(s *bot.Schedule) { s.Cron = "never" },
		"elsewher": func(s *bot.Schedule) { s.Channel = bot.Channel{Platform: "discord", Workspace: "1", ID: "2"} },
		"orphan":   func(s *bot.Schedule) { s.Feeds = []bot.ID{"01a2-gone"} },
	} {
		w.ok("schedule", "add", "--channel", "console:a", "--cron", "@daily", "--name", name)
		change(name, f)
	}
	w.loseTrack(db)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll("colloquy.db.console", 0o700); err != nil {
		t.Fatal(err)
	}
	writeFile(t, "colloquy.db.console/a.jsonl", "no JSON\n")

	r := w.run("doctor")
	if r.code != exitFailed || !strings.Contains(r.stderr, "things to mend") {
		t.Errorf("exit code %d, %q", r.code, r.stderr)
	}
	text := strings.Join(strings.Fields(r.stdout), " ")
	contains(t, text, "it does not run, and overdue are 1 schedule → start 'colloquy serve'", "is failing: ", "reads it again; remove it if it is gone",
		"it has no feeds, and neither has console:b → add one with 'colloquy feed add URL --channel console:b'",
		"note schedule", "somebody paused it", "it was paused: its times never come again → mend that, then 'colloquy schedule resume ",
		"remove it with 'colloquy schedule remove ", "there are schedules for Discord, and no token to reach it with → set COLLOQUY_DISCORD_TOKEN ", "its feed 1a2-gone is gone", "WRONG console:a file: ",
		"colloquy.yaml declares 1 schedule that nothing has read yet",
		"nobody knows whether the question of discussion ", "cut off → look in console:a; it is not sent again by itself")
	if r := w.run("doctor", "--quick"); r.code != exitFailed || strings.Contains(r.stdout, "feed") {
		t.Errorf("--quick: %d, %s", r.code, r.stdout)
	}
}

// loseTrack posts a discussion of which a question's fate is unknown.
func (w *town) loseTrack(db *store.DB) {
	w.t.Helper()
	_, text, err := bundledArticle(bundledNames()[0])
	if err != nil {
		w.t.Fatal(err)
	}
	writeFile(w.t, "bus.txt", text)
	w.ok("digest", "bus.txt", "--post", "console:a")
	d := read[[]discussionJSON](w, "discussion", "list")[0]
	posts, err := db.Posts(w.t.Context(), d.ID)
	if err != nil {
		w.t.Fatal(err)
	}
	l := bot.Lease{Subject: "discussion/" + string(d.ID), Token: "test"}
	if ok, err := db.AcquireLease(w.t.Context(), l, time.Now(), time.Minute); err != nil || !ok {
		w.t.Fatal(ok, err)
	}
	for _, p := range posts {
		if p.Kind == bot.PostQuestion {
			if err := db.EndPost(w.t.Context(), l, p.ID, bot.PostUnknown, "cut off", time.Now()); err != nil {
				w.t.Fatal(err)
			}
			return
		}
	}
	w.t.Fatal("the discussion has no question")
}

func TestDoctorOnFilesThatAreNoDatabase(t *testing.T) {
	onFile(t)
	w := newTown(t)
	w.ok("schedule", "add", "--channel", "console:a", "--cron", "@daily")
	data, err := os.ReadFile("colloquy.db")
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, "cut.db", string(data[:len(data)/3]))
	writeFile(t, "letter.db", strings.Repeat("This is a letter.\n", 1000))
	for file, want := range map[string]string{"cut.db": "damaged", "letter.db": "is not a database\n      → give another file with --db", ".": "cannot be opened"} {
		r := w.run("doctor", "--db", file)
		if r.code != exitFailed || !strings.Contains(r.stdout, "WRONG database: ") {
			t.Errorf("%s: %d, %s", file, r.code, r.stdout)
		}
		contains(t, r.stdout, want)
		w.fails(exitFailed, "colloquy: the database "+file, "discussion", "list", "--db", file)
	}
}

// Before anything is stored, an operator wants to know whether the token is right.
func TestDoctorAsksDiscordBeforehand(t *testing.T) {
	onFile(t)
	s := discordtest.New(t, discordtest.Options{})
	t.Chdir(t.TempDir())
	doctor := func(token string) (int, string) {
		r := cli(t, []string{"COLLOQUY_DISCORD_API=" + s.URL, "COLLOQUY_DISCORD_TOKEN=" + token}, "", "doctor")
		return r.code, r.stdout
	}
	code, out := doctor(s.Token)
	if code != 0 {
		t.Errorf("doctor: %d", code)
	}
	contains(t, out, "discord token: it is that of the bot colloquy", "discord message content: ")
	for token, want := range map[string]string{"x" + s.Token: "WRONG discord token: ", "Bot x": "WRONG discord: COLLOQUY_DISCORD_TOKEN: give the token"} {
		code, out := doctor(token)
		if code != 1 {
			t.Errorf("doctor with a wrong token: %d", code)
		}
		contains(t, out, want)
	}
}
