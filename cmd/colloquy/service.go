package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"os"
	"sync"
	"time"

	"colloquy/bot"
	"colloquy/bot/jobs"
	"colloquy/bot/store"
	"colloquy/bot/web"
)

// Times for which serve waits for a database of PostgreSQL that cannot be reached.
const (
	waitFirst = time.Second
	waitMost  = 15 * time.Second
	waitTold  = time.Minute // between two lines about it in the log
)

// A service is what serve runs, with what of it lasts while the database is away.
type service struct {
	*app
	log      *slog.Logger
	observer *web.Observer
	probes   *probes
	server   *listener // nil: none
	hangups  chan os.Signal
	typed    *typed
}

// run runs everything until ctx is done. On PostgreSQL it waits for the database
// where it cannot be reached, and begins again where it went away at a moment at
// which something could not go on without it.
func (s *service) run(ctx context.Context) error {
	wait, told := waitFirst, time.Time{}
	for {
		err := s.once(ctx, func() { wait, told = waitFirst, time.Time{} })
		if err == nil || ctx.Err() != nil || !store.IsPostgres(s.set.db) || !store.Passing(err) {
			return err
		}
		s.probes.waiting()
		if now := time.Now(); now.Sub(told) >= waitTold {
			told = now
			s.log.WarnContext(ctx, "waiting for the database", "db", s.dbName(), "code", bot.ReasonCode(err), "err", errorLine(err))
		}
		// Not all replicas at the same moment, when it is there again.
		if err := pause(ctx, wait/2+rand.N(wait/2)); err != nil {
			return nil // stopped before it had begun
		}
		wait = min(2*wait, waitMost)
	}
}

// once runs everything until ctx is done or something cannot go on. It calls begun
// when all of it runs.
func (s *service) once(ctx context.Context, begun func()) error {
	reading, stop := context.WithCancel(ctx)
	defer stop()
	screen := s.screen()
	screen.In, screen.Prefix = s.typed.until(reading), true
	rt, err := s.open(ctx, place{level: slog.LevelInfo, console: screen, observer: s.observer, probes: s.probes})
	if err != nil {
		return err
	}
	defer func() { _ = rt.db.Close() }()
	if err := rt.db.CheckSession(ctx); err != nil {
		return err
	}
	leave, err := rt.db.Join(ctx, readBuild().Version)
	if err != nil {
		return err
	}
	defer leave()
	if err := rt.db.TrimLedger(ctx); err != nil {
		rt.log.WarnContext(ctx, "ledger not trimmed", "err", err)
	}
	if err := s.applyConfig(ctx, rt); err != nil {
		return err
	}
	runner, err := jobs.New(ctx, jobs.Options{DB: rt.db, Engine: beating{rt.engine, s.probes}, Clock: rt.now, Log: quiet(rt.log)})
	if err != nil {
		return err
	}
	if s.server != nil {
		var routes []map[string]http.Handler
		for _, adapter := range rt.adapters {
			routes = append(routes, routesOf(adapter))
		}
		if err := s.server.Mount(routes...); err != nil {
			return err
		}
	}
	rt.log.InfoContext(ctx, "serving", "db", rt.db.Name(), "kind", rt.db.Kind(), "replica", rt.db.Replica(), "version", readBuild().Version, "platforms", rt.platforms())
	begun()
	err = s.together(ctx, rt, runner)
	rt.log.Info("stopped")
	return err
}

// together runs the adapters and the jobs until ctx is done or one of them cannot
// go on, and returns when all have ended.
func (s *service) together(ctx context.Context, rt *running, runner *jobs.Runner) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	s.probes.begun(rt)
	var beside sync.WaitGroup
	for _, adapter := range rt.adapters {
		beside.Go(func() {
			if err := adapter.Run(ctx, heard{rt.engine, s.probes, adapter.Platform()}); err != nil {
				stop(fmt.Errorf("%s cannot go on: %w", adapter.Platform(), err))
			}
		})
	}
	beside.Go(func() {
		if err := rt.db.Outdated(ctx); err != nil {
			stop(err)
		}
	})
	beside.Go(func() {
		if s.reread(ctx, rt, s.hangups) {
			stop(errHungUp)
		}
	})
	beside.Go(func() {
		if err := rt.engine.CheckDeclared(ctx); err != nil && ctx.Err() == nil {
			rt.log.WarnContext(ctx, "channels not checked", "err", err)
		}
	})
	err := runner.Run(ctx, grace)
	stop(nil)
	beside.Wait()
	if cause := context.Cause(ctx); err == nil && !errors.Is(cause, context.Canceled) && !errors.Is(cause, errHungUp) {
		err = cause
	}
	return err
}

// errHungUp: the terminal in which serve was started is gone.
var errHungUp = errors.New("the terminal is closed")
