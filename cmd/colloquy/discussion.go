package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"colloquy/bot"
	"colloquy/bot/store"
)

// discussionJSON is a discussion in JSON.
type discussionJSON struct {
	ID        bot.ID     `json:"id"`
	Title     string     `json:"title"`
	URL       string     `json:"url"`
	Channel   string     `json:"channel"`
	State     string     `json:"state"` // posting, open, closing, closed, failed, unknown, erased, withdrawing, withdrawn
	Reason    string     `json:"reason"`
	OpenedAt  *time.Time `json:"opened_at"`
	ClosesAt  *time.Time `json:"closes_at"`
	ClosedAt  *time.Time `json:"closed_at"`
	EraseAt   *time.Time `json:"erase_at"`
	Questions int        `json:"questions"`
	Replies   int        `json:"replies"` // without deleted ones
	People    int        `json:"people"`
}

func newDiscussionJSON(d bot.Discussion) discussionJSON {
	return discussionJSON{d.ID, d.Title, d.URL, d.Channel.String(), d.State, d.Reason, utc(d.OpenedAt), utc(d.ClosesAt),
		utc(d.ClosedAt), utc(d.EraseAt), len(d.Questions), d.Replies, d.People}
}

func (a *app) discussionCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "discussion",
		Short:   "List, show, change, close and export discussions",
		GroupID: groupRun,
		Args:    cobra.ArbitraryArgs,
		RunE:    group,
	}
	cmd.AddCommand(a.discussionListCommand(), a.discussionShowCommand(), a.discussionCloseCommand(), a.discussionExportCommand(),
		a.discussionExtendCommand(), a.discussionReopenCommand(), a.discussionWithdrawCommand(),
		a.replyCommand("exclude", "Keep a reply out of recaps", "is kept out of recaps.", true),
		a.replyCommand("include", "Let recaps use a reply again", "may be used in recaps again.", false))
	return cmd
}

// discussionRefs completes an ID of a discussion, the newest first.
func discussionRefs(ctx context.Context, db *store.DB) ([]string, error) {
	list, err := db.Discussions(ctx, bot.Channel{}, false, 20)
	var out []string
	for _, d := range list {
		out = append(out, d.ID.Short()+"\t"+inline(d.Title))
	}
	return out, err
}

func (a *app) discussionListCommand() *cobra.Command {
	var open bool
	var count int
	cmd := a.listCommand("List the discussions, the newest first", "  colloquy discussion list --open --channel console:general",
		func(ctx context.Context, db *store.DB, ch bot.Channel, format string) error {
			if count < 0 {
				return usagef("--count cannot be %d: give a number from 1 on, or 0 for all", count)
			}
			list, err := db.Discussions(ctx, ch, open, cmp.Or(count, store.Everything))
			if err != nil {
				return err
			}
			return a.showDiscussions(list, format)
		})
	cmd.Flags().BoolVar(&open, "open", false, "only those that people can reply to")
	cmd.Flags().IntVar(&count, "count", 0, "at most so many; 0 for all")
	return cmd
}

func (a *app) showDiscussions(list []bot.Discussion, format string) error {
	if format == "json" {
		out := []discussionJSON{}
		for _, d := range list {
			out = append(out, newDiscussionJSON(d))
		}
		return a.printJSON(out)
	}
	if len(list) == 0 {
		_, err := fmt.Fprintln(a.stdout, "There are no discussions. Post one with: colloquy digest SOURCE --post console:general")
		return err
	}
	var rows []row
	for _, d := range list {
		said := "-"
		if d.Replies > 0 {
			said = fmt.Sprintf("%d by %d", d.Replies, d.People)
		}
		state := d.State
		switch state {
		case bot.StateOpen:
			state += " until " + a.local(d.ClosesAt)
		case bot.StateClosed:
			state += " " + a.local(d.ClosedAt)
		}
		r := row{cells: []string{d.ID.Short(), d.Channel.String(), state, said, d.Title}}
		if d.Reason != "" {
			r.notes = []string{d.Reason}
		}
		if d.Held {
			r.notes = append(r.notes, "its recap waits: colloquy recap "+d.ID.Short())
		}
		rows = append(rows, r)
	}
	return a.table([]string{"ID", "CHANNEL", "STATE", "REPLIES", "ARTICLE"}, rows)
}

func (a *app) discussionCloseCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "close ID",
		Short: "Close a discussion now and post its recap",
		Long: `Close a discussion now and post its recap, if enough was said. While 'colloquy
serve' runs, that does it and this command waits; otherwise this command does.`,
		Example:           `  colloquy discussion close 1a2b3c4d`,
		Args:              takes("ID"),
		ValidArgsFunction: a.completes(discussionRefs),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.closeDiscussion(cmd.Context(), args[0])
		},
	}
	a.set.addDB(cmd.Flags())
	return cmd
}

func (a *app) closeDiscussion(ctx context.Context, ref string) error {
	rt, err := a.existing(ctx, a.screen())
	if err != nil {
		return err
	}
	defer func() { _ = rt.db.Close() }()
	d, err := rt.db.FindDiscussion(ctx, ref)
	if err != nil {
		return err
	}
	if d.State != bot.StateClosing {
		if err := rt.engine.Close(ctx, d, bot.Operator); err != nil {
			return err
		}
	}
	shown := !served(ctx, rt.db) // by the console, as it is posted
	if d, err = a.waitClosed(ctx, rt, d); err != nil {
		return err
	}
	m, found, err := rt.engine.ShowRecap(ctx, d)
	if err != nil {
		return err
	}
	switch {
	case found && shown && !d.Held:
		fmt.Fprintln(a.stdout)
	case found:
		fmt.Fprintf(a.stdout, "%s\n\n", a.messageText(m))
	}
	said := "its recap is posted"
	switch {
	case d.Held:
		said = fmt.Sprintf("its recap waits: 'colloquy recap post %[1]s' posts it, 'colloquy recap drop %[1]s' leaves it out", d.ID.Short())
	case !found:
		said = "there is no recap: " + a.noRecap(rt.engine.Settings(), d)
	}
	_, err = fmt.Fprintf(a.stdout, "Discussion %s is closed; %s.\n", d.ID.Short(), said)
	return err
}

// waitClosed brings a discussion to its end, or waits while another process does.
func (a *app) waitClosed(ctx context.Context, rt *running, d bot.Discussion) (bot.Discussion, error) {
	done := a.progress("waiting for the recap")
	defer done()
	for end := a.now().Add(a.patience()); ; {
		var err error
		if !served(ctx, rt.db) {
			d, err = a.closeHere(ctx, rt, d)
		} else {
			d, err = rt.db.Discussion(ctx, d.ID)
		}
		if err != nil || !slices.Contains([]string{bot.StatePosting, bot.StateOpen, bot.StateClosing}, d.State) {
			return d, err
		}
		if a.now().After(end) {
			return d, bot.Problemf("waiting", "discussion %s is not closed yet, it is %s: 'colloquy serve' goes on with it, and 'colloquy discussion show %s' says how far it is", d.ID.Short(), d.State, d.ID.Short())
		}
		if err := pause(ctx, 200*time.Millisecond); err != nil {
			return d, err
		}
	}
}

// noRecap says why a discussion has no recap.
func (a *app) noRecap(set bot.Settings, d bot.Discussion) string {
	if d.State == bot.StatePosting || d.State == bot.StateOpen {
		when := ""
		if !d.ClosesAt.IsZero() {
			when = " until " + a.local(d.ClosesAt)
		}
		return fmt.Sprintf("the discussion is open%s; 'colloquy discussion close %s' closes it now", when, d.ID.Short())
	}
	return bot.NoRecap(d, set)
}
