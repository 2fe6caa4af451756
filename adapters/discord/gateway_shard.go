package discord

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"time"

	"colloquy/adapters/internal/once"
	"colloquy/bot"
)

// A shard is one connection to Discord and the queue of its events, while it is this
// process's. keep owns the connection and work the queue.
type shard struct {
	g     *gateway
	id    int
	scope string          // what the engine calls it
	ctx   context.Context // ends when it is to be handed over
	late  context.Context // ends a little later, so that what was received is handled
	end   func()          // ends late
	queue *queue
	forms *forms
	told  bool      // that it is connected; of work alone
	deaf  time.Time // since when events are missing, and the engine has not heard so; zero: none is. Of work alone

	tried chan struct{} // closed when it was ready once, or failed
	once  sync.Once     // closes tried

	mu    sync.Mutex
	live  bool // ready, and not lost since
	since time.Time
	heard time.Time // when something came last
	until time.Time // when the last connection ended that was ready
	count int       // of READYs that came
	known int       // of READYs that work has handled
}

func newShard(ctx context.Context, g *gateway, id int) *shard {
	s := &shard{g: g, id: id, scope: scopeOf(id, g.shards), ctx: ctx, queue: newQueue(), tried: make(chan struct{})}
	s.late, s.end = context.WithCancel(context.WithoutCancel(ctx))
	s.forms = newForms(s.late, g.a.o.Log, g.slots, func(ctx context.Context, raw json.RawMessage) { g.a.interaction(ctx, g.h, raw) })
	return s
}

// endSoon ends what is under way when it has had its time.
func (s *shard) endSoon() {
	once.Sleep(s.late, shutdownLimit)
	s.end()
}

// scopeOf names a shard of so many, alike in every process.
func scopeOf(shard, shards int) string {
	scope := Platform + "/" + strconv.Itoa(shard)
	if shards > 1 {
		scope += "/" + strconv.Itoa(shards)
	}
	return scope
}

// shardOf is the shard of a server, by the rule of Discord's documentation.
func shardOf(guild string, shards int) int {
	return int((snowflake(guild) >> 22) % uint64(max(shards, 1)))
}

// try notes that it was ready, or could not be.
func (s *shard) try() { s.once.Do(func() { close(s.tried) }) }

// taken reports whether another process has the shard, or will have before long.
func (s *shard) taken() bool { return errors.Is(context.Cause(s.ctx), bot.ErrLeaseLost) }

// up reports whether its events arrive and the engine may hear so.
func (s *shard) up() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.live && s.known == s.count
}

// register makes the commands known. One process does, who has the first shard; each
// time that it gets it, as one of another version may have had it before.
func (s *shard) register(ctx context.Context) {
	select {
	case <-s.tried:
	case <-ctx.Done():
		return
	}
	for try := 0; ; try++ {
		err := s.g.a.gate.register(ctx)
		if err == nil || ctx.Err() != nil {
			return
		}
		wait := backoff(try)
		s.g.a.o.Log.WarnContext(ctx, "commands not registered, trying again", "wait", wait, "err", err)
		if !once.Sleep(ctx, wait) {
			return
		}
	}
}

// work hands events to the engine, one after another, until the queue is closed
// and empty.
func (s *shard) work() {
	for {
		if s.ctx.Err() == nil {
			s.settle(s.late)
		}
		e, ok, more := s.queue.next()
		if !more {
			break
		}
		if ok && !s.taken() {
			s.handle(s.late, e)
		}
	}
	if !s.told {
		return
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(s.late), farewellLimit)
	defer cancel()
	err := s.say(last, false)
	if err == nil {
		err = s.outagesSoFar(last)
	}
	if err != nil {
		s.g.a.o.Log.WarnContext(last, "end of the connection not noted", "scope", s.scope, "err", err)
	}
}

// settle tells the engine what changed of the connection. After an event that was
// lost it says that none arrived since, and do from now on: then the engine has a gap,
// and lists.
func (s *shard) settle(ctx context.Context) {
	s.miss()
	if up := s.up(); up != s.told || up && !s.deaf.IsZero() {
		s.tell(ctx, up)
	}
}

// tell repeats itself until the engine has heard it, or it is no longer so.
func (s *shard) tell(ctx context.Context, up bool) {
	for try := 0; ; try++ {
		err := s.say(ctx, up)
		if err == nil {
			s.told, s.deaf = up, time.Time{}
			return
		}
		s.g.a.o.Log.WarnContext(ctx, "state of the connection not taken, trying again", "scope", s.scope, "up", up, "err", err)
		if !once.Sleep(s.ctx, backoff(try)) || up && !s.up() {
			return
		}
	}
}

// miss takes in since when events are missing.
func (s *shard) miss() {
	if lost := s.queue.gap(); s.deaf.IsZero() {
		s.deaf = lost
	}
}

func (s *shard) say(ctx context.Context, up bool) error {
	if s.miss(); s.told {
		s.mu.Lock()
		since := s.until
		s.mu.Unlock()
		if up || !s.deaf.IsZero() && s.deaf.Before(since) {
			since = s.deaf
		}
		if err := s.g.h.Silent(ctx, s.scope, since); err != nil || !up {
			return err
		}
	}
	if err := s.arrive(ctx); err != nil {
		return err
	}
	return s.g.h.Connected(ctx, s.scope, true)
}

// arrive tells the engine which servers there are, and learns where discussions are
// in them: another process may have posted those.
func (s *shard) arrive(ctx context.Context) error {
	mine := func(guild string) bool { return shardOf(guild, s.g.shards) == s.id }
	if err := s.g.h.Installations(ctx, Platform, s.g.a.gate.there(s.id, s.scope), mine); err != nil {
		return err
	}
	places, err := s.g.h.Places(ctx, s.scope)
	for _, ch := range places {
		s.g.a.watch.add(ch)
	}
	return err
}

// handle hands one event over, with growing waits while that fails.
func (s *shard) handle(ctx context.Context, e event) {
	log := s.g.a.o.Log
	var unreadable *unreadableError // and will be the next time
	err := s.attempt(ctx, e)
	for _, wait := range s.g.a.gate.waits {
		if err == nil || bot.IsPermanent(err) || errors.As(err, &unreadable) || s.ctx.Err() != nil {
			break
		}
		log.WarnContext(ctx, "event not taken, trying again", "scope", s.scope, "event", e.name, "id", eventID(e.raw), "err", err)
		once.Sleep(s.ctx, wait)
		err = s.attempt(ctx, e)
	}
	if err != nil {
		log.ErrorContext(ctx, "event lost, threads will be listed", "scope", s.scope, "event", e.name, "id", eventID(e.raw), "err", err)
		s.queue.lose(e.at)
	}
}

func (s *shard) attempt(ctx context.Context, e event) (err error) {
	defer func() {
		if p := recover(); p != nil {
			s.g.a.o.Log.ErrorContext(ctx, "panic", "event", e.name, "id", eventID(e.raw), "stack", string(debug.Stack()))
			err = bot.Permanent(fmt.Errorf("panic: %v", p))
		}
	}()
	if e.do != nil {
		return e.do(ctx)
	}
	return s.g.a.event(ctx, s.g.h, e.name, e.raw)
}

// take is given every event of the connection, by its reader. It returns an
// error if the connection is of no use.
func (s *shard) take(ctx context.Context, name string, raw json.RawMessage) error {
	now := s.g.a.o.Clock()
	e := event{name: name, raw: raw}
	switch name {
	case "INTERACTION_CREATE":
		s.forms.take(raw)
		return nil
	case "READY":
		return s.takeReady(ctx, raw)
	case "GUILD_CREATE", "GUILD_UPDATE", "GUILD_DELETE":
		var err error
		if e, err = s.guildEvent(name, raw); err != nil {
			s.lose(ctx, name, raw, err)
			return nil
		}
	default:
		kind, _, _ := strings.Cut(name, "_")
		if kind != "MESSAGE" && kind != "THREAD" && kind != "CHANNEL" && kind != "GUILD" {
			return nil
		}
	}
	e.at = now
	if !s.queue.put(ctx, e) {
		s.g.a.o.Log.ErrorContext(ctx, "event lost: too many wait, threads will be listed", "scope", s.scope, "event", name, "id", eventID(raw))
	}
	return nil
}

// lose notes an event that cannot be read.
func (s *shard) lose(ctx context.Context, name string, raw json.RawMessage, err error) {
	s.g.a.o.Log.ErrorContext(ctx, "event cannot be read, threads will be listed", "scope", s.scope, "event", name, "id", eventID(raw), "err", err)
	s.queue.lose(s.g.a.o.Clock())
}

// eventID names an event in the log.
func eventID(raw json.RawMessage) string {
	var e struct {
		ID      string `json:"id"`
		Message string `json:"message_id"`
	}
	_ = json.Unmarshal(raw, &e) // the log then has no id
	if e.ID == "" {
		return e.Message
	}
	return e.ID
}

// Waits between connections: they double from the first to the longest, and
// begin anew after a connection that held for a while.
const (
	firstWait   = time.Second
	longestWait = time.Minute
	stableAfter = 5 * time.Minute
)

// backoff is the wait after so many failures in a row: half of it is fixed, and
// half by chance, so that shards do not come all at once.
func backoff(failures int) time.Duration {
	wait := firstWait << min(failures, 6)
	wait = min(wait, longestWait)
	return (wait/2 + rand.N(wait/2+1)).Round(time.Millisecond)
}
