package bot

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// mostDays is the most that is read before "d": about ten years.
const mostDays = 3660

const oneDay = 24 * time.Hour

// ParseDuration reads a time like 90m, 24h, 30d or 1d12h; a day has 24 hours.
func ParseDuration(s string) (time.Duration, error) {
	wrong := Problemf("bad_duration", "%q is no length of time: write it like 90m, 24h or 30d", firstWord(s))
	rest := strings.TrimSpace(s)
	var days time.Duration
	if d, after, ok := strings.Cut(rest, "d"); ok {
		n, err := strconv.ParseUint(d, 10, 16)
		if err != nil || n > mostDays {
			return 0, wrong
		}
		if days = time.Duration(n) * oneDay; after == "" {
			return days, nil
		}
		rest = after
	}
	d, err := time.ParseDuration(rest)
	if err != nil || d < 0 || d > mostDays*oneDay {
		return 0, wrong
	}
	return days + d, nil
}

// FormatDuration writes d as [ParseDuration] reads it, without parts that are 0.
func FormatDuration(d time.Duration) string {
	var b strings.Builder
	if d >= oneDay {
		fmt.Fprintf(&b, "%dd", d/oneDay)
		d %= oneDay
	}
	if d > 0 || b.Len() == 0 {
		s := d.String()
		if strings.HasSuffix(s, "m0s") {
			s = strings.TrimSuffix(s, "0s")
		}
		if strings.HasSuffix(s, "h0m") {
			s = strings.TrimSuffix(s, "0m")
		}
		b.WriteString(s)
	}
	return b.String()
}
