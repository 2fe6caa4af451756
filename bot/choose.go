package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// maxCandidates is how many articles one occurrence reads before it gives up,
// of up to maxScreened that it looks at.
const (
	maxCandidates = 10
	maxScreened   = 100
)

// A Candidate is an article that an occurrence may take.
type Candidate struct {
	Added ID     // added by hand; empty otherwise
	Item  Item   // an entry of a feed; its ID is empty otherwise
	Ref   string // a URL somebody gave
	Title string // for people, when it is refused
}

// A Refusal says why a candidate was not taken.
type Refusal struct {
	Occurrence ID
	N          int // from 1
	Candidate  Candidate
	Code       string
	Text       string
	Final      bool // it need not be tried in this channel again
	At         time.Time
}

// noQuestions is the code of a candidate about which nothing could be asked. A
// schedule takes it only when no other candidate is better.
const noQuestions = "no_questions"

// temporary are the codes of problems that may be gone the next time.
var temporary = map[string]bool{
	"timeout": true, "server_error": true, "unreachable": true, "internal": true, "robots": true,
	"busy": true, "stopped": true, "unknown_host": true, noQuestions: true,
}

// choose takes the next article for the channel of o and opens its discussion,
// or ends o with the reason why there is none.
func (e *Engine) choose(ctx context.Context, l Lease, o Occurrence) (ID, error) {
	if late := e.now().Add(e.set.SendTimeout); late.After(o.DeadlineAt) {
		return "", e.finish(ctx, l, o, OutcomeMissed, "it could not be posted before its deadline")
	}
	var s Schedule
	if o.ScheduleID != "" {
		var err error
		if s, err = e.store.Schedule(ctx, o.ScheduleID); err != nil {
			return "", err
		}
	}
	if o.ScheduleID != "" && o.Request == (Request{}) { // it may have been cut off and be taken up again
		if times, err := s.Times(e.set.ShortestEvery); err == nil {
			if why := tooQuiet(times, s.runAt(times, o.DueAt), e.now()); why != "" {
				return "", e.finish(ctx, l, o, OutcomeMissed, why)
			}
		}
	}
	if o.Request.Article != "" || o.Request.Text != "" {
		return e.takeGiven(ctx, l, o)
	}
	if s.ID != "" {
		if d, done, err := e.takeDraft(ctx, l, o, s); err != nil || done {
			return d, err
		}
	}
	if o.Request.Only != "" {
		return "", e.finish(ctx, l, o, OutcomeNothingNew, "its draft was posted already, or cannot be used any more")
	}
	candidates, feeds, err := e.candidates(ctx, o, s)
	if err != nil {
		return "", err
	}
	if len(candidates) == 0 && feeds == 0 {
		return "", e.finish(ctx, l, o, OutcomeNothingNew, "the channel has no feeds, and nothing was added by hand")
	}
	var refusals, bare []Refusal
	read := 0
	for i, c := range candidates {
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		err := e.screen(s, c)
		if err == nil {
			if read++; read > maxCandidates {
				break
			}
			// What a person put on the list is taken in its order, questions or not.
			var d ID
			if d, err = e.take(ctx, l, o, s, c, len(candidates) > 1 && c.Added == ""); err == nil {
				return d, e.refuse(ctx, l, o, bare)
			}
		}
		if errors.Is(err, ErrLeaseLost) || errors.Is(err, errBusy) || ctx.Err() != nil {
			return "", err
		}
		r := Refusal{Occurrence: o.ID, N: i + 1, Candidate: c, Code: ReasonCode(err), Text: Explain(err), At: e.now()}
		if errors.Is(err, ErrAlreadyPosted) {
			r.Code, r.Text = "already_posted", "it was posted in this channel before"
		}
		r.Final = !temporary[r.Code]
		e.log.InfoContext(ctx, "candidate refused", "occurrence", o.ID, "code", r.Code)
		if r.Code == noQuestions {
			bare = append(bare, r)
			continue
		}
		if err := e.refuse(ctx, l, o, []Refusal{r}); err != nil {
			return "", err
		}
		refusals = append(refusals, r)
	}
	if len(bare) > 0 { // better a summary alone than nothing
		d, err := e.take(ctx, l, o, s, bare[0].Candidate, false)
		if err == nil {
			return d, e.refuse(ctx, l, o, bare[1:])
		}
		return "", err
	}
	return "", e.nothing(ctx, l, o, refusals)
}

// refuse writes refusals down.
func (e *Engine) refuse(ctx context.Context, l Lease, o Occurrence, refusals []Refusal) error {
	for _, r := range refusals {
		if err := e.store.AddRefusal(ctx, l, o.Channel, r); err != nil {
			return err
		}
	}
	return nil
}

// nothing ends an occurrence for which no candidate was good.
func (e *Engine) nothing(ctx context.Context, l Lease, o Occurrence, refusals []Refusal) error {
	switch {
	case o.Request.ByHand() && len(refusals) == 1:
		return e.finish(ctx, l, o, OutcomeFailed, refusals[0].Text)
	case len(refusals) == 0:
		return e.finish(ctx, l, o, OutcomeNothingNew, "the feeds have no item that was not posted or seen before")
	}
	var why []string
	for i, r := range refusals {
		others := slices.IndexFunc(refusals, func(x Refusal) bool { return x.Text == r.Text })
		if others < i {
			continue // said already
		}
		n := 0
		for _, x := range refusals[i+1:] {
			if x.Text == r.Text {
				n++
			}
		}
		title := fmt.Sprintf("%q", r.Candidate.Title)
		if n > 0 {
			title += fmt.Sprintf(" and %d more", n)
		}
		why = append(why, title+": "+r.Text)
	}
	return e.finish(ctx, l, o, OutcomeNothingNew, fmt.Sprintf("none of %d could be used: %s", len(refusals), strings.Join(why, "; ")))
}

// screen refuses an item of a feed before it is fetched.
func (e *Engine) screen(s Schedule, c Candidate) error {
	if c.Item.ID == "" {
		return nil
	}
	return s.Rules.Filter().TooOld(c.Item.Published, e.now())
}

// sameStoryWindow is how long a channel is not told the same story again.
const sameStoryWindow = 7 * oneDay

// fits refuses an article of a feed that the schedule does not want, that is
// sensitive, or that tells what the channel discussed lately. quiet asks for a
// discussion without questions.
func (e *Engine) fits(ctx context.Context, o Occurrence, s Schedule, a Article) (quiet bool, err error) {
	if err := s.Rules.Filter().Refuses(a, e.now()); err != nil {
		return false, err
	}
	if s.Rules.Sensitive != SensitivePost {
		if topic, why, ok := e.judge.Sensitive(a); ok {
			quiet = s.Rules.Sensitive == SensitiveSummary
			if !quiet {
				return false, Problemf("sensitive", "it is held back: %s; %q is posted by hand, or by a schedule whose option sensitive is post", why, topic)
			}
		}
	}
	if s.Rules.SameStory == SameStoryPost {
		return quiet, nil
	}
	recent, err := e.store.RecentArticles(ctx, o.Channel, e.now().Add(-sameStoryWindow))
	if err != nil {
		return false, err
	}
	for _, old := range recent {
		if old.ID != a.ID && e.judge.SameStory(a, old) {
			return false, Problemf("same_story", "it tells the same story as %q, which was discussed here", old.Title)
		}
	}
	return quiet, nil
}

// candidates lists what o may take, best first: for a request its URL, or the
// items of the feed it names; else what was added by hand, then the feeds,
// which it counts.
func (e *Engine) candidates(ctx context.Context, o Occurrence, s Schedule) (list []Candidate, feeds int, err error) {
	if ref := o.Request.Ref; ref != "" {
		return []Candidate{{Ref: ref, Title: ref}}, 0, nil
	}
	list, err = e.store.Added(ctx, o.Channel, maxScreened)
	if err != nil || len(list) >= maxScreened {
		return list, 0, err
	}
	ids := s.Feeds
	if len(ids) == 0 {
		if ids, err = e.store.ChannelFeeds(ctx, o.Channel); err != nil {
			return nil, 0, err
		}
	}
	for _, id := range ids {
		if err := e.pollIfStale(ctx, id); err != nil {
			return nil, 0, err
		}
	}
	items, err := e.store.FreshItems(ctx, o.Channel, s.ID, ids, s.Order, maxScreened-len(list))
	for _, it := range items {
		list = append(list, Candidate{Item: it, Title: it.Title})
	}
	return list, len(ids), err
}

// take turns one candidate into a discussion, or into the draft of one, or says
// why not. ask refuses one about which there is no question.
func (e *Engine) take(ctx context.Context, l Lease, o Occurrence, s Schedule, c Candidate, ask bool) (discussion ID, err error) {
	repeat := o.Request.ByHand()
	src := Source{Ref: c.Ref, Scheduled: !repeat}
	url := c.Ref
	if c.Item.ID != "" {
		src.Item, url = &c.Item, c.Item.URL
	}
	if !repeat {
		posted, _, err := e.store.Posted(ctx, o.Channel, url, "")
		if err != nil || posted {
			return "", either(err, ErrAlreadyPosted)
		}
	}
	a, err := e.read(ctx, src)
	if ReasonCode(err) == "is_feed" && repeat {
		if a, err = e.newestOf(ctx, o.Channel, c.Ref); err == nil {
			a, err = e.store.PutArticle(ctx, a, e.now())
		}
	}
	if err != nil {
		return "", err
	}
	quiet := false
	if c.Item.ID != "" {
		if quiet, err = e.fits(ctx, o, s, a); err != nil {
			return "", err
		}
	}
	w, err := e.write(ctx, o, s, a, ask && !quiet)
	if err != nil {
		return "", err
	}
	if quiet {
		w.questions, w.spares = nil, nil
	}
	if o.Request.Draft || mustApprove(o, s) {
		return "", e.freeze(ctx, l, o, s, c, a, w)
	}
	d, err := e.openWith(ctx, l, o, s, Taken{Added: c.Added}, a, w)
	return d.ID, err
}

// either is err, or other when err is nil.
func either(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

// newestOf reads the newest item of a feed that was not posted in ch.
func (e *Engine) newestOf(ctx context.Context, ch Channel, url string) (Article, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*e.set.FetchTimeout)
	defer cancel()
	res, err := e.reader.Feed(ctx, FeedRequest{URL: url})
	if err != nil {
		return Article{}, err
	}
	for i, it := range res.Items[:min(len(res.Items), maxCandidates)] {
		posted, _, perr := e.store.Posted(ctx, ch, it.URL, "")
		if perr != nil {
			return Article{}, perr
		}
		if posted {
			continue
		}
		a, rerr := e.reader.Article(ctx, Source{Item: &res.Items[i]})
		if rerr == nil {
			return a, nil
		}
		err = rerr
	}
	return Article{}, either(err, Problemf("nothing_new", "every item of this feed was posted here before"))
}

// takeGiven opens a discussion about an article or a text that somebody gave.
func (e *Engine) takeGiven(ctx context.Context, l Lease, o Occurrence) (ID, error) {
	var a Article
	var err error
	if o.Request.Article != "" {
		a, err = e.store.Article(ctx, o.Request.Article)
	} else if a, err = e.reader.Pasted(o.Request.Text, "", ""); err == nil {
		a, err = e.store.PutArticle(ctx, a, e.now())
	}
	if err == nil {
		var w written
		if w, err = e.write(ctx, o, Schedule{}, a, false); err == nil {
			d, err := e.openWith(ctx, l, o, Schedule{}, Taken{}, a, w)
			return d.ID, err
		}
	}
	var p *Problem
	if !errors.As(err, &p) {
		return "", err
	}
	return "", e.finish(ctx, l, o, OutcomeFailed, p.Text)
}
