package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"colloquy/bot"
)

// changeJSON is what the configuration file would change, in JSON.
type changeJSON struct {
	ID      string   `json:"id"`     // the name of a schedule, the address of a feed
	Kind    string   `json:"kind"`   // feed, schedule
	Change  string   `json:"change"` // add, change, pause
	At      string   `json:"at"`     // file and line; "" for what is no longer in the file
	Details []string `json:"details"`
}

func (a *app) configCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "config",
		Short:   "Check the configuration file, and see what it would change",
		GroupID: groupAdmin,
		Args:    cobra.ArbitraryArgs,
		// FILE stands for --config, so that what it says of the database holds too.
		PersistentPreRunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 && cmd.HasParent() && cmd.Parent().Name() == "config" {
				a.set.configFile = args[0]
			}
			return a.configure(cmd)
		},
		RunE: group,
	}
	cmd.AddCommand(a.configCheckCommand(), a.configDiffCommand())
	return cmd
}

// atMostOne lets FILE be left out.
func atMostOne(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return takes("FILE")(cmd, args)
}

// mustHaveConfig refuses to go on without a configuration file.
func (a *app) mustHaveConfig() error {
	if a.config.File == "" {
		return usagef("there is no %s here: give the FILE, or name it with --config", defaultConfigFile)
	}
	return nil
}

func (a *app) configCheckCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "check [FILE]",
		Short: "Say whether a configuration file is good",
		Long: `Read a configuration file, as 'colloquy serve' would, and say whether it is good, or
what is wrong on which line (exit code 2). Nothing is changed.`,
		Example: `  colloquy config check
  colloquy config check /etc/colloquy/colloquy.yaml`,
		Args: atMostOne,
		RunE: func(*cobra.Command, []string) error {
			if err := a.mustHaveConfig(); err != nil {
				return err
			}
			_, err := a.desk(slog.New(slog.DiscardHandler))
			switch bot.ReasonCode(err) {
			case "no_key", "no_model": // only serve may have them, by variables
				err = nil
			}
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(a.stdout, "%s is good: %s, %s.\n", a.config.File,
				plural(len(a.config.Feeds), "feed", "feeds"), plural(len(a.config.Schedules), "schedule", "schedules"))
			return err
		},
	}
}

func (a *app) configDiffCommand() *cobra.Command {
	format := choice{value: "text", options: outputFormats}
	cmd := &cobra.Command{
		Use:   "diff [FILE]",
		Short: "Show what a configuration file would change",
		Long: `Show what 'colloquy serve' would change if it read a configuration file now: what
is added (+), changed (~), and paused because it is no longer declared (-).
Nothing is changed.`,
		Example: `  colloquy config diff
  colloquy config diff new.yaml --format json`,
		Args: atMostOne,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := a.mustHaveConfig(); err != nil {
				return err
			}
			return a.diffConfig(cmd.Context(), format.value)
		},
	}
	a.set.addDB(cmd.Flags())
	addFormat(cmd, &format)
	return cmd
}

func (a *app) diffConfig(ctx context.Context, format string) error {
	if bot.ReasonCode(a.mustExist()) == "db_missing" { // then everything is new
		dir, err := os.MkdirTemp("", "colloquy-")
		if err != nil {
			return err
		}
		defer func() { _ = os.RemoveAll(dir) }()
		a.set.db = filepath.Join(dir, "empty.db")
	}
	rt, err := a.open(ctx, place{level: slog.LevelError, aside: true})
	if err != nil {
		return err
	}
	defer func() { _ = rt.db.Close() }()
	changes, warnings, err := rt.engine.PlanDeclared(ctx, a.config.declared())
	if err != nil {
		return err
	}
	if format == "json" {
		out := []changeJSON{}
		for _, c := range changes {
			out = append(out, changeJSON{c.Name, c.Kind, c.Change, c.At, append([]string{}, c.Details...)})
		}
		return a.printJSON(out)
	}
	a.warn(warnings...)
	if len(changes) == 0 {
		_, err := fmt.Fprintf(a.stdout, "%s changes nothing.\n", a.config.File)
		return err
	}
	for _, c := range changes {
		if _, err := fmt.Fprintln(a.stdout, diffLine(c)); err != nil {
			return err
		}
	}
	return nil
}

// diffLine is a change for people, who want to know what becomes of a thing.
func diffLine(c bot.DeclaredChange) string {
	if c.Change == bot.ChangePause {
		c.Details = []string{"would be paused: it is no longer declared"}
	}
	return inline(c.String())
}
