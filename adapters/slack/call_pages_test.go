package slack

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"colloquy/adapters/adaptertest"
	"colloquy/bot"
)

// A pager is Slack as far as listings go, without a network, so that its minutes
// can pass at once.
type pager struct {
	mu      sync.Mutex
	rule    bool          // one a minute, with 15 objects
	has     int           // messages in what is listed
	refuse  int           // so many are refused in any case
	wait    time.Duration // of these
	times   []time.Time
	refused int
}

func (p *pager) RoundTrip(r *http.Request) (*http.Response, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := r.ParseForm(); err != nil {
		return nil, err
	}
	now := time.Now()
	most := 50
	if p.rule {
		most = 1
	}
	for len(p.times) > 0 && now.Sub(p.times[0]) >= time.Minute {
		p.times = p.times[1:]
	}
	wait := p.wait
	if len(p.times) >= most {
		wait = time.Minute - now.Sub(p.times[0])
	} else if p.refuse == 0 {
		wait = 0
	} else {
		p.refuse--
	}
	rec := responder()
	if wait > 0 {
		p.refused++
		rec.Header().Set("Retry-After", fmt.Sprint(int((wait+time.Second-1)/time.Second)))
		rec.WriteHeader(429)
		return rec.Result(), nil
	}
	p.times = append(p.times, now)
	n := p.has
	if p.rule {
		n = min(n, cutPage)
	}
	json.NewEncoder(rec).Encode(map[string]any{"ok": true, "messages": make([]struct{}, n), "has_more": n < p.has})
	return rec.Result(), nil
}

func paged(t *testing.T, p *pager) (*team, *adaptertest.Log) {
	t.Helper()
	w, log := joined(t, "")
	w.app.a.http.Transport = p
	return w, log
}

func listingOf(limit string) call {
	return call{method: "conversations.replies", args: url.Values{"channel": {"C1"}, "ts": {"1.2"}, "limit": {limit}}}
}

// The rule of one request a minute is noticed by a second call that is refused or
// by a page that was cut, told once, and kept from then on.
func TestSlowListings(t *testing.T) {
	for name, c := range map[string]struct {
		pager *pager
		limit string
		calls int
		slow  bool
		most  int // refusals
	}{
		"a cut page":                {&pager{rule: true, has: 100}, "200", 10, true, 0},
		"a refused call":            {&pager{rule: true, has: 5}, "200", 10, true, 1},
		"a page that was asked for": {&pager{has: 100}, "15", 60, false, 0},
		"full pages":                {&pager{has: 100}, "200", 60, false, 0},
		"a short refusal":           {&pager{has: 5, refuse: 1, wait: 5 * time.Second}, "200", 60, false, 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := c.pager
				w, log := paged(t, p)
				for range c.calls {
					err := w.do(t.Context(), listingOf(c.limit), nil)
					for wait, ok := bot.RetryDelay(err); ok; wait, ok = bot.RetryDelay(err) {
						if wait > 70*time.Second {
							t.Errorf("to be tried again in %v", wait)
						}
						time.Sleep(wait)
						err = w.do(t.Context(), listingOf(c.limit), nil)
					}
					if err != nil {
						t.Fatal(err)
					}
				}
				if w.historySlow() != c.slow || p.refused > c.most {
					t.Errorf("slow %t, %d refused; want %t, %d", w.historySlow(), p.refused, c.slow, c.most)
				}
				if n := strings.Count(log.String(), "one listing of messages a minute"); n > 1 || (n == 1) != c.slow {
					t.Errorf("told %d times", n)
				}
			})
		})
	}
}

// Many calls at once are many in a minute, however Slack refuses one of them; and what
// was believed by mistake is not for ever.
func TestSlowIsNotBelievedForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &pager{has: 5}
		w, _ := paged(t, p)
		for range 6 {
			if err := w.do(t.Context(), listingOf("200"), nil); err != nil {
				t.Fatal(err)
			}
		}
		p.refuse, p.wait = 1, 50*time.Second
		if err := w.do(t.Context(), listingOf("200"), nil); mark(err) != "retry" || w.historySlow() {
			t.Errorf("%v, slow %t; a seventh call may be refused for another reason", err, w.historySlow())
		}
		time.Sleep(2 * time.Minute)
		p.refuse = 1
		if err := w.do(t.Context(), listingOf("200"), nil); mark(err) != "retry" || !w.historySlow() {
			t.Errorf("%v, slow %t; want it believed", err, w.historySlow())
		}
		time.Sleep(ruleFor)
		if w.historySlow() {
			t.Error("it is believed for more than an hour")
		}
		p.refuse = 1
		_ = w.do(t.Context(), listingOf("200"), nil)
		time.Sleep(2 * time.Minute)
		p.has = 40 // more than the rule allows on a page
		if err := w.do(t.Context(), listingOf("200"), nil); err != nil || w.historySlow() {
			t.Errorf("%v, slow %t; a page of 40 shows that the rule does not hold", err, w.historySlow())
		}
	})
}

// Calls in bulk leave room for somebody who waits.
func TestBulkLeavesRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &pager{has: 5}
		w, _ := paged(t, p)
		var wg sync.WaitGroup
		for range 40 {
			wg.Go(func() {
				k := listingOf("200")
				k.bulk = true
				for {
					wait, again := bot.RetryDelay(w.do(t.Context(), k, nil))
					if !again {
						return
					}
					time.Sleep(wait)
				}
			})
		}
		time.Sleep(5 * time.Second)
		for range 20 {
			at := time.Now()
			if err := w.do(t.Context(), listingOf("1"), nil); err != nil || time.Since(at) > 4*time.Second {
				t.Errorf("%v after %v", err, time.Since(at))
			}
			time.Sleep(5 * time.Second)
		}
		wg.Wait()
		if p.refused > 0 {
			t.Errorf("%d refused", p.refused)
		}
	})
}

// Posts keep to one a second in a channel and to so many a minute in a workspace;
// other channels, workspaces and methods do not wait for them.
func TestPostsKeepTheirPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, _ := joined(t, "")
		a := w.app.a
		var mu sync.Mutex
		times := map[string][]time.Duration{}
		begun := time.Now()
		a.http.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
			_ = r.ParseForm()
			time.Sleep(50 * time.Millisecond)
			mu.Lock()
			defer mu.Unlock()
			key := r.FormValue("channel") + r.Header.Get("Authorization")
			times[key] = append(times[key], time.Since(begun))
			rec := responder()
			rec.WriteString(`{"ok":true}`)
			return rec.Result(), nil
		})
		other := &team{app: w.app, id: "T2", token: "xoxb-2-secret"}
		var wg sync.WaitGroup
		for i := range 120 {
			for _, x := range []*team{w, other} {
				wg.Go(func() {
					if err := x.do(t.Context(), posting(fmt.Sprint("C", i%20)), nil); err != nil {
						t.Error(err)
					}
				})
			}
		}
		wg.Wait()
		if took := time.Since(begun); took < 23*time.Second || took > 26*time.Second {
			t.Errorf("120 posts in each of two workspaces took %v, at 294 a minute", took)
		}
		for channel, at := range times {
			for i := range at[1:] {
				if at[i+1]-at[i] < time.Second {
					t.Errorf("%s: posts %v", channel[:3], at)
				}
			}
		}
	})
}
