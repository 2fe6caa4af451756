package slack

import (
	"cmp"
	"context"
	"slices"

	"colloquy/bot"
)

// An account is somebody as Slack knows them, with what they may do in the
// workspace of the token that asks.
type account struct {
	ID         string  `json:"id"`
	Team       string  `json:"team_id"`
	Name       string  `json:"name"`
	RealName   string  `json:"real_name"`
	Profile    profile `json:"profile"`
	Deleted    bool    `json:"deleted"`
	Bot        bool    `json:"is_bot"`
	Admin      bool    `json:"is_admin"`
	Owner      bool    `json:"is_owner"`
	Primary    bool    `json:"is_primary_owner"`
	Guest      bool    `json:"is_restricted"`
	Single     bool    `json:"is_ultra_restricted"` // a guest in one channel
	Stranger   bool    `json:"is_stranger"`         // of another workspace
	Enterprise struct {
		Teams []string `json:"teams"` // of an organisation with several workspaces
	} `json:"enterprise_user"`
}

// shown is what people there call somebody; empty if that is not known.
func (u account) shown() string {
	return cmp.Or(u.Profile.name(), oneLine(u.RealName), oneLine(u.Name))
}

// member reports whether somebody belongs to a workspace: guests do not, nor do
// those of another one who share a channel with it.
func (u account) member(team string) bool {
	home := u.Team == team || slices.Contains(u.Enterprise.Teams, team)
	return home && !u.Deleted && !u.Bot && !u.Guest && !u.Single && !u.Stranger
}

// actor is somebody who asks for something, and whether the workspace lets them
// manage Colloquy: its admins and owners, and who installed it. It is asked anew
// each time, since rights are also taken away. With an error nobody knows, and
// they are no manager; see [unknown].
func (t *team) actor(ctx context.Context, userID string) (bot.Actor, error) {
	who := bot.Actor{Person: bot.Person{Platform: Platform, Workspace: t.id, ID: userID}}
	u, err := t.account(ctx, userID, false)
	if err != nil {
		return who, err
	}
	who.Name = u.shown()
	who.Manager = u.member(t.id) && (u.Admin || u.Owner || u.Primary || u.ID == t.owner)
	return who, nil
}

// unknown reports whether an error of [team.actor] means that Slack knows nobody
// of that id in the workspace, and not that it could not be asked.
func unknown(err error) bool { return bot.ReasonCode(err) == "no_person" }
