package discord

import (
	"sync"
	"time"

	"colloquy/bot"
)

// Discord bans an address for a while that gets 10,000 answers 401, 403 or 429
// within ten minutes. Nothing is asked again that was just refused, and from
// manyInvalid on each one lets everything pause for longer.
const (
	closedFor   = 10 * time.Minute
	closedDeaf  = time.Minute // where another process hears that the rights change
	manyInvalid = 1000
	invalidSlot = time.Minute
	invalidSpan = 10 // slots
)

// doors are the channels whose calls Discord refuses, and how often it refused
// anything of late.
type doors struct {
	clock bot.Clock
	deaf  func() bool // whether another process hears of some servers; nil: none does
	mu    sync.Mutex
	shut  map[string]map[string]shutDoor // by channel and route; route "" is all of them
	slots [invalidSpan]int
	slot  int64 // which of the slots is now
}

type shutDoor struct {
	until time.Time
	err   error
}

func newDoors(clock bot.Clock) doors {
	return doors{clock: clock, shut: map[string]map[string]shutDoor{}}
}

// closed gives the error with which calls of this route to this channel were
// refused a short time ago; nil: it is open.
func (d *doors) closed(channel, route string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := d.clock()
	for _, r := range []string{"", route} {
		if s, ok := d.shut[channel][r]; ok && now.Before(s.until) {
			return s.err
		}
	}
	return nil
}

// shutFor keeps calls from a channel for a while; route "" is all of them.
func (d *doors) shutFor(channel, route string, err error) {
	if channel == "" {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	now, span := d.clock(), closedFor
	if d.deaf != nil && d.deaf() {
		span = closedDeaf
	}
	for c, routes := range d.shut {
		for r, s := range routes {
			if !now.Before(s.until) {
				delete(routes, r)
			}
		}
		if len(routes) == 0 {
			delete(d.shut, c)
		}
	}
	if d.shut[channel] == nil {
		d.shut[channel] = map[string]shutDoor{}
	}
	d.shut[channel][route] = shutDoor{now.Add(span), err}
}

// invalid counts an answer 401, 403 or 429, and says how long to pause for it.
func (d *doors) invalid() time.Duration {
	d.mu.Lock()
	defer d.mu.Unlock()
	slot := d.clock().UnixNano() / int64(invalidSlot)
	for i := d.slot + 1; i <= slot && i <= d.slot+invalidSpan; i++ {
		d.slots[i%invalidSpan] = 0
	}
	d.slot = max(d.slot, slot)
	d.slots[d.slot%invalidSpan]++
	sum := 0
	for _, n := range d.slots {
		sum += n
	}
	return time.Duration(max(sum-manyInvalid, 0)) * 10 * time.Millisecond
}

// reopen lets calls to a channel through again, because its permissions changed.
func (c *client) reopen(channelID string) {
	c.doors.mu.Lock()
	defer c.doors.mu.Unlock()
	delete(c.doors.shut, channelID)
}

// reopenAll does so for all channels.
func (c *client) reopenAll() {
	c.doors.mu.Lock()
	defer c.doors.mu.Unlock()
	clear(c.doors.shut)
}
