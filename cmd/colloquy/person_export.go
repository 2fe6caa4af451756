package main

import (
	"io"

	"github.com/spf13/cobra"

	"colloquy/bot"
)

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
			return a.ofPerson(cmd.Context(), args[0], func(rt *running, p bot.Person, _ []bot.Reply) error {
				return a.writeTo(output, func(w io.Writer) error { return rt.engine.ExportPerson(cmd.Context(), p, w) })
			})
		},
	}
	cmd.Flags().StringVar(&output, "output", "-", "`FILE` to write to; - is standard output")
	a.set.addDB(cmd.Flags())
	return cmd
}
