package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"colloquy/bot"
	"colloquy/bot/store"
)

// An exportLine is one line of the export of a discussion.
type exportLine struct {
	bot.ExportLine
	*discussionPart
	*gapPart
	*recapPart
	Move string `json:"move,omitempty"` // of a question
}

type discussionPart struct {
	Title    string     `json:"title"`
	URL      string     `json:"url"`
	Channel  string     `json:"channel"`
	State    string     `json:"state"`
	OpenedAt *time.Time `json:"opened_at"`
	ClosesAt *time.Time `json:"closes_at"`
	ClosedAt *time.Time `json:"closed_at"`
}

type gapPart struct {
	From      *time.Time `json:"from"`
	To        *time.Time `json:"to"`
	Recovered int        `json:"recovered"` // replies found afterwards
	Listed    bool       `json:"listed"`    // the thread was read completely afterwards
}

type recapPart struct {
	Kind    string   `json:"kind"` // count, quote, dissent, question, text
	People  int      `json:"people,omitempty"`
	Count   int      `json:"count,omitempty"`
	Replies []bot.ID `json:"replies"` // what it rests on
}

// exportLines writes a discussion line by line; replies are never all in memory.
func exportLines(ctx context.Context, db *store.DB, d bot.Discussion, names pseudonymsOf, out lineWriter) error {
	digest, err := db.Digest(ctx, d.DigestID)
	if err != nil {
		return err
	}
	posts, err := postsOf(ctx, db, d.ID)
	if err != nil {
		return err
	}
	if err := out.write(discussionLine(d, digest, posts)); err != nil {
		return err
	}
	for n, q := range d.Questions {
		l := posts.line("question", bot.PostQuestion, n+1)
		l.Question, l.Text, l.Move = number(n+1), words(q.Text), q.Move
		if err := out.write(l); err != nil {
			return err
		}
	}
	recap, found, err := db.Recap(ctx, d.ID)
	if err != nil {
		return err
	}
	quoted := quotedBy(recap)
	err = db.EachReply(ctx, d.ID, func(r bot.Reply) error {
		if _, ok := quoted[r.ID]; ok {
			quoted[r.ID] = r
		}
		return out.write(exportLine{ExportLine: bot.NewExportLine(r, posts.answers[r.ID], names.author)})
	})
	if err != nil {
		return err
	}
	gaps, err := db.Gaps(ctx, d.ID)
	if err != nil {
		return err
	}
	for _, g := range gaps {
		l := exportLine{ExportLine: bot.ExportLine{Type: "gap", ID: string(g.ID), CreatedAt: utc(g.From)}, gapPart: &gapPart{utc(g.From), utc(g.To), g.Recovered, g.Listed}}
		if err := out.write(l); err != nil {
			return err
		}
	}
	if found {
		if err := exportRecap(recap, quoted, posts, names, out); err != nil {
			return err
		}
	}
	return out.end()
}

// sentPosts are the posts of a discussion with the times they went out.
type sentPosts struct {
	posts   []bot.Post
	times   map[bot.ID]time.Time
	answers map[bot.ID]bot.MessageRef // that show replies which came by a form
}

func postsOf(ctx context.Context, db *store.DB, id bot.ID) (p sentPosts, err error) {
	if p.posts, err = db.Posts(ctx, id); err != nil {
		return p, err
	}
	p.answers = map[bot.ID]bot.MessageRef{}
	for _, x := range p.posts {
		if x.Kind == bot.PostAnswer {
			p.answers[x.About] = x.Ref
		}
	}
	p.times, err = db.SentTimes(ctx, id)
	return p, err
}

// line begins the line of one of our posts.
func (p sentPosts) line(kind, post string, question int) exportLine {
	l := exportLine{ExportLine: bot.ExportLine{Type: kind}}
	for _, x := range p.posts {
		if x.Kind == post && x.Question == question {
			l.ID, l.MessageID, l.CreatedAt = string(x.ID), words(x.Ref.MessageID), utc(p.times[x.ID])
		}
	}
	return l
}

func discussionLine(d bot.Discussion, digest bot.Digest, posts sentPosts) exportLine {
	l := posts.line("discussion", bot.PostRoot, 0)
	l.ID = string(d.ID)
	var summary []string
	for _, s := range digest.Summary {
		summary = append(summary, s.Text)
	}
	l.Text = words(strings.Join(summary, " "))
	l.discussionPart = &discussionPart{d.Title, d.URL, d.Channel.String(), d.State, utc(d.OpenedAt), utc(d.ClosesAt), utc(d.ClosedAt)}
	return l
}

// quotedBy are the replies that a recap quotes, to be filled in.
func quotedBy(r bot.Recap) map[bot.ID]bot.Reply {
	out := map[bot.ID]bot.Reply{}
	for _, s := range r.Statements {
		if (s.Kind == bot.RecapQuote || s.Kind == bot.RecapDissent) && len(s.Replies) > 0 {
			out[s.Replies[0]] = bot.Reply{Deleted: true}
		}
	}
	return out
}

// exportRecap writes a line for each statement. A quotation whose reply is gone
// has no text.
func exportRecap(r bot.Recap, quoted map[bot.ID]bot.Reply, posts sentPosts, names pseudonymsOf, out lineWriter) error {
	for n, s := range r.Statements {
		l := posts.line("recap", bot.PostRecap, 0)
		l.ID = fmt.Sprintf("%s/%d", r.ID, n+1)
		if l.CreatedAt == nil {
			l.CreatedAt = utc(r.CreatedAt)
		}
		if s.Question > 0 {
			l.Question = number(s.Question)
		}
		l.recapPart = &recapPart{s.Kind, s.People, s.Count, append([]bot.ID{}, s.Replies...)}
		switch s.Kind {
		case bot.RecapCount:
			l.Text = words(plural(s.People, "person", "people") + " wrote " + plural(s.Count, "reply", "replies") + ".")
		case bot.RecapQuestion:
			l.Text = words(fmt.Sprintf("Question %d drew the most replies: %d.", s.Question, s.Count))
		case bot.RecapQuote, bot.RecapDissent:
			var reply bot.Reply
			if len(s.Replies) > 0 {
				reply = quoted[s.Replies[0]]
			}
			if l.Deleted = reply.Deleted; !l.Deleted {
				id, name := names.author(reply.Author)
				l.AuthorID, l.Author, l.Text = words(id), words(name), words(reply.Text)
				if reply.Question > 0 {
					l.Question = number(reply.Question)
				}
			}
		default:
			l.Text = words(s.Text)
		}
		if err := out.write(l); err != nil {
			return err
		}
	}
	return nil
}

// words is a text, null when it is empty.
func words(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func number(n int) *int { return &n }
