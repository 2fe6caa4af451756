package slacktest

import (
	"slices"
	"strings"
)

// authenticate finds whose token it is, and whether it may use the method.
func (s *Server) authenticate(q *request, m method) error {
	if m.as == anybody {
		return nil
	}
	if q.URL.Query().Has("token") {
		s.Breach("%s: a token in the address", q.method)
	}
	given := q.arg("token")
	if h, ok := strings.CutPrefix(q.Header.Get("Authorization"), "Bearer "); ok {
		given = h
	}
	if given == "" {
		return refuse("not_authed")
	}
	t := s.tokens[given]
	if t == nil {
		return refuse("invalid_auth")
	}
	if t.install != nil {
		q.token, q.in = &token{app: t.install.app}, t.install
	} else {
		q.token = t
	}
	switch {
	case t.bad != "":
		return refuse(t.bad)
	case t.install != nil && t.install.team.dead:
		return refuse("account_inactive")
	case m.as != either && (m.as == appToken) != (t.install == nil):
		return refuse("not_allowed_token_type")
	}
	return q.needs(m.scopes...)
}

// needs checks that the token has one of some scopes; of none, all have one.
func (q *request) needs(scopes ...string) error {
	if len(scopes) == 0 || q.in == nil {
		return nil
	}
	for _, x := range scopes {
		if slices.Contains(q.in.scopes, x) {
			return nil
		}
	}
	return &refusal{code: "missing_scope", extra: obj{"needed": strings.Join(scopes, ","), "provided": strings.Join(q.in.scopes, ",")}}
}

func (q *request) may(scope string) bool { return slices.Contains(q.in.scopes, scope) }

// reads checks the scope that a kind of channel needs, such as "groups:read".
func (q *request) reads(c *channel, what string) error {
	return q.needs([...]string{"channels:", "groups:", "im:"}[c.kind] + what)
}

// seen finds a channel that the token may know of.
func (s *Server) seen(q *request, id string) (*channel, error) {
	c := s.channels[id]
	if c == nil || !c.in(q.in.team.id) || c.kind != public && !c.has(q.in.botUser) {
		return nil, refuse("channel_not_found")
	}
	return c, nil
}

func authTest(s *Server, q *request) (obj, error) {
	if q.in == nil {
		return obj{"app_id": q.token.app.ID, "app_name": q.token.app.Name}, nil
	}
	t := q.in.team
	return obj{"url": "https://" + t.domain + ".slack.com/", "team": t.name, "user": handleOf(s.users[q.in.botUser]), "team_id": t.id,
		"user_id": q.in.botUser, "bot_id": q.in.botID, "is_enterprise_install": false}, nil
}

func authRevoke(s *Server, q *request) (obj, error) {
	if q.flag("test", false) {
		return obj{"revoked": false}, nil
	}
	s.tokens[q.in.token].bad = "token_revoked"
	q.in.gone = true
	return obj{"revoked": true}, nil
}

func openConnection(s *Server, q *request) (obj, error) {
	ticket := s.newID("") + "-once"
	s.tickets[ticket] = q.token.app
	return obj{"url": "ws" + strings.TrimPrefix(s.URL, "http") + "/link/?ticket=" + ticket + "&app_id=" + q.token.app.ID}, nil
}
