package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"colloquy/bot/jobs"
)

// grace is how long what is under way may take to finish when serve is stopped.
const grace = 10 * time.Second

func (a *app) serveCommand() *cobra.Command {
	var listen string
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Run every schedule, record the replies and post the recaps",
		Long: `Run everything until it is stopped: poll the feeds, post what falls due, record
replies, close discussions and post their recaps. What the configuration file
declares is applied first, and again on SIGHUP. On SIGTERM or Ctrl-C it finishes
what is under way, for up to 10 seconds.

With --listen it serves HTTP as well: the endpoints of Slack apps, /healthz,
/readyz, and /metrics for Prometheus.

A line "#NAME text" on standard input is a reply in console:NAME, and
"#NAME /discuss help" a command there; "recorded ID" says that it is stored.`,
		Example: `  colloquy serve
  colloquy serve --config colloquy.yaml --db /data/colloquy.db --log-format json`,
		GroupID: groupRun,
		Args:    takes(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			err := a.serve(cmd.Context(), listen)
			if cmd.Context().Err() != nil && errors.Is(err, context.Canceled) {
				return nil // stopped before it had begun
			}
			return err
		},
	}
	a.set.addDB(cmd.Flags())
	cmd.Flags().StringVar(&listen, "listen", "", "`ADDRESS` to serve HTTP at, such as :8080 (default none)")
	return cmd
}

func (a *app) serve(ctx context.Context, listen string) error {
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	defer signal.Stop(hangups)
	release, err := lock(a.set.db, "colloquy serve")
	if err != nil {
		return err
	}
	defer release()
	screen := a.screen()
	screen.In, screen.Prefix = a.stdin, true
	rt, err := a.open(ctx, place{level: slog.LevelInfo, console: screen})
	if err != nil {
		return err
	}
	defer func() { _ = rt.db.Close() }()
	if err := rt.db.TrimLedger(ctx); err != nil {
		rt.log.WarnContext(ctx, "ledger not trimmed", "err", err)
	}
	if err := a.applyConfig(ctx, rt); err != nil {
		return err
	}
	runner, err := jobs.New(ctx, jobs.Options{DB: rt.db, Engine: rt.engine, Clock: a.now, Log: quiet(rt.log)})
	if err != nil {
		return err
	}
	server, err := a.listen(ctx, rt, listen)
	if err != nil {
		return err
	}
	rt.log.InfoContext(ctx, "serving", "db", rt.db.Name(), "version", readBuild().Version, "platforms", rt.platforms())
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var beside sync.WaitGroup
	for _, adapter := range rt.adapters {
		beside.Go(func() {
			if err := adapter.Run(ctx, rt.engine); err != nil {
				stop(fmt.Errorf("%s cannot go on: %w", adapter.Platform(), err))
			}
		})
	}
	if server != nil {
		beside.Go(func() {
			if err := server.Serve(ctx, server.at); err != nil {
				stop(err)
			}
		})
	}
	beside.Go(func() {
		if a.reread(ctx, rt, hangups) {
			stop(context.Canceled)
		}
	})
	beside.Go(func() {
		if err := rt.engine.CheckDeclared(ctx); err != nil && ctx.Err() == nil {
			rt.log.WarnContext(ctx, "channels not checked", "err", err)
		}
	})
	err = runner.Run(ctx, grace)
	stop(nil)
	beside.Wait()
	if cause := context.Cause(ctx); err == nil && !errors.Is(cause, context.Canceled) {
		err = cause
	}
	rt.log.Info("stopped")
	return err
}

// quiet is a log without what River says about itself at level info.
func quiet(log *slog.Logger) *slog.Logger { return slog.New(leveled{log.Handler(), slog.LevelWarn}) }

// leveled is a handler that leaves out what is below its level.
type leveled struct {
	slog.Handler
	least slog.Level
}

func (l leveled) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= l.least && l.Handler.Enabled(ctx, level)
}

func (l leveled) WithAttrs(attrs []slog.Attr) slog.Handler {
	return leveled{l.Handler.WithAttrs(attrs), l.least}
}

func (l leveled) WithGroup(name string) slog.Handler {
	return leveled{l.Handler.WithGroup(name), l.least}
}
