package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"strconv"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"colloquy/bot"
	"colloquy/bot/store"
)

// A copyJob is what the flags of copy say.
type copyJob struct {
	from, to    string
	reopen, yes bool
	format      choice
}

func (a *app) copyCommand() *cobra.Command {
	j := copyJob{format: choice{value: "text", options: outputFormats}}
	cmd := &cobra.Command{
		Use:   "copy --from FILE --to postgres://USER@HOST/DATABASE",
		Short: "Move everything from a file to PostgreSQL, or back",
		Long: `Copy everything from a database in a file to one of PostgreSQL, which must be
empty, and compare each table in both. Nothing may run on either meanwhile. The
other way round goes to a file that is not there yet.

Afterwards the first is marked as moved and kept: no command but those that only
look runs on it, so that nothing is posted by both. --reopen takes the mark off;
what happened in the other since is not known there then, and what was posted
there may be posted again. To go back without that, copy back.

A copy that was cut off, by whatever, goes on where it was with the same command.
Tokens of installations stay encrypted: the same COLLOQUY_SECRET_KEY opens them.
Keep the password out of the address: PGPASSWORD and a password file are read.`,
		Example: `  colloquy copy --from colloquy.db --to postgres://colloquy@db.example.org/colloquy
  colloquy copy --from postgres://colloquy@db.example.org/colloquy --to colloquy.db
  colloquy copy --from colloquy.db --reopen`,
		GroupID: groupAdmin,
		Args:    takes(),
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.copy(cmd.Context(), j) },
	}
	cmd.Flags().StringVar(&j.from, "from", "", "`DATABASE` that is copied: a file, or an address of PostgreSQL")
	cmd.Flags().StringVar(&j.to, "to", "", "empty `DATABASE` that it is copied to")
	cmd.Flags().BoolVar(&j.reopen, "reopen", false, "use a database again that was moved, as it was then")
	cmd.Flags().BoolVar(&j.yes, "yes", false, "with --reopen: do it without asking")
	addFormat(cmd, &j.format)
	return cmd
}

func (a *app) copy(ctx context.Context, j copyJob) error {
	switch {
	case j.from == "":
		return usagef("copy needs --from, the database that is copied: run 'colloquy copy --help' for examples")
	case j.to == "" && !j.reopen:
		return usagef("copy needs --to, the database that it is copied to: run 'colloquy copy --help' for examples")
	case j.to != "" && j.reopen:
		return usagef("--reopen takes no --to: it changes nothing but the database of --from")
	}
	if err := cmp.Or(checkAddress("--from", j.from), checkAddress("--to", j.to)); err != nil {
		return err
	}
	keys, err := a.secretKeys()
	if err != nil {
		return err
	}
	if !store.IsPostgres(j.from) && !exists(j.from) {
		return bot.Problemf("db_missing", "there is no database %s: give the right file with --from", j.from)
	}
	for _, path := range []string{j.from, j.to} {
		if path == "" || path == j.to && path == j.from {
			continue
		}
		release, err := lock(path, "colloquy copy")
		if err != nil {
			return err
		}
		defer release()
	}
	if j.reopen {
		return a.reopen(ctx, j, keys)
	}
	say, done := a.counting()
	began := time.Now()
	did, err := store.Move(ctx, j.from, j.to, store.MoveOptions{Clock: a.now, Keys: keys, Progress: func(table string, comparing bool, rows, of int64) {
		what := "copying"
		if comparing {
			what = "comparing"
		}
		say(fmt.Sprintf("%s %s: %d of %d rows", what, table, rows, of))
	}})
	done()
	if err != nil {
		return err
	}
	if j.format.value == "json" {
		return a.copiedJSON(j, did, len(keys) > 0)
	}
	return a.showCopied(j, did, len(keys) > 0, time.Since(began))
}

func (a *app) reopen(ctx context.Context, j copyJob, keys [][]byte) error {
	db, err := store.Open(ctx, j.from, store.Options{Clock: a.now, ReadOnly: true})
	if err != nil {
		return err
	}
	to, done, err := db.MovedTo(ctx)
	if cerr := db.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return err
	}
	name := store.Name(j.from)
	if to == "" {
		_, err := fmt.Fprintf(a.stdout, "%s was not moved: nothing was changed.\n", name)
		return err
	}
	what := "what happened in " + to + " since is not known there, and what was posted may be posted again"
	if !done {
		what = "the copy to " + to + " cannot go on then"
	}
	if err := a.confirm(j.yes, "Use "+name+" again ("+what+")", "this would use "+name+" again, and "+what); err != nil {
		return err
	}
	if err := store.Reopen(ctx, j.from, store.Options{Clock: a.now, Keys: keys}, a.audit("reopen", "", "was moved to "+to)); err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.stdout, "%s is used again. See to it that nothing runs on %s any more.\n", name, to)
	return err
}

func (a *app) showCopied(j copyJob, did store.Moved, keyed bool, took time.Duration) error {
	from, to := store.Name(j.from), store.Name(j.to)
	if did.Already {
		_, err := fmt.Fprintf(a.stdout, "%s was moved to %s before: nothing was left to do.\n", from, to)
		return err
	}
	var list []row
	var rows, cleaned int64
	for _, t := range did.Tables {
		rows, cleaned = rows+t.Rows, cleaned+t.Cleaned
		list = append(list, row{cells: []string{t.Name, strconv.FormatInt(t.Rows, 10), t.Sum[:16]}})
	}
	if err := a.table([]string{"TABLE", "ROWS", "CHECKSUM IN BOTH"}, list); err != nil {
		return err
	}
	before := ""
	if did.Before > 0 {
		before = fmt.Sprintf(", of which %d were there from a copy that was cut off", did.Before)
	}
	fmt.Fprintf(a.stdout, "\n%s\n", a.wrap(fmt.Sprintf("%d rows of %s are in %s%s, and each table is the same in both. It took %s.",
		rows, from, to, before, took.Round(100*time.Millisecond)), ""))
	if cleaned > 0 {
		a.warn(fmt.Sprintf("%s held bytes that PostgreSQL does not take (NUL, or no UTF-8): U+FFFD stands in their place", plural(int(cleaned), "text", "texts")))
	}
	a.warnKeys(did, keyed)
	next := []string{fmt.Sprintf("Run 'colloquy serve' on %s from now on, with the same colloquy.yaml and the same secrets.", to),
		fmt.Sprintf("%s is kept, marked as moved: nothing runs on it any more. Delete it and its backups when they are no longer needed, as nothing is erased there.", from)}
	if !store.IsPostgres(j.from) {
		if exists(store.RealPath(j.from) + ".ledger") {
			next = append(next, fmt.Sprintf("The ledger %s.ledger belongs to backups of that file, and stays with them.", from))
		}
		if dir := store.RealPath(j.from) + ".console"; exists(dir) {
			next = append(next, fmt.Sprintf("The chats of the console are files, in %s: whoever uses them moves that folder to where 'colloquy serve' says its own is.", dir))
		}
	}
	fmt.Fprintln(a.stdout)
	for _, line := range next {
		fmt.Fprintln(a.stdout, a.wrap(line, "  "))
	}
	return nil
}

// warnKeys says whether the tokens of installations can be read afterwards.
func (a *app) warnKeys(did store.Moved, keyed bool) {
	switch {
	case did.Credentials == 0:
	case !keyed:
		a.warn(fmt.Sprintf("%s stayed encrypted: give %s to whatever runs on the new database, as before", plural(did.Credentials, "token of an installation", "tokens of installations"), secretKeyVariable))
	case did.Closed > 0:
		a.warn(fmt.Sprintf("%d of %s cannot be decrypted with %s: give it the key with which they were stored", did.Closed, plural(did.Credentials, "token", "tokens"), secretKeyVariable))
	}
}

func (a *app) copiedJSON(j copyJob, did store.Moved, keyed bool) error {
	type tableJSON struct {
		Table    string `json:"table"`
		Rows     int64  `json:"rows"`
		Cleaned  int64  `json:"cleaned"`
		Checksum string `json:"checksum"`
	}
	tables := []tableJSON{}
	for _, t := range did.Tables {
		tables = append(tables, tableJSON{t.Name, t.Rows, t.Cleaned, t.Sum})
	}
	a.warnKeys(did, keyed)
	return a.printJSON(struct {
		From    string      `json:"from"`
		To      string      `json:"to"`
		Already bool        `json:"already"`
		Before  int64       `json:"before"`
		Tables  []tableJSON `json:"tables"`
	}{store.Name(j.from), store.Name(j.to), did.Already, did.Before, tables})
}

// counting is [app.progress] for what says how far it is.
func (a *app) counting() (say func(string), done func()) {
	f, ok := a.stderr.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return func(string) {}, func() {}
	}
	shown, last := false, time.Now().Add(time.Second/2)
	return func(what string) {
			if time.Since(last) > time.Second/2 {
				fmt.Fprintf(f, "\r\x1b[K%s …", errorLine(fmt.Errorf("%s", what)))
				shown, last = true, time.Now()
			}
		}, func() {
			if shown {
				fmt.Fprint(f, "\r\x1b[K")
			}
		}
}
