package discord

import (
	"cmp"
	"slices"
	"strconv"
	"sync"

	"colloquy/bot"
)

// mostWatched is how many threads are watched at once, some 14 MB. With more the
// oldest are forgotten, which closed long ago: what happens in them is found by
// the next listing.
const mostWatched = 1 << 18

// A watch knows the places in which our discussions are: threads by their ids,
// and channels where a discussion has no thread. What happens elsewhere is none
// of ours and is not even read. It holds three numbers a thread, and nothing of
// members or messages. A nil watch watches nothing.
type watch struct {
	mu      sync.Mutex
	places  map[uint64]place  // by id of a thread or a channel
	threads map[uint64]uint32 // how many threads there are by id of the channel above
	most    int
}

// A place is where something watched is; above is 0 for a channel itself.
type place struct{ guild, above uint64 }

func newWatch() *watch {
	return &watch{places: map[uint64]place{}, threads: map[uint64]uint32{}, most: mostWatched}
}

// add watches a thread, or the channel itself where ch has none. What is no
// place on Discord, such as a private chat, is left out.
func (w *watch) add(ch bot.Channel) {
	guild, above, id := snowflake(ch.Workspace), snowflake(ch.ID), snowflake(ch.Thread)
	if ch.Thread == "" {
		above, id = 0, above
	}
	if w == nil || guild == 0 || id == 0 || ch.Thread != "" && above == 0 {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.drop(id)
	w.places[id] = place{guild, above}
	if above != 0 {
		w.threads[above]++
	}
	if len(w.places) > w.most {
		w.trim()
	}
}

// channel is the watched place with an id: a thread with the channel above, or
// a channel without a thread.
func (w *watch) channel(id string) (bot.Channel, bool) {
	if w == nil {
		return bot.Channel{}, false
	}
	w.mu.Lock()
	p, ok := w.places[snowflake(id)]
	w.mu.Unlock()
	if !ok {
		return bot.Channel{}, false
	}
	ch := bot.Channel{Platform: Platform, Workspace: number(p.guild), ID: number(p.above), Thread: id}
	if p.above == 0 {
		ch.ID, ch.Thread = id, ""
	}
	return ch, true
}

// uses reports whether a channel is watched, or a thread in it.
func (w *watch) uses(id string) bool {
	if w == nil {
		return false
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	n := snowflake(id)
	_, ok := w.places[n]
	return ok || w.threads[n] > 0
}

// below lists the ids of what is watched in a server and of the channels above;
// with a channel, only of it and its threads.
func (w *watch) below(guild, channel string) []string {
	if w == nil {
		return nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	g, c := snowflake(guild), snowflake(channel)
	if c != 0 && w.threads[c] == 0 {
		return []string{channel}
	}
	found := map[uint64]bool{}
	for id, p := range w.places {
		if p.guild == g && (c == 0 || p.above == c) {
			found[id] = true
			found[cmp.Or(p.above, id)] = true
		}
	}
	var out []string
	for id := range found {
		out = append(out, number(id))
	}
	return out
}

// forget ends watching a thread, or a channel with all threads in it.
func (w *watch) forget(id string) {
	if w == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	n := snowflake(id)
	w.drop(n)
	if w.threads[n] > 0 {
		w.dropAll(func(p place) bool { return p.above == n })
	}
}

// forgetGuild ends watching everything in a server.
func (w *watch) forgetGuild(id string) {
	if n := snowflake(id); w != nil && n != 0 {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.dropAll(func(p place) bool { return p.guild == n })
	}
}

func (w *watch) dropAll(which func(place) bool) {
	for id, p := range w.places {
		if which(p) {
			w.drop(id)
		}
	}
}

func (w *watch) drop(id uint64) {
	p, ok := w.places[id]
	if !ok {
		return
	}
	delete(w.places, id)
	if n := w.threads[p.above]; n > 1 {
		w.threads[p.above] = n - 1
	} else {
		delete(w.threads, p.above)
	}
}

// trim forgets the oldest tenth of the threads: ids grow with time.
func (w *watch) trim() {
	ids := make([]uint64, 0, len(w.places))
	for id, p := range w.places {
		if p.above != 0 {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	for _, id := range ids[:min(len(ids), w.most/10+1)] {
		w.drop(id)
	}
}

// snowflake reads one of Discord's ids; 0 is none.
func snowflake(id string) uint64 {
	n, err := strconv.ParseUint(id, 10, 64)
	if err != nil || strconv.FormatUint(n, 10) != id {
		return 0
	}
	return n
}

func number(id uint64) string { return strconv.FormatUint(id, 10) }
