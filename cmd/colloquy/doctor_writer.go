package main

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"colloquy/bot"
)

// checkTime is how long a model's server has to say that it is there.
const checkTime = 15 * time.Second

// writer asks the server of the model whether it would write, and says what was
// spent today. rt is nil where there is no database yet.
func (e *examination) writer(ctx context.Context, rt *running) {
	w, err := e.desk(slog.New(slog.DiscardHandler))
	if err != nil {
		e.mend("writer", errorLine(err), "until then nothing is written or posted")
		return
	}
	if w.model == nil {
		e.good("writer", "extractive: sentences of the articles themselves; nothing is sent anywhere")
		return
	}
	name := w.model.Provider() + " " + w.model.Name()
	within, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	if err := w.model.Check(within); err != nil {
		e.mend("writer", name+": "+errorLine(err), "until then the extractive writer writes")
	} else {
		e.good("writer", "%s answers; prompts %s", name, w.Version().PromptVersion)
	}
	if rt != nil {
		e.spentToday(ctx, rt)
	}
}

// mend notes a line that says what to do after its last colon, and what happens
// until that is done.
func (e *examination) mend(name, line, until string) {
	text, fix := line, "mend that"
	if i := strings.LastIndex(line, ": "); i > 0 {
		text, fix = line[:i], line[i+2:]
	}
	e.bad(name, text, fix+"; "+until)
}

// spentToday says what the model took since midnight in UTC, and of which
// installations the limit of the day is reached.
func (e *examination) spentToday(ctx context.Context, rt *running) {
	list, err := rt.db.Spendings(ctx, "", "", bot.SpentDay(e.now()))
	if err != nil {
		e.failed("spent", err)
		return
	}
	var sum bot.Spent
	by := map[bot.Installation]bot.Spent{}
	for _, s := range list {
		sum = sum.Plus(s.Spent)
		i := bot.Installation{Platform: s.Platform, Workspace: s.Workspace}
		by[i] = by[i].Plus(s.Spent)
	}
	set := rt.engine.Settings()
	text := "today " + spentText(sum) + "; " + limitText(set)
	var over []string
	for i, s := range by {
		if set.DailyTokens > 0 && s.Tokens() >= set.DailyTokens || set.DailyCost > 0 && s.Cost >= set.DailyCost {
			over = append(over, i.String())
		}
	}
	if slices.Sort(over); len(over) > 0 {
		e.note("spent", text+"; used up by "+strings.Join(over, ", "), "raise it under writer in the configuration file, or wait for midnight in UTC: until then the extractive writer writes there")
		return
	}
	e.good("spent", "%s", text)
}

// spentText says what a model took.
func spentText(s bot.Spent) string {
	text := plural(s.Calls, "request", "requests") + fmt.Sprintf(" and %d tokens", s.Tokens())
	if s.Cost > 0 {
		text += ", for " + money(s.Cost)
	}
	return text
}

// limitText says what an installation may take on a day.
func limitText(set bot.Settings) string {
	var limits []string
	if set.DailyTokens > 0 {
		limits = append(limits, fmt.Sprintf("%d tokens", set.DailyTokens))
	}
	if set.DailyCost > 0 {
		limits = append(limits, money(set.DailyCost))
	}
	if len(limits) == 0 {
		return "there is no limit"
	}
	return "the limit of a day is " + strings.Join(limits, " and ") + " for each server or workspace"
}
