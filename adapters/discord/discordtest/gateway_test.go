package discordtest

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

func identity(s *Server, intents int) obj {
	return obj{"token": s.Token, "intents": intents, "properties": obj{"os": "linux"}}
}

// code reads on until the connection is closed, and returns with what.
func (l line) code() int {
	l.t.Helper()
	_ = l.ws.SetReadDeadline(time.Now().Add(10 * time.Second))
	for {
		if _, _, err := l.ws.ReadMessage(); err != nil {
			var e *websocket.CloseError
			if errors.As(err, &e) {
				return e.Code
			}
			l.t.Fatal(err)
		}
	}
}

// op reads on until an opcode comes.
func (l line) op(op int) packet {
	l.t.Helper()
	for {
		if p := l.next(); p.Op == op {
			return p
		}
	}
}

func TestIdentifyIsRefused(t *testing.T) {
	s := New(t, Options{NoContent: true, Speed: 1e6})
	b := bot{t, s}
	for want, change := range map[int]obj{
		4004: {"token": "Bot nonsense"}, 4010: {"shard": []int{2, 2}}, 4013: {"intents": 1 << 30}, 4014: {"intents": intentContent},
	} {
		id := identity(s, intentGuilds)
		for k, v := range change {
			id[k] = v
		}
		l := b.dial()
		l.send(2, id)
		if got := l.code(); got != want {
			t.Errorf("closed with %d, not %d", got, want)
		}
	}
	l := b.dial()
	l.op(10)
	l.send(1, nil)
	l.op(11)
	l.send(6, obj{"token": s.Token, "session_id": "x", "seq": 1})
	if p := l.op(9); string(p.D) != "false" {
		t.Errorf("resume: %s", p.D)
	}
	if n := s.Counts(); n.Identifies != 4 || n.Resumes != 1 || n.Connections != 5 {
		t.Errorf("counts %+v", n)
	}
}

func TestIdentifyTooEarly(t *testing.T) {
	s := New(t, Options{})
	b := bot{t, s}
	first := b.connect(intentGuilds)
	second := b.dial()
	second.send(2, identity(s, intentGuilds))
	second.op(9)
	if v := s.Forgive(); len(v) != 1 || s.Counts().TooEarly != 1 {
		t.Errorf("violations %v", v)
	}
	_ = first.ws.UnderlyingConn().Close() // as a process that is killed
	s.AwaitConnected(0)
	third := b.dial()
	third.send(2, identity(s, intentGuilds))
	third.op(9)
	if v := s.Forgive(); len(v) != 0 {
		t.Errorf("after a kill: %v", v)
	}
}

func TestShardsAndTheirServers(t *testing.T) {
	s := New(t, Options{Shards: 2, MaxConcurrency: 2})
	b := bot{t, s}
	gs := []string{s.AddGuild("a"), s.AddGuild("b")}
	s.AddBulk(4, 3)
	seen := map[string]int{}
	lines := map[int]line{}
	for shard := range 2 {
		l := b.dial()
		lines[shard] = l
		id := identity(s, everything)
		id["shard"] = []int{shard, 2}
		l.send(2, id)
		guilds := l.until("READY")["guilds"].([]any)
		for range guilds {
			g := l.until("GUILD_CREATE")
			seen[g["id"].(string)] = shard
			if shardOf(g["id"].(string), 2) != shard {
				t.Errorf("server %v on shard %d", g["id"], shard)
			}
		}
		if len(guilds) != 3 {
			t.Errorf("shard %d has %v", shard, guilds)
		}
	}
	if len(seen) != 6 || seen[gs[0]] == seen[gs[1]] {
		t.Errorf("servers %v", seen)
	}
	for _, g := range gs { // each shard hears of its own first
		c := s.AddChannel(g, Channel{Name: "news"})
		if got := lines[seen[g]].until("CHANNEL_CREATE"); got["id"] != c {
			t.Errorf("shard %d hears of %v", seen[g], got)
		}
	}
}

func TestContentNeedsTheIntent(t *testing.T) {
	s := New(t, Options{})
	g := s.AddGuild("Readers")
	c, ada := s.AddChannel(g, Channel{}), s.AddMember(g, "ada")
	l := bot{t, s}.connect(intentGuilds | intentMessages | intentDirect)
	for text, want := range map[string]string{"secret": "", "hello <@" + s.AppID + ">": "hello <@" + s.AppID + ">"} {
		s.Say(c, ada, text)
		if got := l.until("MESSAGE_CREATE"); got["content"] != want {
			t.Errorf("content %q, not %q", got["content"], want)
		}
	}
	s.Say(s.DirectChannel(ada), ada, "just you")
	if got := l.until("MESSAGE_CREATE"); got["content"] != "just you" || got["guild_id"] != nil {
		t.Errorf("direct: %v", got)
	}
}

func TestEventsOfAnEvening(t *testing.T) {
	s := New(t, Options{})
	g := s.AddGuild("Readers")
	c, ada := s.AddChannel(g, Channel{}), s.AddMember(g, "ada")
	l := bot{t, s}.connect(everything)
	id := s.Say(c, ada, "one")
	th := s.OpenThread(c, id, ada, "thread")
	r := s.Say(th, ada, "two")
	s.Edit(th, r, "three")
	if got := l.until("MESSAGE_UPDATE"); got["thread"].(obj)["id"] != th || got["edited_timestamp"] != nil {
		t.Errorf("opening a thread: %v", got)
	}
	if got := l.until("MESSAGE_UPDATE"); got["content"] != "three" || got["edited_timestamp"] == nil {
		t.Errorf("an edit: %v", got)
	}
	s.React(th, r, ada, "👍")
	s.Unreact(th, r, ada, "👍")
	s.React(th, r, ada, "👍")
	s.ClearReactions(th, r, "👍")
	for _, name := range []string{"MESSAGE_REACTION_ADD", "MESSAGE_REACTION_REMOVE", "MESSAGE_REACTION_REMOVE_EMOJI"} {
		if got := l.until(name); got["message_id"] != r || got["guild_id"] != g {
			t.Errorf("%s: %v", name, got)
		}
	}
	s.DeleteMany(th, r)
	if got := l.until("MESSAGE_DELETE_BULK"); fmt.Sprint(got["ids"]) != "["+r+"]" {
		t.Errorf("bulk: %v", got)
	}
	s.Deny(c, ViewChannel)
	s.Say(c, ada, "unheard")
	s.Deny(c, 0)
	if got := l.until("THREAD_LIST_SYNC"); len(got["threads"].([]any)) != 1 {
		t.Errorf("sync: %v", got)
	}
	s.SetThread(th, true, true)
	if got := l.until("THREAD_UPDATE"); got["thread_metadata"].(obj)["locked"] != true {
		t.Errorf("locked: %v", got)
	}
	s.DeleteChannel(c)
	if got := l.until("CHANNEL_DELETE"); got["id"] != c {
		t.Errorf("deleted: %v", got)
	}
	s.Outage(g, true)
	if got := l.until("GUILD_DELETE"); got["unavailable"] != true {
		t.Errorf("outage: %v", got)
	}
	s.Outage(g, false)
	l.until("GUILD_CREATE")
	s.SetGuild(g, "Writers", "")
	if got := l.until("GUILD_UPDATE"); got["name"] != "Writers" {
		t.Errorf("renamed: %v", got)
	}
	s.Remove(g)
	if got := l.until("GUILD_DELETE"); got["unavailable"] != nil {
		t.Errorf("removed: %v", got)
	}
	if status, e := (bot{t, s}).call("GET", "/guilds/"+g, nil); status != 404 || e["code"] != 10004.0 {
		t.Errorf("a server that it left: %d %v", status, e)
	}
	s.Invite(g, Invited)
	if got := l.until("GUILD_CREATE"); got["id"] != g {
		t.Errorf("invited again: %v", got)
	}
}

func TestUpsetsOfTheGateway(t *testing.T) {
	s := New(t, Options{Speed: 1e6})
	g := s.AddGuild("Readers")
	c, ada := s.AddChannel(g, Channel{}), s.AddMember(g, "ada")
	b := bot{t, s}
	s.Upset(Upset{Op: 7}, Upset{Op: 9}, Upset{Code: 4000})
	l := b.dial()
	l.send(2, identity(s, everything))
	l.op(7)
	l = b.dial()
	l.send(2, identity(s, everything))
	l.op(9)
	l.send(2, identity(s, everything))
	l.until("READY")
	again := b.dial()
	again.send(2, identity(s, everything))
	if got := again.code(); got != 4000 {
		t.Errorf("closed with %d", got)
	}
	s.Twice(1)
	s.Say(c, ada, "x")
	if a, z := l.until("MESSAGE_CREATE"), l.until("MESSAGE_CREATE"); a["id"] != z["id"] {
		t.Errorf("not twice: %v %v", a["id"], z["id"])
	}
	s.Reorder(2)
	one, two := s.Say(c, ada, "1"), s.Say(c, ada, "2")
	if a, z := l.until("MESSAGE_CREATE"), l.until("MESSAGE_CREATE"); a["id"] != two || z["id"] != one {
		t.Errorf("not reordered: %v %v", a["id"], z["id"])
	}
	s.Strange(true)
	s.Say(c, ada, "3")
	if got := l.until("MESSAGE_CREATE"); got["unknown_of_tomorrow"] == nil || got["components"].([]any)[0].(obj)["type"] != 99.0 {
		t.Errorf("not strange: %v", got)
	}
	s.Event(g, "NEWS_OF_TOMORROW", `{"a":1}`)
	l.until("NEWS_OF_TOMORROW")
	s.Zombie()
	l.send(1, nil)
	s.Say(c, ada, "unheard")
	if s.Connected() != 0 {
		t.Error("a zombie counts as connected")
	}
	s.Revoke()
	if got := l.code(); got != 4004 {
		t.Errorf("closed with %d", got)
	}
	if status, _ := b.call("GET", "/users/@me", nil); status != 401 || s.Counts().Unauthorized != 1 {
		t.Errorf("revoked: %d", status)
	}
}

func TestResume(t *testing.T) {
	s := New(t, Options{Resume: true})
	g := s.AddGuild("Readers")
	c, ada := s.AddChannel(g, Channel{}), s.AddMember(g, "ada")
	b := bot{t, s}
	l := b.dial()
	l.send(2, identity(s, everything))
	session := l.until("READY")["session_id"]
	p := l.next() // GUILD_CREATE
	s.Cut()
	s.AwaitConnected(0)
	id := s.Say(c, ada, "meanwhile")
	l = b.dial()
	l.send(6, obj{"token": s.Token, "session_id": session, "seq": p.S})
	if got := l.until("MESSAGE_CREATE"); got["id"] != id {
		t.Errorf("missed: %v", got)
	}
	l.until("RESUMED")
}

func TestOutageKeepsEverything(t *testing.T) {
	s := New(t, Options{Speed: 100})
	g := s.AddGuild("Readers")
	c, ada := s.AddChannel(g, Channel{}), s.AddMember(g, "ada")
	b := bot{t, s}
	s.Unavailable(true)
	if status, _ := b.raw("GET", "/users/@me", nil); status != 503 {
		t.Errorf("unavailable: %d", status)
	}
	s.Unavailable(false)
	s.Down()
	if res, err := http.Get(s.URL + "/v10/gateway"); err == nil {
		_ = res.Body.Close()
		t.Error("it still answers")
	}
	s.Say(c, ada, "in the dark")
	s.Up()
	_, raw := b.raw("GET", "/channels/"+c+"/messages", nil)
	var ms []obj
	if json.Unmarshal(raw, &ms) != nil || len(ms) != 1 {
		t.Errorf("messages %s", raw)
	}
	s.Fail(Fault{Method: "GET", Path: "/channels/.*", After: 1, Status: 500})
	for _, want := range []int{200, 500, 200} {
		if status, _ := b.raw("GET", "/channels/"+c, nil); status != want {
			t.Errorf("%d, not %d", status, want)
		}
	}
}
