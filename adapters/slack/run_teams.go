package slack

import (
	"context"
	"slices"
	"time"

	"colloquy/adapters/internal/once"
	"colloquy/bot"
)

// gather tells the engine of every workspace of the app, and tries again until it
// took all. Only the token of the configuration has to be shown to Slack for
// that. An error means that the app cannot go on.
func (p *app) gather(ctx context.Context, h bot.Handler) error {
	for failures := 0; ; failures++ {
		err := p.tellAll(ctx, h)
		if err == nil || ctx.Err() != nil || final(err) && p.ClientID == "" {
			return err
		}
		wait := backoff(failures)
		if after, ok := bot.RetryDelay(err); ok {
			wait = max(wait, after)
		}
		p.a.o.Log.WarnContext(ctx, "workspaces not known yet, trying again", "scope", p.scope(), "wait", wait, "err", err)
		if !once.Sleep(ctx, wait) {
			return nil
		}
	}
}

// final reports whether a token will never be of use again, or not to this app.
func final(err error) bool {
	return slices.Contains([]string{"bad_token", "guild_gone", "twice", "bad_api"}, bot.ReasonCode(err))
}

func (p *app) tellAll(ctx context.Context, h bot.Handler) error {
	creds, err := p.credentials(ctx)
	if err != nil {
		return err
	}
	p.told = map[string]bool{}
	for _, c := range creds {
		p.told[c.Workspace] = true
		i := bot.Installation{Platform: Platform, Workspace: c.Workspace, Name: c.Name, Owner: c.Owner, Scope: p.scope()}
		if err := h.InstallationChanged(ctx, i); err != nil {
			return err
		}
	}
	if p.BotToken == "" {
		return nil
	}
	t, err := p.meet(ctx, p.BotToken)
	if err != nil {
		return err
	}
	return p.tell(ctx, h, t)
}

// credentials are those that are kept of the app. That some cannot be decrypted
// keeps nobody from the others, nor from installing it there again.
func (p *app) credentials(ctx context.Context) ([]bot.Credential, error) {
	if p.a.o.Vault == nil {
		return nil, nil
	}
	list, err := p.a.o.Vault.Credentials(ctx, Platform, p.Name)
	if isSealed(err) {
		p.a.o.Log.ErrorContext(ctx, "workspaces left out", "scope", p.scope(), "code", bot.ReasonCode(err), "err", err)
		return list, nil
	}
	return list, err
}

// isSealed reports whether an error of [Vault].Credentials means that some were
// left out, since no key decrypts them.
func isSealed(err error) bool {
	return slices.Contains([]string{"wrong_key", "no_key"}, bot.ReasonCode(err))
}

// tell says that the app is in a workspace.
func (p *app) tell(ctx context.Context, h bot.Handler, t *team) error {
	i := bot.Installation{Platform: Platform, Workspace: t.id, Name: t.name, Scope: p.scope()}
	if t.owner != "" {
		i.Owner = bot.Person{Platform: Platform, Workspace: t.id, ID: t.owner}
	}
	return h.InstallationChanged(ctx, i)
}

// look shows Slack each token that is kept, once: one that was taken back while
// nobody listened is noticed, and so is a new name. All this takes a while, in which
// another process may have ended an installation that was told here as one that is there:
// that is told at last.
func (p *app) look(ctx context.Context, h bot.Handler) {
	creds, err := p.credentials(ctx)
	if err != nil {
		p.a.o.Log.WarnContext(ctx, "workspaces not looked at", "scope", p.scope(), "err", err)
	}
	for _, c := range creds {
		t, err := p.a.team(ctx, c.Workspace)
		switch {
		case ctx.Err() != nil:
			return
		case err == nil && t.app == p:
			err = p.tell(ctx, h, t)
		case bot.ReasonCode(err) == "guild_gone":
			p.desk.owed.lose(c.Workspace)
			err = nil
		}
		if err != nil {
			p.a.o.Log.WarnContext(ctx, "a workspace cannot be looked at", "scope", p.scope(), "workspace", c.Workspace, "code", bot.ReasonCode(err), "err", err)
		}
	}
	kept, err := p.credentials(ctx)
	if err != nil {
		p.a.o.Log.WarnContext(ctx, "workspaces not looked at", "scope", p.scope(), "err", err)
		return
	}
	for workspace := range p.told {
		if !slices.ContainsFunc(kept, func(c bot.Credential) bool { return c.Workspace == workspace }) {
			p.desk.owed.lose(workspace)
		}
	}
}

// installed tells the engine of a workspace in which somebody has just installed
// the app, and whose credential is kept.
func (p *app) installed(ctx context.Context, t *team) error {
	h, err := p.desk.engine()
	if err != nil {
		return err
	}
	return p.tell(ctx, h, t)
}

// revoked notes that Slack no longer takes the token of the workspace, as a call
// was told. It returns at once; then the engine hears that the workspace is gone,
// and the token is erased.
func (t *team) revoked() { t.app.desk.owed.lose(t.id) }

// refusedFor ends an installation whose token Slack refused, unless the app was
// installed there anew since, here or by another process.
func (p *app) refusedFor(ctx context.Context, h bot.Handler, workspace string) error {
	done, err := p.search(ctx)
	if err != nil {
		return err
	}
	err = p.reread(ctx, 0)
	done()
	if err != nil {
		return err
	}
	_, err = p.a.team(ctx, workspace)
	switch bot.ReasonCode(err) {
	case "guild_gone", "not_installed":
		return p.gone(ctx, h, workspace)
	}
	return err
}

// gone ends an installation. It may be called again.
func (p *app) gone(ctx context.Context, h bot.Handler, workspace string) error {
	err := h.InstallationChanged(ctx, bot.Installation{Platform: Platform, Workspace: workspace, Scope: p.scope(), Gone: true})
	if err != nil {
		return err
	}
	if p.a.o.Vault != nil {
		if err := p.a.o.Vault.EraseCredential(ctx, Platform, p.Name, workspace); err != nil {
			return err
		}
	}
	p.forget(workspace)
	return nil
}

// missed says that what happened in a workspace, or with "" in every one of the
// app, since then may not have reached us.
func (p *app) missed(ctx context.Context, h bot.Handler, workspace string, from time.Time) error {
	if workspace != "" {
		return h.Missed(ctx, bot.Channel{Platform: Platform, Workspace: workspace}, from)
	}
	creds, err := p.credentials(ctx)
	if err != nil {
		return err
	}
	all := map[string]bool{}
	for _, c := range creds {
		all[c.Workspace] = true
	}
	for _, t := range p.a.teams.of(p) {
		all[t.id] = true
	}
	for id := range all {
		if err := p.missed(ctx, h, id, from); err != nil {
			return err
		}
	}
	return nil
}
