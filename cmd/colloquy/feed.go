package main

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/spf13/cobra"

	"colloquy/bot"
	"colloquy/bot/store"
)

// feedJSON is a feed in JSON.
type feedJSON struct {
	ID       bot.ID     `json:"id"`
	Name     string     `json:"name"`
	URL      string     `json:"url"`
	Title    string     `json:"title"`
	State    string     `json:"state"` // active, failing, stopped
	Reason   string     `json:"reason"`
	Items    int        `json:"items"` // known ones
	Failures int        `json:"failures"`
	Declared bool       `json:"declared"`
	PolledAt *time.Time `json:"polled_at"`
	OKAt     *time.Time `json:"ok_at"`
	NextAt   *time.Time `json:"next_at"`
}

func newFeedJSON(f bot.Feed) feedJSON {
	return feedJSON{f.ID, f.Name, f.URL, f.Title, f.State, f.Reason, f.Items, f.Failures, f.Declared,
		utc(f.PolledAt), utc(f.OKAt), utc(f.NextAt)}
}

func (a *app) feedCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "feed",
		Short:   "Add, list, test and remove the feeds that articles are taken from",
		GroupID: groupRun,
		Args:    cobra.ArbitraryArgs,
		RunE:    group,
	}
	cmd.AddCommand(a.feedAddCommand(), a.feedListCommand(), a.feedTestCommand(), a.feedRemoveCommand())
	return cmd
}

func (a *app) feedAddCommand() *cobra.Command {
	var name, channel string
	format := choice{value: "text", options: outputFormats}
	cmd := &cobra.Command{
		Use:   "add URL",
		Short: "Add a feed",
		Long: `Add an RSS, Atom or JSON feed and read it once. What it holds now counts as
seen: only what comes later is posted on a schedule. A schedule that names no
feeds takes articles from those of its channel.`,
		Example: `  colloquy feed add https://example.org/feed.xml
  colloquy feed add https://example.org/feed.xml --name news --channel console:general`,
		Args: takes("URL"),
		RunE: func(cmd *cobra.Command, args []string) error {
			ch, err := flagChannel(channel)
			if err == nil && cmd.Flags().Changed("name") {
				err = checkName(name)
			}
			if err != nil {
				return &usageError{err}
			}
			return a.addFeed(cmd.Context(), args[0], name, ch, format.value)
		},
	}
	cmd.Flags().StringVar(&name, "name", "", "`NAME` to call it by")
	cmd.Flags().StringVar(&channel, "channel", "", "`CHANNEL` that takes articles from it")
	a.set.addDB(cmd.Flags())
	addFormat(cmd, &format)
	return cmd
}

func (a *app) addFeed(ctx context.Context, url, name string, ch bot.Channel, format string) error {
	rt, err := a.open(ctx, place{level: slog.LevelError, aside: true})
	if err != nil {
		return err
	}
	defer func() { _ = rt.db.Close() }()
	if err := nameIsFree(ctx, rt.db, name, url); err != nil {
		return err
	}
	_, known, err := rt.db.FeedByURL(ctx, url)
	if err != nil {
		return err
	}
	done := a.progress("reading " + url)
	f, warning, err := rt.engine.AddFeed(ctx, url, name, ch, bot.Operator)
	done()
	if err != nil {
		return wrongFlag(err)
	}
	if known && name != "" && f.Name != name {
		if f.Declared {
			return inFile(f, "change its name there")
		}
		was := f.Name
		f.Name = name
		if err := rt.db.PutFeed(ctx, f, a.audit("feed_name", f.ID, "name: "+orDash(was)+" → "+name)); err != nil {
			return err
		}
	}
	if f, err = rt.db.Feed(ctx, f.ID); err != nil {
		return err
	}
	warnings := []string{}
	if warning != "" {
		warnings = append(warnings, warning)
	}
	if format == "json" {
		return a.printJSON(struct {
			feedJSON
			Warnings []string `json:"warnings"`
		}{newFeedJSON(f), warnings})
	}
	a.warn(warnings...)
	was := "added"
	if known {
		was = "already there"
	}
	how := feedState(f)
	if warning != "" {
		how = f.State // the warning says why
	}
	_, err = fmt.Fprintf(a.stdout, "Feed %s (%s) is %s: %s.\n", f.ID.Short(), inline(feedName(f)), was, how)
	return err
}

// inFile refuses to change a feed elsewhere than in the file it is declared in.
func inFile(f bot.Feed, do string) error {
	at := ""
	if f.DeclaredAt != "" {
		at = ", at " + f.DeclaredAt
	}
	return bot.Problemf("declared", "the feed %s is declared in the configuration file%s: %s", feedName(f), at, do)
}

// nameIsFree refuses a name that another feed has.
func nameIsFree(ctx context.Context, db *store.DB, name, url string) error {
	if name == "" {
		return nil
	}
	feeds, err := db.Feeds(ctx, bot.Channel{})
	for _, f := range feeds {
		if f.Name == name && f.URL != url {
			return bot.Problemf("name_taken", "the feed %s is already named %q: choose another name", f.URL, name)
		}
	}
	return err
}

// feedName is what a person calls a feed.
func feedName(f bot.Feed) string { return cmp.Or(f.Name, f.Title, f.URL) }

// feedState says in a few words how a feed is.
func feedState(f bot.Feed) string {
	s := f.State + ", " + plural(f.Items, "item", "items") + " known"
	if f.Reason != "" {
		s += "; " + inline(f.Reason)
	}
	return s
}

func (a *app) feedListCommand() *cobra.Command {
	return a.listCommand("List the feeds and how they are", "  colloquy feed list --channel console:general --format json",
		func(ctx context.Context, db *store.DB, ch bot.Channel, format string) error {
			feeds, err := db.Feeds(ctx, ch)
			if err != nil {
				return err
			}
			return a.showFeeds(feeds, format)
		})
}

func (a *app) showFeeds(feeds []bot.Feed, format string) error {
	if format == "json" {
		out := []feedJSON{}
		for _, f := range feeds {
			out = append(out, newFeedJSON(f))
		}
		return a.printJSON(out)
	}
	if len(feeds) == 0 {
		fmt.Fprintln(a.stdout, "There are no feeds. Add one with: colloquy feed add URL")
		return nil
	}
	var rows []row
	for _, f := range feeds {
		r := row{cells: []string{f.ID.Short(), cut(orDash(cmp.Or(f.Name, f.Title)), 24), f.State, fmt.Sprint(f.Items), a.local(f.PolledAt), f.URL}}
		if f.Reason != "" {
			r.notes = []string{f.Reason}
		}
		rows = append(rows, r)
	}
	return a.table([]string{"ID", "NAME", "STATE", "ITEMS", "LAST READ", "ADDRESS"}, rows)
}

// feedRefs completes a FEED.
func feedRefs(ctx context.Context, db *store.DB) ([]string, error) {
	feeds, err := db.Feeds(ctx, bot.Channel{})
	var out []string
	for _, f := range feeds {
		out = append(out, f.ID.Short()+"\t"+inline(feedName(f)))
	}
	return out, err
}
