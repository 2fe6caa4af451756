package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/spf13/cobra"

	"colloquy/bot"
	"colloquy/bot/store"
)

func (a *app) restoreCommand() *cobra.Command {
	var yes, without bool
	cmd := &cobra.Command{
		Use:   "restore FILE",
		Short: "Go back to a backup, without posting twice or reviving what was erased",
		Long: `Put a backup in the place of the database. What was there is kept beside it under
another name, which is printed. Nothing may run on the database meanwhile.

The ledger beside the database (DATABASE.ledger) says what happened since the
backup and must not be undone: what was erased stays erased, people who opted out
stay out, and what was posted or withdrawn is not posted again. What was due
meanwhile is recorded as missed, and schedules go on from now. Posts that were on
their way are looked up on the platform before anything is sent.

Where the ledger is missing, or does not know this backup, nothing of that can be
known: put the right ledger there, or go on with --without-ledger.`,
		Example: `  colloquy restore colloquy-2027-03-02.db
  colloquy restore colloquy-2027-03-02.db --db /data/colloquy.db --yes`,
		GroupID: groupAdmin,
		Args:    takes("FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.restore(cmd.Context(), args[0], yes, without)
		},
	}
	cmd.Flags().BoolVar(&yes, "yes", false, "do it without asking")
	cmd.Flags().BoolVar(&without, "without-ledger", false, "go on although the ledger is missing or does not know the backup")
	a.set.addDB(cmd.Flags())
	return cmd
}

func (a *app) restore(ctx context.Context, file string, yes, without bool) error {
	if store.IsPostgres(a.set.db) { // before anything is said of the file
		return store.NotAFile("restored with pg_restore")
	}
	release, err := lock(a.set.db, "colloquy restore")
	if err != nil {
		return err
	}
	defer release()
	done := a.progress("reading " + file)
	c, err := store.Inspect(ctx, file)
	done()
	if err != nil {
		return err
	}
	if _, err := os.Lstat(a.set.db); err == nil {
		what := fmt.Sprintf("%s by what it was %s", a.set.db, a.when(c.At))
		if err := a.confirm(yes, "Replace "+what, "this would replace "+what); err != nil {
			return err
		}
	}
	engine := bot.New(bot.Options{Clock: a.now, Log: a.logger(slog.LevelWarn), Settings: a.engineSettings(bot.Settings{})})
	done = a.progress("restoring " + file)
	did, err := store.Restore(ctx, file, a.set.db, store.RestoreOptions{
		Clock: a.now, Plan: engine.PlanRestored, WithoutLedger: without, Audit: a.audit("", ""),
	})
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
	fmt.Fprintf(a.stdout, "%s is what it was %s%s.\n", a.set.db, a.when(did.At), kept)
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
