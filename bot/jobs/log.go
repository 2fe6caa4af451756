package jobs

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"colloquy/bot"
)

// sayAgain is how long one thing is not said again.
const sayAgain = time.Minute

// said is when each thing was logged last.
type said struct {
	now bot.Clock

	mu sync.Mutex
	at map[string]time.Time
}

// again reports whether something may be logged, and notes that it was.
func (s *said) again(what string) bool {
	now := s.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	if last, ok := s.at[what]; ok && now.Sub(last) < sayAgain {
		return false
	}
	s.at[what] = now
	return true
}

// seldom is a handler that says each message at most once a minute. River has a few,
// and repeats them at every try, for every queue, while the database is away.
type seldom struct {
	slog.Handler
	said *said
}

func (s seldom) Handle(ctx context.Context, r slog.Record) error {
	if !s.said.again(r.Message) {
		return nil
	}
	return s.Handler.Handle(ctx, r)
}

func (s seldom) WithAttrs(attrs []slog.Attr) slog.Handler {
	return seldom{s.Handler.WithAttrs(attrs), s.said}
}

func (s seldom) WithGroup(name string) slog.Handler {
	return seldom{s.Handler.WithGroup(name), s.said}
}
