package main

import (
	"fmt"
	"log/slog"
	"strings"

	"github.com/spf13/cobra"

	"colloquy/bot"
	"colloquy/bot/writer"
)

// digestJSON is a digest with its article. These names are a contract, and no
// list in it is ever null.
type digestJSON struct {
	Article   articleInfo     `json:"article"`
	Sentences []string        `json:"sentences"`
	Summary   []bot.Statement `json:"summary"`
	Questions []bot.Question  `json:"questions"`
	Writer    bot.WriterInfo  `json:"writer"`
	Dropped   []bot.Dropped   `json:"dropped"`
}

func newDigestJSON(art bot.Article, d bot.Digest) digestJSON {
	out := digestJSON{
		Article:   describe(art),
		Sentences: append([]string{}, d.Sentences...),
		Summary:   append([]bot.Statement{}, d.Summary...),
		Questions: append([]bot.Question{}, d.Questions...),
		Writer:    d.Writer,
		Dropped:   append([]bot.Dropped{}, d.Dropped...),
	}
	for i, s := range out.Summary {
		out.Summary[i].Evidence = append([]int{}, s.Evidence...)
	}
	for i, q := range out.Questions {
		out.Questions[i].Evidence = append([]int{}, q.Evidence...)
	}
	return out
}

// mostQuoted is the largest number of words that can be quoted.
const mostQuoted = 2000

// most is the largest number of sentences or questions that can be asked for.
const most = 10

func (a *app) digestCommand() *cobra.Command {
	var title, url, post string
	var brief bot.Brief
	format := choice{value: "text", options: outputFormats}
	cmd := &cobra.Command{
		Use:   "digest SOURCE",
		Short: "Write the summary and the questions for an article",
		Long: `Read an article and write its digest: up to three sentences of the article that
stand for the whole, and up to five open questions about it. Nothing is posted
or stored unless --post names a channel.

` + sourceHelp,
		Example: `  colloquy digest https://example.org/story
  colloquy digest notes.txt --sentences 2 --questions 3
  colloquy digest story.html --format json
  colloquy digest story.html --post console:general`,
		GroupID: groupTry,
		Args:    takes("SOURCE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			for _, n := range []struct {
				flag  string
				least int
				value int
			}{{"sentences", 1, brief.Sentences}, {"questions", 0, brief.Questions}} {
				if cmd.Flags().Changed(n.flag) && (n.value < n.least || n.value > most) {
					return usagef("--%s cannot be %d: give a number between %d and %d", n.flag, n.value, n.least, most)
				}
			}
			if n := brief.QuoteWords; cmd.Flags().Changed("quote-limit") && (n < 1 || n > mostQuoted) {
				return usagef("--quote-limit cannot be %d: give a number between 1 and %d", n, mostQuoted)
			}
			if cmd.Flags().Changed("questions") && brief.Questions == 0 {
				brief.Questions = -1 // none; 0 would be the default number
			}
			src := bot.Source{Ref: args[0], Title: title, URL: url}
			if post != "" {
				return a.postDigest(cmd.Context(), src, brief, post, format.value)
			}
			w, err := writer.NewExtractive()
			if err != nil {
				return err
			}
			done := a.progress("reading " + args[0])
			defer done()
			art, err := a.reader(slog.LevelWarn).Article(cmd.Context(), src)
			if err != nil {
				return err
			}
			d, err := w.Digest(cmd.Context(), art, brief)
			if err != nil {
				return err
			}
			done()
			return a.showDigest(art, d, format.value)
		},
	}
	f := cmd.Flags()
	f.StringVar(&title, "title", "", "`TITLE` of the article, instead of the one it has")
	f.StringVar(&url, "url", "", "`ADDRESS` where people can read it, for a file or pasted text")
	f.IntVar(&brief.Sentences, "sentences", 3, "most sentences in the summary")
	f.IntVar(&brief.Questions, "questions", 5, "most questions; 0 for none")
	f.IntVar(&brief.QuoteWords, "quote-limit", 0, "most words that the summary quotes, for a text of your own (default 90, and a quarter of the article)")
	f.StringVar(&post, "post", "", "post it in this `CHANNEL`, such as console:general, and record the replies")
	a.set.addDB(f)
	addFormat(cmd, &format)
	return cmd
}

func (a *app) showDigest(art bot.Article, d bot.Digest, format string) error {
	if format == "json" {
		return a.printJSON(newDigestJSON(art, d))
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n", heading(art))
	for _, s := range d.Summary {
		fmt.Fprintf(&b, "%s\n", a.wrap(s.Text, "│ "))
	}
	for i, q := range d.Questions {
		number := fmt.Sprintf("%-3d", i+1)
		fmt.Fprintf(&b, "\n%s\n", number+strings.TrimLeft(a.wrap(q.Text, "   "), " "))
	}
	if n := len(d.Dropped); n > 0 {
		fmt.Fprintf(&b, "\n(%d more did not pass the checks; --format json says which, and why)\n", n)
	}
	_, err := fmt.Fprint(a.stdout, b.String())
	return err
}
