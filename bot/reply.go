package bot

import (
	"strings"
	"time"
)

// A Reply is what a person wrote in a discussion.
type Reply struct {
	ID           ID         // ours; set by the store
	DiscussionID ID         // set by the store
	Ref          MessageRef // unique by platform, workspace, channel and message id
	Author       Person     // without a name where the platform did not give one; a later version or a listing may
	ReplyTo      string     // id of the message it answers on the platform; empty if none
	Question     int        // from 1; 0 is the discussion as a whole. The engine finds it out
	Text         string     // as the person wrote it, unescaped
	Files        []File
	Reactions    []Reaction // known when listed; nil leaves what is stored
	Version      int64      // edit time on the platform in µs, else creation; the highest wins
	CreatedAt    time.Time
	EditedAt     time.Time // zero if never
	Deleted      bool      // a tombstone: text and author are gone
	Late         bool      // written after the discussion closed
	Excluded     bool      // a manager keeps it out of recaps
	Unread       bool      // a listing found it and was not shown what it says, or it is a post of ours: only Ref and Reactions are set
}

// formPrefix begins our own message id of a reply that came by a form. The
// platform knows the post that shows it by another one.
const formPrefix = "form-"

// ByForm reports whether a reply came by a form and is shown in the thread by a
// post of ours. Then the message id of its Ref is ours and not the platform's.
func (r Reply) ByForm() bool { return strings.HasPrefix(r.Ref.MessageID, formPrefix) }

// ShortMessage is what people see of a platform's message id, and may type: its
// end, with enough of it before a dot.
func ShortMessage(id string) string {
	const digits = 4
	if dot := strings.LastIndexByte(id, '.'); dot > digits {
		return id[dot-digits:]
	}
	return ID(id).Short()
}

// A File is something attached to a reply; only its name and link are kept.
type File struct {
	Name string `json:"name"`
	URL  string `json:"url"`
}

// A Reaction counts how often one emoji was set on a reply.
type Reaction struct {
	Key   string `json:"key"`
	Count int    `json:"count"`
}

// ExcludeEmoji is what a manager sets on a reply to keep it out of recaps.
// Adapters hand it over as the command "exclude" about that message.
const ExcludeEmoji = "⛔"
