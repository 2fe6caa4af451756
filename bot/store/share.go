package store

import (
	"context"

	"colloquy/bot"
)

var _ bot.Sharer = (*DB)(nil)

// Share implements [bot.Sharer].
func (db *DB) Share(ctx context.Context, name string, n int, run func(ctx context.Context, part int)) {
	bot.Alone{}.Share(ctx, name, n, run)
}
