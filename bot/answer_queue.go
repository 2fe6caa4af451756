package bot

import (
	"context"
	"fmt"
)

// shownQueue is how many of the feeds' next items a list of the queue shows.
const shownQueue = 5

// queueCommands are about which article comes next in a channel.
func queueCommands() []CommandSpec {
	return []CommandSpec{
		{Name: "queue list", Help: "which articles come next here", answer: (*Engine).answerQueue},
		{Name: "queue move", Help: "give an article another place on the list", Manage: true, answer: (*Engine).answerQueueChange,
			Params: []Param{idParam("entry"), {Name: "place", Help: "its new place; 1, the first, if left out"}}},
		{Name: "queue remove", Help: "never take an article here", Manage: true, Params: []Param{idParam("entry")}, answer: (*Engine).answerQueueChange},
	}
}

// A QueueEntry is an article that may come next in a channel: a draft, an entry
// of its list, or an item of its feeds.
type QueueEntry struct {
	ID    ID
	Kind  string // "draft", "added", "feed"
	Title string
	URL   string
}

// Queue lists what comes next in a channel: the drafts, then what was added by
// hand, then the newest items of the feeds. The first that can be used is taken.
func (e *Engine) Queue(ctx context.Context, ch Channel) ([]QueueEntry, error) {
	ch = ch.Parent()
	schedules, err := e.store.Schedules(ctx, ch)
	if err != nil {
		return nil, err
	}
	var out []QueueEntry
	for _, s := range schedules {
		d, found, err := e.store.OpenDraft(ctx, s.ID)
		if err != nil {
			return nil, err
		}
		if found {
			out = append(out, QueueEntry{d.ID, "draft", d.Title, d.URL})
		}
	}
	added, err := e.store.Added(ctx, ch, 100)
	if err != nil {
		return nil, err
	}
	for _, c := range added {
		out = append(out, QueueEntry{c.Added, "added", c.Title, c.Ref})
	}
	feeds, order, err := e.queueFeeds(ctx, ch, schedules)
	if err != nil {
		return nil, err
	}
	var first ID
	if len(schedules) > 0 {
		first = schedules[0].ID
	}
	items, err := e.store.FreshItems(ctx, ch, first, feeds, order, shownQueue)
	for _, it := range items {
		out = append(out, QueueEntry{it.ID, "feed", it.Title, it.URL})
	}
	return out, err
}

// queueFeeds are the feeds that the first schedule of a channel takes from, or
// those of the channel.
func (e *Engine) queueFeeds(ctx context.Context, ch Channel, schedules []Schedule) ([]ID, string, error) {
	order := Newest
	if len(schedules) > 0 {
		order = schedules[0].Order
		if len(schedules[0].Feeds) > 0 {
			return schedules[0].Feeds, order, nil
		}
	}
	feeds, err := e.store.ChannelFeeds(ctx, ch)
	return feeds, order, err
}

func (e *Engine) answerQueue(ctx context.Context, c Command) (Answer, error) {
	list, err := e.Queue(ctx, c.Channel)
	if err != nil {
		return Answer{}, err
	}
	if len(list) == 0 {
		return say("Nothing comes next here. %s add URL puts an article on the list.", CommandPrefix), nil
	}
	a := say("What comes next here; the first that can be used is taken:")
	for i, q := range list {
		a.Message.Lines = append(a.Message.Lines, fmt.Sprintf("%d  %s (%s, %s)", i+1, q.Title, q.Kind, q.ID.Short()))
	}
	return a, nil
}

func (e *Engine) answerQueueChange(ctx context.Context, c Command) (Answer, error) {
	place, err := atoi(c.Args["place"], "the place")
	if err != nil {
		return Answer{}, err
	}
	q, err := e.FindQueued(ctx, c.Channel, c.Args["id"])
	if err != nil {
		return Answer{}, err
	}
	if c.Name == "queue remove" {
		if err := e.RemoveQueued(ctx, c.Channel, q, c.by()); err != nil {
			return Answer{}, err
		}
		return say("%q is not taken here.", q.Title), nil
	}
	if err := e.MoveQueued(ctx, c.Channel, q, max(place, 1), c.by()); err != nil {
		return Answer{}, err
	}
	return e.answerQueue(ctx, c)
}

// FindQueued finds an entry of the queue by the end of its id.
func (e *Engine) FindQueued(ctx context.Context, ch Channel, ref string) (QueueEntry, error) {
	list, err := e.Queue(ctx, ch)
	if err != nil {
		return QueueEntry{}, err
	}
	var found []QueueEntry
	for _, q := range list {
		if endsIn(q.ID, ref) {
			found = append(found, q)
		}
	}
	return oneOf(found, "article that comes next", ref)
}

// MoveQueued gives an entry another place among those that were added by hand,
// from 1. An item of a feed becomes one of them.
func (e *Engine) MoveQueued(ctx context.Context, ch Channel, q QueueEntry, place int, by By) error {
	ch = ch.Parent()
	if q.Kind == "draft" {
		return Problemf("is_draft", "%q is a draft, and comes first already", q.Title)
	}
	if q.Kind == "feed" {
		if q.URL == "" {
			return Problemf("no_url", "%q has no address of its own, so it cannot be put on the list", q.Title)
		}
		q.ID = NewID(e.now())
		if _, err := e.store.Add(ctx, q.ID, ch, q.URL, e.now(), e.audit(by, "add", string(q.ID), q.URL).In(ch)); err != nil {
			return err
		}
	}
	return e.store.MoveAdded(ctx, ch, q.ID, place, e.audit(by, "queue_move", string(q.ID), fmt.Sprintf("place %d", place), q.URL).In(ch))
}

// RemoveQueued takes an entry off the queue of a channel for good.
func (e *Engine) RemoveQueued(ctx context.Context, ch Channel, q QueueEntry, by By) error {
	switch a := e.audit(by, "queue_remove", string(q.ID), q.URL).In(ch); q.Kind {
	case "draft":
		d, err := e.store.Draft(ctx, q.ID)
		if err != nil {
			return err
		}
		s, err := e.store.Schedule(ctx, d.ScheduleID)
		if err != nil {
			return err
		}
		_, err = e.Decide(ctx, d, s, DecisionOther, by)
		return err
	case "added":
		return e.store.RemoveAdded(ctx, q.ID, e.now(), a)
	default:
		if q.URL == "" {
			return Problemf("no_url", "%q has no address of its own, so it cannot be taken off", q.Title)
		}
		return e.store.Bar(ctx, NewID(e.now()), ch.Parent(), q.URL, e.now(), a)
	}
}
