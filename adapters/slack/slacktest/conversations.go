package slacktest

import (
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
)

// channelObj is a channel as a bot sees it.
func (s *Server) channelObj(c *channel, in *install) obj {
	ext := len(c.shared) > 0
	o := obj{"id": c.id, "created": c.created.Unix(), "is_archived": c.archived, "is_channel": c.kind == public, "is_group": false,
		"is_im": c.kind == direct, "is_mpim": false, "is_private": c.kind != public, "is_member": c.has(in.botUser), "is_general": false,
		"is_shared": ext, "is_ext_shared": ext, "is_org_shared": false, "context_team_id": in.team.id, "creator": slackbot, "updated": c.created.UnixMilli(),
		"shared_team_ids": append([]string{c.team}, c.shared...), "pending_shared": []string{}, "pending_connected_team_ids": []string{}}
	if c.kind == direct {
		for _, u := range c.members {
			if u != in.botUser {
				o["user"] = u
			}
		}
		return o
	}
	o["name"], o["name_normalized"] = c.name, c.name
	o["previous_names"] = append([]string{}, c.formerly...)
	o["topic"], o["purpose"] = obj{"value": "", "creator": "", "last_set": 0}, obj{"value": "", "creator": "", "last_set": 0}
	if ext {
		o["conversation_host_id"] = c.team
	}
	if c.readOnly {
		o["is_read_only"] = true
	}
	if c.threadsOnly {
		o["is_thread_only"] = true
	}
	return o
}

// looked finds a channel that the request may read about.
func (s *Server) looked(q *request, what string) (*channel, error) {
	c, err := s.seen(q, q.arg("channel"))
	if err != nil {
		return nil, err
	}
	return c, q.reads(c, what)
}

func channelInfo(s *Server, q *request) (obj, error) {
	c, err := s.looked(q, "read")
	if err != nil {
		return nil, err
	}
	o := s.channelObj(c, q.in)
	if q.flag("include_num_members", false) {
		o["num_members"] = len(c.members)
	}
	return obj{"channel": o}, nil
}

func joinChannel(s *Server, q *request) (obj, error) {
	c, err := s.seen(q, q.arg("channel"))
	switch {
	case err != nil:
		return nil, err
	case c.kind != public:
		return nil, refuse("method_not_supported_for_channel_type")
	case c.archived:
		return nil, refuse("is_archived")
	}
	res := obj{}
	if c.has(q.in.botUser) {
		res["warning"] = "already_in_channel"
		res["response_metadata"] = obj{"warnings": []string{"already_in_channel"}}
	}
	s.join(c, q.in.botUser, "")
	res["channel"] = s.channelObj(c, q.in)
	return res, nil
}

func leaveChannel(s *Server, q *request) (obj, error) {
	c, err := s.seen(q, q.arg("channel"))
	if err != nil {
		return nil, err
	}
	if !c.has(q.in.botUser) {
		return obj{"not_in_channel": true}, nil
	}
	s.leave(c, q.in.botUser)
	return nil, nil
}

func openDirect(s *Server, q *request) (obj, error) {
	ids := strings.Split(q.arg("users"), ",")
	u := s.users[ids[0]]
	switch {
	case len(ids) > 1:
		return nil, refuse("method_not_supported_for_channel_type")
	case u == nil || !s.acquainted(q.in, u):
		return nil, refuse("user_not_found")
	case u.deleted:
		return nil, refuse("user_disabled")
	case u.bot:
		return nil, refuse("cannot_dm_bot")
	}
	return obj{"channel": obj{"id": s.direct(u.id, q.in.botUser).id}}, nil
}

func listChannels(s *Server, q *request) (obj, error) {
	return s.channelPage(q, func(c *channel) bool { return c.kind == public || c.has(q.in.botUser) })
}

func ownChannels(s *Server, q *request) (obj, error) {
	return s.channelPage(q, func(c *channel) bool { return c.has(q.in.botUser) })
}

func (s *Server) channelPage(q *request, wanted func(*channel) bool) (obj, error) {
	kinds := map[string]kind{"public_channel": public, "private_channel": private, "im": direct}
	types := q.arg("types")
	if types == "" {
		types = "public_channel"
	}
	want := map[kind]bool{}
	for _, t := range strings.Split(types, ",") {
		k, known := kinds[strings.TrimSpace(t)]
		switch {
		case !known && t != "mpim":
			return nil, refuse("invalid_types")
		case !known:
			continue
		}
		if err := q.reads(&channel{kind: k}, "read"); err != nil {
			return nil, err
		}
		want[k] = true
	}
	var all []any
	for _, c := range s.everyChannel(q.in.team.id) {
		if want[c.kind] && wanted(c) && !(c.archived && q.flag("exclude_archived", false)) {
			all = append(all, s.channelObj(c, q.in))
		}
	}
	page, next, err := paged(q, all, 100, 1000)
	return obj{"channels": page, "response_metadata": obj{"next_cursor": next}}, err
}

func listMembers(s *Server, q *request) (obj, error) {
	c, err := s.looked(q, "read")
	if err != nil {
		return nil, err
	}
	var all []any
	for _, m := range c.members {
		all = append(all, m)
	}
	page, next, err := paged(q, all, 100, 1000)
	return obj{"members": page, "response_metadata": obj{"next_cursor": next}}, err
}

// paged cuts the page out of a list that the request asks for.
func paged(q *request, all []any, otherwise, most int) ([]any, string, error) {
	from, err := cursor(q.arg("cursor"), "at")
	if err != nil || from > len(all) {
		return nil, "", refuse("invalid_cursor")
	}
	to := min(len(all), from+q.number("limit", otherwise, most))
	next := ""
	if to < len(all) {
		next = makeCursor("at", strconv.Itoa(to))
	}
	return append([]any{}, all[from:to]...), next, nil
}

func makeCursor(kind, v string) string {
	return base64.StdEncoding.EncodeToString([]byte(kind + ":" + v))
}

// cursor reads one that makeCursor made; empty is 0.
func cursor(c, kind string) (int, error) {
	if c == "" {
		return 0, nil
	}
	b, err := base64.StdEncoding.DecodeString(c)
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(strings.TrimPrefix(string(b), kind+":"))
}

func getReactions(s *Server, q *request) (obj, error) {
	c, err := s.seen(q, q.arg("channel"))
	if err != nil {
		return nil, err
	}
	m := c.byTS[q.arg("timestamp")]
	if m == nil {
		return nil, refuse("message_not_found")
	}
	return obj{"type": "message", "channel": c.id, "message": s.messageObj(m, sight{})}, nil
}

func addReaction(s *Server, q *request) (obj, error) {
	c, err := s.seen(q, q.arg("channel"))
	if err != nil {
		return nil, err
	}
	m := c.byTS[q.arg("timestamp")]
	if m == nil {
		return nil, refuse("message_not_found")
	}
	if !s.react(c, m, q.in.botUser, q.arg("name")) {
		return nil, refuse("already_reacted")
	}
	return nil, nil
}

// react adds somebody's reaction; false: it was there.
func (s *Server) react(c *channel, m *message, user, name string) bool {
	i := slices.IndexFunc(m.reactions, func(r *reaction) bool { return r.name == name })
	if i < 0 {
		m.reactions = append(m.reactions, &reaction{name: name})
		i = len(m.reactions) - 1
	}
	r := m.reactions[i]
	if slices.Contains(r.users, user) {
		return false
	}
	r.users = append(r.users, user)
	s.reactionEvent("reaction_added", c, m, user, name)
	return true
}
