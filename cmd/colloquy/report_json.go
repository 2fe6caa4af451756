package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"time"

	"colloquy/bot"
	"colloquy/bot/store"
)

// What follows is a contract. Numbers that nobody knows are null.
type (
	reportDiscussionJSON struct {
		Type string `json:"type"` // "discussion"
		ID   bot.ID `json:"id"`
		discussionPart
		Replies  *int          `json:"replies"`
		OnTime   *int          `json:"on_time"`
		Late     *int          `json:"late"`
		Excluded *int          `json:"excluded"` // of the replies, kept out of recaps
		People   *int          `json:"people"`
		Removed  bool          `json:"removed"` // some messages were deleted, erased or not recorded
		Gaps     []gapPart     `json:"gaps"`
		Remark   string        `json:"remark"`
		Who      []whoLineJSON `json:"who,omitempty"` // ordered by discussion
	}
	reportPersonJSON struct {
		Type string `json:"type"` // "person"
		whoJSON
		Replies     *int         `json:"replies"`
		OnTime      *int         `json:"on_time"`
		Late        *int         `json:"late"`
		Excluded    *int         `json:"excluded"`
		Discussions []inLineJSON `json:"discussions"`
	}
	whoJSON struct {
		ID       string `json:"id"`
		Name     string `json:"name"`
		Roster   *bool  `json:"roster"`   // null without a roster
		Standing string `json:"standing"` // "", "opted_out" or "never_seen"
	}
	whoLineJSON struct {
		whoJSON
		reportLineJSON
	}
	inLineJSON struct {
		Discussion bot.ID `json:"discussion"`
		reportLineJSON
	}
	reportLineJSON struct {
		Status    string    `json:"status"`
		Replies   *int      `json:"replies"`
		OnTime    *int      `json:"on_time"`
		Late      *int      `json:"late"`
		Excluded  *int      `json:"excluded"`
		Questions []toldOf  `json:"questions"`
		To        []toldOne `json:"to"`
		Remark    string    `json:"remark"`
	}
	toldOf struct {
		Question *int `json:"question"` // null is the discussion as a whole
		Replies  int  `json:"replies"`
	}
	toldOne struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	}
)

// reportJSON writes one array, element by element.
type reportJSON struct {
	r        *report
	w        io.Writer
	byPerson bool
	begun    bool
}

func newReportJSON(r *report, w io.Writer, byPerson bool) *reportJSON {
	return &reportJSON{r: r, w: w, byPerson: byPerson}
}

func (j *reportJSON) element(v any) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("  ", "  ")
	if err := enc.Encode(v); err != nil {
		return err
	}
	before := ",\n  "
	if !j.begun {
		j.begun, before = true, "[\n  "
	}
	_, err := io.WriteString(j.w, before+string(bytes.TrimSpace(b.Bytes())))
	return err
}

func (j *reportJSON) end(context.Context) error {
	text := "\n]\n"
	if !j.begun {
		text = "[]\n"
	}
	_, err := io.WriteString(j.w, text)
	return err
}

// zoned is a moment in the report's zone; null when it is not known.
func (j *reportJSON) zoned(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.In(j.r.days.From.Location()).Truncate(time.Second)
	return &t
}

func (j *reportJSON) discussion(d *store.ReportDiscussion, who []reportLine) error {
	v := reportDiscussionJSON{Type: "discussion", ID: d.ID, Removed: d.Removed, Gaps: []gapPart{}, Remark: j.r.remark(d),
		discussionPart: discussionPart{d.Title, d.URL, d.Channel.String(), d.State, j.zoned(d.OpenedAt), j.zoned(d.ClosesAt), j.zoned(d.ClosedAt)}}
	if d.State != bot.StateErased && d.State != bot.StateUnknown {
		v.Replies, v.OnTime, v.Late, v.Excluded, v.People = number(d.Replies), number(d.Replies-d.Late), number(d.Late), number(d.Excluded), number(d.People)
	}
	for _, g := range d.Gaps {
		v.Gaps = append(v.Gaps, gapPart{j.zoned(g.From), j.zoned(g.To), g.Recovered, g.Listed})
	}
	for _, l := range who {
		v.Who = append(v.Who, whoLineJSON{j.who(l.person), j.line(l)})
	}
	return j.element(v)
}

func (j *reportJSON) person(p reportPerson, in []reportLine) error {
	v := reportPersonJSON{Type: "person", whoJSON: j.who(p), Discussions: []inLineJSON{}}
	for _, l := range in {
		v.Discussions = append(v.Discussions, inLineJSON{l.discussion.ID, j.line(l)})
	}
	if s := sum(in); s.known > 0 {
		v.Replies, v.OnTime, v.Late, v.Excluded = number(s.replies), number(s.replies-s.late), number(s.late), number(s.excluded)
	}
	return j.element(v)
}

func (j *reportJSON) who(p reportPerson) whoJSON {
	v := whoJSON{ID: p.ID, Name: p.Name}
	if j.r.rostered {
		v.Roster = &p.expected
	}
	switch {
	case p.out:
		v.Standing = toldOptedOut
	case !p.seen:
		v.Standing = "never_seen"
	}
	return v
}

func (j *reportJSON) line(l reportLine) reportLineJSON {
	v := reportLineJSON{Status: l.status, Questions: []toldOf{}, To: []toldOne{}, Remark: j.r.lineRemark(l)}
	if l.counted() {
		v.Replies, v.OnTime, v.Late, v.Excluded = number(l.replies), number(l.replies-l.late), number(l.late), number(l.excluded)
	}
	for _, n := range l.numbers() {
		told := toldOf{Replies: l.questions[n]}
		if n > 0 {
			told.Question = number(n)
		}
		v.Questions = append(v.Questions, told)
	}
	for _, p := range l.to {
		v.To = append(v.To, toldOne{p.ID, inline(p.Name)})
	}
	return v
}

// A personSum is what a person's lines come to.
type personSum struct {
	replies, late, excluded int
	known                   int // lines that have numbers
	replied, nothing        int // of those
	unknown                 int // the other lines
}

func sum(in []reportLine) (s personSum) {
	for _, l := range in {
		s.replies, s.late, s.excluded = s.replies+l.replies, s.late+l.late, s.excluded+l.excluded
		switch l.status {
		case toldReplied:
			s.replied++
		case toldNothing:
			s.nothing++
		default:
			s.unknown++
		}
	}
	s.known = s.replied + s.nothing
	return s
}
