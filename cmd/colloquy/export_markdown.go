package main

import (
	"context"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"

	"colloquy/bot"
)

// exportMarkdown writes a discussion as a text to read.
func (a *app) exportMarkdown(ctx context.Context, rt *running, d bot.Discussion, names pseudonymsOf, w io.Writer) error {
	rec, err := rt.record(ctx, d)
	if err != nil {
		return err
	}
	replies, err := rt.db.Replies(ctx, d.ID)
	if err != nil {
		return err
	}
	md := markdown{w: w, names: names}
	md.head(rec)
	for n, q := range rec.Questions {
		md.printf("\n## %d. %s\n", n+1, escape(inline(q.Text)))
		md.replies(replies, n+1)
	}
	if said(replies, 0) {
		md.printf("\n## On the discussion as a whole\n")
		md.replies(replies, 0)
	}
	if len(rec.gaps) > 0 {
		md.printf("\n## Times without listening\n\n")
	}
	for _, g := range rec.gaps {
		md.printf("- %s\n", bot.DescribeGap(g, stamp))
	}
	if err := md.recap(ctx, rt, rec, replies); err != nil {
		return err
	}
	return md.err
}

// markdown writes until the first error, which it keeps.
type markdown struct {
	w     io.Writer
	names pseudonymsOf
	err   error
}

func (m *markdown) printf(format string, args ...any) {
	if m.err == nil {
		_, m.err = fmt.Fprintf(m.w, format, args...)
	}
}

func (m *markdown) head(rec record) {
	m.printf("# %s\n\n", escape(inline(rec.Title)))
	if about := join([]string{rec.article.Site, rec.article.Byline}, " · "); about != "" {
		m.printf("%s\n\n", escape(inline(about)))
	}
	if rec.URL != "" {
		m.printf("<%s>\n\n", strings.NewReplacer("<", "%3C", ">", "%3E", "\n", "", " ", "%20").Replace(rec.URL))
	}
	m.printf("%s: %s. %s.\n", rec.Channel, escape(standing(rec.Discussion, stamp)), upper(replyCount(rec.Discussion)))
	if len(rec.digest.Summary) > 0 {
		m.printf("\n## Summary\n\n")
	}
	for _, s := range rec.digest.Summary {
		m.printf("> %s\n", escape(inline(s.Text)))
	}
}

func (m *markdown) replies(replies []bot.Reply, question int) {
	deleted := 0
	for _, r := range replies {
		switch {
		case r.Question != question:
		case r.Deleted:
			deleted++
		default:
			m.reply(r)
		}
	}
	if deleted > 0 {
		m.printf("\n_%s deleted._\n", plural(deleted, "reply was", "replies were"))
	}
}

func (m *markdown) reply(r bot.Reply) {
	id, name := m.names.author(r.Author)
	if name == "" {
		name = id
	}
	m.printf("\n**%s**, %s", escape(inline(name)), stamp(r.CreatedAt))
	if !r.EditedAt.IsZero() {
		m.printf(", edited")
	}
	if r.Late {
		m.printf(", late")
	}
	if r.Excluded {
		m.printf(", kept out of recaps")
	}
	for _, re := range r.Reactions {
		m.printf(", %s %d", escape(inline(re.Key)), re.Count)
	}
	m.printf("\n\n")
	m.quote(replyText(r))
}

// quote writes a text as a quotation that keeps its lines.
func (m *markdown) quote(text string) {
	for part := range strings.SplitSeq(strings.TrimSpace(plain(text)), "\n") {
		m.printf("> %s  \n", escape(strings.TrimSpace(part)))
	}
}

// recap writes the statements of the recap, with the names that this export uses.
func (m *markdown) recap(ctx context.Context, rt *running, rec record, replies []bot.Reply) error {
	if !rec.recaped {
		return nil
	}
	r, _, err := rt.db.Recap(ctx, rec.ID)
	if err != nil {
		return err
	}
	author := quotedAuthors(r, replies)
	m.printf("\n## Recap\n\n")
	for _, p := range rec.recap.Paragraphs {
		m.printf("%s\n\n", escape(inline(p)))
	}
	for _, q := range rec.recap.Quotation {
		m.quote(q.Text)
		by := q.By
		if m.names != nil {
			_, by = m.names.author(author(q.Text))
		}
		m.printf("> — %s\n\n", escape(inline(by)))
	}
	if r.Writer.Model != "" {
		m.printf("_Written by the language model %s, and checked against the replies._\n", escape(inline(r.Writer.Model)))
	} else {
		m.printf("_Written by the %s writer._\n", escape(r.Writer.Name))
	}
	return nil
}

// quotedAuthors gives who wrote each quotation of a recap, asked for in their order:
// some of its statements may be shown no more.
func quotedAuthors(r bot.Recap, replies []bot.Reply) func(quotation string) bot.Person {
	var quoted []bot.Reply
	for _, s := range r.Statements {
		if (s.Kind == bot.RecapQuote || s.Kind == bot.RecapDissent) && len(s.Replies) > 0 {
			at := slices.IndexFunc(replies, func(reply bot.Reply) bool { return reply.ID == s.Replies[0] })
			if at >= 0 {
				quoted = append(quoted, replies[at])
			}
		}
	}
	return func(quotation string) bot.Person {
		for n, reply := range quoted {
			if strings.HasSuffix(reply.Text, quotation) { // the number of a question stands before it
				quoted = quoted[n+1:]
				return reply.Author
			}
		}
		return bot.Person{}
	}
}

// stamp is a moment in UTC.
func stamp(t time.Time) string { return t.UTC().Format("2 January 2006 15:04 UTC") }

// escape keeps text from being Markdown or HTML.
func escape(s string) string {
	s = markdownEscaper.Replace(s)
	if s == "" {
		return s
	}
	// What would begin a list, a heading, a rule or a fence.
	rest := strings.TrimLeft(s, "0123456789")
	switch {
	case len(rest) < len(s) && listMark.MatchString(rest):
		return s[:len(s)-len(rest)] + `\` + rest
	case strings.ContainsRune("-+=", rune(s[0])):
		return `\` + s
	}
	return s
}

// listMark is what after digits begins a numbered list.
var listMark = regexp.MustCompile(`^[.)](\s|$)`)

var markdownEscaper = strings.NewReplacer(`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`,
	"<", `\<`, ">", `\>`, "#", `\#`, "|", `\|`, "~", `\~`, "&", `\&`)
