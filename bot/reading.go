package bot

import (
	"context"
	"maps"
	"time"
)

// readAgainAfter is how long an article that was read for one channel is taken
// for others as it was: sites are not asked a thousand times at nine o'clock.
const readAgainAfter = 10 * time.Minute

// A lately is an article that was read not long ago.
type lately struct {
	id ID
	at time.Time
}

// read reads an article and stores it. What nobody waits for is read once for
// all who want it at about the same time.
func (e *Engine) read(ctx context.Context, src Source) (Article, error) {
	if !src.Scheduled {
		return e.readNow(ctx, src)
	}
	key := src.Ref
	if src.Item != nil {
		key = string(src.Item.ID)
	}
	return e.reading.do(ctx, key, func() (Article, error) {
		e.mu.Lock()
		known := e.lately[key]
		e.mu.Unlock()
		if known.id != "" && e.now().Before(known.at.Add(readAgainAfter)) {
			if a, err := e.store.Article(ctx, known.id); err == nil && a.Text != "" {
				return a, nil
			}
		}
		a, err := e.readNow(ctx, src)
		if err != nil {
			return a, err
		}
		now := e.now()
		e.mu.Lock()
		defer e.mu.Unlock()
		maps.DeleteFunc(e.lately, func(_ string, l lately) bool { return !now.Before(l.at.Add(readAgainAfter)) })
		e.lately[key] = lately{a.ID, now}
		return a, nil
	})
}

// readNow reads an article and stores it.
func (e *Engine) readNow(ctx context.Context, src Source) (Article, error) {
	fctx, cancel := context.WithTimeout(ctx, e.set.FetchTimeout)
	defer cancel()
	a, err := e.reader.Article(fctx, src)
	if err != nil {
		return a, err
	}
	return e.store.PutArticle(ctx, a, e.now())
}
