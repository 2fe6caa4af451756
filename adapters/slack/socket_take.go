package slack

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"
)

// A received is what Slack sends over a connection.
type received struct {
	Type     string          `json:"type"`
	Envelope string          `json:"envelope_id"`
	Payload  json.RawMessage `json:"payload"`
}

// take hands on what came, and never waits. slack-go gives what it cannot read
// itself as a bad message.
func (c *connection) take(ctx context.Context, e socketmode.Event) {
	var r received
	switch data := e.Data.(type) {
	case *socketmode.ErrorBadMessage:
		_ = json.Unmarshal(data.Message, &r)
	case *slack.IncomingEventError:
		var syntax *json.SyntaxError
		if errors.As(data.ErrorObj, &syntax) { // the connection goes on
			c.lose(ctx, r, data.ErrorObj)
		}
		return
	default:
		if e.Request == nil {
			return
		}
		r = received{e.Request.Type, e.Request.EnvelopeID, e.Request.Payload}
	}
	switch r.Type {
	case socketmode.RequestTypeHello:
		c.ready(e.Request)
	case socketmode.RequestTypeEventsAPI:
		env, err := openEnvelope(r.Payload)
		if err != nil {
			c.lose(ctx, r, err)
			return
		}
		c.s.lanes.put(ctx, job{env: env, done: c.hands.take(), ack: func(ctx context.Context) error { return c.ack(ctx, r.Envelope, nil) }})
	case socketmode.RequestTypeSlashCommands, socketmode.RequestTypeInteractive:
		done := c.hands.take()
		taken := c.s.p.ask(r.Type, r.Payload, func(body any) error {
			err := c.ack(ctx, r.Envelope, body)
			if err == nil || body == nil { // else it is answered once more, with nothing
				done()
			}
			return err
		}, func(int) { done() })
		if !taken {
			done()
		}
	default:
		c.lose(ctx, r, errNoType)
	}
}

// lose acknowledges what cannot be read, so that Slack does not send it again,
// and has every thread listed.
func (c *connection) lose(ctx context.Context, r received, err error) {
	c.s.p.a.o.Log.ErrorContext(ctx, "delivery cannot be read, threads will be listed", "scope", c.s.p.scope(), "type", r.Type, "id", r.Envelope, "err", err)
	c.s.p.desk.owed.miss("", c.s.p.before(envelope{}))
	if r.Envelope != "" {
		_ = c.ack(ctx, r.Envelope, nil) // else it comes again
	}
}

// ack acknowledges a delivery. slack-go refuses a body of 20 KB, which Slack
// would drop without a word, and would wait on a connection that is over.
func (c *connection) ack(ctx context.Context, id string, body any) error {
	if c.ended.Err() != nil {
		return errOver
	}
	ctx, cancel := context.WithTimeout(ctx, lastWords)
	defer cancel()
	defer context.AfterFunc(c.ended, cancel)()
	return c.client.AckCtx(ctx, id, body)
}
