package bot

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"
)

// Orders in which a schedule takes the items of its feeds.
const (
	Newest = "newest"
	Oldest = "oldest"
)

// A Schedule says when which channel gets a discussion, and from which feeds.
type Schedule struct {
	ID         ID
	Name       string // unique among those declared in a file; else may be empty
	Channel    Channel
	Cron, Zone string
	CloseAfter time.Duration
	Deadline   time.Duration
	Order      string
	Questions  int // at most; 0 is the writer's default
	Sentences  int // at most; 0 is the writer's default
	Feeds      []ID
	Rules      Rules
	Declared   bool      // in the configuration file, so not to be edited elsewhere
	DeclaredAt string    // there: "colloquy.yaml:12"
	Paused     bool      // while paused nothing falls due and nothing is missed
	ResumeAt   time.Time // when a pause ends by itself; zero: when somebody ends it
	Reason     string    // why it was paused, if not by a person
	Skips      int       // so many of the next due times are not carried out
	NextAt     time.Time
	CreatedAt  time.Time
}

// A Claim is what becomes of a schedule that fell due: which occurrence runs,
// which were missed, and when it is due next.
type Claim struct {
	Run        time.Time   // the occurrence to run; zero if it is too late for all
	RunAt      time.Time   // when it is carried out, if that is still to come
	LatestWhy  string      // why the latest of Missed was missed, if not because nothing was running
	Missed     []time.Time // recorded as missed, oldest first; at most 100
	Older      int         // missed before those, recorded as one row
	OlderUntil time.Time   // the due time that row carries
	Skipped    []time.Time // recorded as skipped, oldest first
	SkipsLeft  int
	Next       time.Time // zero pauses the schedule
	Reason     string    // why it is paused
	Troubles   []Trouble // that people are to hear of
}

// onTime is how late an occurrence may be carried out that is not a catch-up.
const onTime = time.Minute

// Times are its due times, without those that are left out.
func (s Schedule) Times(shortest time.Duration) (Times, error) {
	times, err := ParseTimes(s.Cron, s.Zone, shortest)
	return times.Without(s.Rules.Calendar), err
}

// sameTimes reports whether two schedules fall due at the same times.
func (s Schedule) sameTimes(o Schedule) bool {
	return s.Cron == o.Cron && s.Zone == o.Zone && fmt.Sprint(s.Rules.Calendar) == fmt.Sprint(o.Rules.Calendar)
}

// missedRows is how many missed occurrences are recorded one by one.
const missedRows = 100

// Plan decides what a due schedule does now: only the latest due time runs, and
// only while its root post can still go out before its deadline; everything
// else was missed.
func (e *Engine) Plan(s Schedule, now time.Time) Claim {
	c := e.claim(s, now)
	c.Troubles = claimTroubles(s, c, now)
	return c
}

func (e *Engine) claim(s Schedule, now time.Time) Claim {
	times, err := s.Times(e.set.ShortestEvery)
	if err != nil {
		return Claim{Reason: Explain(err)}
	}
	if s.NextAt.IsZero() { // a pause that ended by itself, maybe while nothing was running
		next, err := times.Next(s.ResumeAt.Add(-time.Second))
		if times.every > 0 {
			next, err = times.Next(s.ResumeAt)
		}
		if err != nil {
			return Claim{Reason: Explain(err), SkipsLeft: s.Skips}
		}
		if next.At.After(now) {
			return Claim{Next: next.At, SkipsLeft: s.Skips}
		}
		s.NextAt = next.At
	}
	due, older := times.Between(s.NextAt, now, missedRows)
	if len(due) < missedRows {
		due = append([]time.Time{s.NextAt}, due...)
	} else {
		older++
	}
	latest := due[len(due)-1]
	var c Claim
	next, err := times.Next(latest)
	if err != nil {
		c.Reason = Explain(err)
	} else {
		c.Next = next.At
	}
	// The first of those that passed are the ones that somebody skipped.
	skipped := min(max(0, s.Skips-older), len(due))
	c.Skipped, due = due[:skipped], due[skipped:]
	c.SkipsLeft = max(0, s.Skips-older-skipped)
	if len(due) > 0 && now.Add(e.set.SendTimeout).Before(latest.Add(s.Deadline)) {
		runAt := s.runAt(times, latest)
		if c.LatestWhy = tooQuiet(times, runAt, now); c.LatestWhy == "" {
			c.Run, c.RunAt, due = latest, runAt, due[:len(due)-1]
		}
	}
	c.Missed, c.Older = due, older
	if older > 0 {
		c.OlderUntil = s.NextAt
	}
	return c
}

// runAt is when an occurrence is carried out that is due then: a little later,
// where that is wanted and not left out.
func (s Schedule) runAt(times Times, due time.Time) time.Time {
	if at := due.Add(Jitter(s.ID, due, s.Rules.Jitter)); times.LeftOut(at) == "" {
		return at
	}
	return due
}

// tooQuiet says why what was to be carried out before is not made up for now;
// it is empty where it is.
func tooQuiet(times Times, runAt, now time.Time) string {
	quiet := times.LeftOut(now)
	if quiet == "" || now.Sub(runAt) <= onTime {
		return ""
	}
	return "it was not carried out when it was due, and when it could be made up for it was too late: " + quiet
}

// AddSchedule checks and stores a schedule and returns it with its next times.
// A feed that cannot be reached now is a warning, and so is what a check of its
// channels finds; a feed at an address that must not be fetched is an error.
func (e *Engine) AddSchedule(ctx context.Context, s Schedule, feeds []string, by By) (Schedule, []Moment, []string, error) {
	zoned, err := e.inheritZone(ctx, &s)
	if err != nil {
		return s, nil, nil, err
	}
	times, err := e.checkSchedule(&s)
	if err != nil {
		return s, nil, nil, err
	}
	next, err := Upcoming(times, e.now(), 5)
	if err != nil {
		return s, nil, nil, err
	}
	var warnings []string
	if !zoned {
		warnings = append(warnings, "its times are in UTC, because no zone was given: give one with --tz, or once for all with 'colloquy settings --zone ZONE'")
	}
	for _, url := range feeds {
		f, warning, err := e.AddFeed(ctx, url, "", s.Channel, by)
		if err != nil {
			return s, nil, nil, err
		}
		if warning != "" {
			warnings = append(warnings, warning)
		}
		s.Feeds = append(s.Feeds, f.ID)
	}
	if s.ID == "" {
		s.ID = NewID(e.now())
	}
	s.CreatedAt, s.NextAt = e.now(), next[0].At
	if s.Paused {
		s.NextAt = time.Time{}
	}
	if err := e.store.PutSchedule(ctx, s, e.audit(by, "schedule_add", string(s.ID), s.outline()...).In(s.Channel)); err != nil {
		return s, nil, nil, fmt.Errorf("add schedule: %w", err)
	}
	warnings = append(warnings, e.ChannelWarnings(ctx, s.Channel, s.Rules.Approve)...)
	return s, next, warnings, nil
}

// ChangeSchedule stores a schedule that was changed, and returns it with its
// next times and what changed. What is declared in a file is changed there. A
// change of its times or its zone makes the next time count from now.
func (e *Engine) ChangeSchedule(ctx context.Context, old, s Schedule, changes []string, by By) (Schedule, []Moment, []string, error) {
	if err := old.fromFile("change it there"); err != nil {
		return s, nil, nil, err
	}
	if _, err := e.inheritZone(ctx, &s); err != nil {
		return s, nil, nil, err
	}
	times, err := e.checkSchedule(&s)
	if err != nil {
		return s, nil, nil, err
	}
	if s.Cron != old.Cron {
		changes = append(changes, fmt.Sprintf("times: %s → %s", old.Cron, s.Cron))
	}
	next, err := Upcoming(times, e.now(), 5)
	if err != nil || len(changes) == 0 {
		return s, next, changes, err
	}
	if !s.Paused && !s.sameTimes(old) {
		s.NextAt = next[0].At
	}
	return s, next, changes, e.store.PutSchedule(ctx, s, e.audit(by, "schedule_change", string(s.ID), changes...).In(s.Channel))
}

// inheritZone gives a schedule without a zone that of its installation, and
// reports whether it has one now.
func (e *Engine) inheritZone(ctx context.Context, s *Schedule) (bool, error) {
	if s.Zone != "" {
		return true, nil
	}
	i, err := e.store.Installation(ctx, s.Channel.Platform, s.Channel.Workspace)
	s.Zone = i.Zone
	return s.Zone != "", err
}

// checkSchedule fills in the defaults of s and refuses what cannot work.
func (e *Engine) checkSchedule(s *Schedule) (Times, error) {
	if s.CloseAfter == 0 {
		s.CloseAfter = e.set.CloseAfter
	}
	if s.Deadline == 0 {
		s.Deadline = e.set.Deadline
	}
	if s.Order == "" {
		s.Order = Newest
	}
	if s.Zone == "" {
		s.Zone = "UTC"
	}
	if s.Order != Newest && s.Order != Oldest {
		return Times{}, Problemf("bad_order", "the order %q is not known: it is %s or %s", s.Order, Newest, Oldest)
	}
	if a := s.Rules.Approve; a != (Channel{}) && !sameTenant(a, s.Channel) {
		return Times{}, Problemf("bad_channel", "drafts cannot be shown in %s: give a channel of the same workspace as %s", a, s.Channel)
	}
	if s.CloseAfter < time.Minute || s.CloseAfter > 30*24*time.Hour {
		return Times{}, Problemf("bad_close_after", "a discussion cannot close after %s: give a time between 1m and 30d", s.CloseAfter)
	}
	if least := e.set.SendTimeout + time.Second; s.Deadline < least || s.Deadline > 7*24*time.Hour {
		return Times{}, Problemf("bad_deadline", "the deadline cannot be %s: give a time between %s and 7d", s.Deadline, least)
	}
	if s.Questions < 0 || s.Questions > 10 || s.Sentences < 0 || s.Sentences > 10 {
		return Times{}, Problemf("bad_count", "the number of questions and of sentences must be between 1 and 10")
	}
	if err := CheckReminder(*s); err != nil {
		return Times{}, err
	}
	times, err := s.Times(e.set.ShortestEvery)
	if err == nil {
		s.Cron = times.Normal(e.now())
		times, err = s.Times(e.set.ShortestEvery)
	}
	return times, err
}

// CheckReminder refuses a reminder before the discussion is open; a zero
// CloseAfter is the default of 24 h.
func CheckReminder(s Schedule) error {
	after := cmp.Or(s.CloseAfter, Settings{}.withDefaults().CloseAfter)
	if s.Rules.Remind < after {
		return nil
	}
	return Problemf("bad_remind", "nobody can be reminded %s before the end of a discussion that is open for %s: give a shorter time to remind, or a longer one to close after",
		FormatDuration(s.Rules.Remind), FormatDuration(after))
}

// Upcoming gives the next n moments after from.
func Upcoming(t Times, from time.Time, n int) ([]Moment, error) {
	var out []Moment
	for len(out) < n {
		m, err := t.Next(from)
		if err != nil {
			if len(out) > 0 {
				return out, nil
			}
			return nil, err
		}
		out = append(out, m)
		from = m.At
	}
	return out, nil
}

// NextTimes gives the n times of a schedule after a moment, with those between
// them that are left out, as [Times.Agenda] does. Those of "@every"
// are counted from the time that is stored, as they are when they fall due.
func NextTimes(s Schedule, shortest time.Duration, after time.Time, n int) ([]Moment, error) {
	bare, err := ParseTimes(s.Cron, s.Zone, shortest)
	if err != nil {
		return nil, err
	}
	times := bare.Without(s.Rules.Calendar)
	if strings.HasPrefix(strings.ToLower(strings.TrimSpace(s.Cron)), "@every") && !s.NextAt.IsZero() {
		second, err := bare.Next(s.NextAt)
		if err != nil {
			return nil, err
		}
		step := second.At.Sub(s.NextAt)
		steps := max(0, after.Sub(s.NextAt)/step+1)
		if after.Before(s.NextAt) {
			steps = 0
		}
		after = s.NextAt.Add((steps - 1) * step)
	}
	list, err := times.Agenda(after, n)
	skips := s.Skips
	for i := range list { // those that are skipped
		if list[i].LeftOut == "" && skips > 0 && !s.NextAt.IsZero() && !after.After(s.NextAt) {
			list[i].Note = strings.TrimPrefix(list[i].Note+"; skipped", "; ")
			skips--
		}
	}
	return list, err
}

// SetPaused pauses or resumes a schedule. A pause ends at until, unless that is
// zero. Resuming computes the next time from now. What the configuration file
// pauses is resumed there.
func (e *Engine) SetPaused(ctx context.Context, s Schedule, paused bool, until time.Time, by By) (Schedule, error) {
	if err := s.pausedByFile(); err != nil {
		return s, err
	}
	was := s.standing()
	s.Paused, s.NextAt, s.ResumeAt, s.Reason = paused, time.Time{}, until, ""
	if !paused {
		times, err := s.Times(e.set.ShortestEvery)
		if err != nil {
			return s, err
		}
		next, err := times.Next(e.now())
		if err != nil {
			return s, err
		}
		s.NextAt = next.At
	}
	action := "schedule_pause"
	if !paused {
		action = "schedule_resume"
	}
	if err := e.store.PutSchedule(ctx, s, e.audit(by, action, string(s.ID), changed("next", was, s.standing())).In(s.Channel)); err != nil {
		return s, err
	}
	if !paused {
		e.recovered(ctx, string(s.ID), CausePaused)
	}
	return s, nil
}

// maxSkips is how many due times can be skipped; beyond that a pause is meant.
const maxSkips = 100

// Skip leaves out the next n due times of a schedule, counted from now; 0 takes
// an earlier skip back.
func (e *Engine) Skip(ctx context.Context, s Schedule, n int, by By) (Schedule, error) {
	if n < 0 || n > maxSkips {
		return s, Problemf("bad_count", "%d times cannot be skipped: give a number from 0 to %d, or pause the schedule", n, maxSkips)
	}
	if s.Paused && n > 0 {
		return s, Problemf("paused", "schedule %s is paused: nothing falls due that could be skipped", s.ID.Short())
	}
	before := s.Skips
	s.Skips = n
	return s, e.store.PutSchedule(ctx, s, e.audit(by, "schedule_skip", string(s.ID), fmt.Sprintf("skip: %d → %d", before, n)).In(s.Channel))
}

// DraftAt is when the draft of a due time is shown to managers; zero: never.
func (s Schedule) DraftAt() time.Time {
	if s.Rules.Approve == (Channel{}) || s.NextAt.IsZero() {
		return time.Time{}
	}
	return s.NextAt.Add(-cmp.Or(s.Rules.ApproveBefore, approveBefore))
}

// RemoveSchedule ends a schedule. Its discussions go on; what it did stays on
// record. What is declared in a file is removed there.
func (e *Engine) RemoveSchedule(ctx context.Context, s Schedule, by By) error {
	if err := s.fromFile("remove it there, and it is paused when 'colloquy serve' reads the file"); err != nil {
		return err
	}
	return e.store.RemoveSchedule(ctx, s.ID, e.now(), e.audit(by, "schedule_remove", string(s.ID), s.outline()...).In(s.Channel))
}

// standing says when a schedule is due next, or that and why it is paused.
func (s Schedule) standing() string {
	switch {
	case s.NextAt.IsZero() && s.Reason != "":
		return s.Reason
	case s.NextAt.IsZero() && !s.ResumeAt.IsZero():
		return "paused until " + utcText(s.ResumeAt)
	case s.NextAt.IsZero():
		return "paused"
	}
	return utcText(s.NextAt)
}

// outline says what a schedule is, part by part: where, when, and what was set.
func (s Schedule) outline() []string {
	out := []string{s.Channel.String(), "times: " + s.Cron}
	for _, o := range ScheduleOptions() {
		if v := o.Get(s); v != "" {
			out = append(out, o.Name+": "+v)
		}
	}
	return out
}
