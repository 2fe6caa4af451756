package writer

import (
	"context"

	"colloquy/bot"
)

// Recap writes what was said, as statements that rest on replies.
func (w *Extractive) Recap(ctx context.Context, in bot.RecapInput) (bot.Recap, error) {
	if err := ctx.Err(); err != nil {
		return bot.Recap{}, err
	}
	people := map[string]bool{}
	for _, r := range in.Replies {
		people[r.Author.String()] = true
	}
	if len(in.Replies) == 0 {
		return bot.Recap{}, bot.Problemf("no_replies", "there is nothing to recap: nobody replied")
	}
	return bot.Recap{
		Statements: []bot.RecapStatement{{Kind: bot.RecapCount, People: len(people), Count: len(in.Replies)}},
		Writer:     w.Version(),
	}, nil
}
