package discord

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"
)

func TestPermissions(t *testing.T) {
	const view, send, history, manage = "1024", "2048", "65536", "32"
	everyone := func(perms string) role { return role{ID: "1", Permissions: perms} }
	over := func(id string, kind int, allow, deny string) overwrite {
		return overwrite{ID: id, Type: kind, Allow: allow, Deny: deny}
	}
	me := member{User: &user{ID: "7"}, Roles: []string{"5", "6"}}
	for _, c := range []struct {
		name  string
		guild guild
		ch    channel
		me    member
		want  int64
	}{
		{"nothing known", guild{ID: "1"}, channel{}, member{}, 0},
		{"no owner is nobody", guild{ID: "1"}, channel{}, member{User: &user{}}, 0},
		{"the owner", guild{ID: "1", OwnerID: "7"}, channel{Overwrites: []overwrite{over("7", 1, "0", view)}}, me, allPermissions},
		{"an administrator", guild{ID: "1", Roles: []role{{ID: "6", Permissions: "8"}}}, channel{Overwrites: []overwrite{over("6", 0, "0", view)}}, me, allPermissions},
		{"roles add up", guild{ID: "1", Roles: []role{everyone(view), {ID: "5", Permissions: send}, {ID: "9", Permissions: "8"}}}, channel{}, me, 1024 | 2048},
		{"everybody is denied, a role is allowed", guild{ID: "1", Roles: []role{everyone(view)}}, channel{Overwrites: []overwrite{over("5", 0, view, "0"), over("1", 0, "0", view)}}, me, 1024},
		{"a role that allows wins over one that denies", guild{ID: "1", Roles: []role{everyone(view)}}, channel{Overwrites: []overwrite{over("5", 0, history, "0"), over("6", 0, "0", history)}}, me, 1024 | 65536},
		{"the member comes last", guild{ID: "1", Roles: []role{everyone(view)}}, channel{Overwrites: []overwrite{over("7", 1, "0", send), over("5", 0, send, "0")}}, me, 1024},
		{"somebody else, and a role named like us", guild{ID: "1", Roles: []role{everyone(view)}}, channel{Overwrites: []overwrite{over("8", 1, "0", view), over("7", 0, "0", view)}}, me, 1024},
		{"what cannot be seen", guild{ID: "1", Roles: []role{everyone(send)}}, channel{}, me, 0},
		{"no number", guild{ID: "1", Roles: []role{everyone("x"), {ID: "5", Permissions: "-1"}, {ID: "6", Permissions: "99999999999999999999"}}}, channel{}, me, 0},
	} {
		if got := permissions(c.guild, c.ch, c.me); got != c.want {
			t.Errorf("%s: %b, want %b", c.name, got, c.want)
		}
	}
	if g := (guild{ID: "1", Roles: []role{{ID: "5", Permissions: manage}}}); !manages(g, me) || manages(g, member{User: me.User}) {
		t.Error("Manage Server does not decide who manages")
	}
}

func TestMissing(t *testing.T) {
	if got := missing(allPermissions, false); len(got) != 0 {
		t.Errorf("an administrator lacks %v", got)
	}
	invited := int64(311385214016)
	if got := missing(invited, false); len(got) != 0 {
		t.Errorf("as invited, it lacks %v", got)
	}
	if got := strings.Join(missing(discordgo.PermissionViewChannel, false), ", "); got != "Send Messages, Create Public Threads, Send Messages in Threads, Embed Links, Read Message History" {
		t.Errorf("only seeing lacks %s", got)
	}
	if got := strings.Join(missing(invited&^discordgo.PermissionCreatePublicThreads&^discordgo.PermissionSendMessages, true), ", "); got != "Create Posts" {
		t.Errorf("in a forum lacks %s", got)
	}
}

// Somebody in a time-out reads, and no more.
func TestRightsInTimeOut(t *testing.T) {
	now := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	a := New(Options{Token: "token", Clock: func() time.Time { return now }})
	a.access.channels[textID] = channelAccess{channel{ID: textID, GuildID: guildID, Type: typeText}, now.Add(time.Hour)}
	g := guild{ID: guildID, Roles: []role{{ID: guildID, Permissions: "311385214016"}}}
	for timeout, want := range map[string]string{
		"2026-03-02T10:30:00+00:00": "Send Messages, Create Public Threads, Send Messages in Threads, Embed Links",
		"2026-03-02T09:30:00+00:00": "", "": "", "x": "",
	} {
		a.access.guilds[guildID] = guildAccess{g, member{User: &user{ID: selfID}, Timeout: timeout}, now.Add(time.Hour)}
		perms, _, err := a.rights(t.Context(), inThread)
		if got := strings.Join(missing(perms, false), ", "); err != nil || got != want {
			t.Errorf("until %q it lacks %q, %v", timeout, got, err)
		}
	}
}

// What was read while it changed is not relied on, and what is remembered has
// an end.
func TestRemembered(t *testing.T) {
	a := New(Options{Token: "token"})
	m := map[string]int{}
	get := func(key string, read func() int) int {
		v, err := remembered(a.access, m, key, func(int) bool { return true }, func() (int, error) { return read(), nil })
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	if v := get("a", func() int { a.access.drop("1"); return 1 }); v != 1 {
		t.Error(v)
	}
	if v := get("a", func() int { return 2 }); v != 2 {
		t.Errorf("%d was read before a change", v)
	}
	if v := get("a", func() int { return 3 }); v != 2 {
		t.Errorf("%d is read again", v)
	}
	for i := range 3 * mostAccess {
		get(fmt.Sprint(i), func() int { return i })
	}
	if len(m) > mostAccess {
		t.Errorf("%d are remembered", len(m))
	}
}
