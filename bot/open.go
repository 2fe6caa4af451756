package bot

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"
)

// repeatWindow is how long a channel is not asked the same question again
// about another article.
const repeatWindow = 90 * 24 * time.Hour

// written is what a channel gets to see of an article.
type written struct {
	digest            Digest
	questions, spares []Question
}

// write has the digest of a written, or takes the one written before. ask
// refuses an article about which there is no question.
func (e *Engine) write(ctx context.Context, o Occurrence, s Schedule, a Article, ask bool) (w written, err error) {
	posted, withdrawn, err := e.store.Posted(ctx, o.Channel, a.URL, a.ID)
	switch {
	case err != nil:
		return w, err
	case withdrawn:
		return w, Problemf("withdrawn", "it was withdrawn in this channel, and is not posted there again")
	case posted && !o.Request.ByHand():
		return w, ErrAlreadyPosted
	}
	i, err := e.store.Installation(ctx, o.Channel.Platform, o.Channel.Workspace)
	if err != nil {
		return w, err
	}
	w.digest, err = e.digest(ctx, o.Channel, a, Brief{
		Sentences:  cmp.Or(o.Request.Sentences, s.Sentences),
		Questions:  cmp.Or(o.Request.Questions, s.Questions),
		QuoteWords: cmp.Or(o.Request.QuoteLimit, s.Rules.QuoteLimit, i.QuoteLimit),
		Audience:   cmp.Or(o.Request.Audience, s.Rules.Audience, i.Audience),
	})
	if err != nil {
		return w, err
	}
	if w.questions, w.spares, err = e.questionsFor(ctx, o.Channel, w.digest); err != nil {
		return w, err
	}
	if ask && len(w.questions) == 0 {
		return w, Problemf(noQuestions, "there was nothing to ask about it")
	}
	return w, nil
}

// openWith stores a discussion with all its posts in one transaction.
func (e *Engine) openWith(ctx context.Context, l Lease, o Occurrence, s Schedule, t Taken, a Article, w written) (Discussion, error) {
	v, err := e.voice(ctx, o.Channel)
	if err != nil {
		return Discussion{}, err
	}
	now := e.now()
	d := Discussion{
		ID: NewID(now), OccurrenceID: o.ID, Channel: o.Channel, ArticleID: a.ID, DigestID: w.digest.ID, Fallback: w.digest.Fallback.short(),
		Title: a.Title, URL: a.URL, Questions: w.questions, State: StatePosting, Repeat: o.Request.ByHand(),
		CloseAfter: cmp.Or(o.Request.CloseAfter, s.CloseAfter, e.set.CloseAfter),
		DeadlineAt: o.DeadlineAt, CreatedAt: now, Rules: e.withDefaults(s.Rules, v.preferences),
	}
	posts := []Post{newPost(now, Post{DiscussionID: d.ID, Kind: PostRoot})}
	for i := range w.questions {
		posts = append(posts, newPost(now, Post{DiscussionID: d.ID, Seq: i + 1, Kind: PostQuestion, Question: i + 1}))
	}
	if err := e.store.OpenDiscussion(ctx, l, d, posts, t, now); err != nil {
		return d, fmt.Errorf("open a discussion: %w", err)
	}
	return d, nil
}

// questionsFor takes out of a digest what the channel was asked lately about
// other articles, and puts the spare questions in its place.
func (e *Engine) questionsFor(ctx context.Context, ch Channel, d Digest) (questions, spares []Question, err error) {
	asked, err := e.store.AskedSince(ctx, ch, e.now().Add(-repeatWindow), d.ArticleID)
	if err != nil {
		return nil, nil, err
	}
	for _, q := range slices.Concat(d.Questions, d.Spares) {
		switch {
		case slices.ContainsFunc(asked, func(a string) bool { return e.writer.SameQuestion(a, q.Text) }):
		case len(questions) < len(d.Questions):
			questions = append(questions, q)
		default:
			spares = append(spares, q)
		}
	}
	return questions, spares, nil
}
