package bot

import (
	"context"
	"strconv"
	"strings"
)

// draftCommands are what managers do about what comes next.
func draftCommands() []CommandSpec {
	schedule := Param{Name: "id", Help: "the schedule, or the end of its id; the one of this channel if left out", Of: "schedule"}
	draft := Param{Name: "id", Help: "the draft or its schedule, or the end of its id; the one here if left out", Of: "draft"}
	n := Param{Name: "n", Help: "the number of the question", Required: true}
	flag := draft
	flag.Flag = true
	return []CommandSpec{
		{Name: "preview", Help: "see what is posted next; it is kept as it is", Manage: true, Params: []Param{schedule}, answer: (*Engine).answerPreview},
		{Name: "skip", Help: "leave out the next time of a schedule", Manage: true, answer: (*Engine).answerSkip,
			Params: []Param{schedule, {Name: "count", Help: "how many times; 0 takes it back", Flag: true}}},
		{Name: "draft post", Help: "post a draft now", Manage: true, Params: []Param{draft}, answer: (*Engine).answerDecide},
		{Name: "draft approve", Help: "have a draft posted at its time", Manage: true, Params: []Param{draft}, answer: (*Engine).answerDecide},
		{Name: "draft other", Help: "take another article instead", Manage: true, Params: []Param{draft}, answer: (*Engine).answerDecide},
		{Name: "question list", Help: "the questions of a draft, and how to change them", Manage: true, Params: []Param{draft}, answer: (*Engine).answerQuestion},
		{Name: "question drop", Help: "leave a question out of a draft", Manage: true, Params: []Param{n, flag}, answer: (*Engine).answerQuestion},
		{Name: "question replace", Help: "put a spare question, or your own, in the place of one", Manage: true, answer: (*Engine).answerQuestion,
			Params: []Param{n, {Name: "text", Help: "your own question, in quotes"}, flag}},
	}
}

// scheduleFor finds the schedule that a command is about: the one it names, or
// the only one of its channel.
func (e *Engine) scheduleFor(ctx context.Context, c Command) (Schedule, error) {
	if ref := c.Args["id"]; ref != "" {
		s, err := e.store.FindSchedule(ctx, ref)
		if err == nil && !sameTenant(s.Channel, c.Channel) {
			err = Problemf("not_found", "that schedule is not in this workspace")
		}
		return s, err
	}
	all, err := e.store.Schedules(ctx, c.Channel)
	switch {
	case err != nil:
		return Schedule{}, err
	case len(all) == 0:
		return Schedule{}, Problemf("no_schedule", "nothing is scheduled in this channel: name a schedule by its id")
	case len(all) > 1:
		var ids []string
		for _, s := range all {
			ids = append(ids, s.ID.Short())
		}
		return Schedule{}, Problemf("ambiguous", "this channel has %d schedules: name one of %s", len(all), orList(ids))
	}
	return all[0], nil
}

func (e *Engine) answerPreview(ctx context.Context, c Command) (Answer, error) {
	s, err := e.scheduleFor(ctx, c)
	if err != nil {
		return Answer{}, err
	}
	d, found, err := e.store.OpenDraft(ctx, s.ID)
	if err != nil {
		return Answer{}, err
	}
	if found {
		m, err := e.DraftMessage(ctx, d)
		return Answer{Message: m, Private: true}, err
	}
	if _, err := e.Preview(ctx, s, c.ID, c.by()); err != nil {
		return Answer{}, err
	}
	return say("The next digest of schedule %s is being written; %s preview shows it in a moment. If there is none, %s why says why.", s.ID.Short(), CommandPrefix, CommandPrefix), nil
}

func (e *Engine) answerSkip(ctx context.Context, c Command) (Answer, error) {
	n := 1
	if text := c.Args["count"]; text == "0" {
		n = 0
	} else if text != "" {
		var err error
		if n, err = atoi(text, "the count"); err != nil {
			return Answer{}, err
		}
	}
	s, err := e.scheduleFor(ctx, c)
	if err != nil {
		return Answer{}, err
	}
	if s, err = e.Skip(ctx, s, n, c.by()); err != nil {
		return Answer{}, err
	}
	next, err := NextTimes(s, e.set.ShortestEvery, e.now(), max(3, min(n+1, 10)))
	if err != nil {
		return Answer{}, err
	}
	a := say("Schedule %s skips %s:", s.ID.Short(), plural(n, "time", "times"))
	if n == 0 {
		a = say("Schedule %s skips nothing:", s.ID.Short())
	}
	a.Message.Lines = momentLines(next)
	return a, nil
}

func (e *Engine) answerDecide(ctx context.Context, c Command) (Answer, error) {
	d, s, err := e.draftFor(ctx, c)
	if err != nil {
		return Answer{}, err
	}
	decision := strings.TrimPrefix(c.Name, "draft ")
	if _, err := e.Decide(ctx, d, s, decision, c.by()); err != nil {
		return Answer{}, err
	}
	switch decision {
	case DecisionPost:
		return say("Posting %q in %s now.", d.Title, s.Channel), nil
	case DecisionApprove:
		return say("%q is posted in %s at its time.", d.Title, s.Channel), nil
	}
	return say("%q is not posted in %s. Another article is being chosen.", d.Title, s.Channel), nil
}

func (e *Engine) answerQuestion(ctx context.Context, c Command) (Answer, error) {
	d, _, err := e.draftFor(ctx, c)
	if err != nil {
		return Answer{}, err
	}
	if c.Name != "question list" {
		n, err := atoi(c.Args["n"], "the number of the question")
		if err != nil {
			return Answer{}, err
		}
		if c.Name == "question drop" {
			d, err = e.DropQuestion(ctx, d, n, c.by())
		} else {
			d, err = e.ReplaceQuestion(ctx, d, n, strings.TrimSpace(c.Args["text"]), c.by())
		}
		if err != nil {
			return Answer{}, err
		}
	}
	a := say("The questions of the draft %s, about %q; %s in reserve:", d.ID.Short(), d.Title, plural(len(d.Spares), "question", "questions"))
	for i, q := range d.Questions {
		a.Message.Lines = append(a.Message.Lines, strconv.Itoa(i+1)+". "+q.Text)
		a.Choices = append(a.Choices, questionChoices(d, i+1)...)
	}
	return a, nil
}

// questionChoices are what can be done with one question.
func questionChoices(d Draft, n int) []Choice {
	args := map[string]string{"n": strconv.Itoa(n), "id": d.ID.Short()}
	out := []Choice{{Label: "Drop question " + strconv.Itoa(n), Command: "question drop", Args: args}}
	if len(d.Spares) > 0 {
		out = append(out, Choice{Label: "Replace question " + strconv.Itoa(n), Command: "question replace", Args: args})
	}
	return out
}
