package bot

import (
	"context"
	"encoding/json"
	"io"
	"time"
)

// An ExportLine is one line of an export, as JSON. The names of the first part
// are a contract; each of them is in every line, null where it says nothing.
type ExportLine struct {
	Type      string     `json:"type"` // such as "reply"
	ID        string     `json:"id"`
	MessageID *string    `json:"message_id"` // on the platform
	AuthorID  *string    `json:"author_id"`
	Author    *string    `json:"author"`
	Question  *int       `json:"question"` // from 1, as people see them
	Text      *string    `json:"text"`
	CreatedAt *time.Time `json:"created_at"` // in UTC
	EditedAt  *time.Time `json:"edited_at"`
	Deleted   bool       `json:"deleted"`
	Late      bool       `json:"late"`
	Reactions []Reaction `json:"reactions"`

	*ExportReply
}

// ExportReply is what an [ExportLine] says of a reply beside that.
type ExportReply struct {
	Files    []File  `json:"files"`
	ReplyTo  *string `json:"reply_to"` // message that it answers
	Excluded bool    `json:"excluded"` // kept out of recaps
	Form     bool    `json:"form"`     // it came by a form; message_id is that of the post which shows it
}

// NewExportLine is the line of a reply. A tombstone has neither text nor author.
// shown is the post that shows it, if it came by a form; author gives the id and
// the name to write for a person.
func NewExportLine(r Reply, shown MessageRef, author func(Person) (id, name string)) ExportLine {
	l := ExportLine{Type: "reply", ID: string(r.ID), MessageID: orNull(r.Ref.MessageID), CreatedAt: utcOrNull(r.CreatedAt), EditedAt: utcOrNull(r.EditedAt),
		Deleted: r.Deleted, Late: r.Late, Reactions: []Reaction{}, Question: orNull(r.Question),
		ExportReply: &ExportReply{Files: []File{}, ReplyTo: orNull(r.ReplyTo), Excluded: r.Excluded, Form: r.ByForm()}}
	if r.ByForm() {
		l.MessageID = orNull(shown.MessageID)
	}
	if r.Deleted {
		return l
	}
	id, name := author(r.Author)
	l.AuthorID, l.Author, l.Text = orNull(id), orNull(name), &r.Text
	l.Reactions, l.Files = append(l.Reactions, r.Reactions...), append(l.Files, r.Files...)
	return l
}

// orNull is v, or null when it is zero.
func orNull[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}

func utcOrNull(t time.Time) *time.Time { return orNull(t.UTC()) }

// An exportedReply is a reply of a person, with the discussion it is in.
type exportedReply struct {
	ExportLine
	Discussion ID     `json:"discussion"`
	Title      string `json:"title"`
	Channel    string `json:"channel"`
	Quoted     bool   `json:"quoted"` // the recap quotes it
	Cited      bool   `json:"cited"`  // a statement of the recap, in a language model's words, rests on it
}

// An exportedAction is something that a person changed.
type exportedAction struct {
	ExportLine
	Action string `json:"action"`
	Target string `json:"target"` // id of what was changed
	Detail string `json:"detail"`
	From   string `json:"where"` // the channel
}

// ExportPerson writes everything that is stored of a person, one JSON object a
// line: that they opted out, every reply, and what they changed as a manager.
func (e *Engine) ExportPerson(ctx context.Context, p Person, w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	out, err := e.OptedOut(ctx, p)
	if err != nil {
		return err
	}
	if out {
		if err := enc.Encode(ExportLine{Type: "opt_out", ID: p.String(), Reactions: []Reaction{}}); err != nil {
			return err
		}
	}
	if err := e.exportReplies(ctx, p, enc); err != nil {
		return err
	}
	actions, err := e.store.ActionsOf(ctx, p)
	for _, a := range actions {
		l := ExportLine{Type: "action", ID: string(a.ID), CreatedAt: utcOrNull(a.At), Reactions: []Reaction{}}
		if err := enc.Encode(exportedAction{l, a.Action, a.Target, a.Detail, a.From}); err != nil {
			return err
		}
	}
	return err
}

func (e *Engine) exportReplies(ctx context.Context, p Person, enc *json.Encoder) error {
	replies, err := e.store.PersonReplies(ctx, p)
	if err != nil {
		return err
	}
	var d Discussion
	var recap Recap
	var shown map[ID]MessageRef
	for _, r := range replies {
		if d.ID != r.DiscussionID {
			if d, err = e.store.Discussion(ctx, r.DiscussionID); err != nil {
				return err
			}
			if recap, _, err = e.store.Recap(ctx, d.ID); err != nil {
				return err
			}
			if shown, err = e.shownAnswers(ctx, d); err != nil {
				return err
			}
		}
		l := NewExportLine(r, shown[r.ID], func(p Person) (string, string) { return p.ID, p.Name })
		if err := enc.Encode(exportedReply{l, d.ID, d.Title, r.Ref.Channel.String(), recap.quotes(r.ID), recap.cites(r.ID)}); err != nil {
			return err
		}
	}
	return nil
}
