package slacktest

import (
	"slices"
	"strings"
)

// DefaultScopes are the bot scopes of an app for which none are given.
var DefaultScopes = []string{"chat:write", "commands", "channels:join", "channels:read", "groups:read", "channels:history", "groups:history",
	"reactions:read", "users:read", "im:write", "im:history", "files:write", "metadata.message:read"}

// DefaultEvents are the events that an app is told of if none are given.
var DefaultEvents = []string{"app_uninstalled", "tokens_revoked", "message.channels", "message.groups", "reaction_added", "reaction_removed",
	"member_joined_channel", "member_left_channel", "channel_left", "group_left", "channel_archive", "channel_unarchive",
	"channel_deleted", "channel_rename", "channel_id_changed", "group_archive", "group_unarchive", "group_deleted", "group_rename",
	"team_rename", "team_domain_change"}

// An App is one app as its developer configured it. [Server.AddApp] fills what
// is empty.
type App struct {
	Name          string
	ID            string   // A…
	ClientID      string   // for OAuth
	ClientSecret  string   //
	SigningSecret string   // for deliveries over HTTP
	AppToken      string   // xapp-…, with the scope connections:write
	Verification  string   // the old token in payloads
	Scopes        []string // of the bot; nil means [DefaultScopes]
	Events        []string // nil means [DefaultEvents]
	RedirectURLs  []string // exactly one of them must be asked for
	SocketMode    bool     // deliveries go to Socket Mode, and not to these addresses:
	EventsURL     string
	CommandsURL   string
	ActionsURL    string
	Commands      []string // nil means "/discuss"
	Shortcuts     []string // callback ids of message shortcuts; nil: any can be used
}

// AddApp makes an app and returns it with what was filled in.
func (s *Server) AddApp(a App) App {
	s.mu.Lock()
	defer s.mu.Unlock()
	fill := func(p *string, v string) {
		if *p == "" {
			*p = v
		}
	}
	fill(&a.Name, "colloquy")
	fill(&a.ID, s.newID("A"))
	fill(&a.ClientID, "1000000."+s.newID("")[1:])
	fill(&a.ClientSecret, "client-secret-of-"+strings.ToLower(a.ID))
	fill(&a.SigningSecret, "signing-secret-of-"+strings.ToLower(a.ID))
	fill(&a.AppToken, "xapp-1-"+a.ID+"-1-for-tests-alone")
	fill(&a.Verification, "verification-of-"+a.ID)
	if a.Scopes == nil {
		a.Scopes = DefaultScopes
	}
	if a.Events == nil {
		a.Events = DefaultEvents
	}
	if a.Commands == nil {
		a.Commands = []string{"/discuss"}
	}
	x := &app{App: a, installs: map[string]*install{}}
	s.apps[a.ID] = x
	s.tokens[a.AppToken] = &token{value: a.AppToken, app: x}
	return a
}

// Point sets where an app is reached over HTTP, and its redirect URL: base +
// "/events", "/commands", "/interactions" and "/oauth/callback". [Server.Verify] is
// what Slack does when somebody types the first in.
func (s *Server) Point(app, base string) {
	s.set(func() {
		a := s.apps[app]
		a.EventsURL, a.CommandsURL, a.ActionsURL = base+"/events", base+"/commands", base+"/interactions"
		a.RedirectURLs = []string{base + "/oauth/callback"}
	})
}

// Configure changes an app as its developer may, at once.
func (s *Server) Configure(app string, change func(*App)) {
	s.set(func() { change(&s.apps[app].App) })
}

// AddTeam makes a workspace.
func (s *Server) AddTeam(name string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := &team{id: s.newID("T"), name: name, domain: strings.ToLower(strings.ReplaceAll(name, " ", "-"))}
	s.teams[t.id] = t
	return t.id
}

// A Role is what somebody is in a workspace.
type Role int

// Roles; without one somebody is an ordinary member.
const (
	Admin        Role = iota + 1
	Owner             // an admin, too
	PrimaryOwner      // an owner, too
	Guest             // restricted: only in some channels
	SingleGuest       // in one channel
)

// AddUser makes somebody in a workspace and returns their id.
func (s *Server) AddUser(team, name string, roles ...Role) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.addUser(team, name)
	s.role(u, roles)
	s.Touch()
	return u.id
}

func (s *Server) addUser(team, name string) *user {
	u := &user{id: s.newID("U"), team: team, name: name}
	s.users[u.id] = u
	return u
}

func (s *Server) role(u *user, roles []Role) {
	has := func(r Role) bool { return slices.Contains(roles, r) }
	u.primary = has(PrimaryOwner)
	u.owner = u.primary || has(Owner)
	u.admin = u.owner || has(Admin)
	u.single = has(SingleGuest)
	u.guest = u.single || has(Guest)
}

// SetRole changes what somebody is.
func (s *Server) SetRole(user string, roles ...Role) {
	s.set(func() { s.role(s.users[user], roles) })
}

// SetDisplayName sets the name that somebody chose to be shown with.
func (s *Server) SetDisplayName(user, name string) { s.set(func() { s.users[user].display = name }) }

// DeactivateUser ends somebody's account.
func (s *Server) DeactivateUser(user string) { s.set(func() { s.users[user].deleted = true }) }

// AddBot makes the bot of another app in a workspace and returns its user id.
// [Server.Say] makes it write.
func (s *Server) AddBot(team, name string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.addUser(team, name)
	u.bot, u.botID, u.appID = true, s.newID("B"), s.newID("A")
	return u.id
}

// AddGroup makes a user group (S…) of some people.
func (s *Server) AddGroup(team, handle string, members ...string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := &group{id: s.newID("S"), handle: handle, name: handle, members: members}
	s.teams[team].groups = append(s.teams[team].groups, g)
	return g.id
}

// InstallApp installs an app as somebody in a workspace, without OAuth. Its bot is
// a member of no channel yet. Where the app was installed before, its bot is the
// same, with another token if the old one is worth nothing any more.
func (s *Server) InstallApp(app, team, installer string) Install {
	s.mu.Lock()
	defer s.mu.Unlock()
	in := s.install(s.apps[app], s.teams[team], installer, s.apps[app].Scopes)
	s.Touch()
	return in.show()
}

// An Install is an app in a workspace.
type Install struct {
	App, Team string
	Token     string // xoxb-…
	BotUser   string // U…
	BotID     string // B…
	Installer string
	Gone      bool // it was uninstalled, or its token revoked
}

func (in *install) show() Install {
	return Install{App: in.app.ID, Team: in.team.id, Token: in.token, BotUser: in.botUser, BotID: in.botID, Installer: in.installer, Gone: in.gone}
}

func (s *Server) install(a *app, t *team, installer string, scopes []string) *install {
	in := a.installs[t.id]
	if in == nil {
		u := s.addUser(t.id, a.Name)
		u.bot, u.botID, u.appID = true, s.newID("B"), a.ID
		in = &install{app: a, team: t, botUser: u.id, botID: u.botID}
		a.installs[t.id] = in
	}
	if old := s.tokens[in.token]; old == nil || old.bad != "" {
		in.token = "xoxb-" + t.id + "-" + s.newID("") + "-for-tests-alone"
		s.tokens[in.token] = &token{value: in.token, install: in}
	}
	in.scopes, in.installer, in.gone = slices.Clone(scopes), installer, false
	s.users[in.botUser].deleted = false
	return in
}

// Installs are the installations of an app, also those that are over.
func (s *Server) Installs(app string) []Install {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Install
	for _, in := range s.apps[app].installs {
		out = append(out, in.show())
	}
	slices.SortFunc(out, func(a, b Install) int { return strings.Compare(a.Team, b.Team) })
	return out
}
