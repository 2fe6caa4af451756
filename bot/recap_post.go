package bot

import (
	"context"
	"fmt"
)

// writeRecap has the recap of d written and its post added, once, if enough was
// said. It reports whether there is something new to post.
func (e *Engine) writeRecap(ctx context.Context, l Lease, d Discussion) (bool, error) {
	_, found, err := e.store.Recap(ctx, d.ID)
	if err != nil || found || d.Rules.Recap == RecapOff {
		return false, err
	}
	if e.now().Sub(d.ClosedAt) > 2*giveUpAfter { // half of it may have been spent on listing
		e.log.ErrorContext(ctx, "discussion is closed without its recap, which could not be written", "discussion", d.ID)
		e.trouble(ctx, discussionTrouble(d, CauseRecap, "it was given up, and the discussion is closed"))
		return false, nil
	}
	in, err := e.recapInput(ctx, d)
	if err != nil {
		return false, err
	}
	if len(in.Replies) < e.set.RecapReplies || in.people < e.set.RecapPeople {
		return false, nil
	}
	r, err := e.askRecap(ctx, d, in.RecapInput)
	if err != nil {
		if e.now().Sub(d.ClosedAt) > failsLong {
			e.trouble(ctx, discussionTrouble(d, CauseRecap, "%s", Explain(err)))
		}
		return false, fmt.Errorf("write the recap: %w", err)
	}
	now := e.now()
	r.ID, r.DiscussionID, r.CreatedAt = NewID(now), d.ID, now
	p := newPost(now, Post{DiscussionID: d.ID, Seq: atEnd, Kind: PostRecap})
	posts := []Post{p}
	if d.Rules.Recap == RecapPreview {
		posts[0].State = PostHeld
		preview, wanted, err := e.previewPost(ctx, d)
		if err != nil {
			return false, err
		}
		if wanted {
			posts = append(posts, preview)
		}
	}
	if err := e.store.AddRecap(ctx, l, r, posts...); err != nil {
		return false, err
	}
	e.recovered(ctx, string(d.ID), CauseRecap)
	return true, nil
}

// said is what a recap is written from, and shown with.
type said struct {
	RecapInput
	people int
	away   []string // names of those who opted out
}

// recapInput gathers what a recap is written from.
func (e *Engine) recapInput(ctx context.Context, d Discussion) (said, error) {
	in := said{RecapInput: RecapInput{Title: d.Title, Questions: d.Questions}}
	replies, err := e.store.Replies(ctx, d.ID)
	if err != nil {
		return in, err
	}
	in.Names = namesIn(replies)
	people, out := map[string]bool{}, map[string]bool{}
	for _, r := range replies {
		if r.Deleted {
			continue
		}
		who := r.Author.ID
		if _, known := out[who]; !known {
			if out[who], err = e.OptedOut(ctx, r.Author); err != nil {
				return in, err
			}
		}
		switch {
		case out[who]:
			in.away = append(in.away, r.Author.Name)
		case !r.Late && !r.Excluded:
			r.Text = answerText(r)
			people[who] = true
			in.Replies = append(in.Replies, r)
		}
	}
	in.people = len(people)
	if in.Gaps, err = e.store.Gaps(ctx, d.ID); err != nil {
		return in, err
	}
	dig, err := e.store.Digest(ctx, d.DigestID)
	in.Language = dig.Language
	return in, err
}

// ShowRecap returns the recap of d as it is posted, from what is stored now: a
// quotation whose reply is gone is not in it. found is false while there is none.
func (e *Engine) ShowRecap(ctx context.Context, d Discussion) (m Message, found bool, err error) {
	r, found, err := e.store.Recap(ctx, d.ID)
	if err != nil || !found {
		return m, found, err
	}
	m, err = e.renderRecap(ctx, d, r)
	return m, true, err
}
