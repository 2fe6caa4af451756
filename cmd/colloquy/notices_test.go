package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"colloquy/bot"
	"colloquy/bot/store"
)

func TestWebhook(t *testing.T) {
	var got []string
	hang := make(chan struct{})
	mux := http.NewServeMux()
	mux.HandleFunc("/secret", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got = append(got, r.Method+" "+r.Header.Get("Content-Type")+" "+string(body))
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("/secret-500", func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", http.StatusInternalServerError) })
	mux.HandleFunc("/secret-away", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/secret", http.StatusTemporaryRedirect)
	})
	mux.HandleFunc("/secret-hangs", func(http.ResponseWriter, *http.Request) { <-hang })
	server := httptest.NewServer(mux)
	defer server.Close()

	if err := newWebhook(server.URL+"/secret").Send(t.Context(), []byte(`{"count":1}`)); err != nil || len(got) != 1 || got[0] != `POST application/json {"count":1}` {
		t.Errorf("%v, got %q", err, got)
	}
	for path, want := range map[string]string{"/secret-500": "it answered 500", "/secret-away": "it redirects (307), which is not followed", "/secret-hangs": "it cannot be reached"} {
		ctx, cancel := t.Context(), func() {}
		if path == "/secret-hangs" {
			ctx, cancel = context.WithTimeout(t.Context(), 50*time.Millisecond)
		}
		err := newWebhook(server.URL+path).Send(ctx, []byte("{}"))
		cancel()
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", path, err)
		}
	}
	if len(got) != 1 {
		t.Errorf("a redirect was followed: %q", got)
	}
	close(hang)
	server.Close()
	err := newWebhook(server.URL+"/secret").Send(t.Context(), nil)
	for e := err; e != nil; e = errors.Unwrap(e) {
		if strings.Contains(e.Error(), "secret") {
			t.Errorf("the error tells the address: %v", e)
		}
	}
	if err == nil {
		t.Error("no error, and no server")
	}
}

func TestNoticesInTheConfiguration(t *testing.T) {
	c, err := ParseConfig("c.yaml", []byte("notices: {channel: 'console:ops', webhook: 'https://example.org/hook?key=1'}\n"))
	if err != nil || c.NoticesChannel != (bot.Channel{Platform: "console", ID: "ops"}) || c.NoticesWebhook != "https://example.org/hook?key=1" {
		t.Errorf("%+v, %v", c, err)
	}
	for text, want := range map[string]string{
		"notices: console:ops\n":                                                      "c.yaml:1: notices is not written as keys",
		"notices:\n  chanel: console:ops\n":                                           `c.yaml:2: notices has no key "chanel": did you mean "channel"?`,
		"notices:\n  channel: ops\n":                                                  `c.yaml:2: "ops" is no channel`,
		"notices:\n  webhook: example.org/s3cret\n":                                   "c.yaml:2: the webhook is no address",
		"notices:\n  webhook: ftp://example/s3cret\n":                                 "c.yaml:2: the webhook is no address",
		"notices:\n  webhook:\n":                                                      "c.yaml:2: the value is missing",
		"schedules:\n- {name: a, channel: 'console:x', cron: '@daily', remind: 2d}\n": "c.yaml:2: nobody can be reminded 2d before the end of a discussion that is open for 1d",
	} {
		if _, err := ParseConfig("c.yaml", []byte(text)); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestWebhookFromTheEnvironment(t *testing.T) {
	env := map[string]string{}
	a := &app{getenv: func(name string) string { return env[name] }, config: &Config{NoticesWebhook: "https://example.org/file"}}
	address := func() string {
		t.Helper()
		to, err := a.operatorNotices()
		if err != nil {
			t.Fatal(err)
		}
		return to.Webhook.(*webhook).address
	}
	if got := address(); got != "https://example.org/file" {
		t.Error(got)
	}
	env["COLLOQUY_NOTICES_WEBHOOK"] = "https://example.org/env"
	if got := address(); got != "https://example.org/env" {
		t.Error(got)
	}
	env["COLLOQUY_NOTICES_WEBHOOK"] = "s3cret"
	if _, err := a.operatorNotices(); err == nil || !strings.HasPrefix(err.Error(), "COLLOQUY_NOTICES_WEBHOOK: ") || strings.Contains(err.Error(), "s3cret") {
		t.Error(err)
	}
}

// downtime makes the schedules of the database miss what was due three days ago
// and since.
func (w *town) downtime() {
	w.t.Helper()
	db, err := store.Open(w.t.Context(), home(w.t), store.Options{})
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	list, err := db.Schedules(w.t.Context(), bot.Channel{})
	if err != nil {
		w.t.Fatal(err)
	}
	for _, s := range list {
		s.NextAt = time.Now().Add(-3 * day)
		if err := db.PutSchedule(w.t.Context(), s, bot.Audit{}); err != nil {
			w.t.Fatal(err)
		}
	}
}

func TestDoctorListsTroubles(t *testing.T) {
	w := newTown(t, "one")
	// Due a little ahead of now on other days, so that nothing can be made up for.
	at := time.Now().UTC().Add(-7 * time.Hour)
	w.ok("schedule", "add", "--channel", "console:a", "--cron", at.Format("4 15 * * *"), "--feed", w.feed)
	w.downtime()
	w.serve()
	var r result
	w.until("the doctor knows what was missed", func() bool {
		r = w.run("doctor")
		return strings.Contains(r.stdout, "trouble missed")
	})
	text := strings.Join(strings.Fields(r.stdout), " ")
	contains(t, text, "WRONG trouble missed: In 1 channel, what was due was not posted in time. console:a: 4 discussions were not posted, the last due", "→ keep 'colloquy serve' running")
	if r.code != exitFailed {
		t.Errorf("exit code %d", r.code)
	}
}

// What was missed is told to the operator, in the channel and by the webhook.
func TestServeTellsTheOperator(t *testing.T) {
	w := newTown(t, "one")
	var mu sync.Mutex
	var bodies []string
	hook := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		mu.Lock()
		defer mu.Unlock()
		bodies = append(bodies, string(body))
	}))
	defer hook.Close()
	writeFile(t, "colloquy.yaml", "notices:\n  channel: console:ops\n  webhook: "+hook.URL+"\nschedules:\n- {name: b, channel: 'discord:1/2', cron: '@yearly'}\n")
	w.ok("schedule", "add", "--channel", "console:a", "--cron", "@daily", "--feed", w.feed)
	w.serve()
	// The channel on a platform without a connection is trouble at once; a
	// notice would come a minute later, and the test does not wait for it.
	w.until("the channel of the configuration is checked", func() bool { return len(w.troubles()) > 0 })
	if text, fix := bot.DescribeTrouble(w.troubles()[0]); !strings.HasSuffix(text, "discord:1/2: no connection to discord is set up") || fix == "" {
		t.Errorf("%s → %s", text, fix)
	}
	w.tellNow()
	w.until("the webhook is called", func() bool {
		mu.Lock()
		defer mu.Unlock()
		return len(bodies) == 1
	})
	var got map[string]any
	if err := json.Unmarshal([]byte(bodies[0]), &got); err != nil || got["installation"] != "discord:1" || got["cause"] != "channel" || got["count"] != 1.0 || got["recovered"] != false {
		t.Errorf("%s, %v", bodies[0], err)
	}
	w.until("the notice is in console:ops", func() bool {
		chat, _ := os.ReadFile("colloquy.db.console/ops.jsonl")
		return strings.Contains(string(chat), "From discord:1:") && strings.Contains(string(chat), "In 1 channel, posts will not go out as they should.")
	})
}

// troubles are those that are stored.
func (w *town) troubles() []bot.Trouble {
	w.t.Helper()
	db, err := store.Open(w.t.Context(), home(w.t), store.Options{ReadOnly: true})
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	list, err := db.Troubles(w.t.Context(), "", "")
	if err != nil {
		w.t.Fatal(err)
	}
	return list
}

// tellNow makes every notice due.
func (w *town) tellNow() {
	w.t.Helper()
	db, err := store.Open(w.t.Context(), home(w.t), store.Options{})
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if _, err := db.Conn().ExecContext(w.t.Context(), `UPDATE troubles SET since_at = since_at - 3600000`); err != nil {
		w.t.Fatal(err)
	}
	if _, err := db.Conn().ExecContext(w.t.Context(), `UPDATE notices SET work_at = work_at - 3600000`); err != nil {
		w.t.Fatal(err)
	}
}

func TestScheduleAddWarnsOfItsChannel(t *testing.T) {
	w := newTown(t)
	if err := os.MkdirAll("colloquy.db.console", 0o700); err != nil {
		t.Fatal(err)
	}
	writeFile(t, "colloquy.db.console/broken.jsonl", "no JSON\n")
	for _, args := range [][]string{{"--channel", "console:broken"}, {"--channel", "console:a", "--approve", "console:broken"}} {
		r := w.run(append([]string{"schedule", "add", "--cron", "@daily", "--tz", "UTC", "--feed", w.feed}, args...)...)
		if r.code != exitDone || !strings.HasPrefix(r.stderr, "colloquy: warning: console:broken: console:broken cannot be read") || !strings.Contains(r.stderr, "repair or remove its file") {
			t.Errorf("%v: %d, %q", args, r.code, r.stderr)
		}
	}
	added := read[addedJSON](w, "schedule", "add", "--cron", "@daily", "--tz", "UTC", "--feed", w.feed, "--channel", "console:broken")
	if len(added.Warnings) != 1 || !strings.Contains(added.Warnings[0], "cannot be read") {
		t.Errorf("%+v", added)
	}
	id := string(read[addedJSON](w, "schedule", "add", "--cron", "@daily", "--feed", w.feed, "--channel", "console:a").ID)
	if r := w.run("schedule", "change", id, "--approve", "console:broken"); r.code != exitDone || !strings.Contains(r.stderr, "warning: console:broken") {
		t.Errorf("%+v", r)
	}
	w.fails(exitUsage, "nobody can be reminded 1d before the end", "schedule", "change", id, "--remind", "24h")
}

func TestRecapPostAndDrop(t *testing.T) {
	w := newTown(t, "old")
	writeFile(t, "colloquy.yaml", "feed_interval: 1s\n")
	w.ok("schedule", "add", "--channel", "console:a", "--cron", "@yearly", "--feed", w.feed, "--recap", "preview", "--approve", "console:desk",
		"--same-story", "post", "--name", "y")
	typed := w.serve()
	discuss := func(title string) string {
		t.Helper()
		w.publish(title)
		w.until("the feed is read again", func() bool { return strings.Contains(w.ok("schedule", "run", "y"), "Posted in console:a") })
		for _, line := range []string{"/as Ada", "The rivers need room, and towns do too.", "/as Ben", "I disagree: farmers lose good soil.", "/as Cy", "Pay them for it, then."} {
			_, _ = io.WriteString(typed, "#a "+line+"\n")
		}
		id := string(read[[]discussionJSON](w, "discussion", "list")[0].ID)
		w.until("three replies are recorded", func() bool { return read[[]discussionJSON](w, "discussion", "list")[0].Replies == 3 })
		contains(t, w.ok("discussion", "close", id), "its recap waits: 'colloquy recap post "+id[len(id)-8:]+"' posts it")
		contains(t, w.ok("discussion", "list"), "its recap waits: colloquy recap "+id[len(id)-8:])
		contains(t, w.ok("recap", id), "3 people wrote 3 replies", "It waits: 'colloquy recap post ")
		if got := read[recapJSON](w, "recap", id); got.State != bot.PostHeld {
			t.Errorf("state %q", got.State)
		}
		return id
	}
	id := discuss("first")
	chat := func(name string) string {
		text, _ := os.ReadFile("colloquy.db.console/" + name + ".jsonl")
		return string(text)
	}
	w.until("the managers see it", func() bool { return strings.Contains(chat("desk"), "waits: post it, or leave it out") })
	contains(t, w.ok("recap", "post", id), "The recap of discussion "+id[len(id)-8:]+" goes to console:a")
	w.until("it is posted", func() bool { return strings.Contains(chat("a"), "Recap: ") })
	w.fails(exitFailed, "does not wait any more: it is posted", "recap", "drop", id)
	w.until("the managers see that", func() bool { return strings.Contains(chat("desk"), " is posted.") })

	id = discuss("second")
	contains(t, w.ok("recap", "drop", id), "is left out")
	w.fails(exitFailed, "is not posted: the operator left it out", "recap", "post", id)
	w.fails(exitUsage, "post needs an ID", "recap", "post")
}
