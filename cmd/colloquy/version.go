package main

import (
	"cmp"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"colloquy/bot/store"
)

// Set by -ldflags "-X main.version=… -X main.commit=…" where the version
// control system is not there to ask, as in a container build.
var version, commit string

type buildInfo struct {
	Version  string `json:"version"` // "devel" where nobody gave one
	Commit   string `json:"commit"`
	Date     string `json:"date"`     // of the commit, RFC 3339
	Modified bool   `json:"modified"` // built from a tree with changes
	Go       string `json:"go"`
	Platform string `json:"platform"`
	Schema   int    `json:"schema"` // of the database's tables, that it knows
}

func (a *app) versionCommand() *cobra.Command {
	format := choice{value: "text", options: outputFormats}
	cmd := &cobra.Command{
		Use:     "version",
		Short:   "Show which build this is",
		GroupID: groupAdmin,
		Args:    takes(),
		RunE: func(*cobra.Command, []string) error {
			b := readBuild()
			if format.value == "json" {
				return a.printJSON(b)
			}
			text := "colloquy " + b.Version
			if b.Commit != "" {
				text += " (" + b.Commit[:min(12, len(b.Commit))]
				if b.Modified {
					text += ", modified"
				}
				text += ")"
			}
			_, err := fmt.Fprintf(a.stdout, "%s %s %s, schema %d, SQLite and PostgreSQL\n", text, b.Go, b.Platform, b.Schema)
			return err
		},
	}
	addFormat(cmd, &format)
	return cmd
}

func readBuild() buildInfo {
	b := buildInfo{Version: version, Commit: commit, Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH, Schema: store.KnownSchema()}
	info, ok := debug.ReadBuildInfo()
	if ok {
		for _, s := range info.Settings {
			switch s.Key {
			case "vcs.revision":
				b.Commit = cmp.Or(b.Commit, s.Value)
			case "vcs.time":
				b.Date = s.Value
			case "vcs.modified":
				b.Modified = s.Value == "true"
			}
		}
		if info.Main.Version != "(devel)" {
			b.Version = cmp.Or(b.Version, info.Main.Version)
		}
	}
	b.Version = cmp.Or(b.Version, "devel")
	return b
}
