package bot

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// A page of my-data has so many replies, and so many characters unless one
// reply has more: what a chat shows in one answer and people still read.
const (
	pageReplies    = 20
	pageCharacters = 3000
)

// answerMyData shows what is recorded of a person page by page, complete.
func (e *Engine) answerMyData(ctx context.Context, p Person, before string, v voice) (Answer, error) {
	replies, err := e.store.PersonReplies(ctx, p)
	if err != nil {
		return Answer{}, err
	}
	out, err := e.OptedOut(ctx, p)
	if err != nil {
		return Answer{}, err
	}
	a := say("Recorded of you: %s.", plural(len(replies), "reply", "replies"))
	if out {
		a.Message.Paragraphs[0] += " You opted out: what you write now is not recorded."
	}
	end, err := pageEnd(replies, before)
	if err != nil {
		return Answer{}, err
	}
	titles, used, first := map[ID]string{}, 0, end
	for first > 0 && end-first < pageReplies {
		r := replies[first-1]
		if _, known := titles[r.DiscussionID]; !known {
			d, err := e.store.Discussion(ctx, r.DiscussionID)
			if err != nil {
				return Answer{}, err
			}
			titles[r.DiscussionID] = d.Title
		}
		line := ownReply(r, titles[r.DiscussionID], v)
		if used += utf8.RuneCountInString(line); used > pageCharacters && first < end {
			break
		}
		a.Message.Lines = append(a.Message.Lines, line)
		first--
	}
	if first > 0 {
		a.Message.Lines = append(a.Message.Lines, fmt.Sprintf("%s came before: %s my-data --before %s", plural(first, "reply", "replies"), CommandPrefix, replies[first].ID.Short()))
	}
	return a, nil
}

// pageEnd is how many replies come before the one that is named by its id or
// the end of it; all of them without a name.
func pageEnd(replies []Reply, before string) (int, error) {
	if before == "" {
		return len(replies), nil
	}
	at := slices.IndexFunc(replies, func(r Reply) bool { return strings.HasSuffix(string(r.ID), before) })
	if at < 0 {
		return 0, Problemf("not_found", "no reply of yours has the id %q: take it from the last line of %s my-data", firstWord(before), CommandPrefix)
	}
	return at, nil
}

// ownReply is everything that is recorded of a reply, for its author.
func ownReply(r Reply, title string, v voice) string {
	parts := []string{v.stamp(r.CreatedAt), title}
	if r.Question > 0 {
		parts = append(parts, fmt.Sprintf("question %d", r.Question))
	}
	if !r.EditedAt.IsZero() {
		parts = append(parts, "edited "+v.stamp(r.EditedAt))
	}
	if r.Late {
		parts = append(parts, "late")
	}
	if r.Excluded {
		parts = append(parts, "kept out of recaps by a manager")
	}
	for _, re := range r.Reactions {
		parts = append(parts, fmt.Sprintf("%s %d", re.Key, re.Count))
	}
	text := strings.Join(parts, " · ") + " — " + r.Text
	for _, f := range r.Files {
		text += " [" + f.Name + " " + f.URL + "]"
	}
	return text
}
