package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"colloquy/bot"
)

// draftJSON is a draft in JSON.
type draftJSON struct {
	ID        bot.ID         `json:"id"`
	Schedule  bot.ID         `json:"schedule"`
	Channel   string         `json:"channel"`
	State     string         `json:"state"`    // open, taken, dropped
	Decision  string         `json:"decision"` // post, approve, other; "" while nobody decided
	Title     string         `json:"title"`
	URL       string         `json:"url"`
	Questions []bot.Question `json:"questions"`
	Spares    []bot.Question `json:"spares"`
}

func newDraftJSON(d bot.Draft) draftJSON {
	return draftJSON{d.ID, d.ScheduleID, d.Channel.String(), d.State, d.Decision, d.Title, d.URL,
		append([]bot.Question{}, d.Questions...), append([]bot.Question{}, d.Spares...)}
}

func (a *app) schedulePreviewCommand() *cobra.Command {
	format := choice{value: "text", options: outputFormats}
	cmd := &cobra.Command{
		Use:   "preview ID",
		Short: "See what a schedule posts next; it is kept as it is",
		Long: `Write the next digest of a schedule, if that was not done yet, and show it. What was
previewed is what is posted at the next time. 'colloquy question' changes its
questions, 'colloquy schedule other' takes another article.`,
		Example:           `  colloquy schedule preview 1a2b3c4d`,
		Args:              takes("ID"),
		ValidArgsFunction: a.completes(scheduleRefs),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.onSchedule(cmd.Context(), args[0], func(ctx context.Context, rt *running, s bot.Schedule) error {
				d, err := a.draft(ctx, rt, s)
				if err != nil {
					return err
				}
				return a.showDraft(ctx, rt, d, format.value)
			})
		},
	}
	a.set.addDB(cmd.Flags())
	addFormat(cmd, &format)
	return cmd
}

// onSchedule does something with a schedule that must be there.
func (a *app) onSchedule(ctx context.Context, ref string, f func(context.Context, *running, bot.Schedule) error) error {
	rt, err := a.existing(ctx, hidden())
	if err != nil {
		return err
	}
	defer func() { _ = rt.db.Close() }()
	s, err := rt.db.FindSchedule(ctx, ref)
	if err != nil {
		return err
	}
	return f(ctx, rt, s)
}

// draft is the next digest of a schedule, written now if there is none yet.
func (a *app) draft(ctx context.Context, rt *running, s bot.Schedule) (bot.Draft, error) {
	d, found, err := rt.db.OpenDraft(ctx, s.ID)
	if err != nil || found {
		return d, err
	}
	o, err := rt.engine.Preview(ctx, s, "", bot.Operator)
	if err != nil {
		return d, err
	}
	if o, err = a.carryOut(ctx, rt, o.ID); err != nil {
		return d, err
	}
	if d, found, err = rt.db.OpenDraft(ctx, s.ID); err == nil && !found {
		err = bot.Problemf("no_draft", "there is nothing to preview for %s: %s", scheduleName(s), o.Reason)
	}
	return d, err
}

func (a *app) showDraft(ctx context.Context, rt *running, d bot.Draft, format string) error {
	if format == "json" {
		return a.printJSON(newDraftJSON(d))
	}
	m, err := rt.engine.DraftMessage(ctx, d)
	if err != nil {
		return err
	}
	m.Buttons = nil // here they are commands
	_, err = fmt.Fprintln(a.stdout, a.messageText(m))
	return err
}

func (a *app) scheduleSkipCommand() *cobra.Command {
	count := 1
	cmd := a.scheduleChangeCommand("skip ID", "Leave out the next time of a schedule, or several",
		func(ctx context.Context, rt *running, s bot.Schedule) (string, error) {
			s, err := rt.engine.Skip(ctx, s, count, bot.Operator)
			if err != nil {
				return "", err
			}
			next, err := bot.NextTimes(s, a.config.Shortest, a.now(), count+1)
			if err != nil {
				return "", err
			}
			said := fmt.Sprintf("skips %s and goes on ", plural(count, "time", "times"))
			if count == 0 {
				said = "skips nothing: next "
			}
			return said + zoned(next[len(next)-1].At) + ".", nil
		})
	cmd.Flags().IntVar(&count, "count", count, "how many times, from now; 0 takes it back")
	return cmd
}

// scheduleDecideCommand makes a command that decides about the draft of a schedule.
func (a *app) scheduleDecideCommand(use, short, decision, said string) *cobra.Command {
	return a.scheduleChangeCommand(use, short, func(ctx context.Context, rt *running, s bot.Schedule) (string, error) {
		d, found, err := rt.db.OpenDraft(ctx, s.ID)
		if err == nil && !found {
			err = bot.Problemf("no_draft", "%s has no draft: write one with 'colloquy schedule preview %s'", scheduleName(s), s.ID.Short())
		}
		if err != nil {
			return "", err
		}
		o, err := rt.engine.Decide(ctx, d, s, decision, bot.Operator)
		if err == nil && o.ID != "" && !served(ctx, rt.db) {
			_, err = a.carryOut(ctx, rt, o.ID)
		}
		return fmt.Sprintf(said, inline(d.Title)), err
	})
}
