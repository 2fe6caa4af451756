package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"colloquy/bot"
	"colloquy/bot/store"
)

// findingJSON is one result of a check. A finding that is OK and has a fix is
// something to know, and nothing is wrong.
type findingJSON struct {
	ID string `json:"id"`
	bot.Finding
}

func (a *app) doctorCommand() *cobra.Command {
	var quick, all, ready bool
	format := choice{value: "text", options: outputFormats}
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Find what is wrong, and say what to do",
		Long: `Look at the configuration, the database, the writer, the feeds, the schedules, their
channels and what is overdue. Exit code 1 says that something is wrong; each finding names
what to do. --quick looks only whether the database opens and what is due gets
done, for health checks that run often. --ready asks the 'colloquy serve' of this
machine whether it is ready, where it listens (COLLOQUY_LISTEN), and nothing else.`,
		Example: `  colloquy doctor --format json`,
		GroupID: groupAdmin,
		Args:    takes(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if ready {
				return a.ready(cmd.Context())
			}
			return a.doctor(cmd.Context(), quick, all, format.value)
		},
	}
	cmd.Flags().BoolVar(&quick, "quick", false, "only whether it runs")
	cmd.Flags().BoolVar(&ready, "ready", false, "only whether the serve of this machine is ready")
	cmd.Flags().BoolVar(&all, "all", false, "a line for each server and workspace as well")
	a.set.addDB(cmd.Flags())
	addFormat(cmd, &format)
	return cmd
}

func (a *app) doctor(ctx context.Context, quick, all bool, format string) error {
	done := a.progress("examining")
	e := &examination{app: a}
	e.run(ctx, quick, all)
	done()
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := a.showFindings(e.findings, format); err != nil {
		return err
	}
	wrong := 0
	for _, f := range e.findings {
		if !f.OK {
			wrong++
		}
	}
	if wrong == 0 {
		return nil
	}
	return bot.Problemf("wrong", "%s to mend; each is listed with what to do", plural(wrong, "thing", "things"))
}

func (a *app) showFindings(list []bot.Finding, format string) error {
	if format == "json" {
		out := []findingJSON{}
		for _, f := range list {
			out = append(out, findingJSON{strings.ReplaceAll(f.Name, " ", "-"), f})
		}
		return a.printJSON(out)
	}
	var b strings.Builder
	for _, f := range list {
		mark := "ok    "
		switch {
		case !f.OK:
			mark = "WRONG "
		case f.Fix != "":
			mark = "note  "
		}
		text := inline(f.Name) + ": " + inline(f.Text)
		b.WriteString(mark + strings.TrimLeft(a.wrap(text, "      "), " ") + "\n")
		if f.Fix != "" {
			b.WriteString("      → " + strings.TrimLeft(a.wrap(inline(f.Fix), "        "), " ") + "\n")
		}
	}
	_, err := fmt.Fprint(a.stdout, b.String())
	return err
}

// An examination gathers findings.
type examination struct {
	*app
	findings []bot.Finding
}

func (e *examination) good(name, format string, args ...any) {
	e.findings = append(e.findings, bot.Finding{OK: true, Name: name, Text: fmt.Sprintf(format, args...)})
}

func (e *examination) note(name, text, fix string) {
	e.findings = append(e.findings, bot.Finding{OK: true, Name: name, Text: text, Fix: fix})
}

func (e *examination) bad(name, text, fix string) {
	e.findings = append(e.findings, bot.Finding{Name: name, Text: text, Fix: fix})
}

// failed notes that a check itself failed.
func (e *examination) failed(name string, err error) {
	text := errorLine(err)
	var p *bot.Problem
	if errors.As(err, &p) {
		// A problem says what to do after its last colon.
		if i := strings.LastIndex(p.Text, ": "); i > 0 {
			e.bad(name, p.Text[:i], p.Text[i+2:])
			return
		}
	}
	e.bad(name, text, "run it again with --log-level debug")
}

// run makes the checks in an order in which each needs those before it.
func (e *examination) run(ctx context.Context, quick, all bool) {
	if !quick {
		e.configuration()
		if !store.IsPostgres(e.set.db) {
			e.folder()
		}
	}
	if err := e.mustExist(); err != nil {
		e.note("database", e.dbName()+" is not there yet", "it is made by the first command that stores something, such as 'colloquy demo' or 'colloquy schedule add'")
		if !quick {
			e.writer(ctx, nil)
			e.beforehand(ctx)
		}
		return
	}
	if !e.accountsUnderstood() {
		return
	}
	rt, err := e.aside(ctx)
	if err != nil {
		e.failed("database", err)
		return
	}
	defer func() { _ = rt.db.Close() }()
	if !quick {
		e.database(ctx, rt)
	}
	schedules, err := rt.db.Schedules(ctx, bot.Channel{})
	if err != nil {
		e.failed("schedules", err)
		return
	}
	e.serving(ctx, rt, schedules)
	if quick {
		return
	}
	e.writer(ctx, rt)
	e.connections(ctx, rt, schedules)
	if all {
		e.installations(ctx, rt)
	}
	e.feeds(ctx, rt)
	e.schedules(ctx, rt, schedules)
	e.channels(ctx, rt, schedules)
	e.posts(ctx, rt)
	e.troubles(ctx, rt)
}
