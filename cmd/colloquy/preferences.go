package main

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"strings"

	"github.com/spf13/cobra"

	"colloquy/bot"
)

// preferencesJSON is what holds in an installation, in JSON.
type preferencesJSON struct {
	Installation string            `json:"installation"`
	Settings     map[string]string `json:"settings"` // by name, as they hold now
	Set          []string          `json:"set"`      // the names of those that are not at their default
	Changes      []string          `json:"changes"`  // what this command changed
}

func (a *app) settingsCommand() *cobra.Command {
	var installation string
	var options *optionFlags[bot.Preferences]
	format := choice{value: "text", options: outputFormats}
	cmd := &cobra.Command{
		Use:   "settings",
		Short: "Show or change what holds in all channels of an installation",
		Long: `Show what holds in all channels of an installation, or change what is named. The
value "default" goes back to what holds without it. A schedule keeps the zone, and
a discussion the retention and the recap, with which it began.`,
		Example: `  colloquy settings
  colloquy settings --zone Asia/Karachi --language ur
  colloquy settings --installation discord:81384788765712384 --retention default`,
		GroupID: groupAdmin,
		Args:    takes(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			i, err := flagInstallation(installation)
			if err != nil {
				return err
			}
			return a.settings(cmd.Context(), i, options, format.value)
		},
	}
	addInstallation(cmd.Flags(), &installation, "console")
	options = addOptions(cmd.Flags(), bot.InstallationOptions(bot.Settings{}))
	a.set.addDB(cmd.Flags())
	addFormat(cmd, &format)
	return cmd
}

func (a *app) settings(ctx context.Context, i bot.Installation, options *optionFlags[bot.Preferences], format string) error {
	if !options.given() { // looking makes no database
		if err := a.mustExist(); err != nil {
			return err
		}
	}
	rt, err := a.open(ctx, place{level: slog.LevelError, aside: true})
	if err != nil {
		return err
	}
	defer func() { _ = rt.db.Close() }()
	if i, err = a.known(ctx, rt, i); err != nil {
		return err
	}
	changes := []string{}
	all := bot.InstallationOptions(rt.engine.Settings())
	if options.given() {
		options.define(all)
		got, err := rt.engine.ChangePreferences(ctx, i.Everywhere(), options.apply, bot.Operator)
		if err != nil {
			return wrongFlag(err)
		}
		changes = append(changes, got...)
		if i, err = rt.db.Installation(ctx, i.Platform, i.Workspace); err != nil {
			return err
		}
	}
	return a.showSettings(i, all, changes, rt.engine.SettingsRemark(i.Preferences, changes), format)
}

// known finds an installation. The console is always there; another one must
// have been seen, so that a wrong id is told.
func (a *app) known(ctx context.Context, rt *running, i bot.Installation) (bot.Installation, error) {
	found, err := rt.db.Installation(ctx, i.Platform, i.Workspace)
	if err == nil && found.CreatedAt.IsZero() && i.Platform != "console" {
		err = bot.Problemf("not_found", "there is no installation %s: Colloquy was not added there yet", i)
	}
	return found, err
}

func (a *app) showSettings(i bot.Installation, options []bot.OptionOf[bot.Preferences], changes []string, remark, format string) error {
	out := preferencesJSON{Installation: i.String(), Settings: map[string]string{}, Set: []string{}, Changes: changes}
	var rows []row
	for _, o := range options {
		value := o.Get(i.Preferences)
		out.Settings[o.Name] = cmp.Or(value, o.Default)
		if value != "" {
			out.Set = append(out.Set, o.Name)
			rows = append(rows, row{cells: []string{o.Name, value}})
		} else {
			rows = append(rows, row{cells: []string{o.Name, o.Default + " (default)"}})
		}
	}
	switch {
	case format == "json":
		return a.printJSON(out)
	case len(changes) > 0:
		fmt.Fprintf(a.stdout, "Changed in %s: %s. It holds for what is posted from now on.\n", i, inline(strings.Join(changes, "; ")))
	default:
		fmt.Fprintf(a.stdout, "What holds in %s:\n", i)
		if err := a.table([]string{"SETTING", "VALUE"}, rows); err != nil {
			return err
		}
	}
	if remark != "" {
		_, err := fmt.Fprintln(a.stdout, a.wrap(remark, ""))
		return err
	}
	return nil
}
