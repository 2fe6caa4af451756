package main

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"colloquy/bot"
)

// managerJSON is who may manage an installation, in JSON.
type managerJSON struct {
	ID    string     `json:"id"`   // of the person or the role
	Kind  string     `json:"kind"` // person, role
	Since *time.Time `json:"since"`
}

func (a *app) managersCommand() *cobra.Command {
	var installation string
	format := choice{value: "text", options: outputFormats}
	cmd := &cobra.Command{
		Use:   "managers",
		Short: "Show and change who else may manage an installation",
		Long: `People on this list, and those who have a role on it, may manage Colloquy in an
installation, besides those whom the platform says. Without a command, the list is
shown. On the command line, whoever may write to the database may do everything.`,
		Example: `  colloquy managers --installation discord:81384788765712384
  colloquy managers add role:1187310299 --installation discord:81384788765712384`,
		GroupID: groupAdmin,
		Args:    cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return group(cmd, args)
			}
			i, err := flagInstallation(installation)
			if err != nil {
				return err
			}
			return a.managers(cmd.Context(), i, format.value)
		},
	}
	addInstallation(cmd.Flags(), &installation, "console")
	a.set.addDB(cmd.Flags())
	addFormat(cmd, &format)
	cmd.AddCommand(
		a.managersChangeCommand("add ID", "Let a person or, as role:ID, a role manage an installation", "may manage %s from now on", (*bot.Engine).AddManager),
		a.managersChangeCommand("remove ID", "Take a person or, as role:ID, a role off the list", "is off the list of %s", (*bot.Engine).RemoveManager),
	)
	return cmd
}

func (a *app) managers(ctx context.Context, i bot.Installation, format string) error {
	db, err := a.read(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	list, err := db.Managers(ctx, i.Platform, i.Workspace)
	if err != nil {
		return err
	}
	out, rows := []managerJSON{}, []row{}
	for _, m := range list {
		kind := "person"
		if m.Role {
			kind = "role"
		}
		out = append(out, managerJSON{m.ID, kind, utc(m.CreatedAt)})
		rows = append(rows, row{cells: []string{m.String(), a.local(m.CreatedAt)}})
	}
	if format == "json" {
		return a.printJSON(out)
	}
	if len(rows) == 0 {
		_, err := fmt.Fprintf(a.stdout, "Nobody manages %s but those whom the platform says. Add somebody with: colloquy managers add ID --installation %s\n", i, i)
		return err
	}
	return a.table([]string{"MANAGER", "SINCE"}, rows)
}

// managersChangeCommand makes a command that changes the list; said is what
// became of the one it names.
func (a *app) managersChangeCommand(use, short, said string, change func(*bot.Engine, context.Context, bot.Installation, bot.Manager, bot.By) error) *cobra.Command {
	var installation string
	verb, _, _ := strings.Cut(use, " ")
	cmd := &cobra.Command{
		Use:     use,
		Short:   short,
		Example: "  colloquy managers " + verb + " role:1187310299 --installation discord:81384788765712384",
		Args:    takes("ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			i, err := flagInstallation(installation)
			if err != nil {
				return err
			}
			m, err := bot.ParseManager(args[0], i)
			if err != nil {
				return wrongFlag(err)
			}
			if verb == "remove" { // adding may be the first thing that is done
				if err := a.mustExist(); err != nil {
					return err
				}
			}
			rt, err := a.open(cmd.Context(), place{level: slog.LevelError, aside: true})
			if err != nil {
				return err
			}
			defer func() { _ = rt.db.Close() }()
			if _, err := a.known(cmd.Context(), rt, i); err != nil {
				return err
			}
			if err := change(rt.engine, cmd.Context(), i, m, bot.Operator); err != nil {
				return err
			}
			_, err = fmt.Fprintf(a.stdout, "%s "+said+".\n", m, i)
			return err
		},
	}
	addInstallation(cmd.Flags(), &installation, "console")
	a.set.addDB(cmd.Flags())
	return cmd
}
