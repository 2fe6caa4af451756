package model

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"colloquy/bot/writer/model/modeltest"
)

var providers = []string{Anthropic, OpenAI, Ollama}

// aRequest has properties that are not in the order of the alphabet, in which
// a model has to write them all the same.
func aRequest() Request {
	return Request{
		System: "You write digests.", Name: "digest", MaxTokens: 2048,
		Turns: []Turn{{Text: "<article n0nce>\n[1] It rained & poured.\n</article n0nce>"}},
		Schema: json.RawMessage(`{"type":"object","properties":{"summary":{"type":"string"},"questions":{"type":"array","items":{"type":"string"}}},` +
			`"required":["summary","questions"],"additionalProperties":false}`),
	}
}

const anAnswer = `{"summary":"It rained.","questions":["Why?"]}`

// A clock is set by the test, and goes on while a client waits.
type clock struct {
	mu    sync.Mutex
	at    time.Time
	waits []time.Duration
}

func newClock() *clock { return &clock{at: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

func (c *clock) wait(ctx context.Context, d time.Duration) error {
	c.pass(d)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.waits = append(c.waits, d)
	return ctx.Err()
}

// open makes a client that waits on its clock alone.
func open(t *testing.T, o Options) (*client, *clock) {
	t.Helper()
	at := newClock()
	o.Clock = at.now
	if o.Model == "" {
		o.Model = "some-model"
	}
	m, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	c := m.(*client)
	c.wait = at.wait
	return c, at
}

// serve answers every request in one way, and gives the address.
func serve(t *testing.T, f http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(f)
	t.Cleanup(s.Close)
	return s.URL
}

// sends answers with a status and a body.
func sends(status int, kind, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// failure asks, and gives the error, which must have the code.
func failure(t *testing.T, m Model, code string) *Error {
	t.Helper()
	a, err := m.Complete(t.Context(), aRequest())
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("answer %s and error %v, want an error %s", a.JSON, err, code)
	}
	if e.Code != code {
		t.Fatalf("code %s (%s; %v), want %s", e.Code, e.Text, e.Err, code)
	}
	if strings.ContainsAny(e.Text, "\n\r") || len(e.Text) > 300 || e.Text == "" {
		t.Errorf("not one readable line: %q", e.Text)
	}
	return e
}

func TestAnswersAndWhatTheyTook(t *testing.T) {
	for _, p := range providers {
		for _, stream := range []bool{false, true} {
			s := modeltest.New(t, modeltest.Options{})
			s.Behave(modeltest.Canned(modeltest.Reply{Text: anAnswer}))
			c, _ := open(t, Options{Provider: p, URL: s.URL, Key: modeltest.DefaultKey, Stream: stream,
				Prices: Prices{Input: 1, CacheRead: 0.1, CacheWrite: 1.25, Output: 5}})
			r := aRequest()
			r.System = strings.Repeat("The rules stay the same for every article. ", 200)
			for n := range 2 { // the second time, the rules are in the provider's cache
				a, err := c.Complete(t.Context(), r)
				if err != nil {
					t.Fatalf("%s, streaming %v: %v", p, stream, err)
				}
				if string(a.JSON) != anAnswer {
					t.Errorf("%s, streaming %v: %s", p, stream, a.JSON)
				}
				u := s.Calls()[n].Usage
				if a.Spent.Calls != 1 || a.Spent.Input != u.Input || a.Spent.CacheRead != u.CacheRead || a.Spent.CacheWrite != u.CacheWrite || a.Spent.Output != u.Output {
					t.Errorf("%s, streaming %v, call %d: spent %+v, the server counted %+v", p, stream, n+1, a.Spent, u)
				}
				if cached := a.Spent.CacheRead > 0; cached != (n == 1 && p != Ollama) {
					t.Errorf("%s, streaming %v, call %d: %d tokens from the cache", p, stream, n+1, a.Spent.CacheRead)
				}
				if a.Spent.Cost == 0 {
					t.Errorf("%s: no cost", p)
				}
			}
			if c.Provider() != p || c.Name() != "some-model" {
				t.Errorf("is %s %s", c.Provider(), c.Name())
			}
		}
	}
}

// A million tokens at their price cost the price, in millionths.
func TestCost(t *testing.T) {
	prices := Prices{Input: 0.8, CacheRead: 0.08, CacheWrite: 1, Output: 4}
	if got := cost(spentOf(1_000_000, 1_000_000, 1_000_000, 1_000_000), prices); got != 5_880_000 {
		t.Errorf("a million each: %d millionths, want 5.88", got)
	}
	if got := cost(spentOf(1234, 1800, 0, 321), prices); got != 2415 { // 987.2 + 144 + 1284
		t.Errorf("a digest: %d", got)
	}
	if got := cost(spentOf(1234, 0, 0, 321), Prices{}); got != 0 {
		t.Errorf("without prices: %d", got)
	}
}

func TestObjectsAreFoundInWhatModelsWriteAround(t *testing.T) {
	for text, want := range map[string]string{
		`{"a":1}`:                                `{"a":1}`,
		"  {\"a\":1}\n":                          `{"a":1}`,
		"```json\n{\"a\":1}\n```":                `{"a":1}`,
		"Here is the digest:\n{\"a\":{\"b\":2}}": `{"a":{"b":2}}`,
		"In the form {summary}, as asked: {\"a\":\"}\"} Anything else?": `{"a":"}"}`,
		"<think>Is it {\"a\":0}?</think>{\"a\":1}":                      `{"a":1}`,
		"I can't help with that.":                                       "",
		`{"a":1`:                                                        "",
		`[1,2]`:                                                         "",
		`"{"`:                                                           "",
		"":                                                              "",
	} {
		if got := string(findObject(text)); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// Texts that hold many beginnings of JSON take no longer than others.
func TestLookingForObjectsEnds(t *testing.T) {
	if got := findObject(strings.Repeat(`{"a":`, 200_000)); got != nil {
		t.Errorf("found %.20s", got)
	}
}
