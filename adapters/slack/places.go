package slack

import (
	"context"
	"errors"
	"strings"
	"time"

	"colloquy/bot"
)

// route hands a delivery to who takes events of its kind.
func (p *app) route(ctx context.Context, h bot.Handler, env envelope) error {
	if env.Type != "event_callback" {
		return nil
	}
	t, err := p.a.team(ctx, env.workspace())
	if bot.ReasonCode(err) == "not_installed" {
		return nil
	}
	if err != nil {
		return err
	}
	kind := env.kind()
	if kind == "message" || strings.HasPrefix(kind, "reaction_") {
		return t.event(ctx, h, env.Event)
	}
	return nil
}

// missed says that what happened in a workspace since then may not have reached us.
func (p *app) missed(ctx context.Context, h bot.Handler, workspace string, from time.Time) error {
	return h.Missed(ctx, bot.Channel{Platform: Platform, Workspace: workspace}, from)
}

// installed tells the engine of a workspace that was met: at the start, or when
// somebody has just installed the app there and its credential is kept.
func (p *app) installed(ctx context.Context, t *team) error {
	return errors.New("not running")
}

// revoked notes that the token of a workspace is no longer valid: a call was
// answered so. It returns at once; the engine is told by Run, and the token erased.
func (t *team) revoked() {}
