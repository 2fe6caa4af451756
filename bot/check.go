package bot

import (
	"context"
	"slices"
	"strings"
	"time"
)

// checkTimeout is how long the check of a channel may take: somebody waits for
// the answer, and platforms wait 3 s at most.
const checkTimeout = 2 * time.Second

// CheckChannel finds what would keep posts from going out in a channel. It is
// empty when all is well, or the platform cannot tell.
func (e *Engine) CheckChannel(ctx context.Context, ch Channel) []Finding {
	a := e.adapters[ch.Platform]
	if a == nil {
		return []Finding{{Name: "connection", Text: "no connection to " + ch.Platform + " is set up", Fix: "name a channel elsewhere, or run where there is one"}}
	}
	doctor, ok := a.(Doctor)
	if !ok {
		return nil
	}
	cctx, cancel := context.WithTimeout(ctx, min(checkTimeout, e.set.SendTimeout))
	defer cancel()
	wrong := slices.DeleteFunc(doctor.Check(cctx, ch), func(f Finding) bool { return f.OK })
	if len(wrong) == 0 && cctx.Err() != nil && ctx.Err() == nil {
		return []Finding{{Name: "check", Text: "it could not be checked in time", Fix: "'colloquy doctor' checks it again"}}
	}
	return wrong
}

// ChannelWarnings says in one line each what is wrong with channels and what to
// do. Zero ones are left out.
func (e *Engine) ChannelWarnings(ctx context.Context, channels ...Channel) []string {
	var out []string
	for _, ch := range channels {
		if ch == (Channel{}) {
			continue
		}
		for _, f := range e.CheckChannel(ctx, ch) {
			out = append(out, clip(ch.String()+": "+f.line(), 400))
		}
	}
	return out
}

func (f Finding) line() string {
	if f.Fix == "" {
		return f.Text
	}
	return f.Text + ": " + f.Fix
}

// CheckDeclared checks the channels of every declared schedule that runs. What
// is wrong is logged, and those who hear of trouble hear of it.
func (e *Engine) CheckDeclared(ctx context.Context) error {
	schedules, err := e.store.Schedules(ctx, Channel{})
	if err != nil {
		return err
	}
	var seen []Channel
	for _, s := range schedules {
		for _, ch := range []Channel{s.Channel, s.Rules.Approve} {
			if !s.Declared || s.Paused || ch == (Channel{}) || slices.Contains(seen, ch) {
				continue
			}
			if ctx.Err() != nil {
				return ctx.Err()
			}
			seen = append(seen, ch)
			e.checkOne(ctx, ch)
		}
	}
	return nil
}

func (e *Engine) checkOne(ctx context.Context, ch Channel) {
	var texts, fixes []string
	found := e.CheckChannel(ctx, ch)
	if ctx.Err() != nil { // we are being stopped: that says nothing about the channel
		return
	}
	for _, f := range found {
		texts, fixes = append(texts, f.Text), appendNonEmpty(fixes, f.Fix)
		e.log.WarnContext(ctx, "channel is not as it should be", "channel", ch.String(), "check", f.Name)
	}
	if len(texts) == 0 {
		e.recovered(ctx, ch.String(), CauseChannel, CauseLost)
		return
	}
	t := channelTrouble(ch, CauseChannel, "%s", strings.Join(texts, "; "))
	t.Fix = strings.Join(fixes, "; ")
	e.trouble(ctx, t)
}
