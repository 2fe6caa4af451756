package bot

import (
	"cmp"
	"log/slog"
	"sync"
	"time"
)

// Settings are the figures an installation can be run with. The zero value of
// each means its default.
type Settings struct {
	Lease         time.Duration // how long a worker holds a row without renewing; 30 s
	SendTimeout   time.Duration // of one request to a platform; 10 s
	LookUpAfter   time.Duration // wait beyond SendTimeout before a post of unknown fate is looked up; 30 s
	FetchTimeout  time.Duration // of one article or feed; 20 s
	WriteTimeout  time.Duration // of one digest, all retries included; 75 s
	FeedInterval  time.Duration // between two polls of a feed; 15 min
	ShortestEvery time.Duration // the shortest @every; 1 min
	CloseAfter    time.Duration // how long a discussion is open; 24 h
	Deadline      time.Duration // how late a root post may go out; 6 h
	LateFor       time.Duration // how long after closing replies are still recorded; 7 days
	Retention     time.Duration // how long after closing replies are kept; 180 days
	RecapReplies  int           // the fewest replies a recap is posted for; 3
	RecapPeople   int           // the fewest people a recap is posted for; 2
	Workers       int           // occurrences at work at one moment, without those that wait for a page or a model; 50
	Askers        int           // articles about which a model writes at one moment; 8

	// What a model may take for one installation on one day in UTC; over it, the
	// offline writer writes. 0 is no limit. Calls that are under way at the same
	// moment may exceed it by what they take.
	DailyTokens int64
	DailyCost   int64 // in millionths, as [Spent.Cost]
}

func (s Settings) withDefaults() Settings {
	const day = 24 * time.Hour
	for _, d := range []struct {
		p   *time.Duration
		def time.Duration
	}{
		{&s.Lease, 30 * time.Second}, {&s.SendTimeout, 10 * time.Second}, {&s.LookUpAfter, 30 * time.Second},
		{&s.FetchTimeout, 20 * time.Second}, {&s.WriteTimeout, 75 * time.Second}, {&s.FeedInterval, 15 * time.Minute},
		{&s.ShortestEvery, time.Minute}, {&s.CloseAfter, day}, {&s.Deadline, 6 * time.Hour},
		{&s.LateFor, 7 * day}, {&s.Retention, 180 * day},
	} {
		*d.p = cmp.Or(*d.p, d.def)
	}
	s.RecapReplies = cmp.Or(s.RecapReplies, 3)
	s.RecapPeople = cmp.Or(s.RecapPeople, 2)
	s.Workers = cmp.Or(s.Workers, 50)
	s.Askers = cmp.Or(s.Askers, 8)
	return s
}

// Options is what an [Engine] is made of. All but Offline, Settings, Notices and
// Observer are needed.
type Options struct {
	Store    Store
	Reader   Reader
	Writer   Writer
	Offline  Writer // asks no model, and writes where none may be asked; nil is Writer
	Judge    Judge
	Adapters []Adapter
	Clock    Clock
	Log      *slog.Logger
	Settings Settings
	Notices  OperatorNotices
	Observer Observer // nil: nobody watches
}

// An Engine runs discussions: it decides what to post, posts it once, records
// the replies and closes with a recap. It is a [Handler] for every adapter. It
// starts no work by itself: somebody calls [Engine.RunOccurrence],
// [Engine.RunDiscussion] and [Engine.PollFeed] for the rows whose time has
// come, as often as they like and from as many processes as they like.
type Engine struct {
	store    Store
	reader   Reader
	writer   Writer
	offline  Writer
	judge    Judge
	adapters map[string]Adapter
	now      Clock
	log      *slog.Logger
	set      Settings
	operator OperatorNotices
	observer Observer

	workers, askers slots // see [Settings]
	reading         *flights[Article]
	writing         *flights[Digest]
	polling         *flights[Feed]

	mu     sync.Mutex
	up     map[string]bool   // connected scopes of this process
	busy   map[string]bool   // subjects of leases that are worked on in this process
	lately map[string]lately // what was read unattended, by what was asked for
	failed time.Time         // when it was noted last that the model cannot be asked; zero: it can
}

// New makes an engine.
func New(o Options) *Engine {
	e := &Engine{
		store: o.Store, reader: o.Reader, writer: o.Writer, offline: o.Offline, judge: o.Judge, now: o.Clock, log: o.Log,
		set: o.Settings.withDefaults(), operator: o.Notices, observer: o.Observer, adapters: map[string]Adapter{}, up: map[string]bool{}, busy: map[string]bool{}, lately: map[string]lately{},
	}
	e.workers, e.askers = make(slots, e.set.Workers), make(slots, e.set.Askers)
	e.reading, e.writing = newFlights[Article](e.workers), newFlights[Digest](e.workers)
	e.polling = newFlights[Feed](e.workers)
	if e.offline == nil {
		e.offline = e.writer
	}
	if e.observer == nil {
		e.observer = unobserved{}
	}
	for _, a := range o.Adapters {
		e.adapters[a.Platform()] = a
	}
	return e
}

// Settings returns the settings in force.
func (e *Engine) Settings() Settings { return e.set }

var _ Handler = (*Engine)(nil)
