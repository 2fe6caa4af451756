package main

import (
	"context"

	"github.com/spf13/cobra"

	"colloquy/bot"
	"colloquy/bot/store"
)

// listCommand makes a command "list" that shows rows of the database, of one
// channel or of all, as a table or as JSON.
func (a *app) listCommand(short, example string, show func(ctx context.Context, db *store.DB, ch bot.Channel, format string) error) *cobra.Command {
	var channel string
	format := choice{value: "text", options: outputFormats}
	cmd := &cobra.Command{
		Use:     "list",
		Short:   short,
		Example: example,
		Args:    takes(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			ch, err := flagChannel(channel)
			if err != nil {
				return err
			}
			db, err := a.read(cmd.Context())
			if err != nil {
				return err
			}
			defer func() { _ = db.Close() }()
			return show(cmd.Context(), db, ch, format.value)
		},
	}
	cmd.Flags().StringVar(&channel, "channel", "", "only those of this `CHANNEL`")
	a.set.addDB(cmd.Flags())
	addFormat(cmd, &format)
	return cmd
}
