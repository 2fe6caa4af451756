package slack

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"colloquy/bot"
)

// A team is one workspace in which an app is installed, with the token that it
// gave us.
type team struct {
	app    *app
	id     string // T…
	name   string
	url    string // https://NAME.slack.com/
	userID string // of our bot user, U…
	botID  string // B…; names us in messages
	owner  string // user id of who installed it; empty if unknown
	token  string

	pages pages
	mu    sync.Mutex
	shut  error     // why no more calls are made
	until time.Time // when they are again; zero: never
}

// teams are those that are known, by id.
type teams struct {
	mu    sync.Mutex
	byID  map[string]*team
	twice map[*app]map[string]error // by app and workspace: it belongs to an app before
}

// team finds the installation of a workspace, in the first of the apps that has
// one. An error says for people what to do; where there is no installation it is
// permanent, with the code "not_installed", where Slack took its token back
// "guild_gone". A failure of one app hides no workspace of another.
func (a *Adapter) team(ctx context.Context, workspace string) (*team, error) {
	if t := a.teams.get(workspace); t != nil {
		return t.open()
	}
	var failed error
	for _, p := range a.apps {
		t, err := p.find(ctx, workspace)
		if t != nil {
			return t.open()
		}
		if failed == nil {
			failed = err
		}
	}
	if failed != nil {
		return nil, failed
	}
	return nil, bot.Permanent(bot.Problemf("not_installed", "Colloquy is not installed in the Slack workspace %s: install it there first", orThis(word(workspace))))
}

// all are the workspaces of all apps, in the order of these. An app is in failed
// if there may be more of it, with why.
func (a *Adapter) all(ctx context.Context) (list []*team, failed map[*app]error) {
	failed = map[*app]error{}
	for _, p := range a.apps {
		if err := p.findAll(ctx); err != nil {
			failed[p] = err
		}
	}
	for _, p := range a.apps {
		theirs := a.teams.of(p)
		slices.SortFunc(theirs, func(t, u *team) int { return strings.Compare(t.id, u.id) })
		list = append(list, theirs...)
	}
	return list, failed
}

// meet asks whose token this is, and keeps the workspace.
func (p *app) meet(ctx context.Context, token string) (*team, error) {
	return p.meetAs(ctx, bot.Credential{Secret: token})
}

// meetAs is meet for what is kept of an installation.
func (p *app) meetAs(ctx context.Context, c bot.Credential) (*team, error) {
	var got struct {
		URL    string `json:"url"`
		Team   string `json:"team"`
		TeamID string `json:"team_id"`
		UserID string `json:"user_id"`
		BotID  string `json:"bot_id"`
	}
	err := p.a.call(ctx, c.Secret, call{method: "auth.test"}, &got)
	switch {
	case err != nil:
		return nil, err
	case got.TeamID == "" || got.UserID == "":
		return nil, badAnswer("auth.test", errors.New("no ids"))
	case c.Workspace != "" && got.TeamID != c.Workspace:
		return nil, bot.Permanent(bot.Problemf("bad_token", "the token kept for the Slack workspace %s is that of another one, %s: install Colloquy there again", orThis(word(c.Workspace)), orThis(word(got.TeamID))))
	}
	t := &team{app: p, id: got.TeamID, name: got.Team, url: got.URL, userID: got.UserID, botID: got.BotID, owner: c.Owner.ID, token: c.Secret}
	return t, p.a.keep(ctx, t)
}

// keep makes a workspace known. One that an app before has as well stays with
// that one, which is an error for the one that came later.
func (a *Adapter) keep(ctx context.Context, t *team) error {
	a.teams.mu.Lock()
	defer a.teams.mu.Unlock()
	is := a.teams.byID[t.id]
	if is == nil || is.app == t.app {
		a.teams.byID[t.id] = t
		delete(a.teams.twice[t.app], t.id)
		return nil
	}
	first, second := is, t
	if slices.Index(a.apps, t.app) < slices.Index(a.apps, is.app) {
		first, second = t, is
		a.teams.byID[t.id] = t
		delete(a.teams.twice[t.app], t.id)
	}
	err := bot.Permanent(bot.Problemf("twice", "the Slack workspace %s has two apps of this configuration, %s and %s, and the first serves it: take the other out of it or out of slack.apps",
		orThis(word(t.id)), first.app.Name, second.app.Name))
	if a.teams.twice[second.app] == nil {
		a.teams.twice[second.app] = map[string]error{}
	}
	if a.teams.twice[second.app][t.id] == nil {
		a.o.Log.ErrorContext(ctx, "two apps in one workspace", "workspace", t.id, "serves", first.app.scope(), "does_not", second.app.scope())
	}
	a.teams.twice[second.app][t.id] = err
	if second == t {
		return err
	}
	return nil
}

func (s *teams) get(workspace string) *team {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.byID[workspace]
}

// of are the workspaces of an app that were met.
func (s *teams) of(p *app) []*team {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []*team
	for _, t := range s.byID {
		if t.app == p {
			list = append(list, t)
		}
	}
	return list
}

// forget drops what is known of a workspace.
func (s *teams) forget(p *app, workspace string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t := s.byID[workspace]; t != nil && t.app == p {
		delete(s.byID, workspace)
	}
	delete(s.twice[p], workspace)
}
