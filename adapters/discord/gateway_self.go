package discord

import (
	"bytes"
	"context"
	"encoding/json"

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

// isMe reports whether an author, as Discord sends it, is this bot, as far as that
// is known: it is since the first READY.
func (a *Adapter) isMe(author json.RawMessage) bool {
	a.gate.mu.Lock()
	self := a.gate.self.userID
	a.gate.mu.Unlock()
	if self == "" || !bytes.Contains(author, []byte(`"`+self+`"`)) {
		return false
	}
	var u user
	lenient(author, &u)
	return u.ID == self
}

// belongs notes the application.
func (g *gate) belongs(app string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.self.appID = app
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

// introduce asks which application we are, by which processes with the same bot
// know one another, and whether Message Content is switched on, so that no
// connection is lost in finding out. Alone we can do without an answer.
func (g *gateway) introduce(ctx context.Context) error {
	g.a.gate.mu.Lock()
	known := g.a.gate.self.appID != ""
	g.a.gate.mu.Unlock()
	if known && !g.a.contentOn() {
		return nil
	}
	app, err := g.a.gate.application(ctx)
	switch {
	case err == nil && app.ID == "":
		err = bot.Problemf("bad_answer", "Discord does not say which application the bot belongs to")
	case err == nil:
		g.a.gate.belongs(app.ID)
		if app.Flags&(appContent|appContentLimited) == 0 && g.a.contentOn() {
			g.a.gate.noteNoContent(ctx, g.a)
		}
		return nil
	}
	if !known && g.a.shared() {
		return err
	}
	g.a.o.Log.WarnContext(ctx, "discord does not say which intents are on", "err", err)
	return nil
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
