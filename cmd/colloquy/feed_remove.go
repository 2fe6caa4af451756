package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"colloquy/bot"
)

func (a *app) feedRemoveCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "remove FEED",
		Short: "Remove a feed",
		Long: `Remove a feed and what is known of its items. What was posted from it stays.
FEED is an id or the end of one, a name or an address.`,
		Example:           `  colloquy feed remove 1a2b3c4d`,
		Args:              takes("FEED"),
		ValidArgsFunction: a.completes(feedRefs),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.removeFeed(cmd.Context(), args[0])
		},
	}
	a.set.addDB(cmd.Flags())
	return cmd
}

func (a *app) removeFeed(ctx context.Context, ref string) error {
	rt, err := a.aside(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = rt.db.Close() }()
	f, err := rt.db.FindFeed(ctx, ref)
	if err != nil {
		return err
	}
	if f.Declared && f.Reason != bot.NotDeclared {
		return inFile(f, "remove it there, and it is no longer read when 'colloquy serve' reads the file")
	}
	schedules, err := rt.db.Schedules(ctx, bot.Channel{})
	if err != nil {
		return err
	}
	var users, bereft []string
	for _, s := range schedules {
		if slices.Contains(s.Feeds, f.ID) {
			users = append(users, scheduleName(s))
		}
		if len(s.Feeds) == 0 {
			ids, err := rt.db.ChannelFeeds(ctx, s.Channel)
			if err != nil {
				return err
			}
			if len(ids) == 1 && ids[0] == f.ID {
				bereft = append(bereft, fmt.Sprintf("%s now has no feeds: add one with 'colloquy feed add URL --channel %s'", scheduleName(s), s.Channel))
			}
		}
	}
	if len(users) > 0 {
		return bot.Problemf("feed_used", "the feed %s is used by %s: remove that first, with 'colloquy schedule remove ID'", feedName(f), strings.Join(users, ", "))
	}
	if err := rt.db.RemoveFeed(ctx, f.ID, a.audit("feed_remove", f.ID, f.URL)); err != nil {
		return err
	}
	a.warn(bereft...)
	_, err = fmt.Fprintf(a.stdout, "Feed %s (%s) is removed.\n", f.ID.Short(), inline(feedName(f)))
	return err
}
