package bot

import (
	"context"
	"fmt"
	"strings"
)

// DraftMessage shows a draft: what the root post will say, and the questions.
// Its small print says what becomes of it, and its buttons what can be done.
func (e *Engine) DraftMessage(ctx context.Context, d Draft) (Message, error) {
	a, err := e.store.Article(ctx, d.ArticleID)
	if err != nil {
		return Message{}, err
	}
	dig, err := e.store.Digest(ctx, d.DigestID)
	if err != nil {
		return Message{}, err
	}
	s, err := e.store.Schedule(ctx, d.ScheduleID)
	if err != nil {
		return Message{}, err
	}
	v, err := e.voice(ctx, s.Channel)
	if err != nil {
		return Message{}, err
	}
	m := v.digest(a, dig)
	m.Title = "Draft: " + m.Title
	for i, q := range d.Questions {
		m.Lines = append(m.Lines, fmt.Sprintf("%d. %s", i+1, q.Text))
	}
	if len(d.Questions) == 0 {
		m.Lines = []string{"No questions."}
	}
	m.Footer = strings.TrimSpace(v.private().generated(dig) + " " + draftFate(d, s))
	if d.Fallback.Code != "" {
		m.Footer += " The extractive writer wrote it: " + strings.TrimSuffix(d.Fallback.Text, ".") + "."
	}
	if d.State == DraftOpen && d.Decision != DecisionPost {
		m.Buttons = draftButtons(d)
	}
	return m, nil
}

// draftFate says in small print what becomes of a draft.
func draftFate(d Draft, s Schedule) string {
	where := "in " + s.Channel.String()
	switch {
	case d.State == DraftTaken:
		return "Posted " + where + "."
	case d.State == DraftDropped && d.Decision == DecisionOther:
		return "Not posted: " + d.DecidedBy + " chose another article."
	case d.State == DraftDropped:
		return "Not posted: it cannot be used any more."
	case d.Decision == DecisionPost:
		return "Being posted " + where + "."
	}
	when := "at the next time of schedule " + s.ID.Short()
	switch {
	case s.Paused:
		when += ", which is paused"
	case s.Skips > 0:
		when += fmt.Sprintf(", after %s", plural(s.Skips, "skipped one", "skipped ones"))
	case !s.NextAt.IsZero():
		when = InZone(s.NextAt, s.Zone)
	}
	switch {
	case d.Decision == DecisionApprove:
		return fmt.Sprintf("Approved by %s: posted %s %s.", d.DecidedBy, where, when)
	case s.Rules.Approve == (Channel{}):
		return fmt.Sprintf("This is what is posted %s %s.", where, when)
	case s.Rules.Unattended == UnattendedHold:
		return fmt.Sprintf("Due %s %s. Without an answer it is held.", where, when)
	}
	return fmt.Sprintf("Due %s %s. Without an answer it is posted then.", where, when)
}

// draftButtons are at most five: that is a row on Discord.
func draftButtons(d Draft) []Button {
	button := func(label, command string, id ID) Button {
		return Button{Label: label, Command: command, Args: map[string]string{"id": id.Short()}}
	}
	var out []Button
	for _, b := range []Button{
		button("Post now", "draft post", d.ID), button("Post at its time", "draft approve", d.ID), button("Other article", "draft other", d.ID),
		button("Skip", "skip", d.ScheduleID), button("Edit questions", "question list", d.ID),
	} {
		if d.Decision != DecisionApprove || b.Command != "draft approve" {
			out = append(out, b)
		}
	}
	return out
}

// draftFor finds the draft that a command is about: by its id or that of its
// schedule, or the newest one that is shown in, or made for, the channel.
func (e *Engine) draftFor(ctx context.Context, c Command) (Draft, Schedule, error) {
	all, err := e.store.OpenDrafts(ctx, c.Channel.Platform, c.Channel.Workspace)
	if err != nil {
		return Draft{}, Schedule{}, err
	}
	ref := c.Args["id"]
	var found []Draft
	for _, d := range all {
		s, err := e.store.Schedule(ctx, d.ScheduleID)
		if err != nil {
			return Draft{}, Schedule{}, err
		}
		here := s.Channel == c.Channel.Parent() || s.Rules.Approve == c.Channel.Parent()
		if ref == "" && here || endsIn(d.ID, ref) || endsIn(d.ScheduleID, ref) || ref != "" && s.Name == ref {
			found = append(found, d)
		}
	}
	if ref == "" && len(found) > 1 {
		var ids []string
		for _, d := range found {
			ids = append(ids, fmt.Sprintf("%s (%s)", d.ID.Short(), d.Title))
		}
		return Draft{}, Schedule{}, Problemf("ambiguous", "there are %d drafts here: name one by its id: %s", len(found), strings.Join(ids, ", "))
	}
	if len(found) == 0 && ref != "" {
		if d, err := e.store.FindDraft(ctx, ref); err == nil && sameTenant(d.Channel, c.Channel) { // decided already
			return d, Schedule{}, e.decidedAlready(ctx, d)
		}
	}
	if len(found) == 0 {
		return Draft{}, Schedule{}, Problemf("no_draft", "there is no open draft here: %s preview writes the next one", CommandPrefix)
	}
	d, err := oneOf(found, "draft", ref)
	if err != nil {
		return d, Schedule{}, err
	}
	s, err := e.store.Schedule(ctx, d.ScheduleID)
	return d, s, err
}
