package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"colloquy/bot"
	"colloquy/bot/store"
)

// A typed line of the export of an installation says what it is about.
type (
	typedInstallation struct {
		Type string `json:"type"` // installation
		installationJSON
	}
	typedManager struct {
		Type string `json:"type"` // manager
		store.Manager
	}
	typedSchedule struct {
		Type string `json:"type"` // schedule
		scheduleJSON
	}
	typedFeed struct {
		Type string `json:"type"` // feed
		feedJSON
	}
	typedOccurrence struct {
		Type string `json:"type"` // occurrence
		occurrenceJSON
	}
	typedQueued struct {
		Type    string `json:"type"` // queued
		ID      bot.ID `json:"id"`
		Channel string `json:"channel"`
		URL     string `json:"url"`
	}
)

// inDiscussion writes the lines of a discussion, each with its id.
type inDiscussion struct {
	enc *json.Encoder
	id  bot.ID
}

func (d inDiscussion) write(l exportLine) error {
	l.Reactions = append([]bot.Reaction{}, l.Reactions...)
	return d.enc.Encode(struct {
		exportLine
		Discussion bot.ID `json:"discussion"`
	}{l, d.id})
}
func (inDiscussion) end() error { return nil }

// exportInstallation writes everything that is stored of an installation.
func exportInstallation(ctx context.Context, db *store.DB, i bot.Installation, w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	h, err := db.Holdings(ctx, i.Platform, i.Workspace)
	if err != nil {
		return err
	}
	if err := enc.Encode(typedInstallation{"installation", newInstallationJSON(i, h)}); err != nil {
		return err
	}
	managers, err := db.NamedManagers(ctx, i.Platform, i.Workspace)
	if err != nil {
		return err
	}
	for _, m := range managers {
		if err := enc.Encode(typedManager{"manager", m}); err != nil {
			return err
		}
	}
	queued, err := db.Queued(ctx, i.Platform, i.Workspace)
	if err != nil {
		return err
	}
	for _, q := range queued {
		if err := enc.Encode(typedQueued{"queued", q.ID, q.Channel.String(), q.URL}); err != nil {
			return err
		}
	}
	for _, part := range []struct {
		table string
		write func(bot.ID) error
	}{
		{"schedules", func(id bot.ID) error {
			s, err := db.Schedule(ctx, id)
			if err != nil {
				return err
			}
			return enc.Encode(typedSchedule{"schedule", newScheduleJSON(s)})
		}},
		{"feeds", func(id bot.ID) error {
			f, err := db.Feed(ctx, id)
			if err != nil {
				return err
			}
			return enc.Encode(typedFeed{"feed", newFeedJSON(f)})
		}},
		{"occurrences", func(id bot.ID) error {
			o, err := db.Occurrence(ctx, id)
			if err != nil {
				return err
			}
			j, err := newOccurrenceJSON(ctx, db, o)
			if err != nil {
				return err
			}
			return enc.Encode(typedOccurrence{"occurrence", j})
		}},
		{"discussions", func(id bot.ID) error {
			d, err := db.Discussion(ctx, id)
			if err != nil {
				return err
			}
			return exportLines(ctx, db, d, nil, inDiscussion{enc, id})
		}},
	} {
		ids, err := db.OfInstallation(ctx, part.table, i.Platform, i.Workspace)
		if err != nil {
			return err
		}
		for _, id := range ids {
			if err := part.write(id); err != nil {
				return fmt.Errorf("%s %s: %w", part.table, id, err)
			}
		}
	}
	return nil
}

func (a *app) installationEraseCommand() *cobra.Command {
	var yes bool
	cmd := a.ofInstallation(&cobra.Command{
		Use:   "erase ID",
		Short: "Erase what is stored of a server or workspace",
		Long: `Erase everything that is stored of a server or workspace: discussions, replies,
recaps, schedules, lists, managers and settings, feeds that nobody else uses, and
articles that were discussed nowhere else. It cannot be undone. What was posted
on the platform stays there, and so does what is in backups and exports that were
made before; 'colloquy restore' erases it again. An installation that lost the bot
is erased by itself after 30 days.`,
		Example: `  colloquy installation erase discord:81384788765712384 --yes`,
	}, func(ctx context.Context, db *store.DB, i bot.Installation) error {
		return a.eraseInstallation(ctx, db, i, yes)
	})
	cmd.Flags().BoolVar(&yes, "yes", false, "do it without asking")
	return cmd
}

func (a *app) eraseInstallation(ctx context.Context, db *store.DB, i bot.Installation, yes bool) error {
	h, err := db.Holdings(ctx, i.Platform, i.Workspace)
	if err != nil {
		return err
	}
	schedules, err := db.Schedules(ctx, bot.Channel{})
	if err != nil {
		return err
	}
	declared := slices.ContainsFunc(schedules, func(s bot.Schedule) bool {
		return s.Declared && s.Reason != bot.NotDeclared && s.Channel.Platform == i.Platform && s.Channel.Workspace == i.Workspace
	})
	what := fmt.Sprintf("%s, %s and %s of %s", plural(h.Schedules, "schedule", "schedules"),
		plural(h.Discussions, "discussion", "discussions"), plural(h.Replies, "reply", "replies"), i)
	if err := a.confirm(yes, "Erase "+what+" for good", what+" would be erased for good"); err != nil {
		return err
	}
	done := a.progress("erasing " + i.String())
	defer done()
	for over := false; !over; {
		if over, err = db.EraseInstallation(ctx, i.Platform, i.Workspace, a.now(), a.audit("", "")); err != nil {
			return err
		}
	}
	for n := 1; n > 0; { // the articles that were discussed nowhere else
		if n, err = db.EraseDue(ctx, a.now()); err != nil {
			return err
		}
	}
	done()
	fmt.Fprintf(a.stdout, "Erased %s. Exports made before still hold it; backups do, but 'colloquy restore' erases it again.\n", what)
	if declared {
		fmt.Fprintln(a.stdout, "What the configuration file declares for it is made again when 'colloquy serve' starts: remove it there.")
	}
	if dir := a.consoleDir(db); i.Platform == "console" && exists(dir) {
		_, err = fmt.Fprintf(a.stdout, "The chats of the console are files of their own, in %s, and stay.\n", dir)
	}
	return err
}
