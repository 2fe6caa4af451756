package slack

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"colloquy/bot"
)

// route hands a delivery to who takes events of its kind. Those of workspaces in
// which the app is not, or no longer, are none of ours.
func (p *app) route(ctx context.Context, h bot.Handler, env envelope) error {
	kind, workspace := env.kind(), env.workspace()
	switch {
	case env.Type == "app_rate_limited":
		from := p.before(env)
		if at := time.Unix(env.Minute, 0); env.Minute > 0 && at.Before(from) {
			from = at
		}
		return p.missed(ctx, h, workspace, from)
	case env.Type != "event_callback":
		return nil
	case workspace == "":
		return unreadable(kind, env.EventID, errNoTeam)
	case env.inner() == "":
		return unreadable(kind, env.EventID, errNoType)
	}
	t, err := p.a.team(ctx, workspace)
	ours := err == nil && t.app == p
	lost := bot.ReasonCode(err) == "guild_gone"
	switch {
	case err != nil && !lost && bot.ReasonCode(err) != "not_installed":
		return err
	case kind == "app_uninstalled" && (ours || lost), kind == "tokens_revoked" && (lost || ours && revokes(env.Event, t.userID)):
		return p.uninstalled(ctx, h, env, lost)
	case !ours:
		return nil
	case kind == "message" || strings.HasPrefix(kind, "reaction_"):
		return p.written(ctx, h, t, env)
	}
	return t.placeEvent(ctx, h, kind, env)
}

// written hands over what happened to a message. One in a channel that other
// organisations share may be seen by each of our installations there, of which
// Slack names one.
func (p *app) written(ctx context.Context, h bot.Handler, t *team, env envelope) error {
	if err := t.event(ctx, h, env.Event); err != nil || !env.Shared {
		return err
	}
	for _, other := range p.a.teams.of(p) {
		if other.id == t.id {
			continue
		}
		if err := other.event(ctx, h, env.Event); err != nil {
			return err
		}
	}
	return nil
}

// revokes reports whether the token of our bot is among those taken back; people
// have tokens of their own.
func revokes(e inner, userID string) bool {
	var in struct {
		Tokens struct {
			Bot []string `json:"bot"`
		} `json:"tokens"`
	}
	_ = json.Unmarshal(e, &in)
	return userID != "" && slices.Contains(in.Tokens.Bot, userID)
}

// staleFor is how much later than an installation the news of its end must be to
// be believed unasked: Slack repeats a delivery for some minutes, and in these
// the app may have been installed anew.
const staleFor = 10 * time.Minute

// uninstalled ends an installation, unless the news is older than it.
func (p *app) uninstalled(ctx context.Context, h bot.Handler, env envelope, certain bool) error {
	tokens, err := p.fresh(ctx, env)
	if err != nil {
		return err
	}
	for _, token := range tokens {
		if certain {
			break
		}
		t, err := p.meet(ctx, token)
		if err == nil && t.id == env.workspace() {
			p.a.o.Log.InfoContext(ctx, "news of an earlier installation passed over", "scope", p.scope(), "workspace", t.id, "event", env.kind(), "id", env.EventID)
			return nil
		}
		if err != nil && !final(err) {
			return err
		}
	}
	return p.gone(ctx, h, env.workspace())
}

// fresh are the tokens that may be younger than the news of their end: that of
// the configuration, whose age is unknown, and one that was kept just now.
func (p *app) fresh(ctx context.Context, env envelope) (tokens []string, err error) {
	if p.BotToken != "" {
		tokens = append(tokens, p.BotToken)
	}
	creds, err := p.credentials(ctx)
	for _, c := range creds {
		if c.Workspace == env.workspace() && time.Unix(env.Time, 0).Before(c.CreatedAt.Add(staleFor)) {
			tokens = append(tokens, c.Secret)
		}
	}
	return tokens, err
}

// A placing is what events about places have in common.
type placing struct {
	Channel json.RawMessage `json:"channel"` // an id, or an object with one
	User    string          `json:"user"`
	Inviter string          `json:"inviter"`
	Name    string          `json:"name"`
	Old     string          `json:"old_channel_id"`
	New     string          `json:"new_channel_id"`
	Item    struct {
		Channel string `json:"channel"`
	} `json:"item"` // of a reaction
}

// channel is the id of the channel that it happened in or to; empty if none.
func (e placing) channel() string {
	var id string
	if json.Unmarshal(e.Channel, &id) != nil {
		var whole struct {
			ID string `json:"id"`
		}
		_ = json.Unmarshal(e.Channel, &whole)
		id = whole.ID
	}
	for _, other := range []string{e.Old, e.Item.Channel} {
		if id == "" {
			id = other
		}
	}
	return id
}

// placeEvent takes what happens to a channel or to the workspace. What only
// changes a name or opens a channel again needs nothing: names are asked for, and
// what ended because of a channel is begun again by people.
func (t *team) placeEvent(ctx context.Context, h bot.Handler, kind string, env envelope) error {
	var e placing
	lenient(env.Event, &e)
	ch := bot.Channel{Platform: Platform, Workspace: t.id, ID: e.channel()}
	why := t.loss(kind, e)
	switch {
	case why != nil && ch.ID == "":
		return unreadable(kind, env.EventID, errNoChannel)
	case why != nil:
		return h.ChannelLost(ctx, ch, bot.Permanent(why))
	case kind == "member_joined_channel" && e.User == t.userID && e.Inviter != "" && ch.ID != "":
		// Somebody lets us in again: what was written meanwhile came to nobody.
		return h.Missed(ctx, ch, time.Unix(env.Time, 0).Add(-time.Minute))
	case kind == "team_rename" && e.Name != "":
		return h.InstallationChanged(ctx, bot.Installation{Platform: Platform, Workspace: t.id, Name: e.Name, Scope: t.app.scope()})
	}
	return nil
}

// loss says, for those whose discussions end there, why a channel is of no use
// any more; nil if it is.
func (t *team) loss(kind string, e placing) error {
	switch kind {
	case "channel_deleted", "group_deleted":
		return bot.Problemf("channel_gone", "the channel was deleted")
	case "channel_id_changed":
		return bot.Problemf("channel_gone", "Slack gave the channel another id, %.20s: use that one in schedules", e.New)
	case "channel_archive", "group_archive":
		return bot.Problemf("no_access", "the channel was archived: unarchive it, and invite the app again")
	case "channel_left", "group_left":
		return bot.Problemf("no_access", "the app was removed from the channel: write /invite and its name there to have it back")
	case "member_left_channel":
		if e.User == t.userID {
			return t.loss("channel_left", e)
		}
	}
	return nil
}
