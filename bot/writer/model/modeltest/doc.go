// Package modeltest is a server of language models for tests: it speaks the wire
// formats of Anthropic, of OpenAI's Chat Completions and of Ollama on this machine,
// refuses what the real ones refuse, and says what a test has it say.
//
//	s := modeltest.New(t, modeltest.Options{})
//	m, err := model.New(model.Options{Provider: model.Anthropic, URL: s.URL, Key: modeltest.DefaultKey, …})
//	liar := modeltest.NewLiar(1, 0.5)
//	s.Behave(liar.Reply)
//	…                      // have articles written about
//	liar.Lies()            // none of their tokens may be in a post
//	s.Calls(), s.Usage()   // what was asked, and what it took
//
// Paths: POST /v1/messages, POST /v1/chat/completions, POST /api/chat, each streaming
// and not; GET /v1/models and /v1/models/{id} of both, POST /api/show, GET /api/tags.
//
//	server.go              New, Start, Options, Behave, Calls, Usage
//	call.go                Call, Reply and its faults: errors, delays, cut answers, raw bodies; faults.go: HTML, Redirect
//	prompt.go, repair.go   what a prompt holds: Article, Discussion, Replies, Wanted, Nonce, Failures; orders.go: Orders
//	good.go                Good, and Output, which makes answers of any schema; tongue.go: its words
//	liar.go, lies.go       NewLiar: false names, numbers, quotations, evidence and the like
//	obedient.go            Obedient: carries out whatever the article tells it to
//	behaviours.go          Canned, Says, InTurn, OneQuestion, AlwaysFails, Empty, and what spoils JSON: Fenced, Preceded, Broken
//	anthropic.go, openai.go, ollama.go, models.go, fields.go   the wire formats and their rules
//
// Behaviours are functions of the call and nothing else, the nonce of the prompt left
// aside: they answer the same again. Their own state (a liar's lies) is safe for
// concurrent use.
//
// # What is refused
//
// A missing or wrong key, a missing or another anthropic-version, unknown fields at the
// top level, missing ones, an unknown model, max_tokens out of bounds, max_tokens and
// temperatures for OpenAI's models that reason, messages that are empty, have another
// role or, at Anthropic's, do not alternate or end with the model's, more than four marks
// for the cache, and a prompt that is longer than Options.Context. Every error has its
// provider's form.
//
// # What is assumed
//
// A token is four bytes of UTF-8; a schema counts as a part of the prompt, before it.
// Anthropic caches what ends with a block that has cache_control, from 1,024 tokens
// on, for five minutes (or an hour, if so marked) from its last use, by Options.Now. OpenAI
// caches the longest beginning that an earlier request with the same key and model had, in steps
// of 128 tokens from 1,024 on, for ever. Ollama tells of no cache. An answer that is
// longer than max_tokens ends there; one that fills the context, too, and says so. Ollama gives a
// model 4,096 tokens if num_ctx is not set, and leaves out the beginning of a longer prompt, without
// a word unless "truncate" is false. Nothing streams slower than it is read.
//
// The real ones are less strict in this: Anthropic lets a schema have properties that are not required,
// and joins messages of one role; Ollama ignores fields that it does not know and takes any schema.
// A name that begins with "no-" is that of no model, unless Options.Models lists those that there are.
//
// # What is not here
//
// Tools, images, thinking, several choices, batches, the Responses API; loading
// and unloading of Ollama's models. An answer is not held to the schema.
package modeltest
