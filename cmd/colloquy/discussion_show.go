package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"colloquy/bot"
)

// A record is everything that is stored of a discussion.
type record struct {
	bot.Discussion
	article bot.Article
	digest  bot.Digest
	gaps    []bot.Gap
	recap   bot.Message // as posted, without what was erased since
	recaped bool
}

// record gathers what is stored of a discussion, but for its replies.
func (rt *running) record(ctx context.Context, d bot.Discussion) (rec record, err error) {
	rec.Discussion = d
	if rec.article, err = rt.db.Article(ctx, d.ArticleID); err != nil {
		return rec, err
	}
	if rec.digest, err = rt.db.Digest(ctx, d.DigestID); err != nil {
		return rec, err
	}
	if rec.gaps, err = rt.db.Gaps(ctx, d.ID); err != nil {
		return rec, err
	}
	rec.recap, rec.recaped, err = rt.engine.ShowRecap(ctx, d)
	return rec, err
}

func (a *app) discussionShowCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "show ID",
		Short: "Show what was asked and said",
		Long: `Show a discussion: the article, the summary, each question with the replies to it,
the replies to the discussion as a whole, and the recap. 'colloquy discussion
export' gives the same to other programs.`,
		Example:           `  colloquy discussion show 1a2b3c4d | less`,
		Args:              takes("ID"),
		ValidArgsFunction: a.completes(discussionRefs),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.showDiscussion(cmd.Context(), args[0])
		},
	}
	a.set.addDB(cmd.Flags())
	return cmd
}

func (a *app) showDiscussion(ctx context.Context, ref string) error {
	rt, err := a.aside(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = rt.db.Close() }()
	d, err := rt.db.FindDiscussion(ctx, ref)
	if err != nil {
		return err
	}
	rec, err := rt.record(ctx, d)
	if err != nil {
		return err
	}
	replies, err := rt.db.Replies(ctx, d.ID)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(a.stdout)
	a.printHead(w, rec)
	for n, q := range rec.Questions {
		number := fmt.Sprintf("%-4d", n+1)
		fmt.Fprintf(w, "\n%s\n", number+strings.TrimLeft(a.wrap(plain(q.Text), "    "), " "))
		a.printReplies(w, replies, n+1)
	}
	if said(replies, 0) {
		fmt.Fprintf(w, "\nOn the discussion as a whole\n")
		a.printReplies(w, replies, 0)
	}
	if rec.recaped { // it names the gaps too
		fmt.Fprintf(w, "\n%s\n", a.messageText(rec.recap))
		return w.Flush()
	}
	for _, g := range rec.gaps {
		fmt.Fprintf(w, "\n%s\n", a.wrap(bot.DescribeGap(g, a.local), ""))
	}
	return w.Flush()
}

func (a *app) printHead(w io.Writer, rec record) {
	fmt.Fprintf(w, "%s\n\n", plain(heading(rec.article)))
	fmt.Fprintf(w, "Discussion %s in %s: %s\n%s\n", rec.ID.Short(), rec.Channel, replyCount(rec.Discussion),
		a.wrap(upper(standing(rec.Discussion, a.local)), ""))
	if len(rec.digest.Summary) > 0 {
		fmt.Fprintln(w)
	}
	for _, s := range rec.digest.Summary {
		fmt.Fprintf(w, "%s\n", a.wrap(plain(s.Text), "│ "))
	}
}

// standing says how far a discussion is, with its times as show writes them.
func standing(d bot.Discussion, show func(time.Time) string) string {
	var parts []string
	switch {
	case d.State == bot.StateOpen:
		parts = append(parts, "open until "+show(d.ClosesAt), "posted "+show(d.OpenedAt))
	case d.State == bot.StateClosed:
		parts = append(parts, "posted "+show(d.OpenedAt), "closed "+show(d.ClosedAt))
	default:
		parts = append(parts, d.State)
	}
	if d.Reason != "" {
		parts = append(parts, d.Reason)
	}
	return inline(strings.Join(parts, ", "))
}

// replyCount says how much was said.
func replyCount(d bot.Discussion) string {
	return plural(d.Replies, "reply", "replies") + " by " + plural(d.People, "person", "people")
}

// said reports whether there is a reply to a question; 0 is the whole.
func said(replies []bot.Reply, question int) bool {
	for _, r := range replies {
		if r.Question == question {
			return true
		}
	}
	return false
}

// printReplies shows the replies to a question; 0 is the discussion as a whole.
func (a *app) printReplies(w io.Writer, replies []bot.Reply, question int) {
	deleted := 0
	for _, r := range replies {
		switch {
		case r.Question != question:
		case r.Deleted:
			deleted++
		default:
			fmt.Fprintf(w, "\n%s\n%s\n", a.wrap(a.byline(r, r.Author.Name), "    "), a.wrap(replyText(r), "      "))
		}
	}
	if deleted > 0 {
		fmt.Fprintf(w, "\n    (%s deleted)\n", plural(deleted, "reply was", "replies were"))
	}
}

// byline says who wrote a reply, when, and what else is known of it. It ends
// with the message's id on the platform, as the recap names it.
func (a *app) byline(r bot.Reply, author string) string {
	if author == "" {
		author = r.Author.ID
	}
	parts := []string{inline(author), a.local(r.CreatedAt)}
	if !r.EditedAt.IsZero() {
		parts = append(parts, "edited")
	}
	if r.Late {
		parts = append(parts, "late")
	}
	if r.Excluded {
		parts = append(parts, "kept out of recaps")
	}
	for _, re := range r.Reactions {
		parts = append(parts, fmt.Sprintf("%s %d", inline(re.Key), re.Count))
	}
	return strings.Join(append(parts, bot.ShortMessage(r.Ref.MessageID)), " · ")
}

// replyText is what a reply says, with its files.
func replyText(r bot.Reply) string {
	lines := []string{plain(r.Text)}
	for _, f := range r.Files {
		lines = append(lines, inline("["+join([]string{f.Name, f.URL}, " ")+"]"))
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}
