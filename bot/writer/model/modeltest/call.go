package modeltest

import (
	"encoding/json"
	"net/http"
	"time"
)

// The providers, as [Call.Provider] has them.
const (
	Anthropic = "anthropic"
	OpenAI    = "openai"
	Ollama    = "ollama"
)

// A Call is one request for an answer, as the model sees it.
type Call struct {
	N          int // of all calls to this server, from 1
	Provider   string
	Model      string
	Key        string // that the client sent; "" if none
	System     string
	Turns      []Turn
	SchemaName string // OpenAI's; of the others, which send none, by the schema's properties
	Schema     json.RawMessage
	MaxTokens  int // 0 if the client named none
	Stream     bool
	Truncated  bool // Ollama left out the beginning of the prompt
	Header     http.Header
	Body       []byte

	marks      []mark // of Anthropic's cache_control
	usageAtEnd bool   // OpenAI's include_usage

	Status int    // of the answer; 0 while there is none
	Said   string // what the model said
	Usage  Usage
}

// A Turn is one message of the conversation.
type Turn struct {
	Assistant bool // the model's own; else the client's
	Text      string
}

// Usage is what calls took, in tokens of four bytes.
type Usage struct {
	Calls      int   // answered with 200
	Input      int64 // not from a cache, and not put into one
	CacheRead  int64
	CacheWrite int64
	Output     int64
}

// What a [Reply] may stop by.
const (
	StopEnd     = ""        // the model had nothing to add
	StopLength  = "length"  // it reached the most that it may write
	StopRefusal = "refusal" // it declined: Text says how
	StopFilter  = "filter"  // a filter of the provider's held the answer back
	StopContext = "context" // the context was full
)

// A Reply is what a behaviour answers. The zero value is an answer without a word.
type Reply struct {
	Text   string // what the model says
	Stop   string // one of the constants; what else stands here is sent as it is
	Status int    // 0 is 200; any other is an error in the provider's form
	Type   string // of an error: Anthropic's type, OpenAI's code; "" is the usual one of the status
	// Break has the error come after a 200 and half of the text, where the answer streams.
	Break      bool
	RetryAfter time.Duration // sent as whole seconds; 0 sends none
	Delay      time.Duration // before the first byte; it ends when the client leaves
	// CutAfter closes the connection after that many bytes of the body; below zero
	// before any, headers included. 0 cuts nothing.
	CutAfter int
	Raw      []byte // the body in place of what the provider's form would be
	Header   http.Header
}

// A Lie is something false that a [Liar] said.
type Lie struct {
	Kind      string // one of [LieKinds]
	Text      string // the statement or question, as it was said
	Token     string // by which it is known: no part of the data, the case aside; "" where only the evidence is false
	Where     string // "summary", "question", "note" or "recap"
	Sentences []int  // the evidence that was given, from 1
}
