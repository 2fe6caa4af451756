package once

import (
	"net/http"
	"sync/atomic"
	"time"
)

// A Clock remembers how far a platform's clock was ahead of ours when it last
// answered.
type Clock struct{ ahead atomic.Pointer[time.Duration] }

// Compare takes the Date of an answer, which has no parts of a second.
func (c *Clock) Compare(date string, now time.Time) {
	if at, err := http.ParseTime(date); err == nil {
		d := at.Sub(now).Truncate(time.Second)
		c.ahead.Store(&d)
	}
}

// Skew is how far this machine's clock is off, give or take two seconds. It is
// not known before the first answer.
func (c *Clock) Skew() (d time.Duration, known bool) {
	if p := c.ahead.Load(); p != nil {
		return *p, true
	}
	return 0, false
}
