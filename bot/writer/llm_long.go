package writer

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"colloquy/bot"
	"colloquy/bot/writer/model"
	"colloquy/prompts"
)

// How a long article is read. Bytes, because how many tokens a word makes
// depends on its script: four bytes make one in English, and hardly ever fewer
// than three do. So a section, our instructions and an answer of twice
// [leastTokens] stay below the 16,384 tokens that Ollama is given: 10,900 and
// about 1,400. In English it is about 5,500 words.
const (
	sectionBytes   = 32 << 10
	leastSection   = 4 << 10 // a model that cannot read this much can read nothing
	sentenceBytes  = 8       // what a sentence takes besides its text: its number
	sectionsAtOnce = 4
	notesOfSection = 8
	notesShare     = 0.6 // of the time is for the notes; the rest is for the digest
)

var notesSchema = json.RawMessage(`{"type":"object","additionalProperties":false,"required":["notes"],"properties":{` +
	`"notes":{"type":"array","items":{"type":"object","additionalProperties":false,"required":["text","sentences"],"properties":{` +
	`"text":{"type":"string"},"sentences":{"type":"array","items":{"type":"integer"}}}}}}}`)

// A section is the sentences of an article from one index up to another.
type section struct{ from, to int }

// sections divides what is shown of the article into the fewest sections of
// about equal length, none of more than limit bytes unless one sentence has more.
func (t *task) sections(limit int) []section {
	all := t.bytes()
	size := all/((all+limit-1)/limit) + maxSummaryWords*6 // a sentence more than an equal share
	size = min(size, limit)
	var out []section
	at, used := 0, 0
	for i := range t.base.Sentences {
		n := t.bytesOf(i)
		if used > 0 && used+n > size {
			out, at, used = append(out, section{at, i}), i, 0
		}
		used += n
	}
	return append(out, section{at, len(t.base.Sentences)})
}

func (t *task) bytes() (n int) {
	for i := range t.base.Sentences {
		n += t.bytesOf(i)
	}
	return n
}

// bytesOf is 0 for a sentence that is not shown, because it is none, or one that
// may never be quoted.
func (t *task) bytesOf(i int) int {
	if n := len(t.base.Sentences[i]) + sentenceBytes; n <= leastSection && t.check.doc.sentences[i].Text != "" {
		return n
	}
	return 0
}

// numbered is the sentences that keep allows, as a model sees them.
func (t *task) numbered(from, to int, keep func(int) bool) []prompts.Numbered {
	var out []prompts.Numbered
	for i := from; i < to; i++ {
		if t.bytesOf(i) > 0 && (keep == nil || keep(i)) {
			out = append(out, prompts.Numbered{N: i + 1, Text: t.base.Sentences[i]})
		}
	}
	return out
}

// data is what the model is asked with: the whole article, or, of one that is
// longer than limit, what notes of its sections rest on.
func (t *task) data(ctx context.Context, limit int) (prompts.DigestData, error) {
	a := t.check.doc.article
	d := prompts.DigestData{
		Nonce: rand.Text(), Language: t.base.Language, Audience: t.audience, Sentences: t.sentences, Questions: t.questions,
		Opinion: t.base.Opinion, Grave: t.check.grave, Title: t.check.doc.title, Byline: a.Byline, Publisher: a.Site,
	}
	if t.bytes() <= limit {
		d.Article = t.numbered(0, len(t.base.Sentences), nil)
		return d, nil
	}
	notes, err := t.notes(ctx, t.sections(limit))
	if err != nil {
		return d, err
	}
	cited := map[int]bool{}
	left := limit
	for _, n := range inTurns(notes) {
		size := len(n.Text) + sentenceBytes
		for _, i := range n.Evidence {
			if !cited[i] {
				size += t.bytesOf(i)
			}
		}
		if size > left {
			continue
		}
		left -= size
		for _, i := range n.Evidence {
			cited[i] = true
		}
		d.Notes = append(d.Notes, n.Text+" "+cite(n.Evidence))
	}
	d.Article = t.numbered(0, len(t.base.Sentences), func(i int) bool { return cited[i] })
	return d, nil
}

// cite gives the numbers of sentences as prompts do: "(12, 14)".
func cite(evidence []int) string {
	var out []string
	for _, i := range evidence {
		out = append(out, strconv.Itoa(i+1))
	}
	return "(" + strings.Join(out, ", ") + ")"
}

// inTurns takes the first note of every section, then the second, and so on, so
// that no section is left out where there is not room for all of them.
func inTurns(sections [][]bot.Statement) []bot.Statement {
	var out []bot.Statement
	for k := range notesOfSection {
		for _, notes := range sections {
			if k < len(notes) {
				out = append(out, notes[k])
			}
		}
	}
	return out
}

// notes asks for notes of every section, a few at once. A section that fails is
// left out, unless all do, or one is too long: then the error is returned.
func (t *task) notes(ctx context.Context, all []section) ([][]bot.Statement, error) {
	if deadline, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Duration(float64(time.Until(deadline))*notesShare))
		defer cancel()
	}
	results := make([]noted, len(all))
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	places := make(chan struct{}, sectionsAtOnce)
	var work sync.WaitGroup
	for i := range all {
		places <- struct{}{}
		work.Go(func() {
			defer func() { <-places }()
			if results[i] = t.section(ctx, all, i); failedWith(results[i].err, model.TooLong) {
				stop()
			}
		})
	}
	work.Wait()
	for _, r := range results {
		t.spent = t.spent.Plus(r.spent)
	}
	var out [][]bot.Statement
	err := errNothingPassed
	for i, r := range results {
		if failedWith(r.err, model.TooLong) {
			return nil, r.err
		}
		if r.err != nil {
			err = r.err
			t.drop("", failed("section", fmt.Sprintf("sentences %d to %d: %s", all[i].from+1, all[i].to, reasonOf(r.err))))
		} else if notes := t.checked(r.notes, all[i]); len(notes) > 0 {
			out = append(out, notes)
		}
	}
	if len(out) > 0 {
		err = nil
	}
	return out, err
}

// noted is what a model noted of a section.
type noted struct {
	notes []bot.Statement // not checked yet
	spent bot.Spent
	err   error
}

// section asks for the notes of one section.
func (t *task) section(ctx context.Context, all []section, i int) (r noted) {
	a := t.check.doc.article
	text, err := t.w.prompts.Notes(prompts.NotesData{
		Nonce: rand.Text(), Language: t.base.Language, Section: i + 1, Sections: len(all), Notes: notesOfSection, Opinion: t.base.Opinion,
		Title: t.check.doc.title, Byline: a.Byline, Publisher: a.Site, Article: t.numbered(all[i].from, all[i].to, nil),
	})
	if err != nil {
		return noted{err: err}
	}
	answer, err := t.w.complete(ctx, prompts.Notes, notesSchema, []model.Turn{{Text: text}}, room(notesOfSection), &r.spent)
	if err != nil {
		r.err = err
		return r
	}
	var in struct {
		Notes []struct {
			Text      string `json:"text"`
			Sentences []int  `json:"sentences"`
		} `json:"notes"`
	}
	if err := decodeStrict(answer, &in); err != nil {
		r.err = &model.Error{Code: model.BadAnswer, Text: err.Error()}
		return r
	}
	for _, n := range in.Notes[:min(len(in.Notes), notesOfSection)] {
		r.notes = append(r.notes, bot.Statement{Text: strings.TrimSpace(n.Text), Evidence: evidenceFrom(n.Sentences, len(t.base.Sentences))})
	}
	return r
}

// checked is the notes of a section that pass the checks of a summary's
// sentences, and rest on nothing outside it.
func (t *task) checked(notes []bot.Statement, s section) (out []bot.Statement) {
	for _, n := range notes {
		n.Evidence = t.fit(n.Evidence)
		f := t.check.statement(n, nil, t.base.Sentences)
		if !f.failed() && (n.Evidence[0] < s.from || n.Evidence[len(n.Evidence)-1] >= s.to) {
			f = failed("evidence", "")
		}
		if f.failed() {
			t.drop(n.Text, f)
			continue
		}
		out = append(out, n)
	}
	return out
}

// reasonOf is the code of a model's error, or of ours.
func reasonOf(err error) string {
	var e *model.Error
	if errors.As(err, &e) {
		return e.Code
	}
	return bot.ReasonCode(err)
}
