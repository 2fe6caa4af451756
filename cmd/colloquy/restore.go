package main

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/spf13/cobra"

	"colloquy/bot"
	"colloquy/bot/store"
)

// A restoring is what the flags of restore say.
type restoring struct {
	file         string
	yes, without bool
	ledger       string
}

func (a *app) restoreCommand() *cobra.Command {
	var r restoring
	cmd := &cobra.Command{
		Use:   "restore [FILE]",
		Short: "Go back to a backup, without posting twice or reviving what was erased",
		Long: `Put a backup in the place of the database. What was there is kept beside it under
another name, which is printed. Nothing may run on the database meanwhile. A
database of PostgreSQL is brought back by pg_restore; then this command, without a
FILE, makes it what it should be now. Nothing runs on it before.

The ledger beside the database (DATABASE.ledger; for PostgreSQL the folder of
COLLOQUY_LEDGER, or --ledger) says what happened since the backup and must not be
undone: what was erased stays erased, people who opted out stay out, and what was
posted or withdrawn is not posted again. What was due meanwhile is recorded as
missed, and schedules go on from now. Posts that were on their way are looked up
on the platform before anything is sent.

Where the ledger is missing, or does not know this backup, nothing of that can be
known: put the right ledger there, or go on with --without-ledger.`,
		Example: `  colloquy restore colloquy-2027-03-02.db
  colloquy restore colloquy-2027-03-02.db --db /data/colloquy.db --yes
  colloquy restore --db postgres://db.example.org/colloquy --ledger /srv/ledger`,
		GroupID: groupAdmin,
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			switch shared := store.IsPostgres(a.set.db); {
			case shared && len(args) > 0:
				return usagef("restore takes no FILE for PostgreSQL: bring %s back with pg_restore, and then run 'colloquy restore' without one", a.dbName())
			case shared:
				return a.restoreDump(cmd.Context(), r)
			case r.ledger != "":
				return usagef("--ledger is for PostgreSQL: the ledger of a file stands beside it, as %s.ledger", a.set.db)
			}
			if err := takes("FILE")(cmd, args); err != nil {
				return err
			}
			r.file = args[0]
			return a.restore(cmd.Context(), r)
		},
	}
	cmd.Flags().BoolVar(&r.yes, "yes", false, "do it without asking")
	cmd.Flags().BoolVar(&r.without, "without-ledger", false, "go on although the ledger is missing or does not know the backup")
	cmd.Flags().StringVar(&r.ledger, "ledger", "", "`FOLDER` with the ledgers of every replica; for PostgreSQL (default COLLOQUY_LEDGER)")
	a.set.addDB(cmd.Flags())
	return cmd
}

// restoreDump makes a database that pg_restore brought back what it should be now.
func (a *app) restoreDump(ctx context.Context, r restoring) error {
	folder := cmp.Or(r.ledger, a.ledger())
	if folder == store.NoLedger {
		folder = ""
	}
	c, restored, err := store.InspectDump(ctx, a.set.db, a.now)
	if err != nil {
		return err
	}
	what := fmt.Sprintf("%s go on now as what it was %s", a.dbName(), a.when(c.At))
	if !restored {
		what += ", though it does not look restored from a dump, so that what is due now is not posted"
	}
	if err := a.confirm(r.yes, "Have "+what, "this would have "+what); err != nil {
		return err
	}
	done := a.progress("bringing in what happened since")
	did, err := store.RestoreDump(ctx, a.set.db, folder, a.restoreOptions(r))
	done()
	if err != nil {
		return err
	}
	return a.showRestored(did)
}

func (a *app) restoreOptions(r restoring) store.RestoreOptions {
	engine := bot.New(bot.Options{Clock: a.now, Log: a.logger(slog.LevelWarn), Settings: a.engineSettings(bot.Settings{})})
	return store.RestoreOptions{Clock: a.now, Plan: engine.PlanRestored, WithoutLedger: r.without, Audit: a.audit("", "")}
}

func (a *app) restore(ctx context.Context, r restoring) error {
	release, err := lock(a.set.db, "colloquy restore")
	if err != nil {
		return err
	}
	defer release()
	done := a.progress("reading " + r.file)
	c, err := store.Inspect(ctx, r.file)
	done()
	if err != nil {
		return err
	}
	if _, err := os.Lstat(a.set.db); err == nil {
		what := fmt.Sprintf("%s by what it was %s", a.set.db, a.when(c.At))
		if err := a.confirm(r.yes, "Replace "+what, "this would replace "+what); err != nil {
			return err
		}
	}
	done = a.progress("restoring " + r.file)
	did, err := store.Restore(ctx, r.file, a.set.db, a.restoreOptions(r))
	done()
	if err != nil {
		return err
	}
	return a.showRestored(did)
}

// when says of when a backup is.
func (a *app) when(t time.Time) string {
	if t.IsZero() {
		return "before anything happened"
	}
	return "on " + a.local(t)
}

func (a *app) showRestored(did store.Restored) error {
	kept := ""
	if did.Replaced != "" {
		kept = ", and what was there is kept as " + did.Replaced
	}
	fmt.Fprintf(a.stdout, "%s is what it was %s%s.\n", a.dbName(), a.when(did.At), kept)
	if did.Gap != "" {
		a.warn(did.Gap + ": what was erased since may be back, and what was posted may be posted again")
	}
	for _, line := range []struct {
		n    int
		text string
	}{
		{did.Replies, plural(did.Replies, "reply that was erased since stays", "replies that were erased since stay") + " erased."},
		{did.OptOuts, plural(did.OptOuts, "person who opted out or in since is", "people who opted out or in since are") + " remembered."},
		{did.Discussions, plural(did.Discussions, "discussion", "discussions") + " past retention erased."},
		{did.Installations, plural(did.Installations, "installation that was erased since stays", "installations that were erased since stay") + " erased."},
		{did.Withdrawn, plural(did.Withdrawn, "discussion that was withdrawn since stays", "discussions that were withdrawn since stay") + " so."},
		{did.Openings, plural(did.Openings, "discussion that was posted since is", "discussions that were posted since are") +
			" not in the backup: nothing more is recorded there, and no schedule posts the article in that channel again."},
		{did.Missed, plural(did.Missed, "time that was due since is", "times that were due since are") + " recorded as missed."},
		{did.Requests, plural(did.Requests, "post that was asked for is", "posts that were asked for are") + " not carried out any more."},
		{did.LookUps, plural(did.LookUps, "post is", "posts are") + " looked up on the platform before anything is sent."},
	} {
		if line.n > 0 {
			fmt.Fprintln(a.stdout, a.wrap(line.text, "  "))
		}
	}
	_, err := fmt.Fprintln(a.stdout, "Start 'colloquy serve' to go on.")
	return err
}
