package writer

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"strings"

	"colloquy/bot"
	"colloquy/bot/writer/model"
	"colloquy/prompts"
)

// A recapTask is one recap that a model writes.
type recapTask struct {
	w     *LLM
	in    bot.RecapInput
	base  bot.Recap // the extractive writer's
	sent  []bot.Reply
	check *recapCheck

	language string // of the recap

	statements []stated
	dropped    []bot.Dropped
	spent      bot.Spent
}

// Recap has the model say what the replies say. They go to it as numbered lines
// of people who have numbers too: no names, no links, no files, and of a long
// discussion a part, in which everybody and whoever disagrees comes first. A
// statement that fails a check goes back once, and is dropped when it fails again.
// The count of replies and the busiest question stand beside the statements, and a
// reply that disagrees with most is quoted where no statement rests on one. Where
// nothing is left, or the model cannot be asked, the recap is the extractive
// writer's, with the reason in Fallback. The errors are those of
// [Extractive.Recap], and ctx's when the caller cancels it. It takes ctx's time
// less two seconds, or 75 seconds.
func (w *LLM) Recap(ctx context.Context, in bot.RecapInput) (bot.Recap, error) {
	base, err := w.offline.Recap(ctx, in)
	if err != nil {
		return bot.Recap{}, err
	}
	t := &recapTask{w: w, in: in, base: base, sent: repliesToSend(in)}
	within, cancel := withBudget(ctx)
	defer cancel()
	err = t.write(within)
	if errors.Is(ctx.Err(), context.Canceled) {
		return bot.Recap{Spent: t.spent}, ctx.Err()
	}
	r := t.recap(err)
	w.log.LogAttrs(ctx, slog.LevelInfo, "recap written", slog.String("writer", r.Writer.Name), slog.String("fallback", r.Fallback.Code),
		slog.Int("replies", len(t.sent)), slog.Int("calls", r.Spent.Calls), slog.Int("dropped", len(r.Dropped)), why(err))
	return r, nil
}

// errNothingSent says that no reply is fit to be sent.
var errNothingSent = &model.Error{Code: "nothing_to_send", Text: "no reply could be given to a model: each is a link, a picture, or words to a machine"}

// write asks the model, and once more for what failed.
func (t *recapTask) write(ctx context.Context) error {
	if len(t.sent) == 0 {
		return errNothingSent
	}
	t.language = t.spoken()
	t.check = newRecapCheck(t.seen())
	text, err := t.w.prompts.Recap(t.data())
	if err != nil {
		return err
	}
	turns := []model.Turn{{Text: text}}
	answer, err := t.ask(ctx, turns)
	if failedWith(err, model.BadAnswer) { // once more, and that is the last time then
		t.drop(failure{code: model.BadAnswer})
		if answer, err = t.ask(ctx, turns); err != nil {
			return err
		}
		t.statements, err = decodeRecap(answer, len(t.sent))
		t.review()
		return badAnswer(err)
	}
	if err != nil {
		return err
	}
	if t.statements, err = decodeRecap(answer, len(t.sent)); err != nil {
		t.drop(failure{code: model.BadAnswer})
		if len(answer) > maxAnswer {
			return badAnswer(err)
		}
		return t.repair(ctx, turns, answer, []string{err.Error()})
	}
	t.review()
	if wrong := t.wrong(); len(wrong) > 0 && len(answer) <= maxAnswer {
		if err := t.repair(ctx, turns, answer, wrong); err != nil && len(t.passed()) == 0 {
			return err
		}
	}
	return nil
}

// spoken is the language that most of what was sent is in; the article's where
// that cannot be told.
func (t *recapTask) spoken() string {
	var all strings.Builder
	for _, r := range t.sent {
		all.WriteString(strings.ReplaceAll(r.Text, somebodyElse, "") + "\n")
	}
	return cmp.Or(DetectLanguage(all.String()), t.in.Language)
}

// seen is what an answer is held against. Title and questions in another
// language say nothing of it; the replies show that language then.
func (t *recapTask) seen() bot.RecapInput {
	in := t.in
	in.Replies = t.sent
	if t.language == in.Language {
		return in
	}
	in.Language, in.Title, in.Questions = t.language, "", nil
	for _, r := range t.sent {
		in.Questions = append(in.Questions, bot.Question{Text: r.Text})
	}
	return in
}

func badAnswer(err error) error {
	if err == nil {
		return nil
	}
	return &model.Error{Code: model.BadAnswer, Text: "the model's answer does not have the shape asked for, twice: choose a model that follows a JSON schema", Err: err}
}

func (t *recapTask) ask(ctx context.Context, turns []model.Turn) (json.RawMessage, error) {
	return t.w.complete(ctx, prompts.Recap, recapSchema, turns, room(maxStatements), &t.spent)
}

// data is what the model gets to see.
func (t *recapTask) data() prompts.RecapData {
	d := prompts.RecapData{Nonce: rand.Text(), Language: t.language, Title: t.in.Title}
	for i, q := range t.in.Questions {
		d.Questions = append(d.Questions, prompts.Numbered{N: i + 1, Text: q.Text})
	}
	people := numbered(t.sent)
	for i, r := range t.sent {
		line := prompts.ReplyLine{N: i + 1, Person: people[author(r)], Text: r.Text}
		if r.Question > 0 && r.Question <= len(t.in.Questions) {
			line.Question = r.Question
		}
		d.Replies = append(d.Replies, line)
	}
	return d
}

// repair has what failed written anew.
func (t *recapTask) repair(ctx context.Context, turns []model.Turn, answer json.RawMessage, wrong []string) error {
	text, err := t.w.prompts.Repair(prompts.RepairData{Nonce: rand.Text(), Language: t.language, Kind: prompts.Recap,
		Failures: wrong, Sentences: maxStatements - len(t.passed())})
	if err != nil {
		return err
	}
	answer, err = t.ask(ctx, append(turns, model.Turn{Assistant: true, Text: string(answer)}, model.Turn{Text: text}))
	if err != nil {
		return err
	}
	again, err := decodeRecap(answer, len(t.sent))
	if err != nil {
		t.drop(failure{code: model.BadAnswer})
		return badAnswer(err)
	}
	var out []stated
	for _, s := range t.statements { // what passed keeps its place, and the others' are filled
		switch {
		case s.passed:
			out = append(out, s)
		case len(again) > 0:
			out, again = append(out, again[0]), again[1:]
		}
	}
	t.statements = append(out, again...)
	t.review()
	return nil
}

// recap is what came of it. err is why nothing of an answer could be used.
func (t *recapTask) recap(err error) bot.Recap {
	r := t.base
	r.Spent, r.Dropped = t.spent, t.dropped
	passed := t.passed()
	switch {
	case err != nil:
		r.Fallback = fallbackFor(err)
		return r
	case len(passed) == 0:
		r.Fallback = bot.Fallback{Code: "checks_failed", Text: "nothing of what the model wrote about these replies passed the checks: nothing to do, but choose another model if that happens often"}
		return r
	}
	r.Writer = t.w.Version()
	r.Statements = nil
	heard := map[bot.ID]bool{}
	var texts []bot.RecapStatement
	for _, s := range passed {
		texts = append(texts, t.statement(s, heard))
	}
	opposed := slices.ContainsFunc(opposing(t.in.Replies), func(r bot.Reply) bool { return heard[r.ID] })
	for _, s := range t.base.Statements {
		switch s.Kind {
		case bot.RecapCount:
			r.Statements = append(append(r.Statements, s), texts...)
		case bot.RecapDissent:
			if !opposed {
				r.Statements = append(r.Statements, s)
			}
		case bot.RecapQuestion:
			r.Statements = append(r.Statements, s)
		}
	}
	return r
}

// statement is s as it is kept, with the question that all its replies answer.
func (t *recapTask) statement(s stated, heard map[bot.ID]bool) bot.RecapStatement {
	out := bot.RecapStatement{Kind: bot.RecapText, Text: s.text}
	for n, i := range s.replies {
		r := t.sent[i]
		heard[r.ID] = true
		out.Replies = append(out.Replies, r.ID)
		switch {
		case n == 0 && r.Question <= len(t.in.Questions):
			out.Question = r.Question
		case r.Question != out.Question:
			out.Question = 0
		}
	}
	return out
}

// opposing are the replies that disagree with what most say.
func opposing(replies []bot.Reply) []bot.Reply {
	var out []bot.Reply
	for i, d := range dissenters(replies) {
		if d {
			out = append(out, replies[i])
		}
	}
	return out
}
