package main

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"colloquy/bot"
	"colloquy/bot/store"
)

// A quiet platform connects when the test says so.
type quietPlatform struct{ bot.Adapter }

func (quietPlatform) Platform() string { return "quiet" }

// begunProbes are those of a process with one platform, at a moment that the test moves.
func begunProbes(t *testing.T) (p *probes, rt *running, now *time.Time) {
	t.Helper()
	t.Chdir(t.TempDir())
	db, err := store.Open(t.Context(), home(t), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	at := time.Now()
	p = &probes{now: func() time.Time { return at }}
	rt = &running{db: db, adapters: []bot.Adapter{quietPlatform{}}, engine: bot.New(bot.Options{Store: db, Clock: p.now, Log: slog.New(slog.DiscardHandler)})}
	return p, rt, &at
}

func TestReadinessSaysWhyNot(t *testing.T) {
	p, rt, now := begunProbes(t)
	says := func(want string) {
		t.Helper()
		got := ""
		if err := p.ready(t.Context()); err != nil {
			got = bot.ReasonCode(err)
		}
		if got != want {
			t.Errorf("%q; want %q", got, want)
		}
	}
	says("starting")
	p.waiting()
	says("database")
	p.begun(rt)
	says("connecting")
	h := heard{rt.engine, p, "quiet"}
	if err := h.Connected(t.Context(), "quiet", true); err != nil {
		t.Fatal(err)
	}
	says("")
	if err := h.Connected(t.Context(), "quiet", false); err != nil {
		t.Fatal(err)
	}
	says("") // once it was connected, requests can be served
	if err := rt.db.Close(); err != nil {
		t.Fatal(err)
	}
	says("") // nobody asks the database more than once a second
	*now = now.Add(2 * time.Second)
	says("database")
	p.stop()
	says("stopping")
}

// A platform that cannot be reached keeps nobody from the others for ever, and a
// replica that has no part of its connections is not waited for.
func TestReadinessWaitsForConnectionsOnce(t *testing.T) {
	p, rt, now := begunProbes(t)
	p.begun(rt)
	joined := p.platforms["quiet"]
	for _, tt := range []struct {
		parts int
		after time.Duration
		ready bool
	}{{0, time.Second, false}, {0, takesPart, true}, {1, takesPart, false}, {1, connectFirst, true}} {
		joined.parts, joined.since = tt.parts, now.Add(-tt.after)
		if err := p.ready(t.Context()); (err == nil) != tt.ready {
			t.Errorf("%+v: %v", tt, err)
		}
	}
	joined.parts = 0
	ctx, stop := context.WithCancel(t.Context())
	parted{bot.Alone{}, p, "quiet"}.Share(ctx, "quiet", 1, func(context.Context, int) {
		stop()
		if joined.parts != 1 {
			t.Errorf("%d parts while one runs", joined.parts)
		}
	})
	if joined.parts != 0 {
		t.Errorf("%d parts afterwards", joined.parts)
	}
}

// The process is not alive only when the tick hangs although the database answers.
func TestLivenessMeansThatNothingElseHelps(t *testing.T) {
	p, rt, now := begunProbes(t)
	alive := func(want bool) {
		t.Helper()
		if err := p.alive(t.Context()); (err == nil) != want {
			t.Errorf("%v; alive: %t", err, want)
		}
	}
	alive(true)
	p.begun(rt)
	*now = now.Add(stuckAfter - time.Second)
	alive(true)
	*now = now.Add(time.Second)
	alive(false)
	if err := (beating{rt.engine, p}).Beat(t.Context()); err != nil {
		t.Fatal(err)
	}
	alive(true)
	*now = now.Add(stuckAfter)
	alive(false)
	p.stop()
	alive(true) // its end has a limit of its own
	p.stopping = false
	if err := rt.db.Close(); err != nil {
		t.Fatal(err)
	}
	alive(true) // another start would not bring the database back
}

func TestQuietLogSaysALineOnceAMinute(t *testing.T) {
	var out strings.Builder
	h := slog.NewTextHandler(&out, nil)
	log := quiet(slog.New(h)).With("queue", "q")
	log.Info("of no interest")
	for range 3 {
		log.Error("cannot fetch", "err", errors.New("failed:\n\tdial a\n\tdial b"))
		log.Error("cannot schedule", "error", "failed:\n\tdial a")
	}
	text := out.String()
	if strings.Count(text, "\n") != 2 || !strings.Contains(text, `queue=q err="failed: dial a dial b"`) || !strings.Contains(text, `error="failed: dial a"`) {
		t.Errorf("logged:\n%s", text)
	}
	said := &sayings{last: map[string]time.Time{}}
	now := time.Now()
	if !said.again("a", now) || said.again("a", now.Add(sayAgain-1)) || !said.again("b", now) || !said.again("a", now.Add(sayAgain)) {
		t.Error("said too often, or not often enough")
	}
}

// What one reader left unread is there for the next, also where a line is long.
func TestTypedLinesAreReadOnce(t *testing.T) {
	long := strings.Repeat("x", 3*longestPiece)
	in := &typed{in: strings.NewReader("one\ntwo\n" + long + "\nend")}
	first, stop := context.WithCancel(t.Context())
	buf := make([]byte, 4)
	r := in.until(first)
	if n, err := r.Read(buf); err != nil || string(buf[:n]) != "one\n" {
		t.Fatalf("%q, %v", buf[:n], err)
	}
	stop()
	if _, err := (&typedUntil{ctx: first, t: &typed{in: strings.NewReader("")}}).Read(buf); err == nil {
		t.Error("something is read after the end")
	}
	var rest strings.Builder
	next := in.until(t.Context())
	for {
		n, err := next.Read(buf)
		rest.Write(buf[:n])
		if err != nil {
			break
		}
	}
	if rest.String() != "two\n"+long+"\nend" {
		t.Errorf("%d bytes are left, beginning with %.20q", rest.Len(), rest.String())
	}
}
