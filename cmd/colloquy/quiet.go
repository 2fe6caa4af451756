package main

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"time"
)

// sayAgain is how long a line that came once is left out of a quiet log.
const sayAgain = time.Minute

// quiet is a log without what River says about itself at level info, and with the
// same warning once a minute: while a database is away, each of its parts would
// complain twice a second.
func quiet(log *slog.Logger) *slog.Logger {
	return slog.New(quieted{log.Handler(), &sayings{last: map[string]time.Time{}}})
}

// sayings are the lines of a log, and when each came last.
type sayings struct {
	mu   sync.Mutex
	last map[string]time.Time
}

// quieted is the handler of a quiet log.
type quieted struct {
	slog.Handler
	said *sayings
}

// Enabled implements [slog.Handler].
func (q quieted) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && q.Handler.Enabled(ctx, level)
}

// Handle implements [slog.Handler].
func (q quieted) Handle(ctx context.Context, r slog.Record) error {
	if !q.said.again(r.Message, r.Time) {
		return nil
	}
	line := slog.NewRecord(r.Time, r.Level, r.Message, r.PC)
	r.Attrs(func(a slog.Attr) bool {
		if err, ok := a.Value.Any().(error); ok {
			a.Value = slog.StringValue(errorLine(err))
		} else if a.Value.Kind() == slog.KindString && strings.Contains(a.Value.String(), "\n") {
			a.Value = slog.StringValue(errorLine(errors.New(a.Value.String())))
		}
		line.AddAttrs(a)
		return true
	})
	return q.Handler.Handle(ctx, line)
}

// again reports whether a line may come now.
func (s *sayings) again(line string, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now.Sub(s.last[line]) < sayAgain {
		return false
	}
	s.last[line] = now
	return true
}

// WithAttrs implements [slog.Handler].
func (q quieted) WithAttrs(attrs []slog.Attr) slog.Handler {
	return quieted{q.Handler.WithAttrs(attrs), q.said}
}

// WithGroup implements [slog.Handler].
func (q quieted) WithGroup(name string) slog.Handler {
	return quieted{q.Handler.WithGroup(name), q.said}
}
