package bot

import "time"

// Figures are sums over everything that is stored, for who watches over a
// running Colloquy. They name nobody and no channel. What there is none of is
// not in the maps.
type Figures struct {
	Discussions   map[string]int           // by state, [StateOpen] and the like
	Posts         map[Labels]int           // by state, [PostSent] and the like, and platform
	Jobs          map[Labels]int           // that wait or are at work, by state and queue, as River names them
	ToList        map[string]int           // discussions whose thread is to be read again, by platform
	Schedules     map[string]int           // "running" or "paused"
	Installations map[string]int           // by platform; those that have the bot now
	Troubles      map[string]int           // by cause, [CauseFeed] and the like; those that go on
	Gaps          map[string]int           // times in which replies may have been missed: "listed" afterwards, or "unlisted"
	Oldest        map[string]time.Duration // how long the oldest of those waits; by the same kind
	Overdue       map[string]int           // what waits for [OverdueAfter] and longer; by kind, [WorkPost] and the like
	Digests       map[string]int           // by writer
	Fallbacks     map[string]int           // discussions whose digest no model wrote, by the code of [Fallback]
	Replies       int                      // recorded, and not erased since
	Spent         []Spending               // by writer and kind alone, of [KeepSpent] at most
}

// Labels are what something is counted by, where that is two things.
type Labels [2]string

// OverdueAfter is how long after its time something counts as overdue. What was
// given to a worker is due again later, so that only what nobody took is counted.
const OverdueAfter = time.Minute
