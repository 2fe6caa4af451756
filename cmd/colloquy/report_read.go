package main

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"colloquy/bot"
	"colloquy/bot/store"
)

// What a report says of a person in a discussion. These names are a contract.
const (
	toldReplied   = "replied"
	toldNothing   = "none" // nothing of them is recorded
	toldUnknown   = "unknown"
	toldOptedOut  = "opted_out"
	toldWithdrawn = "withdrawn"
	toldErased    = "erased"
)

// A report is what all formats are written from. It holds the discussions and
// the people, and reads replies while it is written.
type report struct {
	src          *store.Report
	engine       *bot.Engine
	channel      bot.Channel
	days         bot.ReportRange
	pseudonymous bool
	rostered     bool // it was said who is expected

	discussions []store.ReportDiscussion
	people      []reportPerson // those on the roster first, each part alphabetical
	byID        map[string]int // into people
}

// A reportPerson is somebody, by the name that the report uses.
type reportPerson struct {
	bot.Person
	expected bool // on the roster
	out      bool // opted out
	seen     bool // something of them is stored in the workspace
}

// A reportLine is one person in one discussion.
type reportLine struct {
	person     reportPerson
	discussion *store.ReportDiscussion
	status     string
	tally
}

// counted reports whether the line has numbers.
func (l reportLine) counted() bool { return l.status == toldReplied || l.status == toldNothing }

// A tally is what somebody wrote in a discussion.
type tally struct {
	replies, late, excluded int
	questions               map[int]int  // replies by question; 0 is the discussion as a whole
	to                      []bot.Person // whose replies they answered, alphabetical
}

// silentAfter is how long nothing may be heard of what listens to a channel
// before its open discussions count as not listened to.
const silentAfter = 6 * bot.BeatEvery

func (r *report) load(ctx context.Context, roster []bot.Person, now time.Time) (err error) {
	if r.discussions, err = r.src.Discussions(ctx); err != nil {
		return err
	}
	heard, err := r.src.Heard(ctx)
	if err != nil {
		return err
	}
	for i := range r.discussions {
		d := &r.discussions[i]
		recording := d.State == bot.StatePosting || d.State == bot.StateOpen || d.State == bot.StateClosing
		if since := latest(heard, d.OpenedAt); recording && now.Sub(since) > silentAfter {
			d.Gaps = append(d.Gaps, bot.Gap{DiscussionID: d.ID, From: since, To: now})
		}
	}
	written, err := r.src.People(ctx)
	if err != nil {
		return err
	}
	r.byID, r.rostered = map[string]int{}, roster != nil
	for _, p := range roster {
		name, seen, err := r.src.Seen(ctx, p.ID)
		if err != nil {
			return err
		}
		p.Name = cmp.Or(p.Name, name)
		r.byID[p.ID] = len(r.people)
		r.people = append(r.people, reportPerson{Person: p, expected: true, seen: seen})
	}
	for _, p := range written {
		if _, there := r.byID[p.ID]; !there {
			r.people = append(r.people, reportPerson{Person: p, seen: true})
		}
	}
	for i := range r.people {
		p := &r.people[i]
		p.Name = cmp.Or(inline(p.Name), p.ID)
		if p.out, err = r.engine.OptedOut(ctx, p.Person); err != nil {
			return err
		}
	}
	alphabetical(r.people)
	for i, p := range r.people {
		r.byID[p.ID] = i
	}
	return nil
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// alphabetical sorts people by name, with those first who are on the roster.
func alphabetical(people []reportPerson) {
	slices.SortFunc(people, func(a, b reportPerson) int {
		switch {
		case a.expected != b.expected && a.expected:
			return -1
		case a.expected != b.expected:
			return 1
		}
		return byName(a.Person, b.Person)
	})
}

// byName compares names by their letters, without regard to case and accents.
func byName(a, b bot.Person) int {
	return cmp.Or(cmp.Compare(letters(a.Name), letters(b.Name)), cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
}

func letters(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFD.String(strings.ToLower(name)))
}

// of gives a person's lines: all discussions for somebody on the roster, else
// those in which they wrote.
func (r *report) of(ctx context.Context, p reportPerson) ([]reportLine, error) {
	var replies []store.ReportReply
	if p.seen {
		var err error
		if replies, err = r.src.Of(ctx, p.ID); err != nil {
			return nil, err
		}
	}
	wrote := tallies(replies, func(v store.ReportReply) bot.ID { return v.Discussion }, r.called)
	var out []reportLine
	for i := range r.discussions {
		d := &r.discussions[i]
		if t := wrote[d.ID]; t != nil || p.expected {
			out = append(out, lineOf(p, d, t))
		}
	}
	return out, nil
}

// who gives the lines of a discussion: everybody on the roster, and who else wrote.
func (r *report) who(ctx context.Context, d *store.ReportDiscussion) ([]reportLine, error) {
	replies, err := r.src.In(ctx, d.ID)
	if err != nil {
		return nil, err
	}
	called, people := r.called, r.people
	if r.pseudonymous {
		if called, people, err = r.disguised(ctx, d.ID, replies); err != nil {
			return nil, err
		}
	}
	wrote := tallies(replies, func(v store.ReportReply) string { return called(v.Author).ID }, called)
	var out []reportLine
	for _, p := range people {
		if t := wrote[p.ID]; t != nil || p.expected {
			out = append(out, lineOf(p, d, t))
		}
	}
	return out, nil
}

// called is a person by the name that the report uses.
func (r *report) called(p bot.Person) bot.Person {
	if i, ok := r.byID[p.ID]; ok {
		return r.people[i].Person
	}
	return p
}

// disguised gives the people who wrote in a discussion their pseudonyms there. It
// is not said who opted out: among few, that would tie their pseudonyms together.
func (r *report) disguised(ctx context.Context, d bot.ID, replies []store.ReportReply) (func(bot.Person) bot.Person, []reportPerson, error) {
	names, err := r.engine.Pseudonyms(ctx, d)
	if err != nil {
		return nil, nil, err
	}
	called := func(p bot.Person) bot.Person {
		p.ID, p.Name = names(p)
		return p
	}
	var people []reportPerson
	known := map[string]bool{}
	for _, v := range replies {
		if p := called(v.Author); !known[p.ID] {
			known[p.ID] = true
			people = append(people, reportPerson{Person: p, seen: true})
		}
	}
	alphabetical(people)
	return called, people, nil
}

// tallies adds replies up by what key says of them.
func tallies[K comparable](replies []store.ReportReply, key func(store.ReportReply) K, called func(bot.Person) bot.Person) map[K]*tally {
	out := map[K]*tally{}
	for _, v := range replies {
		t := out[key(v)]
		if t == nil {
			t = &tally{questions: map[int]int{}}
			out[key(v)] = t
		}
		t.replies++
		t.questions[v.Question]++
		if v.Late {
			t.late++
		}
		if v.Excluded {
			t.excluded++
		}
		if v.To.ID != "" {
			t.to = append(t.to, called(v.To))
		}
	}
	for _, t := range out {
		slices.SortFunc(t.to, byName)
		t.to = slices.CompactFunc(t.to, func(a, b bot.Person) bool { return a.ID == b.ID })
	}
	return out
}

// lineOf says what is known of a person in a discussion; t is nil where nothing
// of them is stored.
func lineOf(p reportPerson, d *store.ReportDiscussion, t *tally) reportLine {
	l := reportLine{person: p, discussion: d}
	switch {
	case t != nil:
		l.tally, l.status = *t, toldReplied
	case p.out:
		l.status = toldOptedOut
	case d.State == bot.StateErased:
		l.status = toldErased
	case d.State == bot.StateWithdrawing || d.State == bot.StateWithdrawn:
		l.status = toldWithdrawn
	case d.State == bot.StateUnknown || slices.ContainsFunc(d.Gaps, func(g bot.Gap) bool { return !g.Listed }):
		l.status = toldUnknown
	default:
		l.status = toldNothing
	}
	return l
}
