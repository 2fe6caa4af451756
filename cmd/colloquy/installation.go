package main

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"colloquy/bot"
	"colloquy/bot/store"
)

// installationHelp says what the ID of an installation is.
const installationHelp = `ID is discord:GUILD, slack:TEAM or console.`

// installationJSON is what is stored of an installation.
type installationJSON struct {
	ID          string            `json:"id"`
	Name        string            `json:"name"`
	State       string            `json:"state"` // active, removed, being erased
	CreatedAt   *time.Time        `json:"created_at"`
	GoneAt      *time.Time        `json:"gone_at"`
	EraseAt     *time.Time        `json:"erase_at"`
	Schedules   int               `json:"schedules"`
	Paused      int               `json:"paused"`
	Feeds       int               `json:"feeds"`
	Queued      int               `json:"queued"`
	Discussions int               `json:"discussions"`
	Open        int               `json:"open"`
	Replies     int               `json:"replies"`
	People      int               `json:"people"`
	Recaps      int               `json:"recaps"`
	Managers    int               `json:"managers"`
	Latest      *time.Time        `json:"latest"`
	Preferences map[string]string `json:"preferences"` // that are not at their default
}

func newInstallationJSON(i bot.Installation, h store.Holdings) installationJSON {
	out := installationJSON{i.String(), i.Name, "active", utc(i.CreatedAt), utc(i.GoneAt), utc(i.EraseAt), h.Schedules, h.Paused, h.Feeds, h.Queued,
		h.Discussions, h.Open, h.Replies, h.People, h.Recaps, h.Managers, utc(h.Latest), preferences(i.Preferences)}
	switch {
	case !i.EraseAt.IsZero() && i.EraseAt.Unix() <= 0:
		out.State, out.EraseAt = "being erased", nil
	case i.Gone:
		out.State = "removed"
	}
	return out
}

// preferences are those that are not at their default, by name.
func preferences(p bot.Preferences) map[string]string {
	out := map[string]string{}
	for _, o := range bot.InstallationOptions(bot.Settings{}) {
		if v := o.Get(p); v != "" {
			out[o.Name] = v
		}
	}
	return out
}

func (a *app) installationCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "installation",
		Short:   "See, hand out and erase what is stored of a server or workspace",
		GroupID: groupAdmin,
		Args:    cobra.ArbitraryArgs,
		RunE:    group,
	}
	cmd.AddCommand(a.installationListCommand(), a.installationShowCommand(), a.installationExportCommand(), a.installationEraseCommand())
	return cmd
}

// ofInstallation makes a command about one installation of which something is stored.
func (a *app) ofInstallation(cmd *cobra.Command, f func(ctx context.Context, db *store.DB, i bot.Installation) error) *cobra.Command {
	cmd.Args = takes("ID")
	cmd.Long = strings.TrimSpace(cmd.Long) + "\n" + installationHelp
	cmd.ValidArgsFunction = a.completes(func(ctx context.Context, db *store.DB) ([]string, error) {
		list, err := db.Tenants(ctx)
		var out []string
		for _, i := range list {
			out = append(out, i.String()+"\t"+inline(i.Name))
		}
		return out, err
	})
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		ctx := cmd.Context()
		i, err := bot.ParseInstallation(args[0], platforms...)
		if err != nil {
			return &usageError{err}
		}
		db, err := a.read(ctx)
		if err != nil {
			return err
		}
		defer func() { _ = db.Close() }()
		list, err := db.Tenants(ctx)
		if err != nil {
			return err
		}
		for _, t := range list {
			if t.String() == i.String() {
				return f(ctx, db, t)
			}
		}
		return bot.Problemf("not_found", "nothing is stored of %s: 'colloquy installation list' names those that are known", i)
	}
	a.set.addDB(cmd.Flags())
	return cmd
}

func (a *app) installationListCommand() *cobra.Command {
	format := choice{value: "text", options: outputFormats}
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the servers and workspaces of which something is stored",
		Args:  takes(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			db, err := a.read(cmd.Context())
			if err != nil {
				return err
			}
			defer func() { _ = db.Close() }()
			return a.listInstallations(cmd.Context(), db, format.value)
		},
	}
	a.set.addDB(cmd.Flags())
	addFormat(cmd, &format)
	return cmd
}

func (a *app) listInstallations(ctx context.Context, db *store.DB, format string) error {
	list, err := db.Tenants(ctx)
	if err != nil {
		return err
	}
	out := []installationJSON{}
	var rows []row
	for _, i := range list {
		h, err := db.Holdings(ctx, i.Platform, i.Workspace)
		if err != nil {
			return err
		}
		j := newInstallationJSON(i, h)
		out = append(out, j)
		rows = append(rows, row{cells: []string{j.ID, a.standingOf(j), strconv.Itoa(j.Schedules), strconv.Itoa(j.Discussions), strconv.Itoa(j.Replies), orDash(j.Name)}})
	}
	if format == "json" {
		return a.printJSON(out)
	}
	if len(list) == 0 {
		_, err := fmt.Fprintln(a.stdout, "Nothing is stored of any server or workspace yet.")
		return err
	}
	return a.table([]string{"ID", "STATE", "SCHEDULES", "DISCUSSIONS", "REPLIES", "NAME"}, rows)
}

// standingOf says whether an installation is there, and what follows if not.
func (a *app) standingOf(j installationJSON) string {
	if j.State == "removed" && j.EraseAt != nil {
		return "removed, erased " + a.local(*j.EraseAt)
	}
	return j.State
}

func (a *app) installationShowCommand() *cobra.Command {
	format := choice{value: "text", options: outputFormats}
	cmd := a.ofInstallation(&cobra.Command{
		Use:     "show ID",
		Short:   "Show how much is stored of a server or workspace, and its settings",
		Example: `  colloquy installation show console`,
	}, func(ctx context.Context, db *store.DB, i bot.Installation) error {
		h, err := db.Holdings(ctx, i.Platform, i.Workspace)
		if err != nil {
			return err
		}
		j := newInstallationJSON(i, h)
		if format.value == "json" {
			return a.printJSON(j)
		}
		return a.showInstallation(j)
	})
	addFormat(cmd, &format)
	return cmd
}

func (a *app) showInstallation(j installationJSON) error {
	fmt.Fprintf(a.stdout, "%s\n\n", strings.TrimSpace(j.ID+" "+inline(j.Name)))
	rows := []row{
		{cells: []string{"state", a.standingOf(j)}},
		{cells: []string{"schedules", fmt.Sprintf("%d, of them %d paused", j.Schedules, j.Paused)}},
		{cells: []string{"feeds", strconv.Itoa(j.Feeds)}},
		{cells: []string{"queued by hand", plural(j.Queued, "article", "articles")}},
		{cells: []string{"discussions", fmt.Sprintf("%d, of them %d open", j.Discussions, j.Open)}},
		{cells: []string{"replies", fmt.Sprintf("%d by %s", j.Replies, plural(j.People, "person", "people"))}},
		{cells: []string{"recaps", strconv.Itoa(j.Recaps)}},
		{cells: []string{"named managers", strconv.Itoa(j.Managers)}},
	}
	for _, o := range bot.InstallationOptions(bot.Settings{}) {
		if v := j.Preferences[o.Name]; v != "" {
			rows = append(rows, row{cells: []string{o.Name, v}})
		}
	}
	return a.table([]string{"WHAT", "HOW IT IS"}, rows)
}

func (a *app) installationExportCommand() *cobra.Command {
	var output string
	cmd := a.ofInstallation(&cobra.Command{
		Use:   "export ID",
		Short: "Write everything that is stored of a server or workspace, as JSON lines",
		Long: `Write everything that is stored of a server or workspace, one JSON object a line:
what it is, its managers, schedules, feeds, lists and occurrences, and each
discussion as 'colloquy discussion export' does.`,
		Example: `  colloquy installation export discord:81384788765712384 --output guild.jsonl`,
	}, func(ctx context.Context, db *store.DB, i bot.Installation) error {
		return a.writeTo(output, func(w io.Writer) error { return exportInstallation(ctx, db, i, w) })
	})
	cmd.Flags().StringVar(&output, "output", "-", "`FILE` to write to; - is standard output")
	return cmd
}
