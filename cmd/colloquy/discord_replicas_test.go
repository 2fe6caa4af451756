package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"colloquy/adapters/adaptertest"
	"colloquy/adapters/discord"
	"colloquy/adapters/discord/discordtest"
	"colloquy/bot"
	"colloquy/bot/source"
	"colloquy/bot/store"
	"colloquy/bot/store/pgtest"
	"colloquy/bot/writer"
)

// A doubtful store is one whose database is away when a test says so.
type doubtful struct {
	*store.DB
	away atomic.Bool
}

var errAway = errors.New("the database is away")

func (d *doubtful) err() error {
	if d.away.Load() {
		return errAway
	}
	return nil
}

func (d *doubtful) RecordReply(ctx context.Context, r bot.Reply, who string, now time.Time, late time.Duration) (bot.Recorded, error) {
	if err := d.err(); err != nil {
		return bot.Recorded{}, err
	}
	return d.DB.RecordReply(ctx, r, who, now, late)
}

func (d *doubtful) WriteGaps(ctx context.Context, scope string, now time.Time) (int, error) {
	if err := d.err(); err != nil {
		return 0, err
	}
	return d.DB.WriteGaps(ctx, scope, now)
}

func (d *doubtful) Silent(ctx context.Context, scope string, since, now time.Time) error {
	if err := d.err(); err != nil {
		return err
	}
	return d.DB.Silent(ctx, scope, since, now)
}

func (d *doubtful) Alive(ctx context.Context, scopes []string, now time.Time) error {
	if err := d.err(); err != nil {
		return err
	}
	return d.DB.Alive(ctx, scopes, now)
}

// A station is a whole process with its engine, but for what falls due by itself.
type station struct {
	t      *testing.T
	db     *doubtful
	engine *bot.Engine
	a      *discord.Adapter
	log    *adaptertest.Log
	stop   func()
}

func openStation(t *testing.T, s *discordtest.Server, at string) *station {
	t.Helper()
	db, err := store.Open(t.Context(), at, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	r := &station{t: t, db: &doubtful{DB: db}, log: &adaptertest.Log{}}
	log := slog.New(slog.NewTextHandler(r.log, nil))
	w, err := writer.NewExtractive()
	if err != nil {
		t.Fatal(err)
	}
	o := discord.Options{Token: s.Token, API: s.URL, Clock: db.Now, Log: log}
	if db.Shared() {
		o.Sharer = db
	}
	r.a = discord.New(o)
	r.engine = bot.New(bot.Options{Store: r.db, Reader: source.New(source.Options{Clock: db.Now, Detect: writer.DetectLanguage, Log: log}), Writer: w, Judge: w,
		Adapters: []bot.Adapter{r.a}, Clock: db.Now, Log: log})
	return r
}

// run connects it, and has it beat more often than in earnest, until it is stopped.
func (r *station) run() {
	ctx, cancel := context.WithCancel(context.Background())
	ended, beats := make(chan error, 1), make(chan struct{})
	go func() { ended <- r.a.Run(ctx, r.engine) }()
	go func() {
		defer close(beats)
		tick := time.NewTicker(200 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				_ = r.engine.Beat(ctx) // also when its database is away
			}
		}
	}()
	stopped := false
	r.stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-ended; err != nil {
			r.t.Errorf("Run: %v", err)
		}
		<-beats
	}
	r.t.Cleanup(r.stop)
}

const shortArticle = `The council of Lindhaven wants to close the old quay to cars from next spring. It argues that the shops there would gain more from people on foot than from parking. Traders say that two in three of their customers come by car. A trial of six weeks in May is meant to show who is right, and the result is to be published before the vote in September.`

// open posts a discussion.
func (r *station) open(ch bot.Channel) bot.Discussion {
	r.t.Helper()
	o, err := r.engine.Request(r.t.Context(), ch, bot.Request{Text: shortArticle, Questions: 1}, "", bot.Operator)
	if err == nil {
		err = r.engine.RunOccurrence(r.t.Context(), o.ID)
	}
	if err != nil {
		r.t.Fatal(err)
	}
	list, err := r.db.Discussions(r.t.Context(), ch, true, 1)
	if err != nil || len(list) != 1 || list[0].State != bot.StateOpen || list[0].Channel.Thread == "" {
		r.t.Fatalf("%+v, %v", list, err)
	}
	return list[0]
}

// stored are the texts of a discussion.
func (r *station) stored(d bot.Discussion) string {
	list, err := r.db.Replies(context.Background(), d.ID)
	if err != nil {
		return err.Error()
	}
	var out []string
	for _, reply := range list {
		out = append(out, reply.Text)
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

func (r *station) gaps(d bot.Discussion) []bot.Gap {
	r.t.Helper()
	list, err := r.db.Gaps(r.t.Context(), d.ID)
	if err != nil {
		r.t.Fatal(err)
	}
	return list
}

// covers reports whether a gap that was listed holds all from one moment to another.
func covers(gaps []bot.Gap, from, to time.Time) bool {
	return slices.ContainsFunc(gaps, func(g bot.Gap) bool { return g.Listed && !g.From.After(from) && !g.To.Before(to) })
}

// The database is away for less than what an event waits, and for longer: all is
// recorded, and the second is written down.
func TestChaosWhileEventsWait(t *testing.T) {
	long(t)
	s := discordtest.New(t, discordtest.Options{Speed: 20, Patience: 3 * time.Minute})
	guild := s.AddGuild("Readers")
	ada := s.AddMember(guild, "Ada")
	ch := bot.Channel{Platform: discord.Platform, Workspace: guild, ID: s.AddChannel(guild, discordtest.Channel{Name: "reading"})}
	r := openStation(t, s, t.TempDir()+"/colloquy.db")
	r.run()
	s.AwaitConnected(1)
	d := r.open(ch)
	s.Say(d.Channel.Thread, ada, "first")
	s.Await("the first", func() bool { return r.stored(d) == "first" })
	before := len(r.gaps(d))

	r.db.away.Store(true)
	s.Say(d.Channel.Thread, ada, "second")
	s.Await("a failure", func() bool { return strings.Contains(r.log.String(), "event not taken") })
	r.db.away.Store(false)
	s.Await("the second", func() bool { return r.stored(d) == "first second" })
	if n := len(r.gaps(d)); n != before {
		t.Errorf("%d gaps, where none was", n-before)
	}

	r.db.away.Store(true)
	edited := s.Say(d.Channel.Thread, ada, "third")
	s.Await("a loss", func() bool { return strings.Contains(r.log.String(), "event lost") })
	lost := time.Now()
	s.Edit(d.Channel.Thread, edited, "thirdly")
	for n := range 100 {
		s.Say(d.Channel.Thread, ada, fmt.Sprint("x", n+100))
	}
	r.db.away.Store(false)
	s.Await("all", func() bool {
		if err := r.engine.RunDiscussion(t.Context(), d.ID); err != nil {
			t.Error(err)
		}
		return strings.Count(r.stored(d), "x1") == 100 && strings.HasPrefix(r.stored(d), "first second thirdly")
	})
	if gaps := r.gaps(d); !covers(gaps, lost, lost) {
		t.Errorf("not written down: %+v", gaps)
	}
}

// Two processes on one PostgreSQL: the one that is connected loses the database, the
// other takes over and lists what nobody heard; and back again when that one stops.
func TestDiscordByReplicas(t *testing.T) {
	pgtest.Require(t)
	t.Parallel()
	at := pgtest.Database(t, func(ctx context.Context, url string) error {
		db, err := store.Open(ctx, url, store.Options{})
		if err != nil {
			return err
		}
		return db.Close()
	})
	proxy := pgtest.NewProxy(t, pgtest.Shared(t))
	s := discordtest.New(t, discordtest.Options{OneSession: true})
	guild := s.AddGuild("Readers")
	ada := s.AddMember(guild, "Ada")
	ch := bot.Channel{Platform: discord.Platform, Workspace: guild, ID: s.AddChannel(guild, discordtest.Channel{Name: "reading"})}
	a, b := openStation(t, s, proxy.URL(at[strings.LastIndexByte(at, '/')+1:])), openStation(t, s, at)
	a.run()
	s.AwaitConnected(1)
	b.run()
	d := b.open(ch) // by the one that does not hear
	s.Say(d.Channel.Thread, ada, "r1")
	s.Await("the first", func() bool { return a.stored(d) == "r1" })
	connected := func(of *station, n int) func() bool {
		return func() bool { return strings.Count(of.log.String(), "msg=connected") == n }
	}
	listed := func(of *station, want string) {
		t.Helper()
		s.Await(want, func() bool {
			if err := of.engine.RunDiscussion(t.Context(), d.ID); err != nil {
				t.Error(err)
			}
			return of.stored(d) == want
		})
	}

	from := time.Now()
	proxy.Freeze()
	s.Say(d.Channel.Thread, ada, "r2") // heard, and never stored by who heard it
	s.AwaitConnected(0)
	s.Say(d.Channel.Thread, ada, "r3")
	s.Await("the other takes over", connected(b, 1))
	took := time.Since(from)
	t.Logf("taken over %s after the database was frozen", took.Round(10*time.Millisecond))
	s.Say(d.Channel.Thread, ada, "r4")
	proxy.Heal()
	listed(b, "r1 r2 r3 r4")
	if gaps := b.gaps(d); !covers(gaps, from, from.Add(took-200*time.Millisecond)) {
		t.Errorf("not written down from %s for %s: %+v", from, took, gaps)
	}

	stopped := time.Now()
	b.stop()
	s.Say(d.Channel.Thread, ada, "r5")
	s.Await("the first takes over", connected(a, 2))
	t.Logf("handed over in %s", time.Since(stopped).Round(10*time.Millisecond))
	s.Say(d.Channel.Thread, ada, "r6")
	listed(a, "r1 r2 r3 r4 r5 r6")
	if n := s.Counts(); n.TooMany > 0 || n.TooEarly > 0 {
		t.Errorf("%d answers 429, %d identifies too early", n.TooMany, n.TooEarly)
	}
}
