package bot

import (
	"context"
	"fmt"
)

// Kinds of rows that fall due and are worked on.
const (
	WorkOccurrence = "occurrence"
	WorkDiscussion = "discussion"
	WorkFeed       = "feed"
	WorkPost       = "post"
	WorkNotice     = "notice"
	WorkSweep      = "sweep" // of a discussion that is closed
)

// Run works on one row whose time has come. It may be called for the same row
// any number of times, by any process.
func (e *Engine) Run(ctx context.Context, kind string, id ID) error {
	switch kind {
	case WorkOccurrence:
		// Its discussion is due at once, and work of its own: it may wait long for
		// what the platform allows.
		_, err := e.open(ctx, id)
		return err
	case WorkDiscussion:
		return e.RunDiscussion(ctx, id)
	case WorkFeed:
		return e.PollFeed(ctx, id)
	case WorkPost:
		return e.RunPost(ctx, id)
	case WorkNotice:
		return e.RunNotice(ctx, id)
	case WorkSweep:
		return e.RunSweep(ctx, id)
	}
	return fmt.Errorf("kind of work %q is not known", kind)
}
