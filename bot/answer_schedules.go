package bot

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"
)

func scheduleCommands() []CommandSpec {
	return []CommandSpec{
		{Name: "schedule list", Help: "the schedules of this channel", answer: (*Engine).answerSchedules},
		{Name: "schedule add", Help: "discuss an article of the feeds at these times", Manage: true, answer: (*Engine).answerScheduleAdd, Params: append([]Param{
			{Name: "at", Help: `its times in quotes, as "weekdays 09:00", "mon,thu 18:30", "every 2 weeks mon 09:00", "first mon 09:00"`},
			{Name: "cron", Help: `its times as a cron spec instead, as "0 9 * * MON-FRI"`, Flag: true},
			{Name: "feed", Help: "URL of a feed; the channel's feeds if left out", Flag: true},
		}, optionParams()...)},
		{Name: "schedule change", Help: "change a schedule; default goes back to what it is without", Manage: true, answer: (*Engine).answerSchedule, Params: append([]Param{
			idParam("schedule"), {Name: "at", Help: "its new times, in words or as a cron spec", Flag: true},
		}, optionParams()...)},
		{Name: "schedule next", Help: "the next times of a schedule", Params: []Param{idParam("schedule")}, answer: (*Engine).answerSchedule},
		{Name: "schedule pause", Help: "let nothing fall due for now", Manage: true, Params: []Param{idParam("schedule"),
			{Name: "until", Help: `when it ends by itself, as 2027-01-07, monday or "in 3 days"`, Flag: true}}, answer: (*Engine).answerSchedule},
		{Name: "schedule resume", Help: "go on from now", Manage: true, Params: []Param{idParam("schedule")}, answer: (*Engine).answerSchedule},
		{Name: "schedule remove", Help: "end a schedule", Manage: true, Params: []Param{idParam("schedule")}, answer: (*Engine).answerSchedule},
	}
}

func (e *Engine) answerSchedules(ctx context.Context, c Command) (Answer, error) {
	schedules, err := e.store.Schedules(ctx, c.Channel)
	if err != nil {
		return Answer{}, err
	}
	if len(schedules) == 0 {
		return say(`Nothing is scheduled here. Add a schedule with %s schedule add "weekdays 09:00" --tz ZONE --feed URL.`, CommandPrefix), nil
	}
	var out []string
	for _, s := range schedules {
		out = append(out, describe(s))
	}
	return list(out...), nil
}

func (e *Engine) answerScheduleAdd(ctx context.Context, c Command) (Answer, error) {
	s := Schedule{ID: commandRowID(c), Channel: c.Channel.Parent(), Cron: cmp.Or(c.Args["at"], c.Args["cron"])}
	if s.Cron == "" {
		return say(`When? Give its times, as in %s schedule add "weekdays 09:00".`, CommandPrefix), nil
	}
	if _, err := setOptions(&s, ScheduleOptions(), c.Args); err != nil {
		return Answer{}, err
	}
	zoned, err := e.inheritZone(ctx, &s)
	if err != nil {
		return Answer{}, err
	}
	if _, err := e.checkSchedule(&s); err != nil {
		return Answer{}, err
	}
	if !zoned {
		return say("In which time zone are these times? Say it once for all with %[1]s settings --zone Asia/Karachi, or for this schedule with --tz Asia/Karachi, and add it then. Nothing is scheduled yet.", CommandPrefix), nil
	}
	if url := c.Args["feed"]; url != "" {
		if !isURL(url) {
			return say("%q is no URL. Give one that begins with https://.", firstWord(url)), nil
		}
		f, err := e.addFeedUnread(ctx, url, s.Channel, c.by())
		if err != nil {
			return Answer{}, err
		}
		s.Feeds = []ID{f.ID}
	}
	s, next, warnings, err := e.AddSchedule(ctx, s, nil, c.by())
	if err != nil {
		return Answer{}, err
	}
	return timesAnswer(fmt.Sprintf("Schedule %s is set.", s.ID.Short()), warnings, next), nil
}

// setOptions sets the options that a command gives, in which several values are
// divided by commas, and says what that changed.
func setOptions[T any](t *T, options []OptionOf[T], args map[string]string) (changes []string, err error) {
	for _, o := range options {
		given, ok := args[o.Name]
		if !ok || given == "" {
			continue
		}
		values := []string{given}
		if o.Repeat {
			values = strings.Split(given, ",")
		}
		change, err := o.Change(t, values...)
		if err != nil {
			return nil, about("--"+o.Name, err)
		}
		changes = appendNonEmpty(changes, change)
	}
	return changes, nil
}

func (e *Engine) answerScheduleChange(ctx context.Context, s Schedule, c Command) (Answer, error) {
	changed := s
	if at := c.Args["at"]; at != "" {
		changed.Cron = at
	}
	changes, err := setOptions(&changed, ScheduleOptions(), c.Args)
	if err != nil {
		return Answer{}, err
	}
	changed, next, changes, err := e.ChangeSchedule(ctx, s, changed, changes, c.by())
	if err != nil {
		return Answer{}, err
	}
	if len(changes) == 0 {
		return say("Schedule %s is like that already.", s.ID.Short()), nil
	}
	var warnings []string
	if changed.Rules.Approve != s.Rules.Approve {
		warnings = e.ChannelWarnings(ctx, changed.Rules.Approve)
	}
	if changed.Paused {
		next = nil
	}
	return timesAnswer(fmt.Sprintf("Schedule %s is changed: %s.", s.ID.Short(), strings.Join(changes, "; ")), warnings, next), nil
}

// timesAnswer says what became of a schedule, what is not right about it, and
// its next times; none if it is paused.
func timesAnswer(done string, warnings []string, next []Moment) Answer {
	a := Answer{Private: true, Message: Message{Paragraphs: []string{done}, Lines: momentLines(next)}}
	for _, w := range warnings {
		a.Message.Paragraphs = append(a.Message.Paragraphs, "Not as it should be: "+w)
	}
	last := "Its next times:"
	if len(next) == 0 {
		last = "It is paused."
	}
	a.Message.Paragraphs = append(a.Message.Paragraphs, last)
	return a
}

func momentLines(next []Moment) []string {
	var out []string
	for _, m := range next {
		line := m.At.Format("Mon 2 Jan 2006 15:04 MST (-07:00)")
		if note := m.Describe(); note != "" {
			line += " — " + note
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
	case "schedule change":
		return e.answerScheduleChange(ctx, s, c)
	case "schedule pause":
		var until time.Time
		if text := c.Args["until"]; text != "" {
			if until, err = ParseDay(text, s.Zone, e.now()); err != nil {
				return Answer{}, err
			}
		}
		if _, err := e.SetPaused(ctx, s, true, until, c.by()); err != nil {
			return Answer{}, err
		}
		if !until.IsZero() {
			return say("Schedule %s is paused until %s, and then goes on by itself.", s.ID.Short(), InZone(until, s.Zone)), nil
		}
		return say("Schedule %s is paused. While it is, nothing falls due and nothing is missed.", s.ID.Short()), nil
	case "schedule resume":
		if s, err = e.SetPaused(ctx, s, false, time.Time{}, c.by()); err != nil {
			return Answer{}, err
		}
		return say("Schedule %s goes on: next %s.", s.ID.Short(), InZone(s.NextAt, s.Zone)), nil
	case "schedule remove":
		if err := e.RemoveSchedule(ctx, s, c.by()); err != nil {
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
