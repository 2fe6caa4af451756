package main

import (
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"colloquy/bot"
	"colloquy/bot/source"
	"colloquy/bot/writer"
)

// sourceHelp says what a SOURCE is, in the help of every command that takes one.
const sourceHelp = `SOURCE is an http or https address, a file (.html, .txt, .md), or - for standard
input. Private addresses are refused unless --allow-network names them.`

// articleInfo is an article in JSON, without its text. These names are a contract.
type articleInfo struct {
	URL       string     `json:"url"`
	Title     string     `json:"title"`
	Byline    string     `json:"byline"`
	Site      string     `json:"site"`
	Published *time.Time `json:"published"` // in UTC; null if unknown
	Language  string     `json:"language"`
	Image     string     `json:"image"`
	Words     int        `json:"words"`
}

func describe(art bot.Article) articleInfo {
	info := articleInfo{
		URL: art.URL, Title: art.Title, Byline: art.Byline, Site: art.Site,
		Language: art.Language, Image: art.Image, Words: art.Words,
	}
	if !art.Published.IsZero() {
		t := art.Published.UTC().Truncate(time.Second)
		info.Published = &t
	}
	return info
}

func (a *app) articleCommand() *cobra.Command {
	var title, url string
	format := choice{value: "text", options: outputFormats}
	cmd := &cobra.Command{
		Use:   "article SOURCE",
		Short: "Show the article that is found in a page, a file or standard input",
		Long: `Read a page, a file or standard input and show the article in it, as Colloquy
would work with it: without menus, advertisements and comments.

` + sourceHelp,
		Example: `  colloquy article https://example.org/story
  colloquy article page.html --url https://example.org/story
  pbpaste | colloquy article - --title "Minutes of the meeting" --format json`,
		GroupID: groupTry,
		Args:    takes("SOURCE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			done := a.progress("reading " + args[0])
			art, err := a.reader(slog.LevelWarn).Article(cmd.Context(), bot.Source{Ref: args[0], Title: title, URL: url})
			done()
			if err != nil {
				return err
			}
			if format.value == "json" {
				return a.printJSON(struct {
					articleInfo
					Text string `json:"text"`
				}{describe(art), art.Text})
			}
			_, err = fmt.Fprintf(a.stdout, "%s\n\n%s\n", heading(art), a.wrap(art.Text, ""))
			return err
		},
	}
	cmd.Flags().StringVar(&title, "title", "", "`TITLE` of the article, instead of the one it has")
	cmd.Flags().StringVar(&url, "url", "", "`ADDRESS` where people can read it, for a file or pasted text")
	addFormat(cmd, &format)
	return cmd
}

// reader makes what reads articles and feeds for the commands of this run.
func (a *app) reader(level slog.Level) bot.Reader {
	return source.New(source.Options{
		UserAgent:  userAgent(),
		Allow:      a.set.allow,
		AllowFiles: true,
		Stdin:      a.stdin,
		Detect:     writer.DetectLanguage,
		Clock:      a.now,
		Log:        a.logger(level),
	})
}

// userAgent is how Colloquy presents itself to the sites it reads.
func userAgent() string {
	return "Colloquy/" + readBuild().Version + " (discussion bot; reads an article when someone asks or a schedule says so)"
}

// heading is what stands above an article: title, where it comes from, address.
func heading(art bot.Article) string {
	about := []string{art.Site, art.Byline}
	if !art.Published.IsZero() {
		about = append(about, art.Published.Format("2 January 2006"))
	}
	about = append(about, fmt.Sprintf("%d words", art.Words))
	lines := []string{art.Title, join(about, " · ")}
	if art.URL != "" {
		lines = append(lines, art.URL)
	}
	return strings.Join(lines, "\n")
}

// join joins what is not empty, and says nothing twice.
func join(parts []string, sep string) string {
	var out []string
	for i, p := range parts {
		if p != "" && (i == 0 || p != parts[i-1]) {
			out = append(out, p)
		}
	}
	return strings.Join(out, sep)
}
