package discord

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"colloquy/adapters/internal/once"
	"colloquy/adapters/internal/outbox"
	"colloquy/bot"
)

// apiVersion is that of the REST API, which discordgo's structs fit as well.
const apiVersion = "v10"

// DefaultPerSecond is how many requests a second are sent. Discord refuses more
// than 50; the rest is for what a network delays and then hastens.
const DefaultPerSecond = 45

// Lanes is 1: Discord counts what a bot asks for in all servers together. So the
// work of all processes is asked for by one of them, evenly spread: when another
// takes over, the last second of the one and the first of the other have no more
// requests than a second of one has. What its connections ask besides is little, in
// whichever process they are, and has its place between [DefaultPerSecond] and 50.
func (a *Adapter) Lanes() int { return 1 }

// A call is one request to Discord's REST API.
type call struct {
	method  string
	path    string     // after the version: "/channels/1/messages"
	query   url.Values // nil: none
	body    any        // as JSON; nil: none
	file    *file      // sent beside body as multipart; nil: none
	channel string     // in whose queue it waits, and which a refusal closes; empty: none
	free    bool       // outside the global limit and without the token: answers to interactions
}

// A file goes along with a message.
type file struct {
	name string
	data []byte
}

// A client sends calls, one at a time for each channel, within Discord's limits.
type client struct {
	o     Options
	base  string // with version, without slash at the end
	bad   error  // why nothing can be sent; nil: it can
	http  *http.Client
	out   *outbox.Outbox
	doors doors
	clock once.Clock
}

func newClient(o Options) *client {
	c := &client{o: o, http: once.NewHTTP(), out: outbox.New(outbox.Options{Rate: o.PerSecond}), doors: newDoors(o.Clock)}
	var api string
	if api, c.bad = ParseAPI(o.API); c.bad == nil {
		c.base = api + "/" + apiVersion
	}
	return c
}

// do sends a call once and decodes the answer into out, unless that is nil. An
// error is marked by [bot.Permanent] or [bot.RetryAfter] if the call was surely
// not carried out, and holds a [bot.Problem] where a person can help. One
// without a mark means that nobody knows; a call whose repetition does no harm
// may then be made again. It waits for limits up to 30 s, but leaves time to
// send within ctx; what would have to wait longer is a [bot.RetryAfter].
func (c *client) do(ctx context.Context, k call, out any) error {
	r, p, err := c.prepare(k)
	if err != nil {
		return err
	}
	if err := c.doors.closed(k.channel, r.name); err != nil {
		return err
	}
	var res result
	err = c.out.Do(ctx, outbox.Request{Queue: k.channel, Route: r.name, Major: r.major, Free: k.free}, func(ctx context.Context) outbox.Verdict {
		// Another call of this queue may have been refused meanwhile.
		if res = (result{err: c.doors.closed(k.channel, r.name)}); res.err == nil {
			res = c.send(ctx, k, r, p)
		}
		return res.verdict
	})
	switch {
	case err != nil:
		return notSent(err, res.err)
	case res.err != nil || out == nil:
		return res.err
	}
	if err := json.Unmarshal(res.body, out); err != nil {
		// It was carried out, but we do not know with what result.
		c.o.Log.WarnContext(ctx, "discord sent an answer that cannot be read", "route", r.name, "bytes", len(res.body))
		return bot.Problemf("bad_answer", "Discord's answer could not be read: its form is not known (%s); look for a newer version of Colloquy", r.name)
	}
	return nil
}

// prepare checks a call before it waits for anything.
func (c *client) prepare(k call) (route, payload, error) {
	if c.bad != nil {
		return route{}, payload{}, bot.Permanent(c.bad)
	}
	if !k.free {
		if err := checkToken(c.o.Token); err != nil {
			return route{}, payload{}, bot.Permanent(err)
		}
	}
	r, err := routeOf(k.method, k.path)
	if err != nil {
		return route{}, payload{}, bot.Permanent(err)
	}
	p, err := encode(k)
	if err != nil {
		return route{}, payload{}, bot.Permanent(err)
	}
	return r, p, nil
}

// notSent is the error of a call that waited, and was not sent or was refused
// with why.
func notSent(err, why error) error {
	var wait *outbox.WaitError
	switch {
	case errors.As(err, &wait):
		return bot.RetryAfter(wait.After, problem("rate_limited", cmp.Or(why, err),
			"Discord takes no more at the moment, because too much was sent; it goes on in %s", wait.After.Round(time.Second)))
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return bot.RetryAfter(time.Second, fmt.Errorf("discord: not sent: %w", err))
	}
	return err // of Stop
}
