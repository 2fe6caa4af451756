package slacktest

import "strings"

func (s *Server) userObj(u *user, in *install) obj {
	o := obj{"id": u.id, "team_id": u.team, "name": handleOf(u), "deleted": u.deleted, "real_name": u.name, "is_bot": u.bot && u.id != slackbot,
		"is_app_user": false, "is_admin": u.admin, "is_owner": u.owner, "is_primary_owner": u.primary, "is_restricted": u.guest,
		"is_ultra_restricted": u.single, "updated": 1700000000, "color": "9f69e7", "tz": "Europe/Amsterdam", "tz_label": "Central European Time",
		"tz_offset": 3600, "is_email_confirmed": true, "who_can_share_contact_card": "EVERYONE"}
	p := s.profileOf(u)
	p["real_name_normalized"], p["display_name_normalized"] = u.name, u.display
	if u.botID != "" {
		p["bot_id"], p["api_app_id"], p["always_active"] = u.botID, u.appID, true
	}
	o["profile"] = p
	if u.team != in.team.id && u.id != slackbot {
		// of another workspace: what they are there is not told
		o["is_stranger"] = true
		for _, k := range []string{"is_admin", "is_owner", "is_primary_owner", "is_restricted", "is_ultra_restricted", "tz", "tz_label", "tz_offset"} {
			delete(o, k)
		}
	}
	return o
}

func userInfo(s *Server, q *request) (obj, error) {
	u := s.users[q.arg("user")]
	if u == nil || !s.acquainted(q.in, u) {
		return nil, refuse("user_not_found")
	}
	return obj{"user": s.userObj(u, q.in)}, nil
}

func listUsers(s *Server, q *request) (obj, error) {
	var all []any
	for _, u := range sorted(s.users) {
		if s.users[u].team == q.in.team.id {
			all = append(all, s.userObj(s.users[u], q.in))
		}
	}
	page, next, err := paged(q, all, 1000, 1000)
	return obj{"members": page, "response_metadata": obj{"next_cursor": next}}, err
}

func botInfo(s *Server, q *request) (obj, error) {
	for _, u := range s.users {
		if u.botID != "" && u.botID == q.arg("bot") {
			return obj{"bot": obj{"id": u.botID, "deleted": u.deleted, "name": u.name, "updated": 1700000000, "app_id": u.appID,
				"user_id": u.id, "icons": obj{}}}, nil
		}
	}
	return nil, refuse("bot_not_found")
}

func listGroups(s *Server, q *request) (obj, error) {
	groups := []obj{}
	for _, g := range q.in.team.groups {
		groups = append(groups, obj{"id": g.id, "team_id": q.in.team.id, "is_usergroup": true, "name": g.name, "handle": g.handle,
			"user_count": len(g.members), "users": g.members})
	}
	return obj{"usergroups": groups}, nil
}

func teamInfo(s *Server, q *request) (obj, error) {
	t := q.in.team
	return obj{"team": obj{"id": t.id, "name": t.name, "domain": t.domain, "url": "https://" + t.domain + ".slack.com/",
		"email_domain": "", "icon": obj{"image_default": true}}}, nil
}

// group finds a user group by its id.
func (s *Server) group(id string) *group {
	for _, t := range s.teams {
		for _, g := range t.groups {
			if g.id == id {
				return g
			}
		}
	}
	return nil
}

// byHandle is how people see a user: "@Ada".
func (s *Server) byHandle(id string) string {
	if u := s.users[id]; u != nil {
		return "@" + u.shown()
	}
	return "@" + strings.ToLower(id)
}
