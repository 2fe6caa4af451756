package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/gofrs/flock"
	"golang.org/x/term"

	"colloquy/adapters/console"
	"colloquy/bot"
	"colloquy/bot/store"
	"colloquy/bot/web"
)

// A running is the engine with what it runs on.
type running struct {
	db       *store.DB
	engine   *bot.Engine
	console  *console.Console
	adapters []bot.Adapter // the console first
	log      *slog.Logger
	now      bot.Clock
	observer *web.Observer
	unfit    error // why nothing can be written in this process; nil: it can
}

// platforms names those that are connected.
func (rt *running) platforms() string {
	var names []string
	for _, a := range rt.adapters {
		names = append(names, a.Platform())
	}
	return strings.Join(names, " ")
}

// adapter gives the connection to a platform, or nil where none is set up.
func (rt *running) adapter(platform string) bot.Adapter {
	for _, a := range rt.adapters {
		if a.Platform() == platform {
			return a
		}
	}
	return nil
}

// runOccurrence brings an occurrence as far as it can be brought now, in this process.
func (rt *running) runOccurrence(ctx context.Context, id bot.ID) error {
	if rt.unfit != nil {
		return rt.unfit
	}
	return rt.engine.RunOccurrence(ctx, id)
}

// runDiscussion does the same with a discussion.
func (rt *running) runDiscussion(ctx context.Context, id bot.ID) error {
	if rt.unfit != nil {
		return rt.unfit
	}
	return rt.engine.RunDiscussion(ctx, id)
}

// A place says how a command wants its engine.
type place struct {
	level    slog.Level
	settings bot.Settings    // what the configuration does not say
	console  console.Options // how the console is shown
	aside    bool            // nothing is written here, so that who would write it need not be understood
	observer *web.Observer   // who counts what the engine does; nil: nobody
	probes   *probes         // who asks how far connections are; nil: nobody
}

// open opens the database of this run and makes an engine on it. Close the
// database afterwards.
func (a *app) open(ctx context.Context, p place) (*running, error) {
	notices, err := a.operatorNotices()
	if err != nil {
		return nil, err
	}
	keys, err := a.secretKeys()
	if err != nil {
		return nil, err
	}
	log := a.logger(p.level)
	w, unfit := a.desk(log)
	if unfit != nil {
		if w.offline == nil || !p.aside {
			return nil, unfit
		}
		w.Writer = w.offline
	}
	db, err := store.Open(ctx, a.set.db, store.Options{Clock: a.now, Keys: keys})
	if err != nil {
		return nil, err
	}
	p.console.Dir, p.console.Clock, p.console.Log = consoleDir(db), a.now, log
	c := console.New(p.console)
	adapters := []bot.Adapter{c}
	d, err := a.discordAdapter(log)
	if err != nil {
		_ = db.Close()
		return nil, err
	}
	if d != nil {
		adapters = append(adapters, d)
	}
	sl, err := a.slackAdapter(db, log)
	if err != nil {
		_ = db.Close()
		return nil, err
	}
	if sl != nil {
		adapters = append(adapters, sl)
	}
	o := bot.Options{
		Store: db, Reader: a.reader(p.level), Writer: w.Writer, Offline: w.offline, Judge: w.offline, Adapters: adapters,
		Clock: a.now, Log: log, Settings: a.engineSettings(p.settings), Notices: notices, Observer: observer,
	})
	return &running{db: db, engine: engine, console: c, adapters: adapters, log: log, now: a.now, observer: observer, unfit: unfit}, nil
}

// secretKeyVariable holds the keys that the tokens of installations are encrypted with.
const secretKeyVariable = "COLLOQUY_SECRET_KEY"

// secretKeys are the keys for the tokens of installations; none is fine while
// there are none.
func (a *app) secretKeys() ([][]byte, error) {
	text, err := secret(a.getenv, secretKeyVariable)
	if err != nil {
		return nil, err
	}
	keys, err := store.ParseKeys(text)
	if err != nil {
		return nil, usagef("%s: %w", secretKeyVariable, err)
	}
	return keys, nil
}

// consoleDir is the folder of the console's channels, beside the database.
func consoleDir(db *store.DB) string {
	if db.Shared() {
		return "colloquy.console"
	}
	return store.RealPath(db.Path()) + ".console"
}

// engineSettings lets the configuration file override s.
func (a *app) engineSettings(s bot.Settings) bot.Settings {
	c := a.config
	if c.RecapReplies > 0 {
		s.RecapReplies = c.RecapReplies
	}
	if c.RecapPeople > 0 {
		s.RecapPeople = c.RecapPeople
	}
	if c.Retention > 0 {
		s.Retention = c.Retention
	}
	if c.FeedInterval > 0 {
		s.FeedInterval = c.FeedInterval
	}
	if c.Shortest > 0 {
		s.ShortestEvery = c.Shortest
	}
	s.WriteTimeout = c.Writer.Timeout
	s.DailyTokens, s.DailyCost = c.Writer.DailyTokens, millionths(c.Writer.DailyCost)
	return s
}

// screen is how the console looks on what this process writes to.
func (a *app) screen() console.Options {
	o := console.Options{Out: a.stdout, Width: a.width()}
	if f, ok := a.stdout.(*os.File); ok {
		o.Color = term.IsTerminal(int(f.Fd())) && a.getenv("NO_COLOR") == "" && a.getenv("TERM") != "dumb"
	}
	return o
}

// lock takes the right to run everything in a database, which one process has
// at a time. Release it with the function returned.
func lock(path, what string) (release func(), err error) {
	if store.IsPostgres(path) {
		return func() {}, nil // replicas run side by side
	}
	name := store.RealPath(path) + ".lock"
	l := flock.New(name)
	// A command that only asks who holds the lock takes it for a moment.
	short, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	ok, err := l.TryLockContext(short, 20*time.Millisecond)
	if err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return nil, fmt.Errorf("the lock file %s cannot be made, check the rights of its folder: %w", name, err)
	}
	if !ok {
		return nil, bot.Problemf("running", "%s already runs on %s: stop it first, or give another file with --db", owner(name), path)
	}
	if err := os.WriteFile(name, []byte(fmt.Sprintf("%s (process %d)\n", what, os.Getpid())), 0o644); err != nil {
		_ = l.Unlock()
		return nil, fmt.Errorf("the lock file cannot be written: %w", err)
	}
	return func() {
		_ = os.Truncate(name, 0)
		_ = l.Unlock()
	}, nil
}

// owner names the process that holds a lock file.
func owner(name string) string {
	data, err := os.ReadFile(name)
	if text := strings.TrimSpace(string(data)); err == nil && text != "" {
		return text
	}
	return "another colloquy"
}

// served reports whether another process runs everything in this database: then
// it carries out what is stored, and this one only waits.
func served(path string) bool {
	if store.IsPostgres(path) {
		return false
	}
	name := store.RealPath(path) + ".lock"
	l := flock.New(name)
	if _, err := os.Stat(name); errors.Is(err, os.ErrNotExist) {
		return false
	}
	ok, err := l.TryLock()
	if ok {
		_ = l.Unlock()
	}
	return err == nil && !ok
}

// onTerminal reports whether what is read from or written to is a terminal.
func onTerminal(stream any) bool {
	if in, ok := stream.(interruptible); ok {
		stream = in.r
	}
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
