package slack

import (
	"context"

	"colloquy/bot"
)

// event takes one event about messages or reactions in a workspace. A nil error
// means that it is stored, or is none of ours; one marked by [bot.Permanent], as
// those of [unreadable] are, that it will fail again.
func (t *team) event(ctx context.Context, h bot.Handler, e inner) error { return nil }
