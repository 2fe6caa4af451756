package main

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"colloquy/bot"
	"colloquy/bot/store"
)

// auditJSON is a line of the audit in JSON.
type auditJSON struct {
	ID           bot.ID     `json:"id"`
	At           *time.Time `json:"at"`
	Who          string     `json:"who"`  // a PERSON; cli or config
	From         string     `json:"from"` // a CHANNEL, "command line" or "configuration"
	Action       string     `json:"action"`
	Target       string     `json:"target"`
	Detail       string     `json:"detail"`
	Channel      string     `json:"channel"`      // what it is about; "" for more or less than one
	Installation string     `json:"installation"` // "" for what is of none
}

func newAuditJSON(l bot.Audit) auditJSON {
	out := auditJSON{ID: l.ID, At: utc(l.At), Who: l.Actor, From: l.From, Action: l.Action, Target: l.Target, Detail: l.Detail}
	if l.Channel.ID != "" {
		out.Channel = l.Channel.String()
	}
	if l.Channel.Platform != "" {
		out.Installation = bot.Installation{Platform: l.Channel.Platform, Workspace: l.Channel.Workspace}.String()
	}
	return out
}

func (a *app) auditCommand() *cobra.Command {
	var channel, installation, since string
	f := bot.AuditFilter{Limit: 20}
	format := choice{value: "text", options: outputFormats}
	cmd := &cobra.Command{
		Use:   "audit",
		Short: "Show who changed what, when and from where",
		Long: `Show what people and the configuration file changed, the newest first. It holds
ids and settings, never what people wrote and no names. --target takes an id, or
the end of one, or what else a line is about.`,
		Example: `  colloquy audit --installation console --count 50
  colloquy audit --target 1a2b3c4d --since 2027-03-01`,
		GroupID: groupAdmin,
		Args:    takes(),
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			switch {
			case channel != "" && installation != "":
				return usagef("--channel and --installation cannot both be given: a channel is in one installation")
			case channel != "":
				f.In, err = flagChannel(channel)
			case installation != "":
				var i bot.Installation
				i, err = flagInstallation(installation)
				f.In = i.Everywhere()
			}
			if err == nil && f.Limit < 0 {
				err = usagef("--count cannot be %d: give a number from 1 on, or 0 for all", f.Limit)
			}
			if err == nil && since != "" {
				f.Since, err = parseMoment("since", since, time.Local)
			}
			if err != nil {
				return err
			}
			f.Limit = cmp.Or(f.Limit, store.Everything)
			return a.audits(cmd.Context(), f, format.value)
		},
	}
	cmd.Flags().StringVar(&channel, "channel", "", "only what is about this `CHANNEL`")
	addInstallation(cmd.Flags(), &installation, "")
	cmd.Flags().StringVar(&f.Target, "target", "", "only what is about this `ID`")
	cmd.Flags().StringVar(&since, "since", "", "only from this `DATE` on, such as 2027-03-14")
	cmd.Flags().IntVar(&f.Limit, "count", f.Limit, "at most so many; 0 for all")
	a.set.addDB(cmd.Flags())
	addFormat(cmd, &format)
	return cmd
}

func (a *app) audits(ctx context.Context, f bot.AuditFilter, format string) error {
	db, err := a.read(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	list, err := db.Audits(ctx, f)
	if err != nil {
		return err
	}
	if format == "json" {
		out := []auditJSON{}
		for _, l := range list {
			out = append(out, newAuditJSON(l))
		}
		return a.printJSON(out)
	}
	if len(list) == 0 {
		_, err := fmt.Fprintln(a.stdout, "There is no such line.")
		return err
	}
	var rows []row
	for _, l := range list {
		rows = append(rows, row{cells: []string{a.local(l.At), l.Who(), l.From, l.What(), l.About(), l.Detail}})
	}
	return a.table([]string{"WHEN", "WHO", "FROM", "WHAT", "TARGET", "DETAIL"}, rows)
}
