package slack

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"colloquy/bot"
)

// An inner is the event inside a delivery, as Slack sent it.
type inner = json.RawMessage

// An envelope is a delivery of the Events API, the same over both transports.
type envelope struct {
	Type    string `json:"type"` // "event_callback", "app_rate_limited", "url_verification"
	App     string `json:"api_app_id"`
	Team    string `json:"team_id"` // where it happened, which in a shared channel need not be ours
	EventID string `json:"event_id"`
	Time    int64  `json:"event_time"` // seconds
	Shared  bool   `json:"is_ext_shared_channel"`
	Grants  []struct {
		Team string `json:"team_id"`
	} `json:"authorizations"` // to whom it is delivered: Slack names one of those who may see it
	Event     inner  `json:"event"`
	Challenge string `json:"challenge"`           // of url_verification
	Minute    int64  `json:"minute_rate_limited"` // of app_rate_limited; seconds
}

// openEnvelope reads a delivery. A field of another type than expected is as if
// it were not there; only what is no object is an error.
func openEnvelope(raw []byte) (env envelope, err error) {
	err = json.Unmarshal(raw, &env)
	var field *json.UnmarshalTypeError
	if errors.As(err, &field) && field.Field != "" {
		err = nil
	}
	if err == nil && env.Type == "" {
		err = errNoType
	}
	return env, err
}

// workspace is the one of ours that a delivery is for.
func (e envelope) workspace() string {
	for _, g := range e.Grants {
		if g.Team != "" {
			return g.Team
		}
	}
	return e.Team
}

// kind names what happened: the type of the inner event, where there is one.
func (e envelope) kind() string { return cmp.Or(e.inner(), e.Type) }

// inner is the type of the event inside; empty if that has none.
func (e envelope) inner() string {
	var in struct {
		Type string `json:"type"`
	}
	_ = json.Unmarshal(e.Event, &in) // what could be read is there
	return in.Type
}

// unreadable marks an event that will be as unreadable the next time: it is
// acknowledged, and what it said is found by listing.
func unreadable(event, id string, err error) error {
	return bot.Permanent(fmt.Errorf("event %.40q of %.40q cannot be read: %w", event, id, err))
}

var (
	errNoChannel = errors.New("it names no channel")
	errNoTeam    = errors.New("it names no workspace")
	errNoType    = errors.New("it has no type")
)

// deliver hands a delivery to the engine. A nil error means that it may be
// acknowledged: it is stored, is none of ours, or cannot be read, and then the
// threads of its workspace will be listed. With any other it has to come again.
func (p *app) deliver(ctx context.Context, h bot.Handler, env envelope) (err error) {
	err = p.attempt(ctx, h, env)
	if !bot.IsPermanent(err) {
		return err
	}
	p.a.o.Log.ErrorContext(ctx, "event cannot be taken, threads will be listed", "scope", p.scope(), "event", env.kind(), "id", env.EventID, "err", err)
	return p.missed(ctx, h, env.workspace(), p.before(env))
}

// lost gives up a delivery, which is not acknowledged.
func (p *app) lost(ctx context.Context, env envelope, err error) {
	p.a.o.Log.ErrorContext(ctx, "event lost, threads will be listed", "scope", p.scope(), "event", env.kind(), "id", env.EventID, "err", err)
	p.desk.owed.miss(env.workspace(), p.before(env))
}

// before is a time at which what a delivery tells had surely not happened.
func (p *app) before(env envelope) time.Time {
	from := p.a.o.Clock()
	if at := time.Unix(env.Time, 0); env.Time > 0 && at.Before(from) {
		from = at
	}
	return from.Add(-time.Minute)
}

// attempt does so once, and makes a panic a permanent error.
func (p *app) attempt(ctx context.Context, h bot.Handler, env envelope) (err error) {
	defer func() {
		if r := recover(); r != nil {
			p.a.o.Log.ErrorContext(ctx, "panic", "event", env.kind(), "id", env.EventID, "stack", string(debug.Stack()))
			err = bot.Permanent(fmt.Errorf("panic: %v", r))
		}
	}()
	return p.route(ctx, h, env)
}
