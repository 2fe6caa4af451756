package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// mostDays is the most that is read before "d": about ten years.
const mostDays = 3660

// parseDuration reads a time like 90m, 24h, 30d or 1d12h; a day has 24 hours.
func parseDuration(s string) (time.Duration, error) {
	wrong := fmt.Errorf("%q is no length of time: write it like 90m, 24h or 30d", shorten(s))
	rest := strings.TrimSpace(s)
	var days time.Duration
	if d, after, ok := strings.Cut(rest, "d"); ok {
		n, err := strconv.ParseUint(d, 10, 16)
		if err != nil || n > mostDays {
			return 0, wrong
		}
		if days = time.Duration(n) * day; after == "" {
			return days, nil
		}
		rest = after
	}
	d, err := time.ParseDuration(rest)
	if err != nil || d < 0 || d > mostDays*day {
		return 0, wrong
	}
	return days + d, nil
}

// formatDuration writes d as [parseDuration] reads it, without parts that are 0.
func formatDuration(d time.Duration) string {
	var b strings.Builder
	if d >= day {
		fmt.Fprintf(&b, "%dd", d/day)
		d %= day
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

// A duration is a flag that takes a time like 24h or 30d.
type duration time.Duration

func (d *duration) String() string { return formatDuration(time.Duration(*d)) }
func (d *duration) Type() string   { return "TIME" }
func (d *duration) Set(s string) error {
	v, err := parseDuration(s)
	*d = duration(v)
	return err
}
