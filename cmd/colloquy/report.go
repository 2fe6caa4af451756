package main

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"colloquy/bot"
	"colloquy/bot/store"
)

// A reportRequest is what a report was asked for.
type reportRequest struct {
	channel, from, to, roster, output string
	by, format                        choice
	pseudonyms                        bool
}

func (a *app) reportCommand() *cobra.Command {
	q := reportRequest{
		by:     choice{value: "person", options: []string{"person", "discussion"}},
		format: choice{value: "md", options: []string{"md", "csv", "json"}},
	}
	cmd := &cobra.Command{
		Use:     "report",
		Short:   "Show who replied in a channel: on time or late, to what and to whom",
		GroupID: groupRun,
		Long: `Show who replied in the discussions that were opened in a channel on some days, on
time or late, to which question and to whom. People come in alphabetical order;
nothing is scored or ranked.

Days are those of the channel's zone (that of its installation, else UTC), both
included; without them it is this month until today.

--roster FILE names the people who were expected, each on a line as id,name: only
for them it is told where they wrote nothing. A 0 means that nothing of them is
recorded. Where nobody listened and the thread could not be read completely
afterwards it is unknown, and so it is with who opted out, and with a discussion
that was withdrawn or whose replies were erased.

--pseudonyms writes names that are the same within a discussion and cannot be
linked across two.`,
		Example: `  colloquy report --channel slack:T024BE7LD/C024BE91L --roster class.csv --output march.md
  colloquy report --channel console:general --from 2027-03-01 --by discussion --format csv`,
		Args: takes(),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.report(cmd, q) },
	}
	f := cmd.Flags()
	f.StringVar(&q.channel, "channel", "", "`CHANNEL` to report on")
	f.StringVar(&q.from, "from", "", "first `DAY`, as 2027-03-01 (default the first of the month)")
	f.StringVar(&q.to, "to", "", "last `DAY` (default today)")
	f.Var(&q.by, "by", "in which order")
	f.StringVar(&q.roster, "roster", "", "`FILE` with the people who were expected; - is standard input")
	f.BoolVar(&q.pseudonyms, "pseudonyms", false, "replace the names and ids of people")
	f.StringVar(&q.output, "output", "-", "`FILE` to write to; - is standard output")
	_ = cmd.RegisterFlagCompletionFunc("by", cobra.FixedCompletions(q.by.options, cobra.ShellCompDirectiveNoFileComp)) // fails only for an unknown flag
	a.set.addDB(f)
	addFormat(cmd, &q.format)
	return cmd
}

func (a *app) report(cmd *cobra.Command, q reportRequest) error {
	switch {
	case q.channel == "":
		return usagef("--channel is missing: add --channel console:general, or run '%s --help' for examples", cmd.CommandPath())
	case q.pseudonyms && q.roster != "":
		return usagef("--roster cannot be used with --pseudonyms: the same people on a list in every discussion would tie their pseudonyms together; leave one of the two out")
	}
	ctx := cmd.Context()
	ch, err := flagChannel(q.channel)
	if err != nil {
		return err
	}
	var roster []bot.Person
	if q.roster != "" {
		if roster, err = a.readRoster(q.roster, ch); err != nil {
			return wrongFlag(err)
		}
	}
	rt, err := a.aside(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = rt.db.Close() }()
	days, err := rt.engine.ReportRange(ctx, ch, q.from, q.to)
	if err != nil {
		return wrongFlag(err)
	}
	if any, err := rt.db.Discussions(ctx, ch, false, 1); err != nil {
		return err
	} else if len(any) == 0 {
		return bot.Problemf("no_discussions", "there was never a discussion in %s: 'colloquy discussion list' shows where there was", ch)
	}
	src, err := rt.db.Report(ctx, ch, days)
	if err != nil {
		return err
	}
	defer func() { _ = src.Close() }()
	rp := &report{src: src, engine: rt.engine, channel: ch, days: days, pseudonymous: q.pseudonyms}
	if err := rp.load(ctx, roster, a.now()); err != nil {
		return err
	}
	return a.writeTo(q.output, func(w io.Writer) error { return rp.write(ctx, q, w) })
}

// A reportWriter writes a report in one format.
type reportWriter interface {
	// discussion comes in the order of time. who are its people when the report
	// is ordered by discussion.
	discussion(d *store.ReportDiscussion, who []reportLine) error
	// person comes after all discussions, in alphabetical order.
	person(p reportPerson, in []reportLine) error
	end(ctx context.Context) error
}

// write reads the report piece by piece and writes it.
func (r *report) write(ctx context.Context, q reportRequest, w io.Writer) error {
	byPerson := q.by.value == "person"
	var out reportWriter
	switch q.format.value {
	case "csv":
		out = newReportCSV(r, w)
	case "json":
		out = newReportJSON(r, w, byPerson)
	default:
		out = newReportMarkdown(r, w, byPerson && !r.pseudonymous)
		byPerson = byPerson && !r.pseudonymous // each person has one discussion anyway
	}
	for i := range r.discussions {
		var who []reportLine
		var err error
		if !byPerson {
			if who, err = r.who(ctx, &r.discussions[i]); err != nil {
				return err
			}
		}
		if err := out.discussion(&r.discussions[i], who); err != nil {
			return err
		}
	}
	if byPerson {
		if err := r.eachPerson(ctx, out.person); err != nil {
			return err
		}
	}
	return out.end(ctx)
}

// eachPerson hands over every person with their discussions. Behind pseudonyms
// nobody is the same in two discussions.
func (r *report) eachPerson(ctx context.Context, f func(reportPerson, []reportLine) error) error {
	if !r.pseudonymous {
		for _, p := range r.people {
			in, err := r.of(ctx, p)
			if err != nil {
				return err
			}
			if err := f(p, in); err != nil {
				return err
			}
		}
		return nil
	}
	for i := range r.discussions {
		who, err := r.who(ctx, &r.discussions[i])
		if err != nil {
			return err
		}
		for _, l := range who {
			if err := f(l.person, []reportLine{l}); err != nil {
				return err
			}
		}
	}
	return nil
}
