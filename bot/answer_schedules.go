package bot

import (
	"context"
)

func (e *Engine) answerSchedules(ctx context.Context, c Command) (Answer, error) {
	schedules, err := e.store.Schedules(ctx, c.Channel)
	if err != nil {
		return Answer{}, err
	}
	if len(schedules) == 0 {
		return say(`Nothing is scheduled here. Add a schedule with %s schedule add "0 9 * * MON-FRI" --tz ZONE --feed URL.`, CommandPrefix), nil
	}
	var out []string
	for _, s := range schedules {
		out = append(out, describe(s))
	}
	return list(out...), nil
}

func (e *Engine) answerScheduleAdd(ctx context.Context, c Command) (Answer, error) {
	n, err := atoi(c.Args["questions"], "the number of questions")
	if err != nil {
		return Answer{}, err
	}
	s := Schedule{ID: commandRowID(c), Channel: c.Channel.Parent(), Cron: c.Args["cron"], Zone: c.Args["tz"], Questions: n}
	if text := c.Args["close-after"]; text != "" {
		if s.CloseAfter, err = ParseDuration(text); err != nil {
			return Answer{}, err
		}
	}
	if _, err := e.checkSchedule(&s); err != nil {
		return Answer{}, err
	}
	if url := c.Args["feed"]; url != "" {
		if !isURL(url) {
			return say("%q is no URL. Give one that begins with https://.", firstWord(url)), nil
		}
		f, err := e.addFeedUnread(ctx, url, s.Channel, c.Actor.Person)
		if err != nil {
			return Answer{}, err
		}
		s.Feeds = []ID{f.ID}
	}
	s, next, _, err := e.AddSchedule(ctx, s, nil, c.Actor.Person)
	if err != nil {
		return Answer{}, err
	}
	a := say("Schedule %s is set. Its next times:", s.ID.Short())
	a.Message.Lines = momentLines(next)
	return a, nil
}

func momentLines(next []Moment) []string {
	var out []string
	for _, m := range next {
		line := m.At.Format("Mon 2 Jan 2006 15:04 MST (-07:00)")
		if m.Note != "" {
			line += " — " + m.Note
		}
		out = append(out, line)
	}
	return out
}

func (e *Engine) answerSchedule(ctx context.Context, c Command) (Answer, error) {
	s, err := e.store.FindSchedule(ctx, c.Args["id"])
	if err != nil {
		return Answer{}, err
	}
	if !sameTenant(s.Channel, c.Channel) {
		return say("That schedule is not in this workspace."), nil
	}
	switch c.Name {
	case "schedule pause":
		if _, err := e.SetPaused(ctx, s, true, c.Actor.Person); err != nil {
			return Answer{}, err
		}
		return say("Schedule %s is paused. While it is, nothing falls due and nothing is missed.", s.ID.Short()), nil
	case "schedule resume":
		if s, err = e.SetPaused(ctx, s, false, c.Actor.Person); err != nil {
			return Answer{}, err
		}
		return say("Schedule %s goes on: next %s.", s.ID.Short(), InZone(s.NextAt, s.Zone)), nil
	case "schedule remove":
		if err := e.RemoveSchedule(ctx, s, c.Actor.Person); err != nil {
			return Answer{}, err
		}
		return say("Schedule %s is removed. What it started goes on.", s.ID.Short()), nil
	}
	next, err := NextTimes(s, e.set.ShortestEvery, e.now(), 5)
	if err != nil {
		return Answer{}, err
	}
	return list(momentLines(next)...), nil
}
