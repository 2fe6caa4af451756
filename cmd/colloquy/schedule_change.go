package main

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"colloquy/bot"
)

func (a *app) scheduleEditCommand() *cobra.Command {
	var at, cron string
	var options *optionFlags[bot.Schedule]
	cmd := &cobra.Command{
		Use:   "change ID",
		Short: "Change the times or the options of a schedule",
		Long: `Change a schedule. What is not named stays as it is; the value "default" goes back
to what an option is without. A discussion that is under way keeps what it began
with. What the configuration file declares is changed there.`,
		Example: `  colloquy schedule change 1a2b3c4d --at "weekdays 08:00"
  colloquy schedule change morning --questions 3 --remind default`,
		Args:              takes("ID"),
		ValidArgsFunction: a.completes(scheduleRefs),
		RunE: func(cmd *cobra.Command, args []string) error {
			if at != "" && cron != "" {
				return usagef("--at and --cron both say when: keep one of them")
			}
			return a.changeSchedule(cmd.Context(), args[0], cmp.Or(at, cron), options)
		},
	}
	cmd.Flags().StringVar(&at, "at", "", "its new `TIMES` in quotes, such as \"weekdays 09:00\"")
	cmd.Flags().StringVar(&cron, "cron", "", "its new times as a cron `SPEC` instead")
	options = addOptions(cmd.Flags(), bot.ScheduleOptions())
	a.set.addDB(cmd.Flags())
	return cmd
}

func (a *app) changeSchedule(ctx context.Context, ref, cron string, options *optionFlags[bot.Schedule]) error {
	rt, err := a.aside(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = rt.db.Close() }()
	old, err := rt.db.FindSchedule(ctx, ref)
	if err != nil {
		return err
	}
	s := old
	if cron != "" {
		s.Cron = cron
	}
	if err := a.readCalendars(options, s.Zone); err != nil {
		return err
	}
	changes, err := options.apply(&s)
	if err != nil {
		return err
	}
	s, next, changes, err := rt.engine.ChangeSchedule(ctx, old, s, changes, bot.Operator)
	switch {
	case err != nil:
		return wrongFlag(err)
	case len(changes) == 0:
		_, err = fmt.Fprintf(a.stdout, "%s is like that already.\n", upper(scheduleName(s)))
		return err
	}
	if s.Rules.Approve != old.Rules.Approve {
		a.warn(rt.engine.ChannelWarnings(ctx, s.Rules.Approve)...)
	}
	fmt.Fprintf(a.stdout, "%s is changed: %s.\n", upper(scheduleName(s)), strings.Join(changes, "; "))
	if s.Paused {
		_, err = fmt.Fprintln(a.stdout, "It is paused.")
		return err
	}
	fmt.Fprintln(a.stdout, "Its next times:")
	a.printMoments(next)
	return nil
}
