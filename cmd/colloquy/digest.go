package main

import (
	"context"
	"fmt"
	"log/slog"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"colloquy/bot"
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
	Spent     bot.Spent       `json:"spent"`    // zero without a model
	Fallback  *bot.Fallback   `json:"fallback"` // why no model wrote it that was to; null: nothing of the kind
}

func newDigestJSON(art bot.Article, d bot.Digest) digestJSON {
	out := digestJSON{
		Article:   describe(art),
		Sentences: append([]string{}, d.Sentences...),
		Summary:   append([]bot.Statement{}, d.Summary...),
		Questions: append([]bot.Question{}, d.Questions...),
		Writer:    d.Writer,
		Dropped:   append([]bot.Dropped{}, d.Dropped...),
		Spent:     d.Spent,
	}
	if d.Fallback.Code != "" {
		out.Fallback = &d.Fallback
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
	audience := choice{options: bot.Audiences()}
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
			if err := checkBrief(cmd, &brief); err != nil {
				return err
			}
			if n := brief.QuoteWords; cmd.Flags().Changed("quote-limit") && (n < 1 || n > mostQuoted) {
				return usagef("--quote-limit cannot be %d: give a number between 1 and %d", n, mostQuoted)
			}
			brief.Audience = audience.value
			src := bot.Source{Ref: args[0], Title: title, URL: url}
			if post != "" {
				return a.postDigest(cmd.Context(), src, brief, post, format.value)
			}
			return a.writeDigest(cmd.Context(), src, brief, format.value)
		},
	}
	f := cmd.Flags()
	f.StringVar(&title, "title", "", "`TITLE` of the article, instead of the one it has")
	f.StringVar(&url, "url", "", "`ADDRESS` where people can read it, for a file or pasted text")
	addBrief(f, &brief)
	addAudience(f, &audience)
	f.IntVar(&brief.QuoteWords, "quote-limit", 0, "most words that the summary quotes, for a text of your own (default 90, and a quarter of the article)")
	f.StringVar(&post, "post", "", "post it in this `CHANNEL`, such as console:general, and record the replies")
	a.set.addDB(f)
	addFormat(cmd, &format)
	return cmd
}

// addBrief adds the flags that say how much is written. They are checked by
// [checkBrief].
func addBrief(f *pflag.FlagSet, b *bot.Brief) {
	f.IntVar(&b.Sentences, "sentences", 3, "most sentences in the summary")
	f.IntVar(&b.Questions, "questions", 5, "most questions; 0 for none")
}

func addAudience(f *pflag.FlagSet, c *choice) {
	f.Var(c, "audience", "for `WHOM` a model writes: "+strings.Join(c.options, ", ")+" (default "+c.options[0]+")")
}

func checkBrief(cmd *cobra.Command, b *bot.Brief) error {
	for _, n := range []struct {
		flag  string
		least int
		value int
	}{{"sentences", 1, b.Sentences}, {"questions", 0, b.Questions}} {
		if cmd.Flags().Changed(n.flag) && (n.value < n.least || n.value > most) {
			return usagef("--%s cannot be %d: give a number between %d and %d", n.flag, n.value, n.least, most)
		}
	}
	if cmd.Flags().Changed("questions") && b.Questions == 0 {
		b.Questions = -1 // none; 0 would be the default number
	}
	return nil
}

// writeDigest writes the digest of an article and shows it.
func (a *app) writeDigest(ctx context.Context, src bot.Source, brief bot.Brief, format string) error {
	w, err := a.desk(a.logger(slog.LevelWarn))
	if err != nil {
		return err
	}
	done := a.progress("reading " + src.Ref)
	art, err := a.reader(slog.LevelWarn).Article(ctx, src)
	done()
	if err != nil {
		return err
	}
	done = a.progress(w.asking())
	ctx, cancel := a.writing(ctx)
	defer cancel()
	d, err := w.Digest(ctx, art, brief)
	done()
	if err != nil {
		return err
	}
	return a.showDigest(art, d, format)
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
	if by := writtenBy(d); by != "" {
		fmt.Fprintf(&b, "\n%s\n", a.wrap(by, ""))
	}
	_, err := fmt.Fprint(a.stdout, b.String())
	return err
}

// writtenBy says who wrote, what that took, and why it was not the model, for a
// digest that a model was asked for.
func writtenBy(d bot.Digest) string {
	if d.Spent.Calls == 0 && d.Fallback.Code == "" {
		return ""
	}
	said := "Written by " + strings.TrimSpace(d.Writer.Name+" "+d.Writer.Model)
	if d.Fallback.Code != "" {
		said = "Written by the extractive writer, because " + strings.TrimSuffix(d.Fallback.Text, ".")
	}
	s := d.Spent
	if s.Calls > 0 {
		said += ". " + plural(s.Calls, "request", "requests")
	}
	if s.Tokens() > 0 {
		said += fmt.Sprintf(": %d tokens read, %d of them from a cache, and %d written", s.Tokens()-s.Output, s.CacheRead, s.Output)
	}
	if s.Cost > 0 {
		said += ", for " + money(s.Cost)
	}
	return inline(said) + "."
}
