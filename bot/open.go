package bot

import (
	"cmp"
	"context"
	"fmt"
	"time"
)

// repeatWindow is how long a channel is not asked the same question again
// about another article.
const repeatWindow = 90 * 24 * time.Hour

// open has the digest of a written, or takes the one written before, and
// stores the discussion with all its posts in one transaction.
func (e *Engine) open(ctx context.Context, l Lease, o Occurrence, s Schedule, c Candidate, a Article, ask bool) (Discussion, error) {
	repeat := o.Request.ByHand()
	if !repeat {
		posted, err := e.store.Posted(ctx, o.Channel, a.URL, a.ID)
		if err != nil || posted {
			return Discussion{}, either(err, ErrAlreadyPosted)
		}
	}
	brief := Brief{
		Sentences: cmp.Or(o.Request.Sentences, s.Sentences),
		Questions: cmp.Or(o.Request.Questions, s.Questions),
	}
	dig, err := e.digest(ctx, a, brief)
	if err != nil {
		return Discussion{}, err
	}
	questions, err := e.questionsFor(ctx, o.Channel, dig)
	if err != nil {
		return Discussion{}, err
	}
	if ask && len(questions) == 0 {
		return Discussion{}, Problemf(noQuestions, "there was nothing to ask about it")
	}
	now := e.now()
	d := Discussion{
		ID: NewID(now), OccurrenceID: o.ID, Channel: o.Channel, ArticleID: a.ID, DigestID: dig.ID,
		Title: a.Title, URL: a.URL, Questions: questions, State: StatePosting, Repeat: repeat,
		CloseAfter: cmp.Or(o.Request.CloseAfter, s.CloseAfter, e.set.CloseAfter),
		DeadlineAt: o.DeadlineAt, CreatedAt: now, Rules: s.Rules,
	}
	posts := []Post{newPost(now, Post{DiscussionID: d.ID, Kind: PostRoot})}
	for i := range questions {
		posts = append(posts, newPost(now, Post{DiscussionID: d.ID, Seq: i + 1, Kind: PostQuestion, Question: i + 1}))
	}
	if err := e.store.OpenDiscussion(ctx, l, d, posts, c.Added, now); err != nil {
		return d, fmt.Errorf("open a discussion: %w", err)
	}
	return d, nil
}

// digest returns what was written about an article for a brief, once.
func (e *Engine) digest(ctx context.Context, a Article, b Brief) (Digest, error) {
	version := e.writer.Version()
	dig, found, err := e.store.FindDigest(ctx, a.ID, b, version)
	if err != nil || found {
		return dig, err
	}
	wctx, cancel := context.WithTimeout(ctx, e.set.WriteTimeout)
	defer cancel()
	if dig, err = e.writer.Digest(wctx, a, b); err != nil {
		return dig, err
	}
	dig.ID, dig.ArticleID = NewID(e.now()), a.ID
	// The key is the version asked for, so that a fallback is not written again.
	return e.store.PutDigest(ctx, dig, b, version, e.now())
}

// questionsFor takes out of a digest what the channel was asked lately about
// other articles, and puts the spare questions in its place.
func (e *Engine) questionsFor(ctx context.Context, ch Channel, d Digest) ([]Question, error) {
	asked, err := e.store.AskedSince(ctx, ch, e.now().Add(-repeatWindow), d.ArticleID)
	if err != nil {
		return nil, err
	}
	fresh := func(q Question) bool {
		for _, a := range asked {
			if e.writer.SameQuestion(a, q.Text) {
				return false
			}
		}
		return true
	}
	var out []Question
	for _, q := range append(append([]Question{}, d.Questions...), d.Spares...) {
		if len(out) < len(d.Questions) && fresh(q) {
			out = append(out, q)
		}
	}
	return out, nil
}
