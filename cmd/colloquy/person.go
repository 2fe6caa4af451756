package main

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"colloquy/bot"
)

// personHelp says what a PERSON is.
const personHelp = `PERSON is PLATFORM:WORKSPACE/ID, on the console console:NAME; an export of a
discussion names the ids.`

// personJSON is what is stored of a person.
type personJSON struct {
	ID          string     `json:"id"`
	Name        string     `json:"name"` // as it was last shown
	Replies     int        `json:"replies"`
	Discussions int        `json:"discussions"`
	First       *time.Time `json:"first"`
	Latest      *time.Time `json:"latest"`
}

func (a *app) personCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "person",
		Short:   "See, hand out and erase what is stored of a person",
		GroupID: groupAdmin,
		Args:    cobra.ArbitraryArgs,
		RunE:    group,
	}
	cmd.AddCommand(a.personShowCommand(), a.personExportCommand(), a.personEraseCommand())
	return cmd
}

// ofPerson runs f with what is stored of the person that text names.
func (a *app) ofPerson(ctx context.Context, text string, f func(*running, bot.Person, []bot.Reply) error) error {
	p, err := bot.ParsePerson(text, platforms...)
	if err != nil {
		return &usageError{err}
	}
	rt, err := a.aside(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = rt.db.Close() }()
	replies, err := rt.db.PersonReplies(ctx, p)
	if err != nil {
		return err
	}
	return f(rt, p, replies)
}

func summarize(p bot.Person, replies []bot.Reply) personJSON {
	out := personJSON{ID: p.String(), Replies: len(replies)}
	in := map[bot.ID]bool{}
	for _, r := range replies {
		in[r.DiscussionID] = true
		out.Name = cmp.Or(r.Author.Name, out.Name)
	}
	out.Discussions = len(in)
	if n := len(replies); n > 0 {
		out.First, out.Latest = utc(replies[0].CreatedAt), utc(replies[n-1].CreatedAt)
	}
	return out
}

func (a *app) personShowCommand() *cobra.Command {
	format := choice{value: "text", options: outputFormats}
	cmd := &cobra.Command{
		Use:     "show PERSON",
		Short:   "Show how much is stored of a person, and the latest of it",
		Long:    "Show how much is stored of a person, and the latest of it.\n" + personHelp,
		Example: `  colloquy person show console:Ana`,
		Args:    takes("PERSON"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.ofPerson(cmd.Context(), args[0], func(_ *running, p bot.Person, replies []bot.Reply) error {
				return a.showPerson(summarize(p, replies), replies, format.value)
			})
		},
	}
	a.set.addDB(cmd.Flags())
	addFormat(cmd, &format)
	return cmd
}

// latestReplies is how many replies of a person are shown.
const latestReplies = 5

func (a *app) showPerson(p personJSON, replies []bot.Reply, format string) error {
	if format == "json" {
		return a.printJSON(p)
	}
	if p.Replies == 0 {
		_, err := fmt.Fprintf(a.stdout, "Nothing is stored of %s.\n", p.ID)
		return err
	}
	name := ""
	if p.Name != "" {
		name = " (" + inline(p.Name) + ")"
	}
	fmt.Fprintf(a.stdout, "%s%s: %s in %s, from %s to %s.\n", p.ID, name, plural(p.Replies, "reply", "replies"),
		plural(p.Discussions, "discussion", "discussions"), a.local(*p.First), a.local(*p.Latest))
	for _, r := range replies[max(0, len(replies)-latestReplies):] {
		fmt.Fprintf(a.stdout, "\n%s, in discussion %s\n%s\n", a.local(r.CreatedAt), r.DiscussionID.Short(), a.wrap(replyText(r), "  "))
	}
	return nil
}

func (a *app) personEraseCommand() *cobra.Command {
	var yes bool
	cmd := &cobra.Command{
		Use:   "erase PERSON",
		Short: "Erase what is stored of a person",
		Long: `Erase every reply of a person, with their name and id. It cannot be undone.
What they wrote on the platform itself stays there, and so does what is in
backups and exports that were made before; 'colloquy restore' erases it again.
` + personHelp,
		Example: `  colloquy person erase console:Ana --yes`,
		Args:    takes("PERSON"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.ofPerson(cmd.Context(), args[0], func(rt *running, p bot.Person, replies []bot.Reply) error {
				return a.erase(cmd.Context(), rt, p, replies, yes)
			})
		},
	}
	cmd.Flags().BoolVar(&yes, "yes", false, "do it without asking")
	a.set.addDB(cmd.Flags())
	return cmd
}

func (a *app) erase(ctx context.Context, rt *running, p bot.Person, replies []bot.Reply, yes bool) error {
	s := summarize(p, replies)
	what := fmt.Sprintf("%s in %s", plural(s.Replies, "reply", "replies"), plural(s.Discussions, "discussion", "discussions"))
	if s.Replies == 0 {
		_, err := fmt.Fprintf(a.stdout, "Nothing is stored of %s, so nothing was erased.\n", p)
		return err
	}
	if err := a.confirm(yes, fmt.Sprintf("Erase %s of %s for good", what, p), fmt.Sprintf("%s of %s would be erased for good", what, p)); err != nil {
		return err
	}
	n, err := rt.engine.Erase(ctx, p, bot.Operator)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.stdout, "Erased %s of %s. Exports made before still hold them; backups do, but 'colloquy restore' erases them again.\n", plural(n, "reply", "replies"), p)
	return err
}
