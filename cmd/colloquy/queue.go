package main

import (
	"context"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"colloquy/bot"
)

// queuedJSON is an article that may come next.
type queuedJSON struct {
	ID    bot.ID `json:"id"`
	Kind  string `json:"kind"` // draft, added, feed
	Title string `json:"title"`
	URL   string `json:"url"`
}

func (a *app) queueCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "queue",
		Short:   "See and change which articles come next in a channel",
		GroupID: groupRun,
		Args:    cobra.ArbitraryArgs,
		RunE:    group,
	}
	cmd.AddCommand(a.queueListCommand(), a.queueMoveCommand(), a.queueRemoveCommand())
	return cmd
}

// onQueue makes a command that works on the queue of a channel.
func (a *app) onQueue(use, short, example string, args cobra.PositionalArgs, work func(context.Context, *running, bot.Channel, []string) error) *cobra.Command {
	var channel string
	cmd := &cobra.Command{
		Use: use, Short: short, Example: example, Args: args,
		RunE: func(cmd *cobra.Command, args []string) error {
			if channel == "" {
				return usagef("--channel is missing: add the channel whose queue it is, such as --channel console:general")
			}
			ch, err := flagChannel(channel)
			if err != nil {
				return err
			}
			rt, err := a.aside(cmd.Context())
			if err != nil {
				return err
			}
			defer func() { _ = rt.db.Close() }()
			return work(cmd.Context(), rt, ch, args)
		},
	}
	cmd.Flags().StringVar(&channel, "channel", "", "`CHANNEL` whose queue it is")
	a.set.addDB(cmd.Flags())
	return cmd
}

func (a *app) queueListCommand() *cobra.Command {
	format := choice{value: "text", options: outputFormats}
	cmd := a.onQueue("list", "List what comes next: drafts, what was added by hand, then the feeds",
		"  colloquy queue list --channel console:general", takes(),
		func(ctx context.Context, rt *running, ch bot.Channel, _ []string) error {
			return a.showQueue(ctx, rt, ch, format.value)
		})
	addFormat(cmd, &format)
	return cmd
}

func (a *app) showQueue(ctx context.Context, rt *running, ch bot.Channel, format string) error {
	list, err := rt.engine.Queue(ctx, ch)
	if err != nil {
		return err
	}
	if format == "json" {
		out := []queuedJSON{}
		for _, q := range list {
			out = append(out, queuedJSON(q))
		}
		return a.printJSON(out)
	}
	if len(list) == 0 {
		_, err := fmt.Fprintf(a.stdout, "Nothing comes next in %s.\n", ch)
		return err
	}
	var rows []row
	for _, q := range list {
		rows = append(rows, row{cells: []string{q.ID.Short(), q.Kind, q.Title}})
	}
	return a.table([]string{"ID", "FROM", "ARTICLE"}, rows)
}

func (a *app) queueMoveCommand() *cobra.Command {
	return a.onQueue("move ID PLACE", "Give an article another place among those added by hand",
		"  colloquy queue move 1a2b3c4d 1 --channel console:general", takes("ID", "PLACE"),
		func(ctx context.Context, rt *running, ch bot.Channel, args []string) error {
			place, err := strconv.Atoi(args[1])
			if err != nil || place < 1 {
				return usagef("%q is no place: give a number from 1, the first, on", args[1])
			}
			q, err := rt.engine.FindQueued(ctx, ch, args[0])
			if err != nil {
				return err
			}
			if err := rt.engine.MoveQueued(ctx, ch, q, place, bot.Operator); err != nil {
				return err
			}
			return a.showQueue(ctx, rt, ch, "text")
		})
}

func (a *app) queueRemoveCommand() *cobra.Command {
	return a.onQueue("remove ID", "Never take an article in this channel by a schedule",
		"  colloquy queue remove 1a2b3c4d --channel console:general", takes("ID"),
		func(ctx context.Context, rt *running, ch bot.Channel, args []string) error {
			q, err := rt.engine.FindQueued(ctx, ch, args[0])
			if err != nil {
				return err
			}
			if err := rt.engine.RemoveQueued(ctx, ch, q, bot.Operator); err != nil {
				return err
			}
			_, err = fmt.Fprintf(a.stdout, "%q is not taken in %s.\n", inline(q.Title), ch)
			return err
		})
}
