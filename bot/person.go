package bot

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// Erase removes what a person wrote from the record, and leaves tombstones so
// that a listing does not bring it back. It returns how many replies that were.
func (e *Engine) Erase(ctx context.Context, p Person, by By) (int, error) {
	// The audit says that somebody was erased, not who.
	who, err := e.personHash(ctx, p)
	if err != nil {
		return 0, err
	}
	if by.Platform != "" {
		by = By{Person: Person{ID: "the person"}, From: by.From}
	}
	return e.store.ErasePerson(ctx, p, who, e.now(), e.audit(by, "erase", who[:16]).In(Channel{Platform: p.Platform, Workspace: p.Workspace}))
}

// PersonHash is what is kept of a person who opted out or was erased: an
// HMAC-SHA256 under a key that their database made for itself.
func PersonHash(key []byte, p Person) string {
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s\x00%s\x00%s", p.Platform, p.Workspace, p.ID)
	return hex.EncodeToString(mac.Sum(nil))
}

func (e *Engine) personHash(ctx context.Context, p Person) (string, error) {
	key, err := e.store.HashKey(ctx)
	if err != nil {
		return "", err
	}
	return PersonHash(key, p), nil
}

// OptedOut reports whether a person keeps what they write out of the record.
func (e *Engine) OptedOut(ctx context.Context, p Person) (bool, error) {
	who, err := e.personHash(ctx, p)
	if err != nil {
		return false, err
	}
	return e.store.OptedOut(ctx, who)
}

func personCommands() []CommandSpec {
	answer := (*Engine).answerPerson
	return []CommandSpec{
		{Name: "privacy", Help: "what is recorded, for how long, and what you can do", answer: answer},
		{Name: "my-data", Help: "what is recorded of you, the newest first", answer: answer,
			Params: []Param{{Name: "before", Help: "id of the reply before which to go on", Flag: true}}},
		{Name: "export-me", Help: "get everything that is recorded of you as a file", answer: (*Engine).answerExport},
		{Name: "forget-me", Help: "erase what is recorded of you", answer: answer,
			Params: []Param{{Name: "confirm", Help: "ask: be asked once more before", Flag: true}}},
		{Name: "opt-out", Help: "from now on, record nothing that you write", answer: answer},
		{Name: "opt-in", Help: "record what you write again", answer: answer},
	}
}

func (e *Engine) answerPerson(ctx context.Context, c Command) (Answer, error) {
	p := c.Actor.Person
	v, err := e.voice(ctx, c.Channel)
	if err != nil {
		return Answer{}, err
	}
	v = v.private()
	switch c.Name {
	case "my-data":
		return e.answerMyData(ctx, p, c.Args["before"], v)
	case "forget-me":
		if c.Args["confirm"] == "ask" {
			return e.askErase(ctx, p)
		}
		n, err := e.Erase(ctx, p, c.by())
		if err != nil {
			return Answer{}, err
		}
		return say("Erased: %s. What you wrote on the platform itself stays there; delete it there if you wish.", plural(n, "reply", "replies")), nil
	case "opt-out", "opt-in":
		who, err := e.personHash(ctx, p)
		if err != nil {
			return Answer{}, err
		}
		out := c.Name == "opt-out"
		if err := e.store.SetOptOut(ctx, p, who, out, e.now()); err != nil {
			return Answer{}, err
		}
		if out {
			return say("From now on nothing that you write is recorded. What was recorded before stays until you use %s forget-me.", CommandPrefix), nil
		}
		return say("What you write in discussions is recorded again."), nil
	}
	a := Answer{Private: true}
	a.Message.Paragraphs = []string{
		"In the thread of a discussion, and in its forms, what people write is recorded: text, names and links of files, counts of reactions, with their author's name and the time. It is used for the recap that is posted there, and the managers can export it.",
		fmt.Sprintf("It is kept for %s after the discussion closed, then erased. What you delete on the platform is erased here too.", v.length(e.kept(Rules{}, v.preferences))),
		fmt.Sprintf("%[1]s my-data shows what is recorded of you, %[1]s forget-me erases it, %[1]s opt-out stops recording what you write.", CommandPrefix),
	}
	if to := e.recapModel(v.preferences); to != "" {
		a.Message.Paragraphs[0] += " " + sentForRecaps(modelName(to))
	}
	if v.preferences.Policy != "" {
		a.Message.Footer, a.Message.FooterLink = v.policy, v.preferences.Policy
	}
	out, err := e.OptedOut(ctx, p)
	a.Choices = dataChoices(out)
	return a, err
}

// dataChoices are what people can do with what is recorded of them. None of them
// erases anything at once.
func dataChoices(out bool) []Choice {
	opt := Choice{Label: "Stop recording me", Command: "opt-out"}
	if out {
		opt = Choice{Label: "Record me again", Command: "opt-in"}
	}
	return []Choice{{Label: "See what is recorded", Command: "my-data"}, {Label: "Export it", Command: "export-me"}, opt,
		{Label: "Erase it", Command: "forget-me", Args: map[string]string{"confirm": "ask"}}}
}

// askErase asks once more before a person is erased by a button.
func (e *Engine) askErase(ctx context.Context, p Person) (Answer, error) {
	replies, err := e.store.PersonReplies(ctx, p)
	if err != nil || len(replies) == 0 {
		return say("Nothing is recorded of you."), err
	}
	what := plural(len(replies), "reply", "replies")
	a := say("Erase %s of yours for good? What our posts show of them goes too; what you wrote on the platform itself stays there.", what)
	a.Choices = []Choice{{Label: "Erase " + what, Command: "forget-me", Args: map[string]string{"confirm": "yes"}}}
	return a, nil
}

// mostExported is how many bytes a chat takes as a file.
const mostExported = 8 << 20

// answerExport hands a person everything that is recorded of them.
func (e *Engine) answerExport(ctx context.Context, c Command) (Answer, error) {
	var data bytes.Buffer
	if err := e.ExportPerson(ctx, c.Actor.Person, &data); err != nil {
		return Answer{}, err
	}
	switch {
	case data.Len() == 0:
		return say("Nothing is recorded of you."), nil
	case data.Len() > mostExported:
		return say("So much is recorded of you that a chat does not take it as a file: ask whoever runs Colloquy for it, who gets it with 'colloquy person export %s'.", c.Actor.Person), nil
	}
	a := say("This is everything that is recorded of you, one JSON object a line.")
	a.File = &Document{Name: "my-data.jsonl", Data: data.Bytes()}
	return a, nil
}
