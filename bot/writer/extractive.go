package writer

import (
	"context"

	"colloquy/bot"
	"colloquy/prompts"
)

// Extractive is the [bot.Writer] that needs no model and no network: its
// summaries are sentences of the article, its questions are made from templates
// and the article's claims, its recaps point at replies. It is safe for
// concurrent use, and the same input always gives the same output.
type Extractive struct {
	version string
}

var _ bot.Writer = (*Extractive)(nil)

// NewExtractive loads the templates of package prompts. An error means that
// they are damaged, which a build with passing tests rules out.
func NewExtractive() (*Extractive, error) {
	return &Extractive{version: prompts.Version}, nil
}

// Version says "extractive" and the version of the words in prompts/.
func (w *Extractive) Version() bot.WriterInfo {
	return bot.WriterInfo{Name: "extractive", PromptVersion: w.version}
}

// SameQuestion reports whether two questions ask the same thing.
func (w *Extractive) SameQuestion(a, b string) bool { return sameQuestion(a, b) }

// Digest writes a summary of a and questions about it. Of an article that may
// be shown up to a number of characters only, questions quote nothing but what
// the summary shows. It returns a [bot.Problem] with code "nothing_to_say" when a
// has no sentence to show, and "nosnippet" when its publisher lets none be shown.
func (w *Extractive) Digest(ctx context.Context, a bot.Article, b bot.Brief) (bot.Digest, error) {
	if err := ctx.Err(); err != nil {
		return bot.Digest{}, err
	}
	if a.Snippet == bot.NoSnippet {
		return bot.Digest{}, bot.Problemf("nosnippet", "its publisher allows no excerpts (nosnippet): paste the text yourself if you may, or discuss another article")
	}
	doc := read(a)
	d := bot.Digest{ArticleID: a.ID, Language: doc.lang, Opinion: doc.opinion, Writer: w.Version()}
	d.Sentences = make([]string, len(doc.sentences))
	for i, s := range doc.sentences {
		d.Sentences[i] = s.Text
	}
	lex := doc.lex
	if lex == nil {
		lex = emptyLexicon(doc.lang)
	}
	check := newChecker(doc, lex)
	for _, i := range summarize(doc, quotaOf(doc, b)) {
		s := bot.Statement{Text: doc.sentences[i].Text, Evidence: []int{i}}
		if f := check.statement(s, d.Summary, d.Sentences); f.failed() {
			d.Dropped = append(d.Dropped, dropped(s.Text, f))
			continue
		}
		d.Summary = append(d.Summary, s)
	}
	if len(d.Summary) == 0 && a.Snippet > 0 {
		return bot.Digest{}, bot.Problemf("nosnippet", "its publisher allows excerpts of %d characters (max-snippet), and no sentence is so short: paste the text yourself if you may, or discuss another article", a.Snippet)
	}
	if len(d.Summary) == 0 {
		return bot.Digest{}, bot.Problemf("nothing_to_say", "there is nothing to say about this text: it holds no complete sentence that can be quoted; give a longer one")
	}
	if b.Questions >= 0 {
		n := b.Questions
		if n == 0 {
			n = defaultQuestions
		}
		var dropped []bot.Dropped
		d.Questions, d.Spares, dropped = w.ask(check, d.Summary, n)
		d.Dropped = append(d.Dropped, dropped...)
	}
	return d, nil
}

// What a [bot.Brief] that says nothing asks for.
const (
	defaultSentences = 3
	defaultQuestions = 5
)
