package discord

import (
	"context"
	"net/url"
)

// apiVersion is that of the REST API, which discordgo's structs fit as well.
const apiVersion = "v10"

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
	o Options
}

func newClient(o Options) *client { return &client{o: o} }

// An apiError is Discord's answer to a call that it did not carry out.
type apiError struct {
	Status  int
	Code    int    // Discord's own, such as 10003; 0 if it gave none
	Message string // for the log
}

func (e *apiError) Error() string { return e.Message }

// do sends a call once and decodes the answer into out, unless that is nil. An
// error is marked by [bot.Permanent] or [bot.RetryAfter] if the call was surely
// not carried out, and holds a [bot.Problem] where a person can help.
func (c *client) do(ctx context.Context, k call, out any) error {
	return &apiError{}
}
