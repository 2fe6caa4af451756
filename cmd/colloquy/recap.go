package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"colloquy/bot"
)

// recapJSON is a recap in JSON.
type recapJSON struct {
	ID         bot.ID               `json:"id"`
	Discussion bot.ID               `json:"discussion"`
	Title      string               `json:"title"`
	URL        string               `json:"url"`
	CreatedAt  *time.Time           `json:"created_at"`
	Writer     bot.WriterInfo       `json:"writer"`
	Paragraphs []string             `json:"paragraphs"`
	Quotations []quotationJSON      `json:"quotations"`
	Statements []bot.RecapStatement `json:"statements"`
}

// quotationJSON is a reply that a recap quotes.
type quotationJSON struct {
	Text  string `json:"text"`
	By    string `json:"by"`
	Reply string `json:"reply"` // the end of its id
	Link  string `json:"link"`
}

func (a *app) recapCommand() *cobra.Command {
	format := choice{value: "text", options: outputFormats}
	cmd := &cobra.Command{
		Use:   "recap ID",
		Short: "Show the recap of a discussion",
		Long: `Show the recap of a discussion as it stands: what was deleted or erased since it
was posted is not in it.`,
		Example:           `  colloquy recap 1a2b3c4d`,
		GroupID:           groupRun,
		Args:              takes("ID"),
		ValidArgsFunction: a.completes(discussionRefs),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.showRecap(cmd.Context(), args[0], format.value)
		},
	}
	a.set.addDB(cmd.Flags())
	addFormat(cmd, &format)
	return cmd
}

func (a *app) showRecap(ctx context.Context, ref, format string) error {
	rt, err := a.existing(ctx, hidden())
	if err != nil {
		return err
	}
	defer func() { _ = rt.db.Close() }()
	d, err := rt.db.FindDiscussion(ctx, ref)
	if err != nil {
		return err
	}
	m, found, err := rt.engine.ShowRecap(ctx, d)
	if err != nil {
		return err
	}
	if !found {
		return bot.Problemf("no_recap", "discussion %s has no recap: %s", d.ID.Short(), a.noRecap(rt.engine.Settings(), d))
	}
	if format != "json" {
		_, err = fmt.Fprintln(a.stdout, a.messageText(m))
		return err
	}
	r, _, err := rt.db.Recap(ctx, d.ID)
	if err != nil {
		return err
	}
	out := recapJSON{ID: r.ID, Discussion: d.ID, Title: d.Title, URL: d.URL, CreatedAt: utc(r.CreatedAt), Writer: r.Writer,
		Paragraphs: append([]string{}, m.Paragraphs...), Quotations: []quotationJSON{}, Statements: append([]bot.RecapStatement{}, r.Statements...)}
	for _, q := range m.Quotation {
		out.Quotations = append(out.Quotations, quotationJSON{q.Text, q.By, q.ID, q.Link})
	}
	return a.printJSON(out)
}
