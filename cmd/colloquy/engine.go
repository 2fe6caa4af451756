package main

import (
	"cmp"
	"context"
	"log/slog"
	"os"
	"strings"

	"golang.org/x/term"

	"colloquy/adapters/console"
	"colloquy/adapters/discord"
	"colloquy/adapters/slack"
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
	beside   bool            // nor is anything while another process serves
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
	w, unfit := a.desk(a.logger(p.level))
	if unfit != nil && (w.offline == nil || !p.aside && !(p.beside && maybeServed(a.set.db))) {
		return nil, unfit
	}
	db, err := a.openDB(ctx, store.Options{Keys: keys})
	if err != nil {
		return nil, err
	}
	if unfit != nil && !p.aside && !served(ctx, db) {
		_ = db.Close()
		return nil, unfit
	}
	if unfit != nil {
		w.Writer = w.offline
	}
	rt, err := a.engineOn(db, p, w, notices)
	if err != nil {
		_ = db.Close()
		return nil, err
	}
	rt.unfit = unfit
	return rt, nil
}

// openDB opens the database of this run, whose clock is ours from then on.
func (a *app) openDB(ctx context.Context, o store.Options) (*store.DB, error) {
	if a.machine == nil {
		a.machine = a.now
	}
	o.Clock, o.Ledger = a.machine, a.ledger()
	db, err := store.Open(ctx, a.set.db, o)
	if err == nil {
		a.now = db.Now
	}
	return db, err
}

// engineOn makes an engine on a database.
func (a *app) engineOn(db *store.DB, p place, w desk, notices bot.OperatorNotices) (*running, error) {
	log := a.logger(p.level)
	sharer := func(platform string) bot.Sharer {
		if p.probes == nil || !db.Shared() {
			return nil // everything is this process's, or it connects nothing
		}
		return parted{db, p.probes, platform}
	}
	p.console.Dir, p.console.Clock, p.console.Log = a.consoleDir(db), a.now, log
	c := console.New(p.console)
	adapters := []bot.Adapter{c}
	d, err := a.discordAdapter(log, sharer(discord.Platform))
	if err != nil {
		return nil, err
	}
	if d != nil {
		adapters = append(adapters, d)
	}
	s, err := a.slackAdapter(db, log, sharer(slack.Platform))
	if err != nil {
		return nil, err
	}
	if s != nil {
		adapters = append(adapters, s)
	}
	o := bot.Options{
		Store: db, Reader: a.reader(p.level), Writer: w.Writer, Offline: w.offline, Judge: w.offline, Adapters: adapters,
		Clock: a.now, Log: log, Settings: a.engineSettings(p.settings), Notices: notices,
	}
	if p.observer != nil {
		o.Observer = p.observer
	}
	return &running{db: db, engine: bot.New(o), console: c, adapters: adapters, log: log, now: a.now}, nil
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

// ledgerVariable names the folder of the ledger of a database of PostgreSQL.
const ledgerVariable = "COLLOQUY_LEDGER"

// ledger is that folder, or [store.NoLedger]; nothing where none is set.
func (a *app) ledger() string { return cmp.Or(a.getenv(ledgerVariable), a.config.Ledger) }

// consoleVariable names the folder of the console's channels.
const consoleVariable = "COLLOQUY_CONSOLE"

// consoleDir is the folder of the console's channels: beside the database, unless
// something else is said.
func (a *app) consoleDir(db *store.DB) string {
	if dir := cmp.Or(a.getenv(consoleVariable), a.config.Console); dir != "" {
		return dir
	}
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

// onTerminal reports whether what is read from or written to is a terminal.
func onTerminal(stream any) bool {
	if in, ok := stream.(interruptible); ok {
		stream = in.r
	}
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
