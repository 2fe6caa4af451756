package main

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"colloquy/bot"
	"colloquy/bot/jobs"
	"colloquy/bot/store"
)

// Whether a change of the tables was made.
const (
	tableApplied = "applied"
	tablePending = "pending"
	tableNewer   = "newer" // by a newer version than this one
)

// tablesJSON is a change of the tables, or the tables of jobs, in JSON.
type tablesJSON struct {
	ID        string     `json:"id"` // its number; "jobs"
	Name      string     `json:"name"`
	State     string     `json:"state"` // applied, pending, newer
	AppliedAt *time.Time `json:"applied_at"`
}

func (a *app) migrateCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "migrate",
		Short: "Bring the tables of the database up to date, or look whether they are",
		Long: `Every command that opens the database brings its tables up to date first; so does
'colloquy serve', and of several that begin together one does it. These commands are for
who wants it done, or looked at, before.`,
		GroupID: groupAdmin,
		Args:    cobra.ArbitraryArgs,
		RunE:    group,
	}
	cmd.AddCommand(
		a.migrateSubcommand("up", "Bring the tables up to date",
			`Bring the tables up to date. Nothing has to be stopped for it: replicas of an older version
that run end by themselves within seconds, and those of the newer version go on.`,
			a.migrateUp),
		a.migrateSubcommand("status", "Show which changes of the tables were made",
			`Show which changes of the tables were made, and which are to come. Nothing is changed.
Exit code 1 says that something is to be done: 'colloquy migrate up' does it, or a
newer version is needed.`,
			a.migrateStatus),
	)
	return cmd
}

func (a *app) migrateSubcommand(use, short, long string, do func(context.Context, string) error) *cobra.Command {
	format := choice{value: "text", options: outputFormats}
	cmd := &cobra.Command{
		Use:   use,
		Short: short,
		Long:  long,
		Args:  takes(),
		RunE:  func(cmd *cobra.Command, _ []string) error { return do(cmd.Context(), format.value) },
	}
	a.set.addDB(cmd.Flags())
	addFormat(cmd, &format)
	return cmd
}

func (a *app) migrateUp(ctx context.Context, format string) error {
	done := a.progress("changing the tables of " + a.dbName())
	defer done()
	made, err := store.Migrate(ctx, a.set.db)
	if err != nil {
		return err
	}
	out := tableChanges(made)
	river, err := a.jobTables(ctx)
	if err == nil && river.State == tablePending {
		err = a.migrateJobs(ctx)
		river.State = tableApplied
		out = append(out, river)
	}
	if err != nil {
		return err
	}
	done()
	switch {
	case format == "json":
		return a.printJSON(out)
	case len(out) == 0:
		_, err = fmt.Fprintf(a.stdout, "The tables of %s are up to date.\n", a.dbName())
		return err
	}
	return a.showTables(out)
}

func (a *app) migrateStatus(ctx context.Context, format string) error {
	if err := a.mustExist(); err != nil {
		return err
	}
	list, err := store.MigrationStatus(ctx, a.set.db)
	if err != nil {
		return err
	}
	out := tableChanges(list)
	pending, newer := 0, 0
	for _, c := range out {
		switch c.State {
		case tablePending:
			pending++
		case tableNewer:
			newer++
		}
	}
	if pending == 0 && newer == 0 { // else opening it would change it, or be refused
		river, err := a.jobTables(ctx)
		if err != nil {
			return err
		}
		if river.State == tablePending {
			pending++
		}
		out = append(out, river)
	}
	if format == "json" {
		err = a.printJSON(out)
	} else {
		err = a.showTables(out)
	}
	switch {
	case err != nil:
		return err
	case newer > 0:
		return bot.Problemf("db_newer", "the database %s was brought up to date by a newer Colloquy: use that version", a.dbName())
	case pending > 0:
		return bot.Problemf("db_older", "%s to come: 'colloquy migrate up' makes them, and so does 'colloquy serve' when it starts", plural(pending, "change of the tables is", "changes of the tables are"))
	}
	return nil
}

// tableChanges are changes of our own tables, for people and programs.
func tableChanges(list []store.Migration) []tablesJSON {
	out := []tablesJSON{}
	for _, m := range list {
		c := tablesJSON{ID: strconv.Itoa(m.Number), Name: m.Name, State: tableApplied, AppliedAt: utc(m.Applied)}
		switch {
		case m.Name == "":
			c.State = tableNewer
		case m.Applied.IsZero():
			c.State = tablePending
		}
		out = append(out, c)
	}
	return out
}

// jobTables says how the tables of jobs are, in a database whose own are up to date.
func (a *app) jobTables(ctx context.Context) (t tablesJSON, err error) {
	db, err := a.openDB(ctx, store.Options{})
	if err != nil {
		return t, err
	}
	defer func() { _ = db.Close() }()
	have, known, err := jobs.Tables(ctx, db, a.logger(slog.LevelError))
	t = tablesJSON{ID: "jobs", Name: fmt.Sprintf("the tables of jobs, version %d", known), State: tableApplied}
	if have < known {
		t.State = tablePending
	}
	return t, err
}

func (a *app) migrateJobs(ctx context.Context) error {
	db, err := a.openDB(ctx, store.Options{})
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	return jobs.Migrate(ctx, db, a.logger(slog.LevelError))
}

func (a *app) showTables(list []tablesJSON) error {
	var rows []row
	for _, c := range list {
		at := "-"
		if c.AppliedAt != nil {
			at = a.local(*c.AppliedAt)
		}
		rows = append(rows, row{cells: []string{c.ID, c.State, at, cmp.Or(c.Name, "-")}})
	}
	return a.table([]string{"ID", "STATE", "SINCE", "CHANGE"}, rows)
}
