package writer

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"colloquy/bot"
	"colloquy/bot/writer/model"
	"colloquy/prompts"
)

const (
	maxSentences   = 10 // of a summary that is asked for
	graveQuestions = 2  // about a death or a crime
	fewer          = 3  // sentences, and questions, that are asked for when an answer was cut
)

// A task is one digest that a model writes.
type task struct {
	w         *LLM
	check     *checker
	base      bot.Digest // the extractive writer's
	quota     quota      // what may be quoted
	audience  string
	sentences int // of the summary, at most
	questions int // 0 for none
	spares    int
	draft     draft // what has come so far, checked
	dropped   []bot.Dropped
	spent     bot.Spent
}

// Digest has the model write about a. Of an answer that fails a check the model
// is told once what is wrong; what fails then is dropped, and filled up from the
// extractive writer. A model that cannot be asked makes it no error: the digest
// is the extractive writer's then, with the reason in Fallback. The errors are
// those of [Extractive.Digest], known before anything is sent, and ctx's when
// the caller cancels it. It takes ctx's time less two seconds, or 75 seconds.
//
// A text is sent at most twice; one of more than about 5,500 words goes in
// sections first, and of one that has more than 256 KB the rest is not looked at.
//
// Dropped has all that failed, mended or not, with the codes of [Check] and
// these: surplus, summary_too_long, quoted_too_much, max_snippet, leans and move
// of a text; section, repair and those of package model of a whole answer.
func (w *LLM) Digest(ctx context.Context, a bot.Article, b bot.Brief) (bot.Digest, error) {
	base, err := w.offline.Digest(ctx, a, b)
	if err != nil {
		return bot.Digest{}, err
	}
	t := w.newTask(a, b, base)
	within, cancel := withBudget(ctx)
	defer cancel()
	err = t.write(within)
	if errors.Is(ctx.Err(), context.Canceled) {
		return bot.Digest{Spent: t.spent}, ctx.Err()
	}
	d := t.digest(err)
	w.log.LogAttrs(ctx, slog.LevelInfo, "digest written", slog.String("article", string(a.ID)), slog.String("writer", d.Writer.Name),
		slog.String("fallback", d.Fallback.Code), slog.Int("calls", d.Spent.Calls), slog.Int("dropped", len(d.Dropped)), why(err))
	return d, nil
}

func (w *LLM) newTask(a bot.Article, b bot.Brief, base bot.Digest) *task {
	doc := read(a)
	t := &task{w: w, check: modelChecker(doc), base: base, quota: quotaOf(doc, b), audience: b.Audience, questions: b.Questions}
	t.sentences = min(t.quota.sentences, maxSentences)
	switch {
	case b.Questions < 0:
		t.questions = 0
	case b.Questions == 0:
		t.questions = defaultQuestions
	}
	if t.check.grave {
		t.questions = min(t.questions, graveQuestions)
	}
	if t.questions > 0 {
		t.spares = maxSpares
	}
	return t
}

// write fills the draft, asking the model at most twice about the text. An
// error means that nothing of an answer could be used.
func (t *task) write(ctx context.Context) error {
	turns, answer, again, err := t.begin(ctx)
	if err != nil {
		return err
	}
	var wrong []string
	if t.draft, err = decodeDraft(answer, len(t.base.Sentences)); err != nil {
		t.drop("", failed(model.BadAnswer, err.Error()))
		err = &model.Error{Code: model.BadAnswer, Text: "the model's answer does not have the shape asked for: choose a model that follows a JSON schema"}
		wrong = []string{"the answer does not have the shape asked for: give all of it again, with no other fields than those of the schema"}
	} else {
		t.review()
		wrong = t.wanting()
	}
	if !again || len(wrong) == 0 || len(answer) > maxAnswer {
		return err
	}
	if failure := t.repair(ctx, turns, answer, wrong); err != nil {
		return failure
	}
	return nil
}

// begin asks for a digest. A text that is too long for the model is read in
// sections of half the length, and again in shorter ones.
func (t *task) begin(ctx context.Context) (turns []model.Turn, answer json.RawMessage, again bool, err error) {
	for limit := sectionBytes; ; limit = min(limit, t.bytes()) / 2 {
		data, err := t.data(ctx, limit)
		if err == nil {
			turns, answer, again, err = t.first(ctx, data)
		}
		if !failedWith(err, model.TooLong) || limit <= leastSection {
			return turns, answer, again, err
		}
		t.drop("", failed(model.TooLong, fmt.Sprint(limit)))
	}
}

// first asks for a digest. When the answer is cut, less is asked for, and that
// is the last time then: again is false.
func (t *task) first(ctx context.Context, data prompts.DigestData) (turns []model.Turn, answer json.RawMessage, again bool, err error) {
	turns, err = t.turns(data)
	if err != nil {
		return nil, nil, false, err
	}
	tokens := room(data.Sentences + data.Questions + t.spares)
	answer, err = t.ask(ctx, turns, tokens)
	if !failedWith(err, model.Truncated) {
		return turns, answer, true, err
	}
	t.drop("", failed(model.Truncated, err.Error()))
	data.Nonce, data.Sentences, data.Questions = rand.Text(), min(data.Sentences, fewer), min(data.Questions, fewer)
	if turns, err = t.turns(data); err != nil {
		return nil, nil, false, err
	}
	answer, err = t.ask(ctx, turns, 2*tokens)
	return turns, answer, false, err
}

// turns is the prompt that begins a conversation about an article.
func (t *task) turns(data prompts.DigestData) ([]model.Turn, error) {
	text, err := t.w.prompts.Digest(data)
	return []model.Turn{{Text: text}}, err
}

func (t *task) ask(ctx context.Context, turns []model.Turn, tokens int) (json.RawMessage, error) {
	return t.w.complete(ctx, "digest", digestSchema, turns, tokens, &t.spent)
}

// repair tells the model what was wrong with its answer and puts what comes
// back in the place of what failed.
func (t *task) repair(ctx context.Context, turns []model.Turn, answer json.RawMessage, wrong []string) error {
	questions := t.questions - len(t.pool())
	if questions > 0 {
		questions += t.spares // for some of them may fail again
	}
	text, err := t.w.prompts.Repair(prompts.RepairData{Nonce: rand.Text(), Language: t.base.Language, Kind: prompts.Digest, Failures: wrong,
		Sentences: t.sentences - len(passedStatements(t.draft.summary)), Questions: max(0, questions)})
	if err != nil {
		return err
	}
	turns = append(turns, model.Turn{Assistant: true, Text: string(answer)}, model.Turn{Text: text})
	answer, err = t.ask(ctx, turns, room(len(wrong)+t.sentences+t.questions))
	if err != nil {
		t.drop("", failed("repair", err.Error()))
		return err
	}
	d, err := decodeDraft(answer, len(t.base.Sentences))
	if err != nil {
		t.drop("", failed(model.BadAnswer, err.Error()))
		return &model.Error{Code: model.BadAnswer, Text: "the model's answer does not have the shape asked for, twice: choose a model that follows a JSON schema"}
	}
	t.draft.summary = replace(t.draft.summary, d.summary)
	t.draft.questions = replace(t.draft.questions, d.questions)
	t.review()
	return nil
}

// replace puts items in the place of those that failed, in order, and the rest
// behind them. What an item that passed says already is left out.
func replace(items, by []item) []item {
	stands := map[string]bool{}
	for _, it := range items {
		stands[it.text] = it.passed || stands[it.text]
	}
	var out []item
	next := func() (it item, ok bool) {
		for len(by) > 0 && !ok {
			it, ok, by = by[0], !stands[by[0].text], by[1:]
		}
		return it, ok
	}
	for _, it := range items {
		if !it.passed {
			var ok bool
			if it, ok = next(); !ok {
				continue
			}
		}
		out = append(out, it)
	}
	for it, ok := next(); ok; it, ok = next() {
		out = append(out, it)
	}
	return out
}

// drop writes down what failed, and why, once.
func (t *task) drop(text string, f failure) {
	if len(text) > maxTextBytes {
		text = strings.ToValidUTF8(text[:maxTextBytes], "") + "…"
	}
	if d := dropped(text, f); !slices.Contains(t.dropped, d) {
		t.dropped = append(t.dropped, d)
	}
}

// digest is what came of it. err is why nothing of an answer could be used.
func (t *task) digest(err error) bot.Digest {
	d := t.base
	summary := t.summary()
	if len(summary) > 0 {
		d.Summary = summary
	}
	var own int
	d.Questions, d.Spares, own = t.set(d.Summary)
	d.Spent, d.Dropped = t.spent, append(t.dropped, t.base.Dropped...)
	switch {
	case err != nil:
		d.Fallback = fallbackFor(err)
	case len(summary)+own > 0:
		d.Writer = t.w.Version()
	default:
		d.Fallback = fallbackFor(errNothingPassed)
	}
	if d.Writer == t.base.Writer {
		d.Questions, d.Spares = t.base.Questions, t.base.Spares
	}
	return d
}
