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
)

// itemJSON is an entry of a feed in JSON.
type itemJSON struct {
	ID        bot.ID     `json:"id"`
	Title     string     `json:"title"`
	URL       string     `json:"url"`
	Published *time.Time `json:"published"`
	Seen      bool       `json:"seen"` // part of the backlog, never posted unattended
}

// shownItems is how many items a test of a feed shows.
const shownItems = 5

func (a *app) feedTestCommand() *cobra.Command {
	format := choice{value: "text", options: outputFormats}
	cmd := &cobra.Command{
		Use:   "test FEED",
		Short: "Read a feed now and say how it is",
		Long: `Read a feed now, also one that was stopped, and show its newest items. FEED is an
id or the end of one, a name or an address. A feed that was not added is read too,
and nothing of it is stored.`,
		Example: `  colloquy feed test https://example.org/feed.xml
  colloquy feed test 1a2b3c4d`,
		Args:              takes("FEED"),
		ValidArgsFunction: a.completes(feedRefs),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.testFeed(cmd.Context(), args[0], format.value)
		},
	}
	a.set.addDB(cmd.Flags())
	addFormat(cmd, &format)
	return cmd
}

func (a *app) testFeed(ctx context.Context, ref, format string) error {
	rt, err := a.aside(ctx)
	address := strings.Contains(ref, "://")
	if bot.ReasonCode(err) == "db_missing" && address {
		return a.testStranger(ctx, ref, format)
	}
	if err != nil {
		return err
	}
	defer func() { _ = rt.db.Close() }()
	f, err := rt.db.FindFeed(ctx, ref)
	if bot.ReasonCode(err) == "not_found" && address {
		return a.testStranger(ctx, ref, format)
	}
	if err != nil {
		return err
	}
	done := a.progress("reading " + f.URL)
	f, err = rt.engine.TestFeed(ctx, f)
	done()
	if err != nil {
		return err
	}
	if f, err = rt.db.Feed(ctx, f.ID); err != nil {
		return err
	}
	items, err := rt.db.NewestItems(ctx, []bot.ID{f.ID}, shownItems)
	if err != nil {
		return err
	}
	return a.showTested(f, items, format)
}

// testStranger reads a feed that was not added.
func (a *app) testStranger(ctx context.Context, url, format string) error {
	done := a.progress("reading " + url)
	res, err := a.reader(slog.LevelWarn).Feed(ctx, bot.FeedRequest{URL: url})
	done()
	if err != nil {
		return wrongFlag(err)
	}
	f := bot.Feed{URL: url, Title: res.Title, State: "not added", Items: len(res.Items), PolledAt: a.now(), OKAt: a.now()}
	if res.Gone {
		f.Reason = "its server says that it is gone for good"
	}
	return a.showTested(f, res.Items[:min(len(res.Items), shownItems)], format)
}

// showTested shows a feed that was read. One that could not be read is an error.
func (a *app) showTested(f bot.Feed, items []bot.Item, format string) error {
	if format == "json" {
		list := []itemJSON{}
		for _, it := range items {
			list = append(list, itemJSON{it.ID, it.Title, it.URL, utc(it.Published), it.Seen})
		}
		err := a.printJSON(struct {
			feedJSON
			Newest []itemJSON `json:"newest"`
		}{newFeedJSON(f), list})
		if err != nil {
			return err
		}
	} else {
		var b strings.Builder
		fmt.Fprintf(&b, "%s\n%s\n%s\n", inline(cmp.Or(join([]string{f.Name, f.Title}, ": "), "A feed without a title")), inline(f.URL), feedState(f))
		if len(items) > 0 {
			b.WriteString("\nNewest:\n")
		}
		for _, it := range items {
			date := "            "
			if !it.Published.IsZero() {
				date = fmt.Sprintf("%-12s", it.Published.Local().Format("2 Jan 2006"))
			}
			fmt.Fprintf(&b, "  %s %s\n", date, inline(it.Title))
		}
		fmt.Fprint(a.stdout, b.String())
	}
	if f.Reason != "" {
		return bot.Problemf("feed_"+f.State, "the feed cannot be used now: %s", inline(f.Reason))
	}
	return nil
}
