package bot

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// render says what a post says, from what is stored.
func (e *Engine) render(ctx context.Context, d Discussion, p Post) (Message, error) {
	switch p.Kind {
	case PostRoot:
		return e.renderRoot(ctx, d)
	case PostQuestion:
		return e.renderQuestion(ctx, d, p.Question)
	case PostRecap:
		m, found, err := e.ShowRecap(ctx, d)
		if err == nil && !found {
			err = ErrNotFound
		}
		return m, err
	case PostReminder:
		v, err := e.voice(ctx, d.Channel)
		if err != nil {
			return Message{}, err
		}
		return v.remind(d), nil
	case PostDraft:
		draft, err := e.store.Draft(ctx, p.DraftID)
		if err != nil {
			return Message{}, err
		}
		return e.DraftMessage(ctx, draft)
	case PostWithdrawal:
		v, err := e.voice(ctx, d.Channel)
		return Message{Paragraphs: []string{v.withdrawn}}, err
	case PostNote, PostNotice:
		return p.Body, nil
	case PostPreview:
		return e.renderPreview(ctx, p)
	case PostAnswer:
		return e.renderAnswer(ctx, d, p)
	case PostWelcome:
		v, err := e.voice(ctx, p.Ref.Channel)
		return v.welcome(), err
	}
	return Message{}, fmt.Errorf("kind of post %q is not known", p.Kind)
}

func (e *Engine) renderRoot(ctx context.Context, d Discussion) (Message, error) {
	a, err := e.store.Article(ctx, d.ArticleID)
	if err != nil {
		return Message{}, err
	}
	dig, err := e.store.Digest(ctx, d.DigestID)
	if err != nil {
		return Message{}, err
	}
	closes := d.ClosesAt
	if closes.IsZero() {
		closes = e.now().Add(d.CloseAfter)
	}
	v, err := e.voice(ctx, d.Channel)
	if err != nil {
		return Message{}, err
	}
	m := v.digest(a, dig)
	m.Ping = d.Rules.Ping
	m.Footer, m.FooterLink = v.smallPrint(d, closes, e.kept(d.Rules, v.preferences))
	m.Footer = strings.TrimSpace(v.generated(dig) + " " + m.Footer)
	for _, q := range d.Questions {
		m.Asks = append(m.Asks, q.Text)
	}
	m.Buttons = []Button{{Label: v.yourData, Command: "privacy"}}
	return m, nil
}

// digest shows a digest without its questions, which are posts of their own.
func (v voice) digest(a Article, dig Digest) Message {
	m := Message{Title: a.Title, Link: a.URL, Image: publicImage(a.Image), Source: v.source(a), Language: dig.Language}
	if verbatim(dig) {
		if len(dig.Summary) > 0 {
			m.Quotation = []Quoted{{Text: quotation(dig.Summary), By: cmp.Or(a.Site, a.Byline)}}
		}
		return m
	}
	for _, s := range dig.Summary {
		m.Paragraphs = append(m.Paragraphs, s.Text)
	}
	return m
}

// quotation joins sentences of an article and shows where something between
// them was left out.
func quotation(summary []Statement) string {
	var b strings.Builder
	for i, s := range summary {
		switch {
		case i > 0 && s.Evidence[0] == summary[i-1].Evidence[0]+1:
			b.WriteString(" ")
		case i > 0:
			b.WriteString(" […] ")
		}
		b.WriteString(s.Text)
	}
	return b.String()
}

// verbatim reports whether the summary is made of the article's own sentences,
// and so has to be shown as a quotation.
func verbatim(d Digest) bool {
	for _, s := range d.Summary {
		if len(s.Evidence) != 1 || s.Evidence[0] >= len(d.Sentences) || d.Sentences[s.Evidence[0]] != s.Text {
			return false
		}
	}
	return true
}

// source names publisher, author and day, as far as they are known.
func (v voice) source(a Article) string {
	var parts []string
	site := a.Site
	if u, err := url.Parse(a.URL); err == nil && u.Host != "" {
		host := strings.TrimPrefix(u.Hostname(), "www.")
		if site == "" || strings.EqualFold(site, host) {
			site = host
		} else {
			site += " (" + host + ")"
		}
	}
	for _, p := range []string{site, a.Byline} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	if !a.Published.IsZero() {
		parts = append(parts, v.date(a.Published))
	}
	return strings.Join(parts, " · ")
}

func (e *Engine) renderQuestion(ctx context.Context, d Discussion, n int) (Message, error) {
	if n < 1 || n > len(d.Questions) {
		return Message{}, fmt.Errorf("question %d of %d", n, len(d.Questions))
	}
	dig, err := e.store.Digest(ctx, d.DigestID)
	if err != nil {
		return Message{}, err
	}
	v, err := e.voice(ctx, d.Channel)
	if err != nil {
		return Message{}, err
	}
	m := Message{Number: n, Question: d.Questions[n-1].Text, Language: dig.Language}
	args := map[string]string{"id": d.ID.Short(), "n": strconv.Itoa(n)}
	m.Buttons = []Button{{Label: v.answer, Command: "answer", Args: args, Form: v.answerForm}}
	if len(d.Questions[n-1].Evidence) > 0 {
		m.Buttons = append(m.Buttons, Button{Label: v.whyThis, Command: "evidence", Args: args})
	}
	return m, nil
}

// renderRecap puts the statements of r into words. A statement whose replies
// are all gone is left out, and so is one that names somebody who opted out.
func (e *Engine) renderRecap(ctx context.Context, d Discussion, r Recap) (Message, error) {
	in, err := e.recapInput(ctx, d)
	if err != nil {
		return Message{}, err
	}
	byID := map[ID]Reply{}
	for _, reply := range in.Replies {
		byID[reply.ID] = reply
	}
	v, err := e.voice(ctx, d.Channel)
	if err != nil {
		return Message{}, err
	}
	link, err := e.linksTo(ctx, d)
	if err != nil {
		return Message{}, err
	}
	m := Message{Title: v.fill(v.recapTitle, "title", d.Title), Link: d.URL, Language: in.Language}
	for _, s := range r.Statements {
		switch s.Kind {
		case RecapCount:
			m.Paragraphs = append(m.Paragraphs, v.fill(v.wrote, "people", v.count(v.people, s.People), "replies", v.count(v.replies, s.Count)))
		case RecapQuestion:
			m.Paragraphs = append(m.Paragraphs, v.count(v.most, s.Count, "question", strconv.Itoa(s.Question)))
		case RecapQuote, RecapDissent:
			if reply, ok := byID[firstOf(s.Replies)]; ok {
				m.Quotation = append(m.Quotation, v.quoted(s, reply, link(reply)))
			}
		case RecapText:
			if on := s.restsOn(r, byID); len(on) > 0 && !holdsName(s.Text, in.away) {
				m.Paragraphs = append(m.Paragraphs, v.stated(s, on, link))
			}
		}
	}
	for _, g := range in.Gaps {
		m.Paragraphs = append(m.Paragraphs, v.gap(g, v.stamp))
	}
	m.Footer = v.writtenBy(r.Writer)
	return m, nil
}

// linksTo gives the address of a reply in d; it is empty where the platform has
// none, and for an answer that is not shown.
func (e *Engine) linksTo(ctx context.Context, d Discussion) (func(Reply) string, error) {
	linker, ok := e.adapters[d.Channel.Platform].(Linker)
	if !ok {
		return func(Reply) string { return "" }, nil
	}
	shown, err := e.shownAnswers(ctx, d)
	return func(r Reply) string {
		ref := r.Ref
		if r.ByForm() {
			ref = shown[r.ID]
		}
		if ref.MessageID == "" {
			return ""
		}
		return linker.LinkTo(ref)
	}, err
}

func firstOf(ids []ID) ID {
	if len(ids) == 0 {
		return ""
	}
	return ids[0]
}

// restsOn are the replies that s, a statement of r, still rests on: those that are left
// and say what they said when it was written.
func (s RecapStatement) restsOn(r Recap, left map[ID]Reply) []Reply {
	var on []Reply
	for _, id := range s.Replies {
		if reply, ok := left[id]; ok && !reply.EditedAt.After(r.CreatedAt) {
			on = append(on, reply)
		}
	}
	return on
}

// DescribeGap says in one line, in English, when nobody listened and what that
// means for the record; show puts a moment into words.
func DescribeGap(g Gap, show func(time.Time) string) string {
	return voice{phrases: english}.gap(g, show)
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
