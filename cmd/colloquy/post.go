package main

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"colloquy/bot"
)

// postedJSON says what became of a digest that was to be posted.
type postedJSON struct {
	Channel    string `json:"channel"`
	Discussion bot.ID `json:"discussion"`
	Outcome    string `json:"outcome"`
	Reason     string `json:"reason"`
}

// postDigest posts the digest of an article in a channel and records it.
func (a *app) postDigest(ctx context.Context, src bot.Source, brief bot.Brief, channel, format string) error {
	ch, err := bot.ParseChannel(channel, platforms...)
	if err != nil {
		return &usageError{err}
	}
	p := place{level: slog.LevelWarn, console: a.screen(), beside: true}
	if format == "json" {
		p.console.Out = nil
	}
	rt, err := a.open(ctx, p)
	if err != nil {
		return err
	}
	defer func() { _ = rt.db.Close() }()
	o, err := a.postArticle(ctx, rt, ch, src, bot.Request{Sentences: brief.Sentences, Questions: brief.Questions, QuoteLimit: brief.QuoteWords, Audience: brief.Audience})
	if err != nil {
		return err
	}
	if o.Outcome != bot.OutcomePosted {
		return bot.Problemf("not_posted", "not posted in %s: %s", ch, o.Reason)
	}
	d, err := rt.db.Discussion(ctx, o.DiscussionID)
	if err != nil {
		return err
	}
	if format == "json" {
		return a.showPosted(ctx, rt, d, o)
	}
	_, err = fmt.Fprintf(a.stdout, "\nPosted in %s as discussion %s, open until %s.\n"+
		"Replies are recorded while 'colloquy serve' runs; 'colloquy discussion close %s' posts the recap.\n",
		ch, d.ID.Short(), d.ClosesAt.Local().Format("2 Jan 15:04 MST"), d.ID.Short())
	if d.Fallback.Code != "" && err == nil {
		_, err = fmt.Fprintln(a.stdout, a.wrap(writtenBy(bot.Digest{Fallback: d.Fallback}), ""))
	}
	return err
}

func (a *app) showPosted(ctx context.Context, rt *running, d bot.Discussion, o bot.Occurrence) error {
	art, err := rt.db.Article(ctx, d.ArticleID)
	if err != nil {
		return err
	}
	dig, err := rt.db.Digest(ctx, d.DigestID)
	if err != nil {
		return err
	}
	dig.Questions, dig.Fallback = d.Questions, d.Fallback
	return a.printJSON(struct {
		digestJSON
		Posted postedJSON `json:"posted"`
	}{newDigestJSON(art, dig), postedJSON{d.Channel.String(), d.ID, o.Outcome, o.Reason}})
}

// postArticle reads an article and has it discussed in ch, by this process or
// by the one that serves. It returns when that has an outcome.
func (a *app) postArticle(ctx context.Context, rt *running, ch bot.Channel, src bot.Source, r bot.Request) (bot.Occurrence, error) {
	done := a.progress("reading " + src.Ref)
	art, err := a.reader(slog.LevelWarn).Article(ctx, src)
	done()
	if err != nil {
		return bot.Occurrence{}, err
	}
	if art, err = rt.db.PutArticle(ctx, art, a.now()); err != nil {
		return bot.Occurrence{}, err
	}
	r.Article = art.ID
	o, err := rt.engine.Request(ctx, ch, r, "", bot.Operator)
	if err != nil {
		return o, err
	}
	return a.carryOut(ctx, rt, o.ID)
}

// patience is how long a command waits for the process that serves: at least two
// minutes, and longer than one text may take to write.
func (a *app) patience() time.Duration {
	return max(2*time.Minute, a.config.Writer.Timeout+time.Minute)
}

// carryOut runs an occurrence, or waits while another process does.
func (a *app) carryOut(ctx context.Context, rt *running, id bot.ID) (bot.Occurrence, error) {
	done := a.progress("waiting for it to be posted")
	defer done()
	for end := a.now().Add(a.patience()); ; {
		if !served(ctx, rt.db) {
			if err := rt.runOccurrence(ctx, id); err != nil {
				return bot.Occurrence{}, err
			}
		}
		o, err := rt.db.Occurrence(ctx, id)
		if err != nil || o.Outcome != "" {
			return o, err
		}
		if a.now().After(end) {
			return o, bot.Problemf("waiting", "it is not posted yet: 'colloquy discussion list' and 'colloquy schedule why' will say what became of it")
		}
		if err := pause(ctx, 200*time.Millisecond); err != nil {
			return o, err
		}
	}
}

// pause waits, unless ctx is done before.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
