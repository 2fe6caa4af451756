package discord

import (
	"context"

	"colloquy/bot"
)

// An identity is who the bot is.
type identity struct {
	userID string // of the messages it writes
	appID  string // of its commands; for old bots not the same
}

// me says who we are, and asks Discord if that is not known yet.
func (a *Adapter) me(ctx context.Context) (identity, error) {
	a.gate.mu.Lock()
	self := a.gate.self
	a.gate.mu.Unlock()
	if self.userID == "" {
		var u user
		if err := a.gate.ask(ctx, "/users/@me", &u); err != nil {
			return identity{}, err
		}
		self.userID = u.ID
	}
	if self.appID == "" {
		app, err := a.gate.application(ctx)
		if err != nil {
			return identity{}, err
		}
		self.appID = app.ID
	}
	a.gate.is(self)
	return self, nil
}

func (g *gate) is(self identity) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.self = self
}

// An application is what Discord's portal holds of us.
type application struct {
	ID    string `json:"id"`
	Flags int64  `json:"flags"`
}

// Flags of an application that may have Message Content (the second is the one
// of unverified applications); see "Application Flags" in Discord's documentation.
const (
	appContent        = 1 << 18
	appContentLimited = 1 << 19
)

func (g *gate) application(ctx context.Context) (app application, err error) {
	err = g.ask(ctx, "/applications/@me", &app)
	return app, err
}

// contentOn reports whether what people write is shown to us. Where it is not,
// forms and messages that mention the bot are.
func (a *Adapter) contentOn() bool {
	a.gate.mu.Lock()
	defer a.gate.mu.Unlock()
	return a.o.Content == ContentAuto && !a.gate.noContent
}

// FormsOnly is whether what people write in threads is not shown to us.
func (a *Adapter) FormsOnly() bool { return !a.contentOn() }

// lookAtContent asks whether Message Content is switched on, so that no
// connection is lost in finding out. Without an answer it is tried.
func (g *gateway) lookAtContent(ctx context.Context) {
	if !g.a.contentOn() {
		return
	}
	app, err := g.a.gate.application(ctx)
	if err != nil {
		g.a.o.Log.WarnContext(ctx, "discord does not say which intents are on", "err", err)
		return
	}
	if app.Flags&(appContent|appContentLimited) == 0 {
		g.a.gate.noteNoContent(ctx, g.a)
	}
}

// refuseContent goes on without Message Content. It returns an error if there is
// nothing to go on without.
func (g *gate) refuseContent(ctx context.Context, a *Adapter, err error) error {
	if !a.contentOn() {
		return bot.Problemf("bad_intents", "Discord refuses what Colloquy listens to, though that needs no leave: look at the Bot page of %s (%w)", portal, err)
	}
	g.noteNoContent(ctx, a)
	return nil
}

func (g *gate) noteNoContent(ctx context.Context, a *Adapter) {
	g.mu.Lock()
	already := g.noContent
	g.noContent = true
	g.mu.Unlock()
	if !already {
		a.o.Log.WarnContext(ctx, "going on without the text of messages: only forms and messages that mention the bot are recorded; switch on Message Content Intent on the Bot page of the portal and restart, or set message_content to off", "portal", portal)
	}
}
