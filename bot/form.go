package bot

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode/utf8"
)

// longestAnswer is how many characters an answer by form may have: what a form
// takes on the platform that takes least.
const longestAnswer = 4000

// formCommands are for everybody who takes part in a discussion.
func formCommands() []CommandSpec {
	discussion := Param{Name: "id", Help: "the discussion, or the end of its id; that of the thread, else the newest, if left out", Flag: true, Of: "discussion"}
	return []CommandSpec{
		{Name: "answer", Help: "answer a question; it is shown in the thread under your name", answer: (*Engine).answerForm,
			Params: []Param{discussion, {Name: "n", Help: "the number of the question; the discussion as a whole if left out", Flag: true},
				{Name: "text", Help: "what you say", Required: true, Rest: true}}},
		{Name: "remove", Help: "take back what you answered so", answer: (*Engine).answerRemove,
			Params: []Param{{Name: "id", Help: "the reply's id, or the end of it; left out where the command is about a message", Of: "reply"}}},
		{Name: "evidence", Help: "the passage of the article that a question comes from", answer: (*Engine).answerEvidence,
			Params: []Param{{Name: "n", Help: "the number of the question", Required: true}, discussion}},
	}
}

// takesPart finds the discussion that somebody who takes part in it means: one
// of the channel that they are in, as others may not be for their eyes.
func (e *Engine) takesPart(ctx context.Context, c Command) (Discussion, error) {
	d, err := e.discussionFor(ctx, c, "open", StateOpen, StateClosing, StateClosed)
	if err == nil && (d.Channel.Parent() != c.Channel.Parent() || d.OpenedAt.IsZero()) {
		err = Problemf("not_found", "that discussion is not in this channel")
	}
	return d, err
}

// askedIn reads the number of a question of d; 0 when it is left out.
func askedIn(d Discussion, text string) (int, error) {
	n, err := atoi(text, "the number of the question")
	if err == nil && n > len(d.Questions) {
		err = Problemf("bad_count", "that discussion has %s: give a number up to %d", plural(len(d.Questions), "question", "questions"), len(d.Questions))
	}
	return n, err
}

// answerForm stores what somebody wrote in a form, with the post that shows it
// in the thread.
func (e *Engine) answerForm(ctx context.Context, c Command) (Answer, error) {
	d, err := e.takesPart(ctx, c)
	if err != nil {
		return Answer{}, err
	}
	n, err := askedIn(d, c.Args["n"])
	if err != nil {
		return Answer{}, err
	}
	text := strings.TrimSpace(c.Args["text"])
	switch length := utf8.RuneCountInString(text); {
	case !saysSomething(text):
		return refuse("There is nothing in your answer. Write a few words, and send it again."), nil
	case length > longestAnswer:
		return refuse("Your answer has %d characters, and may have %d. Shorten it, or send it in two parts.", length, longestAnswer), nil
	}
	who, err := e.personHash(ctx, c.Actor.Person)
	if err != nil {
		return Answer{}, err
	}
	out, err := e.store.OptedOut(ctx, who)
	if err != nil {
		return Answer{}, err
	}
	if out {
		return refuse("You opted out of the record, so nothing was stored, and your answer is not shown. %s opt-in changes that.", CommandPrefix), nil
	}
	id, stored, err := e.storeAnswer(ctx, c, d, n, text, who)
	if err != nil {
		return Answer{}, err
	}
	if !stored {
		return refuse("That discussion takes no answers any more, so nothing was stored: it is %s.", d.State), nil
	}
	late := ""
	if d.State == StateClosed {
		late = ", as late: the discussion was closed before"
	}
	return say("Recorded%s. It appears in the thread under your name; %s remove %s takes it back.", late, CommandPrefix, id.Short()), nil
}

// saysSomething reports whether a text has anything that people can see.
func saysSomething(text string) bool { return clip(text, 10) != "" }

func (e *Engine) storeAnswer(ctx context.Context, c Command, d Discussion, n int, text, who string) (id ID, stored bool, err error) {
	now := e.now()
	r := Reply{ID: commandRowID(c), DiscussionID: d.ID, Author: c.Actor.Person, Question: n, Text: text, Version: now.UnixMicro(), CreatedAt: now}
	if r.ID == "" {
		r.ID = NewID(now)
	}
	thread, err := e.questionThread(ctx, d, n)
	if err != nil {
		return r.ID, false, err
	}
	r.Ref = MessageRef{Channel: thread, MessageID: formPrefix + string(r.ID)}
	p := newPost(now, Post{DiscussionID: d.ID, Seq: atEnd, Kind: PostAnswer, About: r.ID})
	if thread != d.Channel {
		p.Ref.Channel = thread
	}
	stored, err = e.store.AddAnswer(ctx, r, who, p, now, e.set.LateFor)
	return r.ID, stored, err
}

// renderAnswer shows an answer under the name of its author. It returns
// [ErrNotFound] when that was taken back.
func (e *Engine) renderAnswer(ctx context.Context, d Discussion, p Post) (Message, error) {
	r, err := e.store.Reply(ctx, p.About)
	if err == nil && r.Deleted {
		err = ErrNotFound
	}
	if err != nil {
		return Message{}, err
	}
	v, err := e.voice(ctx, d.Channel)
	if err != nil {
		return Message{}, err
	}
	return Message{
		Quotation: []Quoted{{Text: r.Text, By: v.author(r)}},
		Buttons:   []Button{{Label: v.remove, Command: "remove", Args: map[string]string{"id": r.ID.Short()}}},
	}, nil
}

// answerRemove takes an answer back for its author, or for a manager.
func (e *Engine) answerRemove(ctx context.Context, c Command) (Answer, error) {
	r, err := e.namedReply(ctx, c)
	if errors.Is(err, ErrNotFound) {
		return say("Nothing is recorded under that name any more. A post of it that is still in the thread can be deleted there by those who may."), nil
	}
	if err != nil {
		return Answer{}, err
	}
	own := r.Author.ID == c.Actor.ID && r.Author.ID != ""
	switch {
	case !own && !c.Actor.Manager:
		return refuse("Only its author and those who manage Colloquy here can remove it."), nil
	case !r.ByForm():
		return refuse("That is a message of its author: delete it in the thread, and it is erased here too."), nil
	}
	var a Audit
	if !own {
		a = e.audit(c.by(), "remove", string(r.ID)).In(r.Ref.Channel)
	}
	if err := e.store.RemoveAnswer(ctx, r.ID, e.now(), a); err != nil {
		return Answer{}, err
	}
	return say("Removed from the record. Its post in the thread goes in a moment."), nil
}

// hideAnswers takes away what shows answers in a discussion whose retention is over.
func (e *Engine) hideAnswers(ctx context.Context, l Lease, d Discussion) (again bool, err error) {
	posts, err := e.store.Posts(ctx, d.ID)
	if err != nil {
		return false, err
	}
	for _, p := range posts {
		switch {
		case p.Kind != PostAnswer:
		case p.State == PostSending || p.State == PostPending:
			return e.deliver(ctx, l, d, p)
		case p.State == PostSent && p.Stale > 0:
			return e.correctPost(ctx, l, d, p)
		}
	}
	return false, e.store.SetWork(ctx, l, d.ID, time.Time{})
}
