package main

import (
	"context"
	"encoding/json"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"colloquy/bot"
)

// personReplyJSON is a reply of a person, with the discussion it is in.
type personReplyJSON struct {
	exportLine
	Discussion bot.ID `json:"discussion"`
	Title      string `json:"title"`
	Channel    string `json:"channel"`
	Quoted     bool   `json:"quoted"` // the recap quotes it
}

// personActionJSON is something that a person changed, or that they opted out.
type personActionJSON struct {
	exportLine
	Action string `json:"action"`
	Target string `json:"target"` // id of what was changed
	Detail string `json:"detail"`
	From   string `json:"where"` // the channel
}

func (a *app) personExportCommand() *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use:   "export PERSON",
		Short: "Write everything that is stored of a person, as JSON lines",
		Long: `Write everything that is stored of a person, one JSON object a line, for them to
have: every reply with the discussion it is in, what they changed as a manager, and
whether they opted out.
` + personHelp,
		Example: `  colloquy person export console:Ana --output ana.jsonl`,
		Args:    takes("PERSON"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.ofPerson(cmd.Context(), args[0], func(rt *running, p bot.Person, replies []bot.Reply) error {
				return a.writeTo(output, func(w io.Writer) error { return exportPerson(cmd.Context(), rt, p, replies, w) })
			})
		},
	}
	cmd.Flags().StringVar(&output, "output", "-", "`FILE` to write to; - is standard output")
	a.set.addDB(cmd.Flags())
	return cmd
}

func exportPerson(ctx context.Context, rt *running, p bot.Person, replies []bot.Reply, w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	out, err := rt.engine.OptedOut(ctx, p)
	if err != nil {
		return err
	}
	if out {
		l := exportLine{Type: "opt_out", ID: p.String(), Reactions: []bot.Reaction{}}
		if err := enc.Encode(l); err != nil {
			return err
		}
	}
	var d bot.Discussion
	var quoted []bot.ID
	for _, r := range replies {
		if d.ID != r.DiscussionID {
			if d, err = rt.db.Discussion(ctx, r.DiscussionID); err != nil {
				return err
			}
			recap, _, err := rt.db.Recap(ctx, d.ID)
			if err != nil {
				return err
			}
			quoted = quoted[:0]
			for id := range quotedBy(recap) {
				quoted = append(quoted, id)
			}
		}
		l := replyLine(r, nil)
		l.Reactions = append([]bot.Reaction{}, l.Reactions...)
		if err := enc.Encode(personReplyJSON{l, d.ID, d.Title, r.Ref.Channel.String(), slices.Contains(quoted, r.ID)}); err != nil {
			return err
		}
	}
	actions, err := rt.db.ActionsOf(ctx, p)
	if err != nil {
		return err
	}
	for _, act := range actions {
		l := exportLine{Type: "action", ID: string(act.ID), CreatedAt: utc(act.At), Reactions: []bot.Reaction{}}
		if err := enc.Encode(personActionJSON{l, act.Action, act.Target, act.Detail, act.From}); err != nil {
			return err
		}
	}
	return nil
}
