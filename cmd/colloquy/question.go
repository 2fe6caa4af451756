package main

import (
	"context"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"colloquy/bot"
)

func (a *app) questionCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "question",
		Short:   "Change the questions of what a schedule posts next",
		GroupID: groupRun,
		Args:    cobra.ArbitraryArgs,
		RunE:    group,
	}
	cmd.AddCommand(
		a.questionChangeCommand("list SCHEDULE", "List the questions of a draft, and those in reserve", []string{"SCHEDULE"}, nil),
		a.questionChangeCommand("drop SCHEDULE N", "Leave question N out", []string{"SCHEDULE", "N"},
			func(ctx context.Context, rt *running, d bot.Draft, n int, _ string) (bot.Draft, error) {
				return rt.engine.DropQuestion(ctx, d, n, bot.Operator)
			}),
		a.questionChangeCommand("replace SCHEDULE N [TEXT]", "Put one in reserve, or your own TEXT, in the place of question N", []string{"SCHEDULE", "N", "TEXT"},
			func(ctx context.Context, rt *running, d bot.Draft, n int, text string) (bot.Draft, error) {
				return rt.engine.ReplaceQuestion(ctx, d, n, text, bot.Operator)
			}),
	)
	return cmd
}

// questionChangeCommand makes a command about the draft of a schedule; change
// may be nil.
func (a *app) questionChangeCommand(use, short string, names []string, change func(context.Context, *running, bot.Draft, int, string) (bot.Draft, error)) *cobra.Command {
	cmd := &cobra.Command{
		Use:   use,
		Short: short,
		Long:  short + ".\nThe draft is what 'colloquy schedule preview SCHEDULE' shows; it is written if there is none yet.",
		Example: `  colloquy question list morning
  colloquy question drop morning 2
  colloquy question replace morning 1 "Who would pay for the bus?"`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(names) == 3 && len(args) == 2 {
				return nil // TEXT may be left out
			}
			return takes(names...)(cmd, args)
		},
		ValidArgsFunction: a.completes(scheduleRefs),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.onSchedule(cmd.Context(), args[0], func(ctx context.Context, rt *running, s bot.Schedule) error {
				return a.changeQuestions(ctx, rt, s, args[1:], change)
			})
		},
	}
	a.set.addDB(cmd.Flags())
	return cmd
}

func (a *app) changeQuestions(ctx context.Context, rt *running, s bot.Schedule, args []string, change func(context.Context, *running, bot.Draft, int, string) (bot.Draft, error)) error {
	n, text := 0, ""
	if len(args) > 0 {
		var err error
		if n, err = strconv.Atoi(args[0]); err != nil {
			return usagef("%q is no number of a question: give one from 1 on", args[0])
		}
	}
	if len(args) > 1 {
		text = args[1]
	}
	d, err := a.draft(ctx, rt, s)
	if err == nil && change != nil {
		d, err = change(ctx, rt, d, n, text)
	}
	if err != nil {
		return err
	}
	fmt.Fprintln(a.stdout, a.wrap(fmt.Sprintf("The questions about %q, for %s:", inline(d.Title), d.Channel), ""))
	for i, q := range d.Questions {
		fmt.Fprintln(a.stdout, a.wrap(fmt.Sprintf("%d. %s", i+1, inline(q.Text)), ""))
	}
	if len(d.Questions) == 0 {
		fmt.Fprintln(a.stdout, "None.")
	}
	if len(d.Spares) > 0 {
		fmt.Fprintln(a.stdout, "In reserve:")
	}
	for _, q := range d.Spares {
		fmt.Fprintln(a.stdout, a.wrap("- "+inline(q.Text), ""))
	}
	return nil
}
