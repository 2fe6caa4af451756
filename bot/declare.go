package bot

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// Declared is what a configuration file declares.
type Declared struct {
	Feeds     []Feed // Name, URL and DeclaredAt
	Schedules []DeclaredSchedule
}

// A DeclaredSchedule is a schedule by its name, with the URLs of its feeds.
type DeclaredSchedule struct {
	Schedule
	FeedURLs []string
}

// Reasons why a feed or a schedule that was declared does not run.
const (
	NotDeclared    = "removed from the configuration file"
	DeclaredPaused = "paused in the configuration file"
)

// What a configuration file does to a feed or a schedule.
const (
	ChangeAdd   = "add"
	ChangeAlter = "change"
	ChangePause = "pause" // it is no longer declared: its history is kept
)

// A DeclaredChange is one thing that a configuration file makes different.
type DeclaredChange struct {
	Change  string // [ChangeAdd], [ChangeAlter] or [ChangePause]
	Kind    string // "feed" or "schedule"
	Name    string // of the schedule; the URL of the feed
	At      string // where it is declared: "colloquy.yaml:12"; empty when it is no longer
	Details []string

	quiet bool // only its line in the file is another
	do    func(context.Context) error
}

// String is the change on one line, such as "~ schedule daily: questions: 5 → 3".
func (c DeclaredChange) String() string {
	sign := map[string]string{ChangeAdd: "+", ChangeAlter: "~", ChangePause: "-"}[c.Change]
	s := sign + " " + c.Kind + " " + c.Name
	if len(c.Details) > 0 {
		s += ": " + strings.Join(c.Details, "; ")
	}
	return s
}

// Declare makes the declared feeds and schedules what the file says. Doing it
// twice changes nothing. What is no longer in the file is paused, not removed;
// what a person paused or skipped stays so. It returns what it changed, and
// warnings. Of processes that do it at the same moment one goes first, and the
// others find it done.
func (e *Engine) Declare(ctx context.Context, d Declared) (done []DeclaredChange, warnings []string, err error) {
	for over := false; ; {
		err := e.withLease(ctx, "declare", func(ctx context.Context, _ Lease) (err error) {
			done, warnings, err = e.declare(ctx, d)
			over = err == nil
			return err
		})
		if err != nil || over {
			return done, warnings, err
		}
		select { // another has the lease, or took it from us
		case <-time.After(lookEvery):
		case <-ctx.Done():
			return done, warnings, ctx.Err()
		}
	}
}

func (e *Engine) declare(ctx context.Context, d Declared) (done []DeclaredChange, warnings []string, err error) {
	changes, warnings, err := e.plan(ctx, d)
	if err != nil {
		return nil, warnings, err
	}
	for _, c := range changes {
		if err := c.do(ctx); err != nil {
			return done, warnings, fmt.Errorf("%s %s: %w", c.Kind, c.Name, err)
		}
		if !c.quiet {
			done = append(done, c)
		}
	}
	return done, warnings, nil
}

// PlanDeclared returns what [Engine.Declare] would change, and changes nothing.
func (e *Engine) PlanDeclared(ctx context.Context, d Declared) (planned []DeclaredChange, warnings []string, err error) {
	changes, warnings, err := e.plan(ctx, d)
	for _, c := range changes {
		if !c.quiet {
			planned = append(planned, c)
		}
	}
	return planned, warnings, err
}

// inFile says that something is to be changed where it is declared.
func inFile(what, how, at, do string) error {
	if at != "" {
		how += ", at " + at
	}
	return Problemf("declared", "%s is %s: %s", what, how, do)
}

// fromFile refuses to change a schedule elsewhere than in the file it is declared in.
func (s Schedule) fromFile(do string) error {
	if !s.Declared || s.Reason == NotDeclared {
		return nil
	}
	return inFile(fmt.Sprintf("schedule %q", s.Name), "declared in the configuration file", s.DeclaredAt, do)
}

// pausedByFile refuses to pause or resume what the file, or its absence from the
// file, pauses.
func (s Schedule) pausedByFile() error {
	switch {
	case s.Declared && s.Reason == DeclaredPaused:
		return inFile(fmt.Sprintf("schedule %q", s.Name), s.Reason, s.DeclaredAt, "change it there")
	case s.Declared && s.Reason == NotDeclared:
		return inFile(fmt.Sprintf("schedule %q", s.Name), s.Reason, "", "declare it there again, or remove it for good")
	}
	return nil
}
