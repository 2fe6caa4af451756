package bot

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// What may be quoted to say where a question comes from, as in a summary.
const (
	passageSentences = 3
	passageWords     = 90
)

// answerEvidence shows the passage that a question rests on to whoever asks.
func (e *Engine) answerEvidence(ctx context.Context, c Command) (Answer, error) {
	d, err := e.takesPart(ctx, c)
	if err != nil {
		return Answer{}, err
	}
	n, err := askedIn(d, c.Args["n"])
	if err != nil {
		return Answer{}, err
	}
	if n == 0 {
		return say("Which question? Give its number."), nil
	}
	a, err := e.store.Article(ctx, d.ArticleID)
	if err != nil {
		return Answer{}, err
	}
	dig, err := e.store.Digest(ctx, d.DigestID)
	if err != nil {
		return Answer{}, err
	}
	v, err := e.voice(ctx, d.Channel)
	if err != nil {
		return Answer{}, err
	}
	m := Message{Title: a.Title, Link: a.URL, Source: v.private().source(a), Language: dig.Language}
	q := d.Questions[n-1]
	passage := quotable(dig, q.Evidence, a, cmp.Or(d.Rules.QuoteLimit, v.preferences.QuoteLimit))
	switch {
	case len(q.Evidence) == 0:
		m.Paragraphs = []string{fmt.Sprintf("Question %d was written by those who manage this channel; it rests on the article as a whole.", n)}
	case len(passage) == 0:
		m.Paragraphs = []string{fmt.Sprintf("Question %d comes from the article; its publisher does not let the passage be quoted, so read it there.", n)}
	default:
		m.Paragraphs = []string{fmt.Sprintf("Question %d comes from this passage:", n)}
		m.Quotation = []Quoted{{Text: passageText(passage, len(dig.Sentences)), By: cmp.Or(a.Site, a.Byline)}}
	}
	return Answer{Message: m, Private: true}, nil
}

// quotable are the sentences of the evidence that may be shown: within what the
// publisher allows, and no more than a summary quotes. words is the limit for
// texts of one's own; 0 is ours.
func quotable(dig Digest, evidence []int, a Article, words int) []Statement {
	if a.Snippet == NoSnippet {
		return nil
	}
	if words == 0 {
		words = min(passageWords, a.Words/4)
	}
	var out []Statement
	runes := 0
	for _, i := range slices.Compact(slices.Sorted(slices.Values(evidence))) {
		if i < 0 || i >= len(dig.Sentences) || dig.Sentences[i] == "" {
			continue
		}
		s := dig.Sentences[i]
		runes += utf8.RuneCountInString(s)
		words -= len(strings.Fields(s))
		if len(out) == passageSentences || len(out) > 0 && words < 0 || a.Snippet > 0 && runes > a.Snippet {
			break
		}
		out = append(out, Statement{Text: s, Evidence: []int{i}})
	}
	return out
}

// passageText joins the sentences and shows where the article goes on.
func passageText(passage []Statement, sentences int) string {
	text := quotation(passage)
	if passage[0].Evidence[0] > 0 {
		text = "[…] " + text
	}
	if passage[len(passage)-1].Evidence[0] < sentences-1 {
		text += " […]"
	}
	return text
}
