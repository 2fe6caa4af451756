package bot

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"
)

// errBusy: as many articles as a model is asked about at one moment are being
// written about. The occurrence is taken up again, and the article is known then.
var errBusy = errors.New("the model is busy with other articles")

// errSpent: the budget of the installation for which a model was to be asked was
// used up while it waited for its turn. Others who want the same may ask still.
var errSpent = errors.New("the budget is used up")

// lookEvery is how often it is looked whether another process is done with a
// digest.
const lookEvery = 250 * time.Millisecond

// digest returns what is written about an article for a brief. However many
// channels want it at once, in whatever process, it is written once, and charged
// to the installation whose occurrence came first. Over its budget, an
// installation gets what a model wrote already, or else the offline writer's.
func (e *Engine) digest(ctx context.Context, ch Channel, a Article, b Brief) (Digest, error) {
	if b.Audience == Audiences()[0] {
		b.Audience = ""
	}
	dig, found, err := e.store.FindDigest(ctx, a.ID, b, e.writer.Version())
	if err != nil || found {
		return dig, err
	}
	for {
		over, err := e.overBudget(ctx, ch)
		switch {
		case err != nil:
			return dig, err
		case over.Code != "":
			dig, err = e.written(ctx, ch, a, b, e.offline)
			dig.Fallback = over
			return dig, err
		}
		if dig, err = e.written(ctx, ch, a, b, e.writer); !errors.Is(err, errSpent) {
			return dig, err
		}
	}
}

// written has w write about a, or waits for what w writes about the same content
// at this moment, here or in another process.
func (e *Engine) written(ctx context.Context, ch Channel, a Article, b Brief, w Writer) (Digest, error) {
	v := w.Version()
	if v == e.offline.Version() {
		b.Audience = "" // it writes the same for everybody
	}
	key := digestKey(a, b, v)
	return e.writing.do(ctx, key, func() (dig Digest, err error) {
		find := func(ctx context.Context) (done bool, err error) {
			dig, done, err = e.store.FindDigest(ctx, a.ID, b, v)
			return done, err
		}
		if done, err := find(ctx); err != nil || done {
			return dig, err
		}
		if a.Text == "" {
			return dig, Problemf("text_erased", "its text was erased %s after it was read: read it again", inDays(KeepText))
		}
		if v == e.offline.Version() { // twice does no harm
			return e.writeOffline(ctx, a, b)
		}
		for done := false; ; {
			err := e.withLease(ctx, "digest/"+key, func(ctx context.Context, _ Lease) error {
				if done, err = find(ctx); err != nil || done {
					return err
				}
				e.workers.without(func() { dig, err = e.ask(ctx, ch, a, b) })
				done = err == nil
				return err
			})
			if err != nil || done {
				return dig, err
			}
			e.workers.without(func() { // another process holds the lease
				select {
				case <-time.After(lookEvery):
				case <-ctx.Done():
				}
			})
			if ctx.Err() != nil {
				return dig, ctx.Err()
			}
		}
	})
}

// digestKey is the same for what is the same digest; see [Store].FindDigest.
func digestKey(a Article, b Brief, v WriterInfo) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d %+v %+v", ContentHash(a.Text), a.Snippet, b, v))
	return hex.EncodeToString(sum[:])
}

// ask has a model write about a, and stores what comes of it, also when we are
// asked to stop meanwhile: it is paid for. What was written without the model
// because that could not be asked now is stored as the offline writer's, so that
// the model is asked again for another channel.
func (e *Engine) ask(ctx context.Context, ch Channel, a Article, b Brief) (Digest, error) {
	qctx, cancel := context.WithTimeoutCause(ctx, e.set.WriteTimeout, errBusy)
	defer cancel()
	if err := e.askers.take(qctx); err != nil {
		return Digest{}, context.Cause(qctx)
	}
	defer e.askers.give()
	if over, err := e.overBudget(ctx, ch); err != nil || over.Code != "" {
		return Digest{}, cmp.Or(err, errSpent)
	}
	wctx, cancel := context.WithTimeout(ctx, e.set.WriteTimeout)
	defer cancel()
	dig, err := e.writer.Digest(wctx, a, b)
	v := e.writer.Version()
	e.charge(ctx, ch, SpentDigest, dig.Spent, v)
	if err != nil {
		return dig, err
	}
	e.heard(ctx, v, dig.Spent, dig.Fallback)
	sctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), e.set.SendTimeout)
	defer cancel()
	if !dig.Fallback.Passing {
		return e.keepDigest(sctx, dig, a, b, v)
	}
	why := dig.Fallback
	dig.Fallback, dig.Spent, b.Audience, v = Fallback{}, Spent{}, "", e.offline.Version()
	known, found, err := e.store.FindDigest(sctx, a.ID, b, v)
	if err == nil && !found {
		known, err = e.keepDigest(sctx, dig, a, b, v)
	}
	known.Fallback = why
	return known, err
}

// writeOffline has the offline writer write about a, and stores it.
func (e *Engine) writeOffline(ctx context.Context, a Article, b Brief) (Digest, error) {
	wctx, cancel := context.WithTimeout(ctx, e.set.WriteTimeout)
	defer cancel()
	dig, err := e.offline.Digest(wctx, a, b)
	if err != nil {
		return dig, err
	}
	return e.keepDigest(ctx, dig, a, b, e.offline.Version())
}

// keepDigest stores a digest under the version that was asked for, so that a
// fallback which is about the article is not written again.
func (e *Engine) keepDigest(ctx context.Context, d Digest, a Article, b Brief, v WriterInfo) (Digest, error) {
	d.ID, d.ArticleID = NewID(e.now()), a.ID
	return e.store.PutDigest(ctx, d, b, v, e.now())
}
