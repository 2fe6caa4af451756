package slack

import (
	"context"
	"sync"

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
}

// teams are those that are known, by id.
type teams struct {
	mu   sync.Mutex
	byID map[string]*team
}

// team finds the installation of a workspace. An error says for people what to
// do; where there is none it is permanent, with the code "not_installed".
func (a *Adapter) team(ctx context.Context, workspace string) (*team, error) {
	a.teams.mu.Lock()
	t := a.teams.byID[workspace]
	a.teams.mu.Unlock()
	if t != nil {
		return t, nil
	}
	for _, p := range a.apps {
		if p.BotToken == "" {
			continue
		}
		t, err := p.meet(ctx, p.BotToken)
		if err != nil {
			return nil, err
		}
		if t.id == workspace {
			return t, nil
		}
	}
	return nil, bot.Permanent(bot.Problemf("not_installed", "Colloquy is not installed in the workspace %.40q: install it there first", workspace))
}

// meet asks whose token this is, and keeps the workspace.
func (p *app) meet(ctx context.Context, token string) (*team, error) {
	t := &team{app: p, token: token}
	var got struct {
		URL    string `json:"url"`
		Team   string `json:"team"`
		TeamID string `json:"team_id"`
		UserID string `json:"user_id"`
		BotID  string `json:"bot_id"`
	}
	if err := t.do(ctx, call{method: "auth.test"}, &got); err != nil {
		return nil, err
	}
	t.id, t.name, t.url, t.userID, t.botID = got.TeamID, got.Team, got.URL, got.UserID, got.BotID
	p.a.teams.mu.Lock()
	defer p.a.teams.mu.Unlock()
	p.a.teams.byID[t.id] = t
	return t, nil
}
