package discordtest

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

var testCommands = []obj{
	{"name": "discuss", "description": "Runs discussions", "default_member_permissions": "32", "contexts": []int{0}, "integration_types": []int{0},
		"options": []obj{
			{"type": 2, "name": "schedule", "description": "Schedules", "options": []obj{
				{"type": 1, "name": "add", "description": "adds one", "options": []obj{
					{"type": 3, "name": "feed", "description": "a feed", "required": true, "autocomplete": true},
					{"type": 3, "name": "times", "description": "when", "max_length": 200}}}}},
			{"type": 1, "name": "status", "description": "how it goes"}}},
	{"name": "colloquy", "description": "For everybody", "options": []obj{{"type": 1, "name": "privacy", "description": "your data"}}},
	{"name": "Discuss this link", "type": 3},
}

// begin registers commands and waits for interactions.
func begin(t *testing.T) (s *Server, b bot, l line, guild, channel, manager, member string) {
	s = New(t, Options{Speed: 100})
	guild = s.AddGuild("Readers")
	channel = s.AddChannel(guild, Channel{Name: "general"})
	manager = s.AddMember(guild, "ada", s.AddRole(guild, "mods", ManageServer))
	member = s.AddMember(guild, "bob")
	b = bot{t, s}
	if status, raw := b.raw("PUT", "/applications/"+s.AppID+"/commands", testCommands); status != 200 {
		t.Fatalf("commands: %d %s", status, raw)
	}
	return s, b, b.connect(everything), guild, channel, manager, member
}

func (b bot) respond(i obj, kind int, data obj) (int, obj) {
	b.t.Helper()
	return b.call("POST", "/interactions/"+i["id"].(string)+"/"+i["token"].(string)+"/callback", obj{"type": kind, "data": data})
}

func TestCommandIsDeferredAndAnswered(t *testing.T) {
	s, b, l, _, channel, manager, _ := begin(t)
	i := s.Slash(channel, manager, "discuss schedule add", Values{"feed": "https://example.com/feed"})
	got := l.until("INTERACTION_CREATE")
	if p := got["member"].(obj)["permissions"]; p != bits(Everyone|ManageServer) {
		t.Errorf("permissions %v", p)
	}
	if status, _ := b.respond(got, 5, obj{"flags": 64}); status != 204 {
		t.Fatalf("defer: %d", status)
	}
	if status, e := b.respond(got, 4, obj{"content": "again", "allowed_mentions": quiet}); status != 400 || e["code"] != 40060.0 {
		t.Errorf("second response: %d %v", status, e)
	}
	hook := "/webhooks/" + s.AppID + "/" + i.Token
	if status, _ := b.call("PATCH", hook+"/messages/@original", obj{"content": "Added.", "allowed_mentions": quiet}); status != 200 {
		t.Errorf("edit: %d", status)
	}
	if status, _ := b.call("POST", hook, obj{"content": "More.", "flags": 64, "allowed_mentions": quiet}); status != 200 {
		t.Errorf("follow-up: %d", status)
	}
	sh := i.Await()
	if sh.Message.Content != "Added." || !sh.Ephemeral || len(i.FollowUps()) != 1 || len(s.Messages(channel)) != 0 {
		t.Errorf("shown %+v, follow-ups %v, in the channel %v", sh, i.FollowUps(), s.Messages(channel))
	}
}

func TestButtonFormAndChoices(t *testing.T) {
	s, b, l, _, channel, manager, member := begin(t)
	_, m := b.call("POST", "/channels/"+channel+"/messages", obj{"content": "What do you think?", "allowed_mentions": quiet,
		"components": []obj{{"type": 1, "components": []obj{{"type": 2, "style": 1, "label": "Answer", "custom_id": "k answer"}}}}})
	press := s.Press(m["id"].(string), "k answer", member)
	got := l.until("INTERACTION_CREATE")
	if got["message"].(obj)["id"] != m["id"] {
		t.Errorf("interaction %v", got)
	}
	form := obj{"custom_id": "k answer 1", "title": "Your answer", "components": []obj{{"type": 1, "components": []obj{
		{"type": 4, "custom_id": "text", "label": "Answer", "style": 2, "max_length": 100}}}}}
	if status, e := b.respond(got, 9, form); status != 204 {
		t.Fatalf("modal: %d %v", status, e)
	}
	if sh := press.Await(); sh.Modal == nil || sh.Modal.Fields[0].ID != "text" {
		t.Fatalf("shown %+v", sh)
	}
	sent := press.Submit(map[string]string{"text": "Not so sure"})
	got = l.until("INTERACTION_CREATE")
	if got["type"] != 5.0 || got["data"].(obj)["custom_id"] != "k answer 1" {
		t.Errorf("submitted %v", got)
	}
	if status, e := b.respond(got, 9, form); status != 400 || len(s.Forgive()) != 1 {
		t.Errorf("a form after a form: %d %v", status, e)
	}
	if status, _ := b.respond(got, 4, obj{"content": "Thanks", "flags": 64, "allowed_mentions": quiet}); status != 204 {
		t.Error("no answer")
	}
	if sh := sent.Await(); sh.Message.Content != "Thanks" {
		t.Errorf("shown %+v", sh)
	}
	c := s.Complete(channel, manager, "discuss schedule add", "feed", Values{"feed": "exa"})
	if status, e := b.respond(l.until("INTERACTION_CREATE"), 8, obj{"choices": []obj{{"name": "Example", "value": "f1"}}}); status != 204 {
		t.Errorf("choices: %d %v", status, e)
	}
	if sh := c.Await(); len(sh.Choices) != 1 || sh.Choices[0].Value != "f1" {
		t.Errorf("choices %+v", sh)
	}
	other := s.Menu(channel, s.Say(channel, member, "https://example.com/a"), member, "Discuss this link")
	got = l.until("INTERACTION_CREATE")
	msgs := got["data"].(obj)["resolved"].(obj)["messages"].(obj)
	if msgs[got["data"].(obj)["target_id"].(string)].(obj)["content"] != "https://example.com/a" {
		t.Errorf("menu %v", got)
	}
	other.Expire()
	if status, e := b.respond(got, 4, obj{"content": "late", "allowed_mentions": quiet}); status != 404 || e["code"] != 10062.0 {
		t.Errorf("late: %d %v", status, e)
	}
}

func TestTokenDiesWithoutResponse(t *testing.T) {
	now := time.Now()
	s := New(t, Options{Now: func() time.Time { return now }})
	g := s.AddGuild("Readers")
	c := s.AddChannel(g, Channel{})
	b := bot{t, s}
	b.call("PUT", "/applications/"+s.AppID+"/commands", testCommands)
	l := b.connect(everything)
	u := s.AddMember(g, "ada")
	s.Slash(c, u, "colloquy privacy", nil)
	s.Slash(c, u, "colloquy privacy", nil)
	one, two := l.until("INTERACTION_CREATE"), l.until("INTERACTION_CREATE")
	b.respond(one, 5, obj{"flags": 64})
	now = now.Add(3001 * time.Millisecond)
	if status, e := b.respond(two, 5, nil); status != 404 || e["code"] != 10062.0 {
		t.Errorf("after 3 s: %d %v", status, e)
	}
	now = now.Add(15 * time.Minute)
	edit := "/webhooks/" + s.AppID + "/" + one["token"].(string) + "/messages/@original"
	if status, e := b.call("PATCH", edit, obj{"content": "late", "allowed_mentions": quiet}); status != 401 || e["code"] != 50027.0 {
		t.Errorf("after 15 min: %d %v", status, e)
	}
}

func TestCommandLimits(t *testing.T) {
	s := New(t, Options{Speed: 1e6})
	b := bot{t, s}
	long := strings.Repeat("x", 100)
	var many []obj
	for i := range 25 {
		var os []obj
		for j := range 4 {
			os = append(os, obj{"type": 3, "name": "o" + string(rune('a'+j)), "description": long})
		}
		many = append(many, obj{"type": 1, "name": "s" + string(rune('a'+i)), "description": long, "options": os})
	}
	for name, c := range map[string]obj{
		"capitals":       {"name": "Discuss", "description": "x"},
		"no description": {"name": "discuss", "description": ""},
		"8000":           {"name": "discuss", "description": "x", "options": many},
		"order": {"name": "discuss", "description": "x", "options": []obj{{"type": 3, "name": "a", "description": "x"},
			{"type": 3, "name": "b", "description": "x", "required": true}}},
		"26 options": {"name": "discuss", "description": "x", "options": append(many[:25:25], obj{"type": 1, "name": "z", "description": "x"})},
	} {
		if status, _ := b.call("PUT", "/applications/"+s.AppID+"/commands", []obj{c}); status != http.StatusBadRequest {
			t.Errorf("%s: %d", name, status)
		}
	}
	s.Forgive()
}
