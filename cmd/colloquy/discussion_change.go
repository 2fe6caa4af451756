package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"colloquy/bot"
)

// discussionChangeCommand makes a command that does one thing to one
// discussion, and says what it did.
func (a *app) discussionChangeCommand(use, short, long string, change func(context.Context, *running, bot.Discussion) (string, error)) *cobra.Command {
	verb, _, _ := strings.Cut(use, " ")
	cmd := &cobra.Command{
		Use:               use,
		Short:             short,
		Long:              long,
		Example:           "  colloquy discussion " + verb + " 1a2b3c4d",
		Args:              takes("ID"),
		ValidArgsFunction: a.completes(discussionRefs),
		RunE: func(cmd *cobra.Command, args []string) error {
			rt, err := a.existing(cmd.Context(), a.screen())
			if err != nil {
				return err
			}
			defer func() { _ = rt.db.Close() }()
			d, err := rt.db.FindDiscussion(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			said, err := change(cmd.Context(), rt, d)
			if err != nil {
				return err
			}
			if err := a.runHere(cmd.Context(), rt, d.ID); err != nil {
				return err
			}
			_, err = fmt.Fprintf(a.stdout, "Discussion %s %s\n", d.ID.Short(), said)
			return err
		},
	}
	a.set.addDB(cmd.Flags())
	return cmd
}

// runHere brings a discussion as far as it can be, unless another process does.
func (a *app) runHere(ctx context.Context, rt *running, id bot.ID) error {
	if served(ctx, rt.db) {
		return nil
	}
	return rt.runDiscussion(ctx, id)
}

func (a *app) discussionWithdrawCommand() *cobra.Command {
	return a.discussionChangeCommand("withdraw ID", "Take the posts of a discussion away for good",
		`Take what was posted of a discussion away, stop what is still to be posted, and
write no recap. What people wrote stays on the platform, and on record until its
retention ends. The article is never posted in that channel again.`,
		func(ctx context.Context, rt *running, d bot.Discussion) (string, error) {
			return "is withdrawn: its posts are taken away, and what people wrote stays.", rt.engine.Withdraw(ctx, d, bot.Operator)
		})
}

func (a *app) discussionExtendCommand() *cobra.Command {
	by := duration(day)
	cmd := a.discussionChangeCommand("extend ID", "Let a discussion close later", "",
		func(ctx context.Context, rt *running, d bot.Discussion) (string, error) {
			until, err := rt.engine.Extend(ctx, d, time.Duration(by), bot.Operator)
			return "closes " + a.local(until) + " now.", err
		})
	cmd.Flags().Var(&by, "by", "how much later")
	return cmd
}

func (a *app) discussionReopenCommand() *cobra.Command {
	return a.discussionChangeCommand("reopen ID", "Let people reply again in a closed discussion",
		`Open a closed discussion again, for as long as it was open at first. Its recap is
taken away, and a new one is posted at the end.`,
		func(ctx context.Context, rt *running, d bot.Discussion) (string, error) {
			until, err := rt.engine.Reopen(ctx, d, bot.Operator)
			return "is open again until " + a.local(until) + ". A new recap follows then.", err
		})
}

// replyCommand makes a command that keeps a reply out of recaps, or no longer.
func (a *app) replyCommand(verb, short, said string, out bool) *cobra.Command {
	var channel string
	cmd := &cobra.Command{
		Use:     verb + " REPLY",
		Short:   short,
		Long:    short + ". REPLY is the end of its id, or of its message's id; an export has both.\nThe reply stays in the thread and on record.",
		Example: "  colloquy discussion " + verb + " 1a2b3c4d --channel console:general",
		Args:    takes("REPLY"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if channel == "" {
				return usagef("--channel is missing: add the channel that the reply is in, such as --channel console:general")
			}
			ch, err := flagChannel(channel)
			if err != nil {
				return err
			}
			rt, err := a.existing(cmd.Context(), a.screen())
			if err != nil {
				return err
			}
			defer func() { _ = rt.db.Close() }()
			r, err := rt.db.FindReply(cmd.Context(), ch, args[0])
			if err != nil {
				return err
			}
			if err := rt.engine.Exclude(cmd.Context(), r, out, bot.Operator); err != nil {
				return err
			}
			if err := a.runHere(cmd.Context(), rt, r.DiscussionID); err != nil {
				return err
			}
			_, err = fmt.Fprintf(a.stdout, "Reply %s %s\n", r.ID.Short(), said)
			return err
		},
	}
	cmd.Flags().StringVar(&channel, "channel", "", "`CHANNEL` that the reply is in")
	a.set.addDB(cmd.Flags())
	return cmd
}
