package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"colloquy/bot"
	"colloquy/bot/store"
)

// recapJSON is a recap in JSON.
type recapJSON struct {
	ID         bot.ID               `json:"id"`
	Discussion bot.ID               `json:"discussion"`
	Title      string               `json:"title"`
	URL        string               `json:"url"`
	State      string               `json:"state"` // of its post: held, pending, sending, sent, unknown, dropped, removed
	CreatedAt  *time.Time           `json:"created_at"`
	Writer     bot.WriterInfo       `json:"writer"`
	Fallback   *bot.Fallback        `json:"fallback"` // why no model wrote it that was to; null: nothing of the kind
	Spent      bot.Spent            `json:"spent"`
	Dropped    []bot.Dropped        `json:"dropped"` // of what a model wrote: which checks failed
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
		Short: "Show the recap of a discussion, or decide on one that waits",
		Long: `Show the recap of a discussion as it stands: what was deleted or erased since it
was posted is not in it. With --recap preview, the recaps of a schedule wait until
somebody has them posted or leaves them out.`,
		Example: `  colloquy recap 1a2b3c4d
  colloquy recap post 1a2b3c4d`,
		GroupID:           groupRun,
		Args:              takes("ID"),
		ValidArgsFunction: a.completes(discussionRefs),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.showRecap(cmd.Context(), args[0], format.value)
		},
	}
	a.set.addDB(cmd.Flags())
	addFormat(cmd, &format)
	cmd.AddCommand(a.recapDecideCommand("post", "Post a recap that waits", true), a.recapDecideCommand("drop", "Leave a recap that waits out for good", false))
	return cmd
}

func (a *app) recapDecideCommand(name, short string, post bool) *cobra.Command {
	cmd := &cobra.Command{
		Use:               name + " ID",
		Short:             short,
		Example:           "  colloquy recap " + name + " 1a2b3c4d",
		Args:              takes("ID"),
		ValidArgsFunction: a.completes(heldRecaps),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.decideRecap(cmd.Context(), args[0], post)
		},
	}
	a.set.addDB(cmd.Flags())
	return cmd
}

// heldRecaps completes an ID of a discussion whose recap waits.
func heldRecaps(ctx context.Context, db *store.DB) ([]string, error) {
	list, err := db.Discussions(ctx, bot.Channel{}, false, 200)
	var out []string
	for _, d := range list {
		if d.Held {
			out = append(out, d.ID.Short()+"\t"+inline(d.Title))
		}
	}
	return out, err
}

func (a *app) decideRecap(ctx context.Context, ref string, post bool) error {
	rt, err := a.existing(ctx, a.screen())
	if err != nil {
		return err
	}
	defer func() { _ = rt.db.Close() }()
	d, err := rt.db.FindDiscussion(ctx, ref)
	if err != nil {
		return err
	}
	if err := rt.engine.DecideRecap(ctx, d, post, bot.Operator); err != nil {
		return err
	}
	if !post {
		_, err = fmt.Fprintf(a.stdout, "The recap of discussion %s is left out: %s\n", d.ID.Short(), inline(d.Title))
		return err
	}
	if !served(ctx, rt.db) {
		if err := rt.runDiscussion(ctx, d.ID); err != nil {
			return err
		}
		fmt.Fprintln(a.stdout)
	}
	_, err = fmt.Fprintf(a.stdout, "The recap of discussion %s goes to %s: %s\n", d.ID.Short(), d.Channel, inline(d.Title))
	return err
}

func (a *app) showRecap(ctx context.Context, ref, format string) error {
	rt, err := a.aside(ctx)
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
	r, _, err := rt.db.Recap(ctx, d.ID)
	if err != nil {
		return err
	}
	if format != "json" {
		m.Footer = join([]string{m.Footer, r.Remark()}, " ")
		text := a.messageText(m)
		if d.Held {
			text += fmt.Sprintf("\n\nIt waits: 'colloquy recap post %[1]s' posts it, 'colloquy recap drop %[1]s' leaves it out.", d.ID.Short())
		}
		_, err = fmt.Fprintln(a.stdout, text)
		return err
	}
	state, err := rt.engine.RecapState(ctx, d)
	if err != nil {
		return err
	}
	out := recapJSON{ID: r.ID, Discussion: d.ID, Title: d.Title, URL: d.URL, State: state, CreatedAt: utc(r.CreatedAt), Writer: r.Writer, Spent: r.Spent, Dropped: append([]bot.Dropped{}, r.Dropped...),
		Paragraphs: append([]string{}, m.Paragraphs...), Quotations: []quotationJSON{}, Statements: append([]bot.RecapStatement{}, r.Statements...)}
	if r.Fallback.Code != "" {
		out.Fallback = &r.Fallback
	}
	for _, q := range m.Quotation {
		out.Quotations = append(out.Quotations, quotationJSON{q.Text, q.By, q.ID, q.Link})
	}
	return a.printJSON(out)
}
