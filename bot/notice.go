package bot

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

// A Notice tells an installation of one cause of trouble, and when it is over.
type Notice struct {
	ID                         ID
	Platform, Workspace, Cause string
	ToldAt                     time.Time // when people were last told
	Hook                       string    // what waits for the operator's webhook; empty: nothing
	HookAt                     time.Time // the last attempt to send it
	HookTries                  int
}

// A Telling is what becomes of a notice and its troubles, in one transaction.
type Telling struct {
	Said   bool     // people are told something
	Told   []string // the subjects that are spoken of
	Forget []string // the subjects that are no trouble any more
	Posts  []Post
	Hook   string
	Next   time.Time // when there is something to do again; zero: when something happens
}

// NoticeEvery is the least time between two notices of one cause.
const NoticeEvery = time.Hour

// shownTroubles is how many troubles a notice names.
const shownTroubles = 5

// RunNotice tells people what is to be told of one cause of trouble now. It may
// be called any number of times.
func (e *Engine) RunNotice(ctx context.Context, id ID) error {
	return e.withLease(ctx, "notice/"+string(id), func(ctx context.Context, l Lease) error {
		n, err := e.store.Notice(ctx, id)
		if errors.Is(err, ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		own, operator, err := e.noticeTo(ctx, n.Platform, n.Workspace)
		if err != nil {
			return err
		}
		now := e.now()
		var t Telling
		err = e.store.Tell(ctx, l, id, now, func(n Notice, all []Trouble) Telling {
			t = e.tell(n, all, own, operator, now)
			return t
		})
		if err != nil {
			return err
		}
		if t.Said {
			e.log.WarnContext(ctx, "people are told of trouble", "cause", n.Cause, "platform", n.Platform, "workspace", n.Workspace,
				"troubles", len(t.Told), "over", len(t.Forget), "places", len(t.Posts))
		}
		return e.callHook(ctx, l, id)
	})
}

// tell decides what a notice says now, and to whom.
func (e *Engine) tell(n Notice, all []Trouble, own, operator []Channel, now time.Time) Telling {
	c := causes[n.Cause]
	var t Telling
	var next time.Time
	sooner := func(at time.Time) {
		if !at.IsZero() && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	for _, x := range all {
		if at, forget := c.due(x); forget && !now.Before(at) {
			t.Forget = append(t.Forget, x.Subject)
		} else {
			sooner(at)
		}
	}
	if quiet := n.ToldAt.Add(NoticeEvery); !n.ToldAt.IsZero() && !next.IsZero() && next.Before(quiet) {
		next = quiet
	}
	if !next.IsZero() && !now.Before(next) {
		next = time.Time{}
		e.speak(&t, c, n, all, own, operator, now)
		for _, x := range all { // what was told now may have to be told again
			if x.Told = now; x.Over.IsZero() {
				at, _ := c.due(x)
				sooner(at)
			}
		}
		n.Hook = t.Hook
	}
	if n.Hook != "" { // also in case we end before it is sent
		if at := n.HookAt.Add(NoticeEvery); n.HookAt.IsZero() || at.Before(now) {
			sooner(now)
		} else {
			sooner(at)
		}
	}
	t.Next = next
	return t
}

// due is when a trouble is to be told, and told again, or forgotten; zero: never.
func (c cause) due(t Trouble) (at time.Time, forget bool) {
	switch {
	case t.Told.IsZero():
		return t.Since.Add(c.gather), false
	case !t.Over.IsZero():
		return t.Over, false
	case t.Last.After(t.Told):
		return t.Told.Add(c.again), false
	case !c.stays:
		return t.Last.Add(ForgetAfter), true
	}
	return time.Time{}, false
}

// speak fills in a notice: what is new or happened again, and what is over.
func (e *Engine) speak(t *Telling, c cause, n Notice, all []Trouble, own, operator []Channel, now time.Time) {
	var wrong, well []Trouble
	open := false
	for _, x := range all {
		at, forget := c.due(x)
		open = open || x.Over.IsZero()
		switch {
		case forget:
		case !x.Told.IsZero() && !x.Over.IsZero():
			well, t.Forget = append(well, x), append(t.Forget, x.Subject)
		case !x.Over.IsZero(): // nobody had heard of it
			wrong, t.Forget = append(wrong, x), append(t.Forget, x.Subject)
		case x.Told.IsZero() || !at.IsZero() && !now.Before(at):
			wrong, t.Told = append(wrong, x), append(t.Told, x.Subject)
		}
	}
	t.Said = true
	m := noticeMessage(c, wrong, well)
	for _, to := range own {
		t.Posts = append(t.Posts, newPost(now, Post{Kind: PostNotice, Ref: MessageRef{Channel: to}, Body: m}))
	}
	if e.operator.Webhook != nil {
		t.Hook = hookBody(n, m, append(wrong, well...), len(wrong) == 0 && !open)
	}
	if n.Platform != "" {
		m.Paragraphs = append([]string{"From " + tenant(n.Platform, n.Workspace) + ":"}, m.Paragraphs...)
	}
	for _, to := range operator {
		t.Posts = append(t.Posts, newPost(now, Post{Kind: PostNotice, Ref: MessageRef{Channel: to}, Body: m}))
	}
}

// noticeMessage puts troubles into words. It has no title: it is no discussion.
func noticeMessage(c cause, wrong, well []Trouble) Message {
	var m Message
	fix := c.fix
	if len(wrong) > 0 {
		m.Paragraphs = []string{countOf(len(wrong), c.one, c.many)}
		if fix == "" {
			fix = wrong[0].Fix
			for _, x := range wrong {
				if x.Fix != fix {
					fix = ""
				}
			}
		}
		if fix != "" {
			m.Paragraphs = append(m.Paragraphs, "What to do: "+fix)
		}
	}
	for _, x := range wrong[:min(len(wrong), shownTroubles)] {
		m.Lines = append(m.Lines, x.line(fix == ""))
	}
	m.Lines = more(m.Lines, len(wrong))
	if len(well) > 0 {
		var names []string
		for _, x := range well[:min(len(well), shownTroubles)] {
			names = append(names, x.Name)
		}
		m.Paragraphs = append(m.Paragraphs, "Recovered: "+strings.Join(more(names, len(well)), ", ")+" — "+c.over+".")
	}
	return m
}

// more adds how many of n are not shown.
func more(shown []string, n int) []string {
	if n > len(shown) {
		shown = append(shown, fmt.Sprintf("and %d more", n-len(shown)))
	}
	return shown
}

// line says what is wrong with one subject, with its own fix if that is wanted.
func (t Trouble) line(fix bool) string {
	s := t.Name
	if t.Text != "" {
		s += ": " + t.Text
	}
	if t.Count > 1 {
		s += fmt.Sprintf(" (%d times)", t.Count)
	}
	if fix && t.Fix != "" {
		s += " → " + t.Fix
	}
	if !t.Over.IsZero() {
		s += "; it works again"
	}
	return s
}

// DescribeTrouble says in one line what is wrong, and what to do.
func DescribeTrouble(t Trouble) (text, fix string) {
	c := causes[t.Cause]
	return countOf(1, c.one, c.many) + " " + t.line(false), cmp.Or(t.Fix, c.fix)
}

func countOf(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return fmt.Sprintf(many, n)
}

// tenant names an installation.
func tenant(platform, workspace string) string {
	switch {
	case platform == "":
		return "the operator"
	case workspace == "":
		return platform
	}
	return platform + ":" + workspace
}

// hookBody is what the operator's webhook gets.
func hookBody(n Notice, m Message, of []Trouble, recovered bool) string {
	since := of[0].Since
	for _, x := range of {
		if x.Since.Before(since) {
			since = x.Since
		}
	}
	body, err := json.Marshal(struct {
		Installation string    `json:"installation"`
		Cause        string    `json:"cause"`
		Text         string    `json:"text"`
		Since        time.Time `json:"since"`
		Count        int       `json:"count"`
		Recovered    bool      `json:"recovered"`
	}{tenant(n.Platform, n.Workspace), n.Cause, strings.Join(append(m.Paragraphs, m.Lines...), "\n"), since.UTC(), len(of), recovered})
	if err != nil {
		return "" // it has no value without JSON
	}
	return string(body)
}
