package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"colloquy/bot/web"
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
	release, err := lock(a.set.db, "colloquy serve")
	if err != nil {
		return err
	}
	defer release()
	if _, err := a.accounts(); err != nil { // before anything is waited for
		return err
	}
	log := a.logger(slog.LevelInfo)
	s := &service{app: a, log: log, observer: web.NewObserver(), probes: &probes{now: a.now}, hangups: make(chan os.Signal, 1), typed: &typed{in: a.stdin}}
	signal.Notify(s.hangups, syscall.SIGHUP)
	defer signal.Stop(s.hangups)
	if s.server, err = a.listen(ctx, s, listen); err != nil {
		return err
	}
	defer context.AfterFunc(ctx, s.probes.stop)() // before anything else ends
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	last, end := context.WithCancel(context.WithoutCancel(ctx)) // the web server says until the end that we stop
	var web sync.WaitGroup
	if s.server != nil {
		web.Go(func() {
			if err := s.server.Serve(last, s.server.at); err != nil {
				stop(err)
			}
		})
	}
	err = s.run(ctx)
	end()
	web.Wait()
	if cause := context.Cause(ctx); err == nil && ctx.Err() != nil && !errors.Is(cause, context.Canceled) {
		err = cause
	}
	return err
}
