package writer

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"time"

	"colloquy/bot"
	"colloquy/bot/writer/model"
	"colloquy/prompts"
)

// An LLM has a language model write digests and recaps, and lets nothing
// through that fails a check: the model is told once what failed, then the rest
// is dropped and filled up by the extractive writer. When the model cannot be
// asked, the extractive writer writes all of it, and the result says why. It
// is safe for concurrent use.
type LLM struct {
	model   model.Model
	prompts *prompts.Templates
	offline *Extractive
	log     *slog.Logger
}

var _ bot.Writer = (*LLM)(nil)

// LLMOptions is what an [LLM] needs.
type LLMOptions struct {
	Model   model.Model
	Prompts *prompts.Templates
	Offline *Extractive  // takes over, and fills up
	Log     *slog.Logger // nil for none
}

// NewLLM makes a writer.
func NewLLM(o LLMOptions) *LLM {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &LLM{model: o.Model, prompts: o.Prompts, offline: o.Offline, log: o.Log}
}

// Version says which model is asked and with which words: the prompts and the
// lists by which its answers are checked.
func (w *LLM) Version() bot.WriterInfo {
	return bot.WriterInfo{Name: w.model.Provider(), Model: w.model.Name(), PromptVersion: w.prompts.Version() + "." + prompts.Version}
}

// SameQuestion reports whether two questions ask the same thing.
func (w *LLM) SameQuestion(a, b string) bool { return sameQuestion(a, b) }

// Answers have room for so many tokens, at least: a limit costs nothing, and
// some models think before they write.
const (
	leastTokens = 2048
	itemTokens  = 160 // for each sentence or question: 35 words in a script of which models know few words
)

// room is how many tokens an answer of n sentences and questions may take.
func room(n int) int { return max(leastTokens, 400+n*itemTokens) }

// complete asks the model for JSON of the schema, which has the name of the
// kind of prompt. It adds what that took to spent, also when it fails.
func (w *LLM) complete(ctx context.Context, kind string, schema json.RawMessage, turns []model.Turn, tokens int, spent *bot.Spent) (json.RawMessage, error) {
	a, err := w.model.Complete(ctx, model.Request{System: w.prompts.System(kind), Turns: turns, Name: kind, Schema: schema, MaxTokens: tokens})
	if err != nil {
		var e *model.Error
		if errors.As(err, &e) {
			*spent = spent.Plus(e.Spent)
		}
		return nil, err
	}
	*spent = spent.Plus(a.Spent)
	return a.JSON, nil
}

// why is what a log line says of what kept the model from writing, nothing if
// nothing did.
func why(err error) slog.Attr {
	if err == nil {
		return slog.Attr{}
	}
	return slog.Any("err", err)
}

// failedWith reports whether err is the model's error of that code.
func failedWith(err error, code string) bool {
	var e *model.Error
	return errors.As(err, &e) && e.Code == code
}

// fallbackFor says for people why err kept the model from writing.
func fallbackFor(err error) bot.Fallback {
	var e *model.Error
	if errors.As(err, &e) {
		return bot.Fallback{Code: e.Code, Text: e.Text, Passing: e.Passing()}
	}
	if errors.Is(err, errNothingPassed) {
		return bot.Fallback{Code: bot.ReasonCode(err), Text: bot.Explain(err)}
	}
	return bot.Fallback{Code: bot.ReasonCode(err), Text: "the model could not be asked: " + bot.Explain(err), Passing: true}
}

// errNothingPassed: the model answered, and no sentence and no question of it could be used.
var errNothingPassed = bot.Problemf("checks_failed", "nothing of what the model wrote passed the checks: nothing to do, but choose another model if that happens often")

// How long writing one text may take. What is left of it at the end is the
// extractive writer's, which takes milliseconds, and the database's.
const (
	writingTime = 75 * time.Second // where the caller sets no limit
	reserve     = 2 * time.Second
)

// withBudget is ctx with the time that a model has: what the caller gives less
// a reserve of two seconds, or of a quarter of it where that is less.
func withBudget(ctx context.Context) (context.Context, context.CancelFunc) {
	deadline, ok := ctx.Deadline()
	if !ok {
		return context.WithTimeout(ctx, writingTime)
	}
	return context.WithDeadline(ctx, deadline.Add(-min(reserve, time.Until(deadline)/4)))
}
