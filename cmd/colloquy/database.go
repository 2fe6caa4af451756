package main

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"colloquy/adapters/console"
	"colloquy/bot"
	"colloquy/bot/store"
)

// checkDB refuses what can be no database, and a password on the command line,
// which everybody on the machine can read there.
func (a *app) checkDB() error {
	return checkAddress(cmp.Or(a.said["db"], "--db"), a.set.db)
}

// checkAddress does that with an address that a flag, a variable or a line of the
// file gives.
func checkAddress(from, at string) error {
	if err := store.CheckAddress(at); err != nil {
		return usagef("%s: %w", from, err)
	}
	if strings.HasPrefix(from, "--") && store.HasPassword(at) {
		return usagef("%s: a password on the command line can be read by everybody on this machine: put it into PGPASSWORD or ~/.pgpass, or the whole address into %s", from, variable("db"))
	}
	return nil
}

// dbName is what people are shown of the database.
func (a *app) dbName() string { return store.Name(a.set.db) }

// dbFlag is what a command that is suggested needs, with a space before it, to
// find the database that this one has: nothing where it finds it by itself.
func (a *app) dbFlag() string {
	if a.said["db"] != "--db" || a.set.db == defaultDB {
		return ""
	}
	return " --db " + shellWord(a.set.db)
}

// shellWord is s as one word of a shell.
func shellWord(s string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("/._-:@,=+%", r)
	}
	if s != "" && !strings.ContainsFunc(s, func(r rune) bool { return !plain(r) }) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// mustExist refuses a database file that is not there: only commands that add
// something make one.
func (a *app) mustExist() error {
	if store.IsPostgres(a.set.db) {
		return nil // opening it will say
	}
	_, err := os.Stat(a.set.db)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return bot.Problemf("db_missing", "there is no database %s yet: give another file with --db, or begin with 'colloquy demo' or 'colloquy schedule add'", a.set.db)
	case err != nil:
		return bot.Problemf("db_open", "the database %s cannot be reached: check the rights of its folder, or give another file with --db", a.set.db)
	}
	return nil
}

// read opens the database for a command that only shows what is in it.
func (a *app) read(ctx context.Context) (*store.DB, error) {
	if err := a.mustExist(); err != nil {
		return nil, err
	}
	return a.openDB(ctx, store.Options{ReadOnly: true})
}

// existing opens an engine on a database that must be there, for a command that
// tells by itself what went wrong: only errors are logged. What is to be written
// is written here, unless another process serves.
func (a *app) existing(ctx context.Context, screen console.Options) (*running, error) {
	if err := a.mustExist(); err != nil {
		return nil, err
	}
	return a.open(ctx, place{level: slog.LevelError, console: screen, beside: true})
}

// aside opens an engine like existing, for a command that has nothing written.
func (a *app) aside(ctx context.Context) (*running, error) {
	if err := a.mustExist(); err != nil {
		return nil, err
	}
	return a.open(ctx, place{level: slog.LevelError, console: hidden(), aside: true})
}

// hidden is a console of which nothing is seen.
func hidden() console.Options { return console.Options{} }

// audit is the line that says what the operator changed.
func (a *app) audit(action string, target bot.ID, detail ...string) bot.Audit {
	return bot.NewAudit(a.now(), bot.Operator, action, string(target), detail...)
}

// flagChannel reads the value of --channel. Empty is the zero channel.
func flagChannel(text string) (bot.Channel, error) {
	if text == "" {
		return bot.Channel{}, nil
	}
	ch, err := bot.ParseChannel(text, platforms...)
	if err != nil {
		return ch, &usageError{err}
	}
	return ch, nil
}

// addInstallation adds the flag --installation. It is read by [flagInstallation].
func addInstallation(fs *pflag.FlagSet, to *string, initial string) {
	fs.StringVar(to, "installation", initial, "`INSTALLATION`: console, discord:GUILD or slack:TEAM")
}

// flagInstallation reads the value of --installation.
func flagInstallation(text string) (bot.Installation, error) {
	i, err := bot.ParseInstallation(text, platforms...)
	if err != nil {
		return i, &usageError{err}
	}
	return i, nil
}

// wrongFlag makes err wrong usage when the engine refused what was given.
func wrongFlag(err error) error {
	if strings.HasPrefix(bot.ReasonCode(err), "bad_") {
		return &usageError{errors.New(bot.Explain(err))}
	}
	return err
}

// A completer finds what an argument can be: each an id, a tab and what it is.
type completer func(ctx context.Context, db *store.DB) ([]string, error)

// completes lets the shell complete the first argument from the database.
func (a *app) completes(find completer) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 || a.configure(cmd) != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		db, err := a.read(cmd.Context())
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		defer func() { _ = db.Close() }()
		found, err := find(cmd.Context(), db)
		if err != nil {
			return nil, cobra.ShellCompDirectiveError
		}
		return found, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
	}
}
