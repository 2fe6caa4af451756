package jobs

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"
)

func TestTheSameIsSaidOnceAMinute(t *testing.T) {
	now := time.Date(2027, 3, 1, 8, 0, 0, 0, time.UTC)
	var out bytes.Buffer
	log := slog.New(seldom{slog.NewTextHandler(&out, nil), &said{now: func() time.Time { return now }, at: map[string]time.Time{}}})
	for range 100 {
		log.With("queue", "feeds").Error("cannot fetch")
		log.Error("cannot elect")
	}
	now = now.Add(time.Minute)
	log.WithGroup("river").Error("cannot fetch", "queue", "default")
	if got := strings.Count(out.String(), "\n"); got != 3 || strings.Count(out.String(), "cannot fetch") != 2 {
		t.Errorf("logged %d lines:\n%s", got, &out)
	}
}
