package bot

import (
	"cmp"
	"context"
	"errors"
	"slices"
)

// changeCommands are what managers do to a discussion after it was posted.
func changeCommands() []CommandSpec {
	id := Param{Name: "id", Help: "its id, or the end of it; the newest here if left out", Of: "discussion"}
	reply := Param{Name: "id", Help: "the reply's id, or the end of it; left out where the command is about a message", Of: "reply"}
	return []CommandSpec{
		{Name: "withdraw", Help: "take the posts of a discussion away for good", Manage: true, Params: []Param{id}, answer: (*Engine).answerWithdraw},
		{Name: "extend", Help: "let a discussion close later", Manage: true, answer: (*Engine).answerExtend,
			Params: []Param{id, {Name: "by", Help: "how much later, as 24h; 24h if left out", Flag: true}}},
		{Name: "reopen", Help: "let people reply again in a closed discussion", Manage: true, Params: []Param{id}, answer: (*Engine).answerReopen},
		{Name: "exclude", Help: "keep a reply out of recaps", Manage: true, Params: []Param{reply}, answer: (*Engine).answerExclude},
		{Name: "include", Help: "let recaps use a reply again", Manage: true, Params: []Param{reply}, answer: (*Engine).answerExclude},
	}
}

// discussionFor finds the discussion that a command is about: the one it names,
// that of the thread it was given in, or the newest of the channel in one of
// the states.
func (e *Engine) discussionFor(ctx context.Context, c Command, what string, states ...string) (Discussion, error) {
	if ref := c.Args["id"]; ref != "" {
		d, err := e.store.FindDiscussion(ctx, ref)
		if err == nil && !sameTenant(d.Channel, c.Channel) {
			err = Problemf("not_found", "that discussion is not in this workspace")
		}
		return d, err
	}
	if d, found, err := e.store.InThread(ctx, c.Channel); err != nil || found {
		return d, err
	}
	list, err := e.store.Discussions(ctx, c.Channel, false, 50)
	if err != nil {
		return Discussion{}, err
	}
	at := slices.IndexFunc(list, func(d Discussion) bool { return slices.Contains(states, d.State) })
	if at < 0 {
		return Discussion{}, Problemf("not_found", "no discussion here is %s", what)
	}
	return list[at], nil
}

// orList writes words as "a, b or c".
func orList(words []string) string {
	text := ""
	for i, w := range words {
		switch {
		case i > 0 && i == len(words)-1:
			text += " or "
		case i > 0:
			text += ", "
		}
		text += w
	}
	return text
}

func (e *Engine) answerWithdraw(ctx context.Context, c Command) (Answer, error) {
	d, err := e.discussionFor(ctx, c, "posted or being posted", StatePosting, StateOpen, StateClosing, StateClosed, StateUnknown)
	if err != nil {
		return Answer{}, err
	}
	if err := e.Withdraw(ctx, d, c.by()); err != nil {
		return Answer{}, err
	}
	return say("Withdrawing %q: its posts are taken away, what people wrote stays, and it is not posted here again.", d.Title), nil
}

func (e *Engine) answerExtend(ctx context.Context, c Command) (Answer, error) {
	more := oneDay
	if text := c.Args["by"]; text != "" {
		var err error
		if more, err = ParseDuration(text); err != nil {
			return Answer{}, err
		}
	}
	d, err := e.discussionFor(ctx, c, "open", StatePosting, StateOpen)
	if err != nil {
		return Answer{}, err
	}
	until, err := e.Extend(ctx, d, more, c.by())
	if err != nil {
		return Answer{}, err
	}
	v, err := e.voice(ctx, d.Channel)
	return say("%q closes %s now.", d.Title, v.private().stamp(until)), err
}

func (e *Engine) answerReopen(ctx context.Context, c Command) (Answer, error) {
	d, err := e.discussionFor(ctx, c, "closed", StateClosed)
	if err != nil {
		return Answer{}, err
	}
	until, err := e.Reopen(ctx, d, c.by())
	if err != nil {
		return Answer{}, err
	}
	v, err := e.voice(ctx, d.Channel)
	return say("%q is open again until %s. A recap that was posted is taken away; a new one follows then.", d.Title, v.private().stamp(until)), err
}

func (e *Engine) answerExclude(ctx context.Context, c Command) (Answer, error) {
	r, err := e.namedReply(ctx, c)
	if errors.Is(err, ErrNotFound) {
		return say("No recorded reply here has an id that ends in %q.", firstWord(cmp.Or(c.Args["id"], c.Ref.MessageID))), nil
	}
	if err != nil {
		return Answer{}, err
	}
	out := c.Name == "exclude"
	if err := e.Exclude(ctx, r, out, c.by()); err != nil {
		return Answer{}, err
	}
	if out {
		return say("The reply %s is kept out of recaps. It stays in the thread and on record; %s include %s undoes this.", r.ID.Short(), CommandPrefix, r.ID.Short()), nil
	}
	return say("Recaps may use the reply %s again.", r.ID.Short()), nil
}

// namedReply finds the reply that a command names, or whose message it is about.
func (e *Engine) namedReply(ctx context.Context, c Command) (Reply, error) {
	ref := cmp.Or(c.Args["id"], c.Ref.MessageID)
	if ref == "" {
		return Reply{}, Problemf("bad_usage", "which reply? Give its id, or the end of it")
	}
	return e.store.FindReply(ctx, c.Channel, ref)
}

// Exclude keeps a reply out of recaps, or no longer so. A recap that is out
// already is changed.
func (e *Engine) Exclude(ctx context.Context, r Reply, out bool, by By) error {
	action, place := "include", map[bool]string{true: "out of recaps", false: "in recaps"}
	if out {
		action = "exclude"
	}
	return e.store.SetExcluded(ctx, r.ID, out, e.now(), e.audit(by, action, string(r.ID), changed("reply", place[r.Excluded], place[out])).In(r.Ref.Channel))
}
