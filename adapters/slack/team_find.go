package slack

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"colloquy/adapters/internal/once"
	"colloquy/bot"
)

const (
	// absentFor is how long a workspace that was not found is not looked for again:
	// events name those of others, too.
	absentFor  = 3 * time.Second
	mostAbsent = 1000
	// followEvery is how often it is read what other processes installed and removed,
	// though nothing happens there.
	followEvery = time.Minute
	// A token that failed is not shown again for so long.
	tokenRest = time.Minute
	otherRest = 5 * time.Second
)

// ways are how an app finds its workspaces. Who holds turn, the one element of it,
// may use the rest: so one search is made at a time.
type ways struct {
	turn   chan struct{}
	read   time.Time                 // when creds were read
	creds  map[string]bot.Credential // by workspace
	sealed error                     // why some of them are not in creds; nil: all are
	failed map[string]failure        // by workspace; "" is the token of the configuration
	absent map[string]time.Time      // by workspace: when it was not there
}

type failure struct {
	err   error
	until time.Time
}

func newWays() ways {
	return ways{turn: make(chan struct{}, 1), creds: map[string]bot.Credential{}, failed: map[string]failure{}, absent: map[string]time.Time{}}
}

// search takes the turn; done ends it.
func (p *app) search(ctx context.Context) (done func(), err error) {
	select {
	case p.ways.turn <- struct{}{}:
		return func() { <-p.ways.turn }, nil
	case <-ctx.Done():
		return nil, bot.RetryAfter(time.Second, fmt.Errorf("slack: waiting to look for a workspace: %w", ctx.Err()))
	}
}

// find looks for a workspace among those of the app. Neither a team nor an error:
// it is surely not there. What another process installed is found from when it is kept.
func (p *app) find(ctx context.Context, workspace string) (*team, error) {
	asked := p.a.o.Clock()
	done, err := p.search(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	if t := p.a.teams.get(workspace); t != nil && t.app == p {
		return t, nil // somebody else has just found it
	}
	t, failed := p.ofConfiguration(ctx)
	if t != nil && t.id == workspace {
		return t, nil
	}
	now := p.a.o.Clock()
	if _, kept := p.ways.creds[workspace]; !kept && now.Sub(p.ways.absent[workspace]) >= absentFor {
		if err := p.reread(ctx, now.Sub(asked)); err != nil { // one look is enough for all who wait
			return nil, err
		}
	}
	if c, kept := p.ways.creds[workspace]; kept {
		return p.try(ctx, workspace, c)
	}
	if len(p.ways.absent) >= mostAbsent {
		clear(p.ways.absent)
	}
	if now.Sub(p.ways.absent[workspace]) >= absentFor {
		p.ways.absent[workspace] = now
	}
	return nil, cmp.Or(failed, p.ways.sealed) // it may be one of those
}

// follow learns now and then what other processes installed and removed, until ctx
// ends. What is needed before is found by [app.find], and a token that is of no use any
// more by who shows it to Slack.
func (p *app) follow(ctx context.Context) {
	for once.Sleep(ctx, followEvery) {
		done, err := p.search(ctx)
		if err != nil {
			return
		}
		if err := p.reread(ctx, 0); err != nil && ctx.Err() == nil {
			p.a.o.Log.WarnContext(ctx, "installations not read", "scope", p.scope(), "code", bot.ReasonCode(err), "err", err)
		}
		done()
	}
}

// findAll looks for every workspace of the app. The error joins those of all that
// could not be looked at.
func (p *app) findAll(ctx context.Context) error {
	done, err := p.search(ctx)
	if err != nil {
		return err
	}
	defer done()
	_, err = p.ofConfiguration(ctx)
	errs := []error{err, p.reread(ctx, 0), p.ways.sealed}
	for _, id := range slices.Sorted(maps.Keys(p.ways.creds)) {
		c := p.ways.creds[id]
		if t := p.a.teams.get(id); t != nil && t.app == p && t.token == c.Secret {
			_, err = t.open()
		} else {
			_, err = p.try(ctx, id, c)
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// ofConfiguration is the workspace of the app's bot token; nil if it has none.
func (p *app) ofConfiguration(ctx context.Context) (*team, error) {
	if p.BotToken == "" {
		return nil, nil
	}
	for _, t := range p.a.teams.of(p) {
		if t.token == p.BotToken {
			return t, nil
		}
	}
	return p.try(ctx, "", bot.Credential{Secret: p.BotToken})
}

// try meets a workspace, unless that failed a short time ago.
func (p *app) try(ctx context.Context, name string, c bot.Credential) (*team, error) {
	if f, ok := p.ways.failed[name]; ok && p.a.o.Clock().Before(f.until) {
		return nil, f.err
	}
	t, err := p.meetAs(ctx, c)
	switch {
	case err == nil:
		delete(p.ways.failed, name)
		return t, nil
	case ctx.Err() != nil:
		return nil, err // it says nothing of the token
	}
	rest := otherRest
	if bot.IsPermanent(err) {
		rest = tokenRest
	}
	p.ways.failed[name] = failure{err, p.a.o.Clock().Add(rest)}
	return nil, err
}

// reread reads what is kept of the app's installations, if that was not done for
// so long, and forgets those that are kept no more.
func (p *app) reread(ctx context.Context, unread time.Duration) error {
	now := p.a.o.Clock()
	if p.a.o.Vault == nil || now.Sub(p.ways.read) < unread {
		return nil
	}
	list, err := p.a.o.Vault.Credentials(ctx, Platform, p.Name)
	p.ways.sealed = nil
	if isSealed(err) {
		p.ways.sealed, err = bot.RetryAfter(otherRest, err), nil
	}
	if err != nil {
		return bot.RetryAfter(otherRest, problem("no_installations", err, "the installations of the Slack app cannot be read from the database just now; it is tried again"))
	}
	p.ways.read = now
	is := map[string]bot.Credential{}
	for _, c := range list {
		is[c.Workspace] = c
		old, known := p.ways.creds[c.Workspace]
		if old.Secret != c.Secret {
			delete(p.ways.failed, c.Workspace)
		}
		if known && old.Owner != c.Owner { // whose rights come from that
			p.a.teams.forget(p, c.Workspace)
		}
		delete(p.ways.absent, c.Workspace)
	}
	if p.ways.sealed != nil { // what another process encrypted with a newer key is still there
		for id, c := range p.ways.creds {
			if _, ok := is[id]; !ok {
				is[id] = c
			}
		}
	}
	p.ways.creds = is
	for _, t := range p.a.teams.of(p) {
		if is[t.id].Secret != t.token && t.token != p.BotToken {
			p.a.teams.forget(p, t.id)
		}
	}
	return nil
}

// put takes an installation that was made just now, in place of an older one.
func (p *app) put(c bot.Credential) {
	p.ways.turn <- struct{}{}
	defer func() { <-p.ways.turn }()
	p.ways.creds[c.Workspace] = c
	delete(p.ways.failed, c.Workspace)
	delete(p.ways.absent, c.Workspace)
	p.a.teams.forget(p, c.Workspace)
}

// forget drops an installation that is gone, and is kept no more.
func (p *app) forget(workspace string) {
	p.ways.turn <- struct{}{}
	defer func() { <-p.ways.turn }()
	delete(p.ways.creds, workspace)
	delete(p.ways.failed, workspace)
	p.a.teams.forget(p, workspace)
}
