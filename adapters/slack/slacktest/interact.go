package slacktest

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// An Act is one use of a command, a button, a shortcut or a form.
type Act struct {
	User, Channel string
	TriggerID     string // good for 3 s, and once
	ResponseURL   string // empty where there is none

	s *Server
	a *act
}

type act struct {
	app      *app
	in       *install
	kind     string // "slash_commands", "block_actions", "view_submission", "message_action"
	user     string
	channel  *channel
	source   *message // whose button it was
	trigger  string
	response string // token of the response URL
	begun    time.Time
	spent    bool // the trigger was used
	uses     int  // of the response URL
	expired  bool

	done   bool
	failed string            // why there was no good answer
	body   []byte            // of the answer
	modal  *view             // opened with the trigger
	errors map[string]string // that the form was answered with
	shown  []*message        // through the answer or the response URL
}

// acts are the interactions, and what only one person sees.
type acts struct {
	byTrigger  map[string]*act
	byResponse map[string]*act
	hidden     map[string]*message // by ts
	modals     map[string][]*view  // by user, the top last
}

func newActs() acts {
	return acts{byTrigger: map[string]*act{}, byResponse: map[string]*act{}, hidden: map[string]*message{}, modals: map[string][]*view{}}
}

// begin makes an interaction. A response URL is made where there is a channel.
func (s *Server) begin(a *app, in *install, kind, user string, c *channel) *act {
	x := &act{app: a, in: in, kind: kind, user: user, channel: c, begun: s.o.Now()}
	x.trigger = s.newID("") + "." + s.newID("")[1:]
	s.acts.byTrigger[x.trigger] = x
	if c != nil {
		x.response = s.newID("") + "-response"
		s.acts.byResponse[x.response] = x
	}
	return x
}

func (s *Server) handle(x *act) *Act {
	h := &Act{User: x.user, TriggerID: x.trigger, s: s, a: x}
	if x.response != "" {
		h.Channel, h.ResponseURL = x.channel.id, s.responseURL(x)
	}
	return h
}

func (s *Server) responseURL(x *act) string { return s.URL + "/response/" + x.response }

// nothing is an interaction that never took place.
func (s *Server) nothing(user string) *Act {
	return &Act{User: user, s: s, a: &act{done: true, user: user, failed: "it never took place"}}
}

// appIn finds who gets what somebody does in a channel: the only app there, or
// the one that is wanted.
func (s *Server) appIn(c *channel, user string, want func(*app) bool) *install {
	team := c.team
	if u := s.users[user]; u != nil && c.in(u.team) {
		team = u.team
	}
	for _, id := range sorted(s.apps) {
		if in := s.apps[id].installs[team]; in != nil && !in.gone && want(s.apps[id]) {
			return in
		}
	}
	return nil
}

// Slash makes somebody use a command in a channel: "/discuss", "status".
func (s *Server) Slash(channel, user, command, text string) *Act {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.channels[channel]
	if c == nil || !c.in(s.users[user].team) {
		s.t.Errorf("user %s sees no channel %s", user, channel)
		return s.nothing(user)
	}
	in := s.appIn(c, user, func(a *app) bool {
		return slices.Contains(a.Commands, command) && slices.Contains(a.Scopes, "commands")
	})
	if in == nil {
		s.t.Errorf("there is no command %s in the workspace of user %s", command, user)
		return s.nothing(user)
	}
	x := s.begin(in.app, in, "slash_commands", user, c)
	name := c.name
	if c.kind == direct {
		name = "directmessage"
	} else if c.kind == private {
		name = "privategroup"
	}
	p := map[string]string{"token": in.app.Verification, "team_id": in.team.id, "team_domain": in.team.domain, "channel_id": c.id,
		"channel_name": name, "user_id": user, "user_name": handleOf(s.users[user]), "command": command, "text": text,
		"api_app_id": in.app.ID, "is_enterprise_install": "false", "response_url": s.responseURL(x), "trigger_id": x.trigger}
	form := url.Values{}
	for k, v := range p {
		form.Set(k, v)
	}
	s.bring(x, p, form.Encode(), in.app.CommandsURL)
	return s.handle(x)
}

// Shortcut makes somebody use a shortcut on a message.
func (s *Server) Shortcut(r Ref, user, callbackID string) *Act {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	c, m := s.channels[r.Channel], s.find(r)
	if m == nil {
		s.t.Errorf("channel %s has no message %s", r.Channel, r.TS)
		return s.nothing(user)
	}
	in := s.appIn(c, user, func(a *app) bool { return a.Shortcuts == nil || slices.Contains(a.Shortcuts, callbackID) })
	if in == nil {
		s.t.Errorf("there is no shortcut %s in the workspace of user %s", callbackID, user)
		return s.nothing(user)
	}
	x := s.begin(in.app, in, "message_action", user, c)
	o := s.interaction(x)
	o["callback_id"], o["message_ts"], o["message"], o["action_ts"] = callbackID, m.ts, s.messageObj(m, sight{}), s.newTS()
	s.bringPayload(x, o)
	return s.handle(x)
}

// Press makes somebody press a button of a message, which may be one that only
// they see, by its action id.
func (s *Server) Press(r Ref, user, actionID string) *Act {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	c, m := s.channels[r.Channel], s.find(r)
	if m == nil || m.to != "" && m.to != user || !c.has(user) && c.kind != public {
		s.t.Errorf("user %s sees no message %s in channel %s", user, r.TS, r.Channel)
		return s.nothing(user)
	}
	blocks, _ := json.Marshal(m.blocks)
	i := slices.IndexFunc(buttonsOf(blocks), func(b Button) bool { return b.Action == actionID })
	app := s.apps[m.appID]
	if i < 0 || app == nil {
		s.t.Errorf("message %s has no button %q", r.TS, actionID)
		return s.nothing(user)
	}
	x := s.begin(app, app.installs[m.team], "block_actions", user, c)
	x.source = m
	o := s.interaction(x)
	container := obj{"type": "message", "message_ts": m.ts, "channel_id": c.id, "is_ephemeral": m.to != ""}
	if m.thread != "" {
		container["thread_ts"] = m.thread
	}
	o["container"], o["state"] = container, obj{"values": obj{}}
	o["actions"] = []obj{s.actionObj(buttonsOf(blocks)[i])}
	if m.to == "" { // ephemeral ones are not sent along
		o["message"] = s.messageObj(m, sight{metadata: true})
	}
	s.bringPayload(x, o)
	return s.handle(x)
}

func (s *Server) actionObj(b Button) obj {
	o := obj{"action_id": b.Action, "block_id": b.Block, "type": "button", "action_ts": s.newTS(),
		"text": obj{"type": "plain_text", "text": b.Text, "emoji": true}}
	if b.Value != "" {
		o["value"] = b.Value
	}
	if b.Style != "" {
		o["style"] = b.Style
	}
	return o
}

// interaction is what all payloads of interactivity have.
func (s *Server) interaction(x *act) obj {
	u := s.users[x.user]
	o := obj{"type": x.kind, "token": x.app.Verification, "api_app_id": x.app.ID, "trigger_id": x.trigger, "enterprise": nil,
		"is_enterprise_install": false, "team": obj{"id": x.in.team.id, "domain": x.in.team.domain},
		"user": obj{"id": u.id, "username": handleOf(u), "name": handleOf(u), "team_id": u.team}}
	if x.response != "" {
		o["channel"] = obj{"id": x.channel.id, "name": x.channel.name}
		o["response_url"] = s.responseURL(x)
	}
	return o
}

func (s *Server) bringPayload(x *act, o obj) {
	b, err := json.Marshal(o)
	if err != nil {
		s.t.Errorf("a payload that is no JSON: %v", err)
		return
	}
	s.bring(x, json.RawMessage(b), url.Values{"payload": {string(b)}}.Encode(), x.app.ActionsURL)
}

// bring sends an interaction to its app, once, and shows what it answers.
func (s *Server) bring(x *act, payload any, form, to string) {
	if s.mail.closed {
		return
	}
	socket := x.app.SocketMode
	s.served.Go(func() {
		var body []byte
		failed, kind := "", "application/json"
		if socket {
			t := "interactive"
			if x.kind == "slash_commands" {
				t = x.kind
			}
			body, _, failed = s.envelope(x.app, obj{"type": t, "payload": payload, "accepts_response_payload": true}, nil)
		} else {
			res := s.signedPost(x.app, to, http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, []byte(form))
			body, failed, kind = res.body, res.reason, res.kind
			s.mail.client.CloseIdleConnections()
		}
		s.set(func() {
			x.body, x.failed, x.done = body, failed, true
			if failed == "" {
				s.answered(x, kind, body)
			}
		})
	})
}

// plainBody says whether an answer is a text, and not JSON.
func plainBody(kind string, b []byte) bool {
	return strings.HasPrefix(kind, "text/plain") || !json.Valid(b)
}
