package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"colloquy/bot"
	"colloquy/bot/store"
)

func (a *app) scheduleRunCommand() *cobra.Command {
	format := choice{value: "text", options: outputFormats}
	cmd := &cobra.Command{
		Use:   "run ID",
		Short: "Discuss the next article of a schedule now, outside its times",
		Long: `Discuss the next article of a schedule now. Its times stay what they are, also
when it is paused. While 'colloquy serve' runs, that posts it; otherwise this
command does. That there is no new article is no failure.`,
		Example:           `  colloquy schedule run 1a2b3c4d`,
		Args:              takes("ID"),
		ValidArgsFunction: a.completes(scheduleRefs),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.runSchedule(cmd.Context(), args[0], format.value)
		},
	}
	a.set.addDB(cmd.Flags())
	addFormat(cmd, &format)
	return cmd
}

func (a *app) runSchedule(ctx context.Context, ref, format string) error {
	screen := a.screen()
	if format == "json" {
		screen = hidden()
	}
	rt, err := a.existing(ctx, screen)
	if err != nil {
		return err
	}
	defer func() { _ = rt.db.Close() }()
	s, err := rt.db.FindSchedule(ctx, ref)
	if err != nil {
		return err
	}
	o, err := rt.engine.Request(ctx, s.Channel, bot.Request{Schedule: s.ID}, "", bot.Operator)
	if err != nil {
		return err
	}
	if o, err = a.carryOut(ctx, rt, o.ID); err != nil {
		return err
	}
	if format == "json" {
		out, err := newOccurrenceJSON(ctx, rt.db, o)
		if err != nil {
			return err
		}
		if err := a.printJSON(out); err != nil {
			return err
		}
	}
	if o.Outcome != bot.OutcomePosted && o.Outcome != bot.OutcomeNothingNew {
		return bot.Problemf("not_posted", "nothing was posted in %s: %s", s.Channel, o.Reason)
	}
	if format == "json" {
		return nil
	}
	if o.Outcome == bot.OutcomeNothingNew {
		said := a.wrap(fmt.Sprintf("Nothing new for %s: %s.", s.Channel, inline(o.Reason)), "")
		_, err = fmt.Fprintf(a.stdout, "%s\nOne that the feeds had before is posted by hand: colloquy digest URL --post %s\n", said, s.Channel)
		return err
	}
	d, err := rt.db.Discussion(ctx, o.DiscussionID)
	if err == nil {
		_, err = fmt.Fprintf(a.stdout, "\nPosted in %s as discussion %s, open until %s: %s\n", d.Channel, d.ID.Short(), a.local(d.ClosesAt), inline(d.Title))
	}
	return err
}

// occurrenceJSON is an occurrence in JSON.
type occurrenceJSON struct {
	ID         bot.ID        `json:"id"`
	Schedule   bot.ID        `json:"schedule"` // "" for an article asked for by hand
	Channel    string        `json:"channel"`
	DueAt      *time.Time    `json:"due_at"`
	DoneAt     *time.Time    `json:"done_at"`
	Outcome    string        `json:"outcome"` // posted, nothing_new, missed, failed; "" while it is under way
	Reason     string        `json:"reason"`
	Count      int           `json:"count"` // how many this stands for
	ByHand     bool          `json:"by_hand"`
	Discussion bot.ID        `json:"discussion"`
	Refusals   []refusalJSON `json:"refusals"`
}

// refusalJSON is an article that was tried and not taken.
type refusalJSON struct {
	Title  string `json:"title"`
	Code   string `json:"code"`
	Reason string `json:"reason"`
	Final  bool   `json:"final"` // it is not tried in this channel again
}

func newOccurrenceJSON(ctx context.Context, db *store.DB, o bot.Occurrence) (occurrenceJSON, error) {
	out := occurrenceJSON{o.ID, o.ScheduleID, o.Channel.String(), utc(o.DueAt), utc(o.DoneAt), o.Outcome, o.Reason, o.Count,
		o.Request.By != "", o.DiscussionID, []refusalJSON{}}
	refusals, err := db.Refusals(ctx, o.ID)
	for _, r := range refusals {
		out.Refusals = append(out.Refusals, refusalJSON{r.Candidate.Title, r.Code, r.Text, r.Final})
	}
	return out, err
}

func (a *app) scheduleWhyCommand() *cobra.Command {
	count := 10
	format := choice{value: "text", options: outputFormats}
	cmd := &cobra.Command{
		Use:   "why [ID]",
		Short: "Show what the last occurrences did, and why",
		Long: `Show what became of the last times of a schedule, or of everything that was to be
posted: the outcome, the reason, and which articles were refused.`,
		Example: `  colloquy schedule why
  colloquy schedule why 1a2b3c4d --count 30`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			return takes("ID")(cmd, args)
		},
		ValidArgsFunction: a.completes(scheduleRefs),
		RunE: func(cmd *cobra.Command, args []string) error {
			if count < 1 {
				return usagef("--count cannot be %d: give a number from 1 on", count)
			}
			return a.why(cmd.Context(), args, count, format.value)
		},
	}
	cmd.Flags().IntVar(&count, "count", count, "how many, newest first")
	a.set.addDB(cmd.Flags())
	addFormat(cmd, &format)
	return cmd
}

func (a *app) why(ctx context.Context, args []string, count int, format string) error {
	db, err := a.read(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	var s bot.Schedule
	if len(args) > 0 {
		if s, err = db.FindSchedule(ctx, args[0]); err != nil {
			return err
		}
	}
	list, err := db.Occurrences(ctx, bot.Channel{}, s.ID, count)
	if err != nil {
		return err
	}
	out := []occurrenceJSON{}
	for _, o := range list {
		j, err := newOccurrenceJSON(ctx, db, o)
		if err != nil {
			return err
		}
		out = append(out, j)
	}
	if format == "json" {
		return a.printJSON(out)
	}
	schedules := []bot.Schedule{s}
	if s.ID == "" {
		if schedules, err = db.Schedules(ctx, bot.Channel{}); err != nil {
			return err
		}
	}
	for _, line := range bot.PausedWhy(schedules...) {
		fmt.Fprintln(a.stdout, a.wrap(inline(line)+".", ""))
	}
	if len(out) == 0 {
		_, err := fmt.Fprintln(a.stdout, "Nothing has fallen due yet.")
		return err
	}
	return a.showWhy(out, s)
}

// showWhy shows occurrences; all of them are of s, unless it is zero.
func (a *app) showWhy(list []occurrenceJSON, s bot.Schedule) error {
	var rows []row
	for _, o := range list {
		when := a.local(*o.DueAt)
		if s.ID != "" {
			when = inZone(*o.DueAt, s.Zone).Format("Mon 2 Jan 15:04 MST")
		}
		what := strings.ReplaceAll(o.Outcome, "_", " ")
		if what == "" {
			what = "under way"
		}
		if o.Count > 1 {
			what = fmt.Sprintf("%d × %s", o.Count, what)
		}
		how := "on time"
		if o.ByHand {
			how = "by hand"
		}
		ref := ""
		if o.Discussion != "" {
			ref = o.Discussion.Short()
		}
		r := row{cells: []string{when, o.Channel, how, what, orDash(ref)}}
		switch {
		case len(o.Refusals) > 0 && o.Outcome == bot.OutcomeNothingNew:
			r.notes = append(r.notes, fmt.Sprintf("none of %d could be used:", len(o.Refusals)))
		case o.Reason != "":
			r.notes = append(r.notes, o.Reason)
		}
		for _, f := range o.Refusals {
			if f.Reason != o.Reason {
				r.notes = append(r.notes, fmt.Sprintf("not %q: %s", f.Title, f.Reason))
			}
		}
		rows = append(rows, r)
	}
	return a.table([]string{"DUE", "CHANNEL", "HOW", "OUTCOME", "DISCUSSION"}, rows)
}
