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

// A shard is one connection to Discord and the queue of its events. keep owns
// the connection and work the queue; both end with Run.
type shard struct {
	g     *gateway
	id    int
	scope string // what the engine calls it
	queue *queue
	told  bool // that it is connected; of work alone

	mu    sync.Mutex
	live  bool // ready, and not lost since
	since time.Time
	count int  // of READYs that came
	known int  // of READYs that work has handled
	tried bool // ready once, or failed
}

func newShard(g *gateway, id int) *shard {
	return &shard{g: g, id: id, scope: scopeOf(id), queue: newQueue()}
}

func scopeOf(shard int) string { return Platform + "/" + strconv.Itoa(shard) }

// up reports whether its events arrive and the engine may hear so.
func (s *shard) up() bool {
	if !s.g.hasBegun() {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.live && s.known == s.count
}

func (s *shard) knowsGuilds() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.known > 0
}

func (s *shard) wasTried() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tried && (s.known > 0 || s.count == 0)
}

// work hands events to the engine, one after another, until the queue is closed
// and empty.
func (s *shard) work() {
	ctx := s.g.work
	for {
		if s.g.ctx.Err() == nil {
			s.settle(ctx)
		}
		e, ok, more := s.queue.next()
		if !more {
			break
		}
		if ok {
			s.handle(ctx, e)
		}
	}
	if !s.told {
		return
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), farewellLimit)
	defer cancel()
	if err := s.g.h.Connected(last, s.scope, false); err != nil {
		s.g.a.o.Log.WarnContext(last, "end of the connection not noted", "scope", s.scope, "err", err)
	}
}

// settle tells the engine what changed of the connection. After an event that was
// lost it says again that events arrive from now on: then the engine has a gap
// since the last moment of which it knows that they did, and lists.
func (s *shard) settle(ctx context.Context) {
	lost, up := s.queue.gap(), s.up()
	if up != s.told || lost && up {
		s.tell(ctx, up)
	}
}

// tell repeats itself until the engine has heard it, or it is no longer so.
func (s *shard) tell(ctx context.Context, up bool) {
	for try := 0; ; try++ {
		var err error
		if up {
			err = s.g.installations(ctx)
		}
		if err == nil {
			err = s.g.h.Connected(ctx, s.scope, up)
		}
		if err == nil {
			s.told = up
			return
		}
		s.g.a.o.Log.WarnContext(ctx, "state of the connection not taken, trying again", "scope", s.scope, "up", up, "err", err)
		if !once.Sleep(s.g.ctx, backoff(try)) || up && !s.up() {
			return
		}
	}
}

// handle hands one event over, with growing waits while that fails.
func (s *shard) handle(ctx context.Context, e event) {
	log := s.g.a.o.Log
	var unreadable *unreadableError // and will be the next time
	err := s.attempt(ctx, e)
	for _, wait := range s.g.a.gate.waits {
		if err == nil || bot.IsPermanent(err) || errors.As(err, &unreadable) || s.g.ctx.Err() != nil {
			break
		}
		log.WarnContext(ctx, "event not taken, trying again", "scope", s.scope, "event", e.name, "id", eventID(e.raw), "err", err)
		once.Sleep(s.g.ctx, wait)
		err = s.attempt(ctx, e)
	}
	if err != nil {
		log.ErrorContext(ctx, "event lost, threads will be listed", "scope", s.scope, "event", e.name, "id", eventID(e.raw), "err", err)
		s.queue.lose()
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
	e := event{name: name, raw: raw}
	switch name {
	case "INTERACTION_CREATE":
		s.g.forms.take(raw)
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
	if !s.queue.put(ctx, e) {
		s.g.a.o.Log.ErrorContext(ctx, "event lost: too many wait, threads will be listed", "scope", s.scope, "event", name, "id", eventID(raw))
	}
	return nil
}

// lose notes an event that cannot be read.
func (s *shard) lose(ctx context.Context, name string, raw json.RawMessage, err error) {
	s.g.a.o.Log.ErrorContext(ctx, "event cannot be read, threads will be listed", "scope", s.scope, "event", name, "id", eventID(raw), "err", err)
	s.queue.lose()
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
