package model

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"colloquy/bot/writer/model/modeltest"
)

func TestWhatFailedIsAskedAgain(t *testing.T) {
	for _, p := range providers {
		s := modeltest.New(t, modeltest.Options{})
		good := modeltest.Canned(modeltest.Reply{Text: anAnswer})
		busy := func(r modeltest.Reply) func(modeltest.Call) modeltest.Reply { return modeltest.Canned(r) }
		c, at := open(t, Options{Provider: p, URL: s.URL, Key: modeltest.DefaultKey})

		s.Behave(modeltest.InTurn(busy(modeltest.Reply{Status: 429, RetryAfter: 7 * time.Second}), busy(modeltest.Reply{Status: 500}), good))
		a, err := c.Complete(t.Context(), aRequest())
		if err != nil || string(a.JSON) != anAnswer || a.Spent.Calls != 3 {
			t.Fatalf("%s: %s, %+v, %v", p, a.JSON, a.Spent, err)
		}
		if len(at.waits) != 2 || at.waits[0] != 7*time.Second || at.waits[1] < 500*time.Millisecond || at.waits[1] > time.Second {
			t.Errorf("%s: waited %v, want the server's 7s and then about a second", p, at.waits)
		}

		at.waits = nil
		s.Behave(busy(modeltest.Reply{Status: 503}))
		e := failure(t, c, Overloaded)
		if e.Spent.Calls != 3 || len(at.waits) != 2 || at.waits[0] < 250*time.Millisecond || at.waits[0] > 500*time.Millisecond {
			t.Errorf("%s: %d calls, waits %v", p, e.Spent.Calls, at.waits)
		}
	}
}

func TestPausesGrowUpToALimit(t *testing.T) {
	for n, most := range map[int]time.Duration{1: 500 * time.Millisecond, 2: time.Second, 3: 2 * time.Second, 5: 8 * time.Second, 9: 8 * time.Second} {
		seen := map[time.Duration]bool{}
		for range 50 {
			d := pause(n)
			if d < most/2 || d > most {
				t.Fatalf("after attempt %d: %v", n, d)
			}
			seen[d] = true
		}
		if len(seen) < 2 {
			t.Errorf("after attempt %d the pause is always the same", n)
		}
	}
}

// When the server asks for more time than there is, there is no point in waiting.
func TestNoWaitPastTheDeadline(t *testing.T) {
	s := modeltest.New(t, modeltest.Options{})
	s.Behave(modeltest.Canned(modeltest.Reply{Status: 429, RetryAfter: 2 * time.Minute}))
	c, at := open(t, Options{Provider: Anthropic, URL: s.URL, Key: modeltest.DefaultKey})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	_, err := c.Complete(ctx, aRequest())
	var e *Error
	if !errors.As(err, &e) || e.Code != RateLimited || e.RetryAfter != 2*time.Minute || e.Spent.Calls != 1 || len(at.waits) != 0 {
		t.Errorf("%v, waits %v, calls %d", err, at.waits, len(s.Calls()))
	}
}

func TestRetryAfterIsReadInAllItsForms(t *testing.T) {
	now := newClock().now()
	for _, tt := range []struct {
		name, value string
		want        time.Duration
	}{
		{"Retry-After", "7", 7 * time.Second},
		{"Retry-After", "0.5", 500 * time.Millisecond},
		{"Retry-After", "Mon, 02 Mar 2026 09:00:30 GMT", 30 * time.Second},
		{"Retry-After", "Mon, 02 Mar 2026 08:00:00 GMT", 0},
		{"Retry-After-Ms", "1500", 1500 * time.Millisecond},
		{"Retry-After", "1e300", 24 * time.Hour},
		{"Retry-After", "-5", 0},
		{"Retry-After", "NaN", 0},
		{"Retry-After", "soon", 0},
		{"Retry-After", "", 0},
	} {
		if got := retryAfter(http.Header{tt.name: {tt.value}}, now); got != tt.want {
			t.Errorf("%s: %s is %v, want %v", tt.name, tt.value, got, tt.want)
		}
	}
}

// A provider that is down is left alone for longer and longer, tried by one call
// at a time, and used as before as soon as it is back.
func TestBreaker(t *testing.T) {
	s := modeltest.New(t, modeltest.Options{})
	down := modeltest.Canned(modeltest.Reply{Status: 401})
	s.Behave(down)
	c, at := open(t, Options{Provider: Anthropic, URL: s.URL, Key: modeltest.DefaultKey})
	first := failure(t, c, Unauthorized)
	asked := func(want int) {
		t.Helper()
		if n := len(s.Calls()); n != want {
			t.Fatalf("%s: the server was asked %d times, want %d", at.now().Format("15:04:05"), n, want)
		}
	}
	asked(1)
	e := failure(t, c, Unauthorized)
	if !strings.HasPrefix(e.Text, first.Text) || !strings.Contains(e.Text, "09:00:00 UTC") || !strings.Contains(e.Text, "09:00:15 UTC") {
		t.Errorf("%q does not say what happened at nine, and that the pause ends 15 seconds later", e.Text)
	}
	if e.Spent.Calls != 0 || e.RetryAfter != 15*time.Second || !e.Passing() {
		t.Errorf("%+v", e)
	}
	asked(1)
	calls := 1
	for _, d := range []time.Duration{15, 30, 60, 120, 240, 300, 300} {
		at.pass(d*time.Second - time.Millisecond)
		failure(t, c, Unauthorized)
		asked(calls)
		at.pass(time.Millisecond)
		failure(t, c, Unauthorized)
		calls++
		asked(calls)
	}
	if e := failure(t, c, Unauthorized); !strings.Contains(e.Text, "09:00:00 UTC") {
		t.Errorf("%q does not say since when", e.Text)
	}
	at.pass(5 * time.Minute)
	s.Behave(modeltest.Canned(modeltest.Reply{Text: anAnswer}))
	for range 2 {
		if _, err := c.Complete(t.Context(), aRequest()); err != nil {
			t.Fatal(err)
		}
	}
	asked(calls + 2)
	s.Behave(down)
	failure(t, c, Unauthorized)
	if e := failure(t, c, Unauthorized); e.RetryAfter != 15*time.Second {
		t.Errorf("after it had been back, the pause is %v", e.RetryAfter)
	}
}

// A failure that is about one text leaves the provider in use.
func TestRefusalsDoNotBreak(t *testing.T) {
	s := modeltest.New(t, modeltest.Options{})
	s.Behave(modeltest.Canned(modeltest.Reply{Stop: modeltest.StopRefusal}))
	c, _ := open(t, Options{Provider: Anthropic, URL: s.URL, Key: modeltest.DefaultKey})
	for n := range 3 {
		failure(t, c, Refused)
		if len(s.Calls()) != n+1 {
			t.Fatalf("the server was asked %d times after %d refusals", len(s.Calls()), n+1)
		}
	}
}

// While one call tries, the others fail at once; they do not queue up behind it.
func TestOneCallTries(t *testing.T) {
	b := breaker{clock: newClock().now}
	at := newClock()
	b.clock = at.now
	down := &Error{Code: Overloaded, Text: "it is overloaded"}
	b.leave(false, down, false)
	at.pass(time.Minute)
	trial, err := b.enter()
	if !trial || err != nil {
		t.Fatal("nobody may try")
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if _, err := b.enter(); err == nil {
				t.Error("another one tries too")
			}
		})
	}
	wg.Wait()
	b.leave(true, nil, true) // it was stopped: nobody knows more than before
	if trial, err = b.enter(); !trial || err != nil {
		t.Fatal("after a trial that was stopped, nobody may try")
	}
	b.leave(false, down, false) // a call from before
	if b.pause != shortestPause {
		t.Errorf("calls from before make the pause %v", b.pause)
	}
	b.leave(true, nil, false)
	if trial, err = b.enter(); trial || err != nil {
		t.Error("a success does not end it")
	}
	b.leave(false, &Error{Code: RateLimited, RetryAfter: time.Minute}, false)
	if at.pass(59 * time.Second); b.first == nil {
		t.Fatal("a failure is forgotten")
	}
	if _, err = b.enter(); err == nil {
		t.Error("the server's own time is not waited for")
	}
	b.leave(false, &Error{Code: RateLimited, RetryAfter: 24 * time.Hour}, false)
	if at.pass(longestPause); true {
		if trial, err = b.enter(); !trial || err != nil {
			t.Error("the pause is longer than it may be")
		}
	}
}

// Who had hardly any time does not close the provider to the others.
func TestShortCallsDoNotBreak(t *testing.T) {
	c, _ := open(t, Options{Provider: Anthropic, Key: "k"})
	wireOf(t, c).next = roundTrip(silent)
	within(t, c, fair/2)
	if _, err := c.breaker.enter(); err != nil {
		t.Errorf("after a short call: %v", err)
	}
	within(t, c, 2*fair)
	if _, err := c.breaker.enter(); err == nil {
		t.Error("after a long call the provider is still asked")
	}
}

// What is not complete is not sent.
func TestRequestsThatAreNotComplete(t *testing.T) {
	s := modeltest.New(t, modeltest.Options{})
	for _, p := range providers {
		c, _ := open(t, Options{Provider: p, URL: s.URL, Key: modeltest.DefaultKey})
		for _, r := range []Request{{}, {Schema: []byte("{"), Turns: aRequest().Turns, MaxTokens: 1}, {Schema: aRequest().Schema, MaxTokens: 1}, {Schema: aRequest().Schema, Turns: aRequest().Turns}} {
			var e *Error
			if _, err := c.Complete(t.Context(), r); !errors.As(err, &e) || e.Code != BadRequest {
				t.Errorf("%s: %v", p, err)
			}
		}
	}
	if n := len(s.Calls()); n != 0 {
		t.Errorf("%d were sent", n)
	}
}

// A panicking is a provider whose library can't bear an answer.
type panicking struct{ provider }

func (panicking) once(context.Context, Request) (Answer, error) { panic("slice bounds out of range") }

func TestAnAnswerThatMakesItsReaderPanic(t *testing.T) {
	s := modeltest.New(t, modeltest.Options{})
	s.Behave(modeltest.Canned(modeltest.Reply{Text: anAnswer}))
	c, at := open(t, Options{Provider: OpenAI, URL: s.URL, Key: modeltest.DefaultKey})
	good := c.provider
	c.provider = panicking{good}
	failure(t, c, BadServer)
	at.pass(time.Minute)
	failure(t, c, BadServer) // the call that tries
	at.pass(time.Minute)
	c.provider = good
	if _, err := c.Complete(t.Context(), aRequest()); err != nil {
		t.Errorf("the provider is never asked again: %v", err)
	}
}
