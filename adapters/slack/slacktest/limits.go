package slacktest

import (
	"math"
	"time"
)

// Slack publishes its limits only roughly; what holds here is an assumption that
// is stricter than its words:
//
//   - a method of tier n: 1, 20, 50 or 100 requests a minute for each app and
//     workspace, as a bucket that holds a minute's worth and is filled evenly;
//   - chat.postMessage: one a second in a channel, with bursts of up to three;
//   - and Options.PostsPerMinute in a workspace, of which a tenth at once.
//
// Options.Speed fills all of them faster.
type limiter struct {
	buckets map[string]*bucket
}

// A bucket holds so many requests, and is filled evenly.
type bucket struct {
	left float64
	at   time.Time
}

// tooMany is a 429.
type tooMany struct{ after time.Duration }

func (t *tooMany) Error() string { return "ratelimited" }

// seconds is what Retry-After says: whole seconds, one at least.
func (t *tooMany) seconds() int { return max(1, int(math.Ceil(t.after.Seconds()))) }

// wait is how long it takes until a bucket has one more; 0: it has one.
func (s *Server) wait(key string, size, perMinute float64) (*bucket, time.Duration) {
	now := time.Now()
	b := s.limits.buckets[key]
	if b == nil {
		b = &bucket{left: size, at: now}
		s.limits.buckets[key] = b
	}
	rate := perMinute * s.o.Speed / 60
	b.left = min(size, b.left+now.Sub(b.at).Seconds()*rate)
	b.at = now
	if b.left >= 1 {
		return b, 0
	}
	return b, time.Duration((1 - b.left) / rate * float64(time.Second))
}

// limit counts a request, or refuses it.
func (s *Server) limit(q *request, m method) error {
	who := ""
	if q.token != nil {
		who = q.token.app.ID
	}
	if q.in != nil {
		who += "/" + q.in.team.id
	}
	var all []*bucket
	var longest time.Duration
	need := func(key string, size, perMinute float64) {
		b, d := s.wait(who+"/"+key, size, perMinute)
		all = append(all, b)
		longest = max(longest, d)
	}
	tier := float64(m.tier)
	switch {
	case q.method == "chat.postMessage":
		per := float64(s.o.PostsPerMinute)
		need("posts", max(1, per/10), per)
		need("post/"+q.arg("channel"), 3, 60)
	case s.o.HistoryRule && (q.method == "conversations.history" || q.method == "conversations.replies"):
		need(q.method, 1, 1)
	default:
		need(q.method, tier, tier)
	}
	if longest > 0 {
		return &tooMany{after: longest}
	}
	for _, b := range all {
		b.left--
	}
	return nil
}
