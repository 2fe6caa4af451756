package once

import (
	"strings"
	"testing"
	"time"
)

func TestBase(t *testing.T) {
	for in, want := range map[string]string{
		" https://slack.com/api/ ":   "https://slack.com/api",
		"https://example.org:8443/":  "https://example.org:8443",
		"http://127.0.0.1:8080/api":  "http://127.0.0.1:8080/api",
		"http://[::1]:8080":          "http://[::1]:8080",
		"http://[::ffff:10.1.2.3]/x": "http://[::ffff:10.1.2.3]/x",
		"http://slack-proxy/api":     "http://slack-proxy/api",
		"http://proxy.internal.":     "http://proxy.internal.",
		"http://8.8.8.8/api":         "clear text",
		"http://[::ffff:8.8.8.8]":    "clear text",
		"http://134744072/api":       "clear text", // 8.8.8.8 to some
		"http://slack.com/api":       "clear text",
		"http://internal.example":    "clear text",
		"https://u:p@slack.com/api":  "a user",
		"https://slack.com/api?x":    "a query",
		"https://slack.com/api?":     "a query",
		"https://slack.com/api#x":    "a fragment",
		"slack.com/api":              "is no address",
		"ftp://slack.com":            "is no address",
		"https://":                   "is no address",
		"https://:443":               "is no address",
		"http://[::1":                "is no address",
		"":                           "is no address",
	} {
		u, err := Base(in, "https://example.com/api")
		if err == nil && u.String() != want || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, %v; want %s", in, u, err, want)
		}
	}
}

func TestClock(t *testing.T) {
	var c Clock
	now := time.Date(2026, 3, 1, 12, 0, 0, 700e6, time.UTC)
	c.Compare("yesterday", now)
	if _, known := c.Skew(); known {
		t.Error("it is known from no time")
	}
	for date, want := range map[string]time.Duration{
		"Sun, 01 Mar 2026 12:00:00 GMT": 0,
		"Sun, 01 Mar 2026 12:01:01 GMT": time.Minute,
		"Sun, 01 Mar 2026 11:59:00 GMT": -time.Minute,
	} {
		c.Compare(date, now)
		if d, known := c.Skew(); d != want || !known {
			t.Errorf("%s: %v, %t; want %v", date, d, known, want)
		}
	}
}
