package bot

import (
	"slices"
	"time"
)

// RecapInput is what a [Writer] makes a [Recap] from.
type RecapInput struct {
	Language  string
	Title     string     // of the article
	Questions []Question // as posted: question n is Questions[n-1]
	Replies   []Reply    // neither deleted nor by people who opted out, oldest first
	Gaps      []Gap
	// Names are the display names that no statement may hold: of everybody who
	// takes part, also of people who opted out.
	Names []string
}

// A Recap is what was said in a discussion, as statements that rest on replies.
// It holds no text of any reply: a quotation is looked up when it is shown.
type Recap struct {
	ID           ID
	DiscussionID ID
	Statements   []RecapStatement
	Writer       WriterInfo
	Dropped      []Dropped // statements that failed a check, without their text: it may hold a reply's words
	Spent        Spent
	Fallback     Fallback // why the extractive writer wrote it in place of a model
	CreatedAt    time.Time
}

// Kinds of statements. The engine puts them into words.
const (
	RecapCount    = "count"    // People wrote Count replies
	RecapQuote    = "quote"    // Replies[0] stands for a view that several share
	RecapDissent  = "dissent"  // Replies[0] disagrees with what most say
	RecapQuestion = "question" // Question drew Count replies, the most
	RecapText     = "text"     // Text says what Replies say
)

// A RecapStatement is one statement. When all its Replies are gone, so is it.
type RecapStatement struct {
	Kind     string `json:"kind"`
	Text     string `json:"text,omitempty"` // never a reply's words
	Question int    `json:"question,omitempty"`
	People   int    `json:"people,omitempty"`
	Count    int    `json:"count,omitempty"`
	Replies  []ID   `json:"replies,omitempty"`
}

// quotes reports whether a reply is quoted.
func (r Recap) quotes(reply ID) bool {
	return slices.ContainsFunc(r.Statements, func(s RecapStatement) bool {
		return (s.Kind == RecapQuote || s.Kind == RecapDissent) && firstOf(s.Replies) == reply
	})
}

// cites reports whether a statement in a model's words rests on a reply.
func (r Recap) cites(reply ID) bool {
	return slices.ContainsFunc(r.Statements, func(s RecapStatement) bool {
		return s.Kind == RecapText && slices.Contains(s.Replies, reply)
	})
}

// A Gap is a time in which replies to a discussion may have gone unseen.
type Gap struct {
	ID           ID
	DiscussionID ID
	Scope        string
	From, To     time.Time
	Recovered    int  // replies written then and found afterwards by listing
	Listed       bool // the thread was listed completely afterwards
}
