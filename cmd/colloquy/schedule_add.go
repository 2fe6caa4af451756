package main

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"colloquy/bot"
	"colloquy/bot/store"
)

// addedJSON says what was scheduled. These names are a contract.
type addedJSON struct {
	ID       bot.ID   `json:"id"`
	Next     []string `json:"next"` // the next five times, RFC 3339 with the zone's offset
	Warnings []string `json:"warnings"`
}

func (a *app) scheduleAddCommand() *cobra.Command {
	var s bot.Schedule
	var channel, at string
	var feeds []string
	var options *optionFlags[bot.Schedule]
	format := choice{value: "text", options: outputFormats}
	cmd := &cobra.Command{
		Use:   "add",
		Short: "Discuss an article of the feeds at these times",
		Long: `Add a schedule: at each of its times, the next article of its feeds is
discussed in its channel. 'colloquy serve' runs it.

The times are words, such as "daily 08:00", "weekdays 09:00", "mon,thu 18:30",
"every 2 weeks mon 09:00", "first mon 09:00" or "monthly 15 09:00"; or a cron spec
of five fields (minute, hour, day of the month, month, weekday), or "@every 90m".
--feed takes the address of a feed, or the id or name of one that was added;
without it, articles come from the feeds of the channel.`,
		Example: `  colloquy schedule add --channel console:general --at "weekdays 09:00" \
    --tz Asia/Karachi --feed https://example.org/feed.xml
  colloquy schedule add --channel console:weekly --at "fri 17:30" --tz Europe/Berlin \
    --feed news --close-after 3d --questions 3 --except 2026-12-24..2027-01-06`,
		Args: takes(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			for _, flag := range []struct{ name, value, like string }{
				{"channel", channel, "console:general"}, {"at", at + s.Cron, `"weekdays 09:00"`},
			} {
				if flag.value == "" {
					return usagef("--%s is missing: add --%s %s, or run '%s --help' for examples", flag.name, flag.name, flag.like, cmd.CommandPath())
				}
			}
			if at != "" && s.Cron != "" {
				return usagef("--at and --cron both say when: keep one of them")
			}
			s.Cron = cmp.Or(at, s.Cron)
			var err error
			if s.Channel, err = flagChannel(channel); err != nil {
				return err
			}
			if cmd.Flags().Changed("name") {
				if err := checkName(s.Name); err != nil {
					return usagef("--name: %w", err)
				}
			}
			if err := a.readCalendars(options, ""); err != nil {
				return err
			}
			if _, err := options.apply(&s); err != nil {
				return err
			}
			return a.addSchedule(cmd.Context(), s, feeds, format.value)
		},
	}
	f := cmd.Flags()
	f.StringVar(&channel, "channel", "", "`CHANNEL` to post in, such as console:general")
	f.StringVar(&at, "at", "", "its `TIMES` in quotes, such as \"weekdays 09:00\"")
	f.StringVar(&s.Cron, "cron", "", "its times as a cron `SPEC` instead")
	f.StringArrayVar(&feeds, "feed", nil, "`FEED` to take articles from; may be repeated")
	f.StringVar(&s.Name, "name", "", "`NAME` to call it by")
	options = addOptions(f, bot.ScheduleOptions())
	a.set.addDB(f)
	addFormat(cmd, &format)
	return cmd
}

func (a *app) addSchedule(ctx context.Context, s bot.Schedule, feeds []string, format string) error {
	if _, err := s.Times(a.config.Shortest); err != nil {
		return wrongFlag(err) // before a database is made
	}
	rt, err := a.open(ctx, place{level: slog.LevelError, aside: true})
	if err != nil {
		return err
	}
	defer func() { _ = rt.db.Close() }()
	known, err := rt.db.Schedules(ctx, bot.Channel{})
	if err != nil {
		return err
	}
	for _, other := range known {
		if s.Name != "" && other.Name == s.Name {
			return bot.Problemf("name_taken", "there is a schedule named %q already (%s): choose another name", s.Name, other.ID.Short())
		}
	}
	if s.Zone == "" {
		if err := a.askZone(ctx, rt, s.Channel); err != nil {
			return err
		}
	}
	urls, fresh, err := feedURLs(ctx, rt.db, feeds)
	if err != nil {
		return err
	}
	done := a.progress("reading " + strings.Join(urls, ", "))
	s, next, warnings, err := rt.engine.AddSchedule(ctx, s, urls, bot.Operator)
	done()
	if err != nil {
		return wrongFlag(a.takeBack(ctx, rt.db, fresh, err))
	}
	if len(s.Feeds) == 0 {
		linked, err := rt.db.ChannelFeeds(ctx, s.Channel)
		if err != nil {
			return err
		}
		if len(linked) == 0 {
			warnings = append(warnings, fmt.Sprintf("it has no feeds, and neither has %s: only what is put on the list there with '/discuss add URL' will be posted; add a feed with 'colloquy feed add URL --channel %s'", s.Channel, s.Channel))
		}
	}
	return a.showAdded(ctx, rt.db, s, next, warnings, format)
}

// feedURLs gives the addresses of the feeds that were named, and which of them
// are not stored yet.
func feedURLs(ctx context.Context, db *store.DB, refs []string) (urls, fresh []string, err error) {
	seen := map[string]bool{}
	for _, ref := range refs {
		url := ref
		if f, err := db.FindFeed(ctx, ref); err == nil {
			url = f.URL
		} else if strings.Contains(ref, "://") && bot.ReasonCode(err) == "not_found" {
			fresh = append(fresh, ref)
		} else {
			return nil, nil, err
		}
		if !seen[url] {
			seen[url] = true
			urls = append(urls, url)
		}
	}
	return urls, fresh, nil
}

// takeBack removes the feeds that a schedule brought which was then refused,
// so that a second try begins anew. It returns why it was refused.
func (a *app) takeBack(ctx context.Context, db *store.DB, fresh []string, why error) error {
	ctx = context.WithoutCancel(ctx)
	for _, url := range fresh {
		if f, found, err := db.FeedByURL(ctx, url); err == nil && found {
			if err := db.RemoveFeed(ctx, f.ID, a.audit("feed_remove", f.ID, f.URL)); err != nil {
				return fmt.Errorf("%w; the feed %s stays", why, url)
			}
		}
	}
	return why
}

func (a *app) showAdded(ctx context.Context, db *store.DB, s bot.Schedule, next []bot.Moment, warnings []string, format string) error {
	if format == "json" {
		out := addedJSON{ID: s.ID, Next: []string{}, Warnings: append([]string{}, warnings...)}
		for _, m := range next {
			out.Next = append(out.Next, m.At.Format(time.RFC3339))
		}
		return a.printJSON(out)
	}
	a.warn(warnings...)
	fmt.Fprintf(a.stdout, "%s discusses an article in %s, %s (%s). Its next times:\n", upper(scheduleName(s)), s.Channel, s.Cron, s.Zone)
	a.printMoments(next)
	if !served(ctx, db) {
		fmt.Fprintln(a.stdout, "It runs while 'colloquy serve' runs.")
	}
	return nil
}

// printMoments lists due times, with what the clock does to them.
func (a *app) printMoments(list []bot.Moment) {
	for _, m := range list {
		line := "  " + zoned(m.At)
		if note := m.Describe(); note != "" {
			line += "  " + note
		}
		fmt.Fprintln(a.stdout, line)
	}
}
