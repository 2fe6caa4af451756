package discordtest

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"net/http"
	"strconv"
	"time"
)

// limiter counts requests in fixed windows.
type limiter struct {
	global  window
	buckets map[string]*window
	waits   []wait // imposed by a test
}

type window struct {
	began time.Time
	used  int
}

type wait struct {
	until  time.Time
	global bool
	scope  string
	route  string
	major  string
}

// tooMany is a 429.
type tooMany struct {
	after  time.Duration
	global bool
	scope  string
	html   bool
}

func (t *tooMany) Error() string { return "429 " + t.scope }

// take counts one request in a window, or says how long to wait.
func (w *window) take(now time.Time, limit int, length time.Duration) (left int, reset time.Duration, ok bool) {
	if now.Sub(w.began) >= length {
		*w = window{began: now}
	}
	reset = w.began.Add(length).Sub(now)
	if w.used >= limit {
		return 0, reset, false
	}
	w.used++
	return limit - w.used, reset, true
}

// limit counts a request and sets the headers that say what is left.
func (s *Server) limit(h http.Header, q *request, rt *route, params map[string]string) error {
	now := time.Now()
	major := params["channel_id"] + params["guild_id"] + params["webhook_token"]
	for _, w := range s.limits.waits {
		if now.Before(w.until) && (w.global && !rt.open || w.route == rt.pattern && w.major == major) {
			return &tooMany{after: w.until.Sub(now), global: w.global, scope: w.scope, html: s.faults.html}
		}
	}
	if !rt.open {
		if _, reset, ok := s.limits.global.take(now, int(50*s.o.Speed), time.Second); !ok {
			return &tooMany{after: reset, global: true, scope: "global", html: s.faults.html}
		}
	}
	if rt.limit == 0 {
		return nil
	}
	key := rt.method + rt.pattern + "/" + major
	b := s.limits.buckets[key]
	if b == nil {
		b = &window{}
		s.limits.buckets[key] = b
	}
	left, reset, ok := b.take(now, rt.limit, s.scaled(time.Duration(rt.window)*time.Millisecond))
	id := fnv.New64a()
	_, _ = id.Write([]byte(rt.method + rt.pattern))
	h.Set("X-RateLimit-Limit", strconv.Itoa(rt.limit))
	h.Set("X-RateLimit-Remaining", strconv.Itoa(left))
	h.Set("X-RateLimit-Reset", seconds(time.Duration(now.Add(reset).UnixNano())))
	h.Set("X-RateLimit-Reset-After", seconds(reset))
	h.Set("X-RateLimit-Bucket", fmt.Sprintf("%016x", id.Sum64()))
	if !ok {
		return &tooMany{after: reset, scope: "user", html: s.faults.html}
	}
	return nil
}

func seconds(d time.Duration) string {
	return strconv.FormatFloat(d.Round(time.Millisecond).Seconds()+0.001, 'f', 3, 64)
}

// send answers 429. A global one has no bucket's headers.
func (t *tooMany) send(w http.ResponseWriter) int {
	h := w.Header()
	h.Set("Retry-After", strconv.Itoa(int((t.after+time.Second-1)/time.Second)))
	if t.html {
		for _, k := range []string{"Limit", "Remaining", "Reset", "Reset-After", "Bucket"} {
			h.Del("X-RateLimit-" + k)
		}
		return send(w, 429, "text/html", []byte("<!DOCTYPE html><html><head><title>Access denied</title></head><body>error code: 1015</body></html>"))
	}
	h.Set("X-RateLimit-Scope", t.scope)
	if t.global {
		h.Set("X-RateLimit-Global", "true")
	}
	after, _ := strconv.ParseFloat(seconds(t.after), 64)
	b, _ := json.Marshal(obj{"message": "You are being rate limited.", "retry_after": after, "global": t.global, "code": 0})
	return send(w, 429, "application/json", b)
}

// LimitGlobally answers 429 to everything but interactions for a while.
func (s *Server) LimitGlobally(d time.Duration) {
	s.set(func() {
		s.limits.waits = append(s.limits.waits, wait{until: time.Now().Add(d), global: true, scope: "global"})
	})
}

// LimitChannel answers 429 to new messages in a channel for a while, because of
// what others did there ("shared").
func (s *Server) LimitChannel(channel string, d time.Duration) {
	s.set(func() {
		s.limits.waits = append(s.limits.waits, wait{until: time.Now().Add(d), scope: "shared",
			route: "/channels/{channel_id}/messages", major: channel})
	})
}
