package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"colloquy/bot"
	"colloquy/bot/store"
)

// scheduleJSON is a schedule in JSON.
type scheduleJSON struct {
	ID         bot.ID   `json:"id"`
	Name       string   `json:"name"`
	Channel    string   `json:"channel"`
	Cron       string   `json:"cron"`
	Zone       string   `json:"tz"`
	Next       *string  `json:"next"` // RFC 3339 with the zone's offset
	Paused     bool     `json:"paused"`
	Resumes    *string  `json:"resumes"` // when a pause ends by itself
	Reason     string   `json:"reason"`
	Feeds      []bot.ID `json:"feeds"` // empty: those of its channel
	Declared   bool     `json:"declared"`
	CloseAfter string   `json:"close_after"`
	Deadline   string   `json:"deadline"`
	Order      string   `json:"order"`
	Questions  int      `json:"questions"` // at most; 0 is the default number
	Sentences  int      `json:"sentences"`
	// Options are all that were set, by name; those above among them.
	Options map[string]string `json:"options"`
}

func newScheduleJSON(s bot.Schedule) scheduleJSON {
	out := scheduleJSON{s.ID, s.Name, s.Channel.String(), s.Cron, s.Zone, nil, s.Paused, nil, s.Reason, append([]bot.ID{}, s.Feeds...),
		s.Declared, bot.FormatDuration(s.CloseAfter), bot.FormatDuration(s.Deadline), s.Order, s.Questions, s.Sentences, map[string]string{}}
	for _, o := range bot.ScheduleOptions() {
		if v := o.Get(s); v != "" {
			out.Options[o.Name] = v
		}
	}
	for _, at := range []struct {
		t  time.Time
		to **string
	}{{s.NextAt, &out.Next}, {s.ResumeAt, &out.Resumes}} {
		if !at.t.IsZero() {
			text := inZone(at.t, s.Zone).Format(time.RFC3339)
			*at.to = &text
		}
	}
	return out
}

func (a *app) scheduleCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "schedule",
		Short:   "Say when which channel discusses an article, and see what became of it",
		GroupID: groupRun,
		Args:    cobra.ArbitraryArgs,
		RunE:    group,
	}
	cmd.AddCommand(
		a.scheduleAddCommand(), a.scheduleEditCommand(), a.scheduleListCommand(), a.scheduleNextCommand(),
		a.schedulePauseCommand(),
		a.scheduleChangeCommand("resume ID", "Go on with a paused schedule, from now", a.resumeSchedule),
		a.scheduleChangeCommand("remove ID", "End a schedule; what it started goes on", a.removeSchedule),
		a.schedulePreviewCommand(), a.scheduleSkipCommand(),
		a.scheduleDecideCommand("post ID", "Post the draft of a schedule now, instead of at its time", bot.DecisionPost, "posts %q now."),
		a.scheduleDecideCommand("approve ID", "Have the draft of a schedule posted at its time", bot.DecisionApprove, "posts %q at its time."),
		a.scheduleDecideCommand("other ID", "Take another article than that of the draft", bot.DecisionOther, "does not post %q; another article is chosen."),
		a.scheduleRunCommand(), a.scheduleWhyCommand(),
	)
	return cmd
}

// scheduleName is what a person calls a schedule.
func scheduleName(s bot.Schedule) string {
	if s.Name == "" {
		return "schedule " + s.ID.Short()
	}
	return fmt.Sprintf("schedule %q (%s)", s.Name, s.ID.Short())
}

// upper writes a sentence's first letter large.
func upper(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// scheduleRefs completes an ID of a schedule.
func scheduleRefs(ctx context.Context, db *store.DB) ([]string, error) {
	list, err := db.Schedules(ctx, bot.Channel{})
	var out []string
	for _, s := range list {
		out = append(out, s.ID.Short()+"\t"+strings.TrimSpace(s.Name+" "+s.Channel.String()+" "+s.Cron))
	}
	return out, err
}

func (a *app) scheduleListCommand() *cobra.Command {
	return a.listCommand("List the schedules and their next times", "",
		func(ctx context.Context, db *store.DB, ch bot.Channel, format string) error {
			list, err := db.Schedules(ctx, ch)
			if err != nil {
				return err
			}
			return a.showSchedules(list, format)
		})
}

func (a *app) showSchedules(list []bot.Schedule, format string) error {
	if format == "json" {
		out := []scheduleJSON{}
		for _, s := range list {
			out = append(out, newScheduleJSON(s))
		}
		return a.printJSON(out)
	}
	if n := a.undeclared(list); n > 0 {
		a.warn(fmt.Sprintf("%s declares %s that 'colloquy serve' has not read yet", a.config.File, plural(n, "schedule", "schedules")))
	}
	if len(list) == 0 {
		_, err := fmt.Fprintln(a.stdout, `There are no schedules. Add one with: colloquy schedule add --channel console:general --at "weekdays 09:00" --feed URL`)
		return err
	}
	var rows []row
	for _, s := range list {
		next := "paused"
		if !s.ResumeAt.IsZero() {
			next += " until " + inZone(s.ResumeAt, s.Zone).Format("2 Jan 15:04")
		}
		if !s.NextAt.IsZero() {
			next = inZone(s.NextAt, s.Zone).Format("Mon 2 Jan 15:04")
		}
		if s.Skips > 0 {
			next += fmt.Sprintf(" (skips %d)", s.Skips)
		}
		r := row{cells: []string{s.ID.Short(), orDash(s.Name), s.Channel.String(), s.Cron, next, s.Zone}}
		if s.Reason != "" {
			r.notes = []string{s.Reason}
		}
		rows = append(rows, r)
	}
	return a.table([]string{"ID", "NAME", "CHANNEL", "TIMES", "NEXT", "ZONE"}, rows)
}

// undeclared counts the schedules of the configuration file that are not in list.
func (a *app) undeclared(list []bot.Schedule) int {
	n := 0
	for _, d := range a.config.Schedules {
		if !slices.ContainsFunc(list, func(s bot.Schedule) bool { return s.Declared && s.Name == d.Name }) {
			n++
		}
	}
	return n
}

// scheduleChangeCommand makes a command that does one thing to one schedule
// and says what it did.
func (a *app) scheduleChangeCommand(use, short string, change func(context.Context, *running, bot.Schedule) (string, error)) *cobra.Command {
	verb, _, _ := strings.Cut(use, " ")
	cmd := &cobra.Command{
		Use:               use,
		Short:             short,
		Example:           "  colloquy schedule " + verb + " 1a2b3c4d",
		Args:              takes("ID"),
		ValidArgsFunction: a.completes(scheduleRefs),
		RunE: func(cmd *cobra.Command, args []string) error {
			rt, err := a.existing(cmd.Context(), a.screen())
			if err != nil {
				return err
			}
			defer func() { _ = rt.db.Close() }()
			s, err := rt.db.FindSchedule(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			said, err := change(cmd.Context(), rt, s)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(a.stdout, upper(scheduleName(s))+" "+said)
			return err
		},
	}
	a.set.addDB(cmd.Flags())
	return cmd
}

func (a *app) schedulePauseCommand() *cobra.Command {
	var until string
	cmd := a.scheduleChangeCommand("pause ID", "Let nothing fall due until it is resumed, or until a day",
		func(ctx context.Context, rt *running, s bot.Schedule) (string, error) {
			return a.pauseSchedule(ctx, rt, s, until)
		})
	cmd.Example += "\n  colloquy schedule pause morning --until 2027-01-07"
	cmd.Flags().StringVar(&until, "until", "", "`DAY` on which it goes on by itself, such as 2027-01-07, monday or \"in 3 days\"")
	return cmd
}

func (a *app) pauseSchedule(ctx context.Context, rt *running, s bot.Schedule, until string) (string, error) {
	if until != "" {
		at, err := bot.ParseDay(until, s.Zone, a.now())
		if err != nil {
			return "", usagef("--until: %s", bot.Explain(err))
		}
		_, err = rt.engine.SetPaused(ctx, s, true, at, bot.Operator)
		return "is paused until " + zoned(inZone(at, s.Zone)) + ", and then goes on by itself.", err
	}
	if s.Paused {
		return join([]string{"is paused already", s.Reason}, ": ") + ".", nil
	}
	_, err := rt.engine.SetPaused(ctx, s, true, time.Time{}, bot.Operator)
	return "is paused: nothing falls due, and nothing is missed, until 'colloquy schedule resume " + s.ID.Short() + "'.", err
}

func (a *app) resumeSchedule(ctx context.Context, rt *running, s bot.Schedule) (string, error) {
	if !s.Paused {
		return "is not paused: next " + zoned(inZone(s.NextAt, s.Zone)) + ".", nil
	}
	s, err := rt.engine.SetPaused(ctx, s, false, time.Time{}, bot.Operator)
	if err != nil {
		return "", err
	}
	return "goes on: next " + zoned(inZone(s.NextAt, s.Zone)) + ".", nil
}

func (a *app) removeSchedule(ctx context.Context, rt *running, s bot.Schedule) (string, error) {
	return "is removed. Its discussions go on.", rt.engine.RemoveSchedule(ctx, s, bot.Operator)
}
