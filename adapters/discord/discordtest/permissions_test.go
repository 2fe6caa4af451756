package discordtest

import "testing"

func TestPermissionsInAChannel(t *testing.T) {
	s := New(t, Options{})
	g := s.AddGuild("Readers")
	mods, quiet := s.AddRole(g, "mods", ManageServer), s.AddRole(g, "quiet", 0)
	admin := s.AddRole(g, "admins", Administrator)
	ada, eve, root := s.AddMember(g, "ada", mods, quiet), s.AddMember(g, "eve"), s.AddMember(g, "root", admin)
	for name, x := range map[string]struct {
		user  string
		rules []Overwrite
		want  bool // may write
	}{
		"as everyone":                {eve, nil, true},
		"everyone denied":            {eve, []Overwrite{{ID: g, Deny: SendMessages}}, false},
		"everyone denied, a role":    {ada, []Overwrite{{ID: g, Deny: SendMessages}, {ID: mods, Allow: SendMessages}}, true},
		"a role denied":              {ada, []Overwrite{{ID: quiet, Deny: SendMessages}}, false},
		"one role allows":            {ada, []Overwrite{{ID: quiet, Deny: SendMessages}, {ID: mods, Allow: SendMessages}}, true},
		"of a role that one has not": {eve, []Overwrite{{ID: quiet, Deny: SendMessages}}, true},
		"a member denied":            {ada, []Overwrite{{ID: mods, Allow: SendMessages}, {ID: ada, Member: true, Deny: SendMessages}}, false},
		"a member allowed":           {eve, []Overwrite{{ID: g, Deny: SendMessages}, {ID: eve, Member: true, Allow: SendMessages}}, true},
		"unseen":                     {eve, []Overwrite{{ID: g, Deny: ViewChannel}}, false},
		"an administrator":           {root, []Overwrite{{ID: g, Deny: SendMessages | ViewChannel}}, true},
		"the owner":                  {s.Owner(g), []Overwrite{{ID: g, Deny: SendMessages}}, true},
	} {
		c := s.AddChannel(g, Channel{Overwrites: x.rules})
		if got := s.may(s.guilds[g], x.user, s.channels[c])&SendMessages != 0; got != x.want {
			t.Errorf("%s: may write is %v", name, got)
		}
	}
}
