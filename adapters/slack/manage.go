package slack

import (
	"cmp"
	"context"
	"errors"
	"net/url"
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
// they are no manager.
func (t *team) actor(ctx context.Context, userID string) (bot.Actor, error) {
	who := bot.Actor{Person: bot.Person{Platform: Platform, Workspace: t.id, ID: userID}}
	var got struct {
		User account `json:"user"`
	}
	err := t.do(ctx, call{method: "users.info", args: url.Values{"user": {userID}}}, &got)
	switch codeOf(err) {
	case "user_not_found", "user_not_visible": // of another workspace, and none of ours
		return who, nil
	}
	if err != nil {
		return who, err
	}
	u := got.User
	if u.ID != userID {
		return who, errors.New("slack users.info: it told of nobody, or of somebody else")
	}
	t.app.a.names.put(t.nameKey(userID), u.shown(), t.app.a.o.Clock().Add(keepName))
	who.Name = u.shown()
	who.Manager = u.member(t.id) && (u.Admin || u.Owner || u.Primary || u.ID == t.owner)
	return who, nil
}
