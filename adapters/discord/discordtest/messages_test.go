package discordtest

import "testing"

const everything = intentGuilds | intentMessages | intentReactions | intentContent

func TestADayInAChannel(t *testing.T) {
	s := New(t, Options{Speed: 100})
	g := s.AddGuild("Readers")
	c := s.AddChannel(g, Channel{Name: "general"})
	ada := s.AddMember(g, "ada")
	b := bot{t, s}
	l := b.connect(everything)
	if got := l.until("GUILD_CREATE"); len(got["channels"].([]any)) != 1 {
		t.Errorf("GUILD_CREATE has channels %v", got["channels"])
	}
	for _, p := range []string{"/users/@me", "/applications/@me", "/oauth2/applications/@me", "/gateway", "/gateway/bot",
		"/guilds/" + g, "/guilds/" + g + "/roles", "/guilds/" + g + "/channels", "/guilds/" + g + "/members/" + s.AppID, "/channels/" + c, "/guilds/" + g + "/threads/active"} {
		if status, _ := b.raw("GET", p, nil); status != 200 {
			t.Errorf("GET %s: %d", p, status)
		}
	}
	status, m := b.call("POST", "/channels/"+c+"/messages", obj{"content": "A digest", "allowed_mentions": quiet,
		"nonce": "once", "enforce_nonce": true, "embeds": []obj{{"title": "A title", "url": "https://example.com/a"}},
		"components": []obj{{"type": 1, "components": []obj{{"type": 2, "style": 2, "label": "Your data", "custom_id": "k"}}}}})
	if status != 200 {
		t.Fatalf("POST: %d %v", status, m)
	}
	id := m["id"].(string)
	status, th := b.call("POST", "/channels/"+c+"/messages/"+id+"/threads", obj{"name": "A title", "auto_archive_duration": 1440})
	if status != 201 || th["id"] != id {
		t.Fatalf("thread: %d %v", status, th)
	}
	if status, e := b.call("POST", "/channels/"+c+"/messages/"+id+"/threads", obj{"name": "A title"}); status != 400 || e["code"] != 160004.0 {
		t.Errorf("second thread: %d %v", status, e)
	}
	r := s.Say(id, ada, "I disagree")
	if got := l.until("THREAD_CREATE"); got["id"] != id || got["newly_created"] != true {
		t.Errorf("THREAD_CREATE %v", got)
	}
	for {
		if got := l.until("MESSAGE_CREATE"); got["id"] == r {
			if got["content"] != "I disagree" || got["guild_id"] != g || got["author"].(obj)["id"] != ada {
				t.Errorf("MESSAGE_CREATE %v", got)
			}
			break
		}
	}
	s.React(id, r, ada, "👍")
	if status, _ := b.raw("GET", "/channels/"+id+"/messages?limit=100", nil); status != 200 {
		t.Errorf("list: %d", status)
	}
	if status, _ := b.call("PATCH", "/channels/"+c+"/messages/"+id, obj{"content": "", "allowed_mentions": quiet}); status != 200 {
		t.Errorf("edit: %d", status)
	}
	if status, _ := b.call("DELETE", "/channels/"+c+"/messages/"+id, nil); status != 204 {
		t.Errorf("delete: %d", status)
	}
}
