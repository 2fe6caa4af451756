// Package model asks language models: those of Anthropic, of OpenAI and of every
// server that speaks its Chat Completions, and of Ollama, all in one way. It knows
// nothing of articles: it sends a prompt, and gives back JSON that has the shape
// asked for.
package model

import (
	"context"
	"encoding/json"
	"log/slog"
	"time"

	"colloquy/bot"
)

// The providers.
const (
	Anthropic = "anthropic"
	OpenAI    = "openai"
	Ollama    = "ollama"
)

// Options says which model is asked, and how.
type Options struct {
	Provider string // [Anthropic], [OpenAI] or [Ollama]
	URL      string // of the server, with or without "/v1"; "" is the provider's own
	Key      string // "" where the server wants none
	Model    string // "" is the provider's default, where it has one
	Proxy    string // http or https address of a proxy; "" for none. The environment is not asked.
	Stream   bool   // ask for the answer in pieces, for proxies that cut silent connections
	Context  int    // tokens of context for Ollama; 0 means 16,384
	Prices   Prices
	Clock    bot.Clock
	Log      *slog.Logger
}

// Prices are what a million tokens of each kind cost, in any one currency. Zero
// means that it is not known, and costs are 0 then.
type Prices struct{ Input, CacheRead, CacheWrite, Output float64 }

// A Turn is what was said before in a conversation.
type Turn struct {
	Assistant bool // said by the model; else by us
	Text      string
}

// A Request is what a model is asked.
type Request struct {
	System    string // the same for many requests, so that it is cached
	Turns     []Turn // the last one is ours
	Name      string // of the schema: letters, digits, '_' and '-'
	Schema    json.RawMessage
	MaxTokens int // of the answer
}

// An Answer is a model's. JSON is valid and was written for the schema; nothing
// else of it was checked.
type Answer struct {
	JSON  json.RawMessage
	Spent bot.Spent // of all attempts
}

// A Model answers requests. It repeats what may be repeated until ctx is done.
// Its errors are [*Error]s.
type Model interface {
	Complete(ctx context.Context, r Request) (Answer, error)
	// Check asks the server, without having it write anything, whether the key is
	// good and the model is there. Its error is one line for people.
	Check(ctx context.Context) error
	Provider() string
	Name() string // the model's
}

// Codes of errors. The first ones are about the provider, and hold for every
// request; the others are about one request.
const (
	Unauthorized = "unauthorized"  // the key is missing or wrong
	UnknownModel = "unknown_model" // there is no such model
	Quota        = "quota"         // the account is used up
	RateLimited  = "rate_limited"
	Overloaded   = "overloaded"
	ServerError  = "server_error"
	Unreachable  = "unreachable"
	TimedOut     = "timeout"
	BadServer    = "bad_server" // what answers is no such server: a wrong address, or a proxy between
	BadRequest   = "bad_request"

	TooLong   = "too_long"   // the request is longer than the model can read
	Refused   = "refused"    // the model declined
	Truncated = "truncated"  // the answer was cut
	BadAnswer = "bad_answer" // it is no JSON of the schema
)

// An Error says why there is no answer.
type Error struct {
	Code       string
	Text       string        // one line for people: what, why and what to do; no secret, and of what a server sent at most the host that it points to
	RetryAfter time.Duration // what the server asked for; 0 if nothing
	Spent      bot.Spent     // of all attempts
	Err        error         // for the log; may be nil

	again  bool   // the same request may be answered at another attempt
	refers string // the part of a request that a server does not know, such as "response_format"
}

func (e *Error) Error() string { return e.Text }
func (e *Error) Unwrap() error { return e.Err }

// Passing reports whether the error is about the provider and not the request.
func (e *Error) Passing() bool {
	switch e.Code {
	case TooLong, Refused, Truncated, BadAnswer:
		return false
	}
	return true
}
