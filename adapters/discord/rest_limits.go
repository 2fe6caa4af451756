package discord

import (
	"encoding/json"
	"math"
	"net/http"
	"strconv"
	"time"

	"colloquy/adapters/internal/outbox"
)

const (
	// longest is what a limit may take, whatever its headers say.
	longest = 24 * time.Hour
	// A refusal that does not say how long to wait.
	waitUnsaid = 5 * time.Second
	// One that does not come from Discord itself but from what stands before it,
	// which refuses the whole address.
	waitBlocked = time.Minute
)

// readVerdict reads what an answer says about limits. refused is whether it
// has status 429.
func readVerdict(h http.Header, refused bool, body []byte) outbox.Verdict {
	v := outbox.Verdict{Bucket: clip(h.Get("X-RateLimit-Bucket"), 100), Reset: seconds(h.Get("X-RateLimit-Reset-After"))}
	limit, err1 := strconv.Atoi(h.Get("X-RateLimit-Limit"))
	remaining, err2 := strconv.Atoi(h.Get("X-RateLimit-Remaining"))
	if err1 == nil && err2 == nil && limit > 0 && remaining >= 0 {
		v.Limit, v.Remaining = limit, remaining
	}
	if !refused {
		return v
	}
	v.Refused = true
	var said struct {
		RetryAfter *float64 `json:"retry_after"`
		Global     bool     `json:"global"`
	}
	ours := json.Unmarshal(body, &said) == nil && said.RetryAfter != nil
	scope := h.Get("X-RateLimit-Scope")
	v.Wait = seconds(h.Get("Retry-After"))
	switch {
	case ours && (said.Global || scope == "global" || h.Get("X-RateLimit-Global") == "true"):
		v.Scope = outbox.OfAll
		v.Wait = max(v.Wait, duration(*said.RetryAfter))
	case ours:
		// The body has fractions of a second where the header is rounded up.
		v.Wait = duration(*said.RetryAfter)
	case scope == "global" || h.Get("X-RateLimit-Global") == "true":
		v.Scope = outbox.OfAll
		v.Wait = orElse(v.Wait, waitUnsaid)
	case v.Limit > 0 || scope != "":
		v.Wait = orElse(v.Wait, orElse(v.Reset, waitUnsaid))
	default:
		v.Scope = outbox.OfTheWorld
		v.Wait = orElse(v.Wait, waitBlocked)
	}
	return v
}

func orElse(d, other time.Duration) time.Duration {
	if d > 0 {
		return d
	}
	return other
}

// seconds reads a number of seconds, perhaps with a fraction; anything else is 0.
func seconds(s string) time.Duration {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return 0
	}
	return duration(f)
}

// duration is f seconds, rounded up to a millisecond, from 0 to [longest].
func duration(f float64) time.Duration {
	if math.IsNaN(f) || f <= 0 {
		return 0
	}
	if f >= longest.Seconds() {
		return longest
	}
	return time.Duration(math.Ceil(f*1000)) * time.Millisecond
}
