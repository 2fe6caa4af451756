package bot

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// previewPost is what shows a recap that waits to those who decide: in the
// channel for drafts, else where notices go. Like every post it holds no text;
// what it shows is made from the recap when it is sent.
func (e *Engine) previewPost(ctx context.Context, d Discussion) (Post, bool, error) {
	to := d.Rules.Approve
	if to == (Channel{}) {
		own, operator, err := e.noticeTo(ctx, d.Channel.Platform, d.Channel.Workspace)
		if err != nil {
			return Post{}, false, err
		}
		places := append(own, operator...)
		if len(places) == 0 {
			e.log.WarnContext(ctx, "a recap waits, and there is nobody to tell", "discussion", d.ID)
			return Post{}, false, nil
		}
		to = places[0]
	}
	return newPost(e.now(), Post{Kind: PostPreview, About: d.ID, Ref: MessageRef{Channel: to}}), true, nil
}

// renderPreview shows the recap that a preview is about while it waits, and
// then only what became of it. It returns [ErrNotFound] when there is nothing
// to show, or no need to.
func (e *Engine) renderPreview(ctx context.Context, p Post) (Message, error) {
	d, err := e.store.Discussion(ctx, p.About)
	if err != nil {
		return Message{}, err
	}
	m, found, err := e.ShowRecap(ctx, d)
	if err != nil {
		return Message{}, err
	}
	recap, posted, err := e.recapPost(ctx, d)
	switch {
	case err != nil:
		return Message{}, err
	case !found || !posted || p.State == PostPending && recap.State != PostHeld:
		return Message{}, ErrNotFound
	case recap.State != PostHeld:
		return Message{Paragraphs: []string{fmt.Sprintf("The recap of %s in %s %s.", quoted(d.Title), d.Channel, became(recap))}}, nil
	}
	what := fmt.Sprintf("The recap of %s in %s waits", quoted(d.Title), d.Channel)
	if !sameTenant(p.Ref.Channel, d.Channel) { // the operator's: what people wrote stays where they wrote it
		return Message{Paragraphs: []string{fmt.Sprintf("%s, and nobody there is told: 'colloquy recap %s' shows it.", what, d.ID.Short())}}, nil
	}
	// It has no title: it is no discussion, and people reply elsewhere.
	m.Title, m.Link = "", ""
	m.Paragraphs = append([]string{what + ": post it, or leave it out."}, m.Paragraphs...)
	m.Buttons = recapButtons(d)
	m.Footer, err = e.recapRemark(ctx, d, m.Footer)
	return m, err
}

func recapButtons(d Discussion) []Button {
	args := map[string]string{"id": d.ID.Short()}
	return []Button{{Label: "Post it", Command: "recap post", Args: args}, {Label: "Leave it out", Command: "recap drop", Args: args}}
}

// became says what happened to the post of a recap that does not wait any more.
func became(recap Post) string {
	switch recap.State {
	case PostDropped:
		return "is not posted: " + recap.Reason
	case PostUnknown:
		return "may be posted or not: " + recap.Reason
	}
	return "is posted"
}

// recapPost finds the newest post of the recap of d.
func (e *Engine) recapPost(ctx context.Context, d Discussion) (Post, bool, error) {
	posts, err := e.store.Posts(ctx, d.ID)
	slices.Reverse(posts)
	at := slices.IndexFunc(posts, func(p Post) bool { return p.Kind == PostRecap })
	if err != nil || at < 0 {
		return Post{}, false, err
	}
	return posts[at], true, nil
}

// RecapState is the state of the post of a recap: [PostHeld] while it waits for
// a manager. It is empty when there is none.
func (e *Engine) RecapState(ctx context.Context, d Discussion) (string, error) {
	p, _, err := e.recapPost(ctx, d)
	return p.State, err
}

// DecideRecap has the recap of d that waits posted, or leaves it out for good.
// It is decided once: whoever comes second is told, with a [Problem].
func (e *Engine) DecideRecap(ctx context.Context, d Discussion, post bool, by By) error {
	state, reason, action := PostDropped, by.who()+" left it out", "recap_drop"
	if post {
		state, reason, action = PostPending, "", "recap_post"
	}
	decided, err := e.store.DecideRecap(ctx, d.ID, state, reason, e.now(), e.audit(by, action, string(d.ID)).In(d.Channel))
	if err != nil || decided {
		return err
	}
	recap, found, err := e.recapPost(ctx, d)
	switch {
	case err != nil:
		return err
	case !found:
		return Problemf("no_recap", "discussion %s has no recap that waits: it is %s", d.ID.Short(), d.State)
	}
	return Problemf("decided", "the recap of discussion %s does not wait any more: it %s", d.ID.Short(), became(recap))
}

func recapCommands() []CommandSpec {
	return []CommandSpec{
		{Name: "recap show", Help: "show the recap of a discussion to you alone", Manage: true, answer: (*Engine).answerRecap,
			Params: []Param{{Name: "id", Help: "of the discussion; the newest here with a recap if left out", Of: "discussion"}}},
		{Name: "recap post", Help: "post the recap that waits", Manage: true, Params: []Param{idParam("discussion")}, answer: (*Engine).answerRecap},
		{Name: "recap drop", Help: "leave the recap that waits out for good", Manage: true, Params: []Param{idParam("discussion")}, answer: (*Engine).answerRecap},
	}
}

func (e *Engine) answerRecap(ctx context.Context, c Command) (Answer, error) {
	d, found, err := e.recapOf(ctx, c)
	if err != nil || !found {
		return say("No discussion here has a recap."), err
	}
	if !sameTenant(d.Channel, c.Channel) {
		return say("That discussion is not in this workspace."), nil
	}
	if c.Name != "recap show" {
		post := c.Name == "recap post"
		if err := e.DecideRecap(ctx, d, post, c.by()); err != nil {
			return Answer{}, err
		}
		if post {
			return say("The recap of %s is being posted.", quoted(d.Title)), nil
		}
		return say("The recap of %s is left out.", quoted(d.Title)), nil
	}
	m, found, err := e.ShowRecap(ctx, d)
	if err != nil {
		return Answer{}, err
	}
	if !found {
		return say("The discussion of %s has no recap: %s.", quoted(d.Title), NoRecap(d, e.set)), nil
	}
	if m.Footer, err = e.recapRemark(ctx, d, m.Footer); err != nil {
		return Answer{}, err
	}
	if d.Held {
		m.Buttons = recapButtons(d)
	}
	return Answer{Message: m, Private: true}, nil
}

// recapOf finds the discussion that a command about a recap means.
func (e *Engine) recapOf(ctx context.Context, c Command) (Discussion, bool, error) {
	if ref := c.Args["id"]; ref != "" {
		d, err := e.store.FindDiscussion(ctx, ref)
		return d, err == nil, err
	}
	list, err := e.store.Discussions(ctx, c.Channel, false, 50)
	if err != nil {
		return Discussion{}, false, err
	}
	for _, d := range list {
		if _, found, err := e.store.Recap(ctx, d.ID); err != nil || found {
			return d, found, err
		}
	}
	return Discussion{}, false, nil
}

// waiting lists the recaps of a channel that wait.
func (e *Engine) waiting(ctx context.Context, ch Channel) ([]string, error) {
	list, err := e.store.Discussions(ctx, ch, false, 50)
	var out []string
	for _, d := range list {
		if d.Held {
			out = append(out, fmt.Sprintf("The recap of %s waits: %s recap show %s", quoted(d.Title), CommandPrefix, d.ID.Short()))
		}
	}
	return out, err
}

// NoRecap says why a discussion has no recap.
func NoRecap(d Discussion, set Settings) string {
	switch d.State {
	case StatePosting, StateOpen:
		return "it is open"
	case StateClosing:
		return "it is being written"
	case StateErased:
		return "what people wrote was erased at the end of its retention"
	case StateWithdrawing, StateWithdrawn:
		return "the discussion was withdrawn"
	case StateFailed, StateUnknown:
		return strings.TrimSpace("the discussion was not posted " + d.Reason)
	}
	switch {
	case !d.LostAt.IsZero():
		return "the discussion ended early: " + d.Reason
	case d.Rules.Recap == RecapOff:
		return "its schedule wants none"
	}
	return fmt.Sprintf("a recap needs %s by %s, and there were %s by %s",
		plural(set.RecapReplies, "reply", "replies"), plural(set.RecapPeople, "person", "people"),
		plural(d.Replies, "reply", "replies"), plural(d.People, "person", "people"))
}
