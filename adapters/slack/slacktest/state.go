package slacktest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

type obj = map[string]any

const slackbot = "USLACKBOT"

type app struct {
	App
	installs map[string]*install // by team; also those that are over
	conns    []*conn             // of Socket Mode, oldest first
	turn     int
}

// install is an app in a workspace.
type install struct {
	app       *app
	team      *team
	token     string
	botUser   string
	botID     string
	scopes    []string
	installer string
	gone      bool
}

// token is what a bearer token is good for.
type token struct {
	value   string
	install *install // of a bot
	app     *app     // of an app-level token
	bad     string   // the error that it gets; empty: it is good
}

type team struct {
	id, name, domain string
	channels         []*channel
	groups           []*group
	dead             bool // deactivated
}

type group struct {
	id, handle, name string
	members          []string
}

type user struct {
	id, team, name, display string
	bot, deleted            bool
	botID, appID            string // of a bot
	admin, owner, primary   bool
	guest, single           bool // restricted, ultra restricted
}

// shown is what people see of a user's name.
func (u *user) shown() string {
	if u.display != "" {
		return u.display
	}
	return u.name
}

type channel struct {
	id, team, name string
	shared         []string // other teams, by Slack Connect
	kind           kind
	archived       bool
	readOnly       bool // people and apps without rights cannot post
	threadsOnly    bool // only replies
	members        []string
	messages       []*message // by ts
	byTS           map[string]*message
	created        time.Time
	formerly       []string
}

type kind int

const (
	public kind = iota
	private
	direct
)

func (k kind) channelType() string { return [...]string{"channel", "group", "im"}[k] }

func (c *channel) has(user string) bool { return slices.Contains(c.members, user) }

func (c *channel) in(team string) bool { return c.team == team || slices.Contains(c.shared, team) }

type message struct {
	ts, channel      string
	user, team       string
	botID, appID     string
	username         string // of a classic integration
	subtype          string
	text             string
	blocks           []any
	thread           string // ts of the parent; its own ts for a parent
	replies          []*message
	broadcast        bool
	locked           bool
	editedBy, edited string
	files            []obj
	metadata         obj
	reactions        []*reaction
	attachments      []any
	clientID         string
	unfurlLinks      bool
	unfurlMedia      bool
	notified         []string
	to               string // of an ephemeral message: who sees it
	via              *act   // of an ephemeral message: what it answers
}

func (m *message) isReply() bool { return m.thread != "" && m.thread != m.ts }

type reaction struct {
	name  string
	users []string
}

// newID makes an id as Slack's look: a letter for its kind and ten more.
func (s *Server) newID(letter string) string {
	s.lastID++
	return fmt.Sprintf("%s0%09s", letter, strings.ToUpper(strconv.FormatUint(s.lastID*7919+36*36*36, 36)))
}

// newTS makes a timestamp that is later than all before.
func (s *Server) newTS() string {
	s.lastTS = max(s.o.Now().UnixMicro(), s.lastTS+1)
	return formatTS(s.lastTS)
}

func formatTS(us int64) string { return fmt.Sprintf("%d.%06d", us/1e6, us%1e6) }

// add puts a message where its timestamp belongs, which is nearly always the end.
func (c *channel) add(m *message) {
	c.byTS[m.ts] = m
	i := len(c.messages)
	for i > 0 && c.messages[i-1].ts > m.ts {
		i--
	}
	c.messages = slices.Insert(c.messages, i, m)
	if p := c.byTS[m.thread]; p != nil && p != m {
		p.thread = p.ts
		p.replies = append(p.replies, m)
	}
}

// drop takes a message away, and out of its thread.
func (c *channel) drop(m *message) {
	delete(c.byTS, m.ts)
	same := func(x *message) bool { return x == m }
	c.messages = slices.DeleteFunc(c.messages, same)
	if p := c.byTS[m.thread]; p != nil {
		if p.replies = slices.DeleteFunc(p.replies, same); len(p.replies) == 0 {
			p.thread = ""
			if p.subtype == tombstone {
				c.drop(p)
			}
		}
	}
}

const tombstone = "tombstone"

// profileOf is how a message names a user whom its readers may not know.
func (s *Server) profileOf(u *user) obj {
	return obj{"real_name": u.name, "display_name": u.display, "name": handleOf(u), "team": u.team, "first_name": u.name,
		"avatar_hash": "", "image_72": "", "is_restricted": u.guest, "is_ultra_restricted": u.single}
}

func handleOf(u *user) string { return strings.ToLower(strings.ReplaceAll(u.name, " ", ".")) }
