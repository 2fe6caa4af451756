package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"colloquy/bot"
)

// momentJSON is a due time. These names are a contract.
type momentJSON struct {
	At   string `json:"at"` // RFC 3339 with the zone's offset
	Note string `json:"note"`
	// LeftOut says why it is no due time; "" if it is one. More is how many
	// after it are left out for the same reason.
	LeftOut string `json:"left_out"`
	More    int    `json:"more"`
}

// mostTimes is the largest number of times that can be asked for.
const mostTimes = 1000

func (a *app) scheduleNextCommand() *cobra.Command {
	var from string
	count := 5
	format := choice{value: "text", options: outputFormats}
	cmd := &cobra.Command{
		Use:   "next ID",
		Short: "Show the next times of a schedule",
		Long: `Show the times of a schedule that come after a moment, in its zone, with what a
change of the clock does to them, and those that are left out, with the reason.
--count counts the others. --from takes RFC 3339, or a day or a day with a
time of the schedule's zone, as 2027-03-14 or "2027-03-14 01:30"; of a day, the
times from midnight on are shown.`,
		Example: `  colloquy schedule next 1a2b3c4d
  colloquy schedule next 1a2b3c4d --from 2027-03-13 --count 3 --format json`,
		Args:              takes("ID"),
		ValidArgsFunction: a.completes(scheduleRefs),
		RunE: func(cmd *cobra.Command, args []string) error {
			if count < 1 || count > mostTimes {
				return usagef("--count cannot be %d: give a number between 1 and %d", count, mostTimes)
			}
			db, err := a.read(cmd.Context())
			if err != nil {
				return err
			}
			defer func() { _ = db.Close() }()
			s, err := db.FindSchedule(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			after := a.now()
			if cmd.Flags().Changed("from") {
				if after, err = parseMoment("from", from, inZone(time.Time{}, s.Zone).Location()); err != nil {
					return err
				}
				if len(strings.TrimSpace(from)) == len(time.DateOnly) {
					after = after.Add(-time.Second) // its midnight is included
				}
			}
			next, err := bot.NextTimes(s, a.config.Shortest, after, count)
			if err != nil {
				return err
			}
			return a.showTimes(s, next, format.value)
		},
	}
	cmd.Flags().StringVar(&from, "from", "", "the moment after which the times are shown (default now)")
	cmd.Flags().IntVar(&count, "count", 5, "how many")
	a.set.addDB(cmd.Flags())
	addFormat(cmd, &format)
	return cmd
}

// parseMoment reads the moment that a flag gives. A day alone is its midnight.
func parseMoment(flag, text string, loc *time.Location) (time.Time, error) {
	text = strings.TrimSpace(text)
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t, nil
	}
	for _, layout := range []string{"2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04", time.DateOnly} {
		if t, err := time.ParseInLocation(layout, text, loc); err == nil {
			return t, nil
		}
	}
	return time.Time{}, usagef("--%s: %q is no moment: write it like 2027-03-14, \"2027-03-14 01:30\" or 2027-03-14T01:30:00-05:00", flag, shorten(text))
}

func (a *app) showTimes(s bot.Schedule, next []bot.Moment, format string) error {
	if s.Paused {
		a.warn(join([]string{scheduleName(s) + " is paused", s.Reason}, ": ") + "; nothing falls due at these times until it is resumed")
	}
	if format == "json" {
		out := []momentJSON{}
		for _, m := range next {
			out = append(out, momentJSON{m.At.Format(time.RFC3339), m.Note, m.LeftOut, m.More})
		}
		return a.printJSON(out)
	}
	fmt.Fprintf(a.stdout, "%s: %s (%s)\n", upper(scheduleName(s)), s.Cron, s.Zone)
	a.printMoments(next)
	return nil
}
