package discord

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestConnects(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t)
		r := start(t, d, Options{})
		c := d.accept()
		c.hello()
		id := c.identified()
		if id.Intents != 34305 || id.Shard != [2]int{0, 1} {
			t.Errorf("it identifies with %+v", id)
		}
		r.want("before READY")
		c.ready("100", "200")
		r.want("at READY", "discord has 100 in discord/0, 200 in discord/0", "discord/0 true")
		time.Sleep(time.Hour)
		r.want("an hour later")
		if err := r.stop(); err != nil {
			t.Error(err)
		}
		if code := c.left(); code != 1000 {
			t.Errorf("it left with %d", code)
		}
		r.want("at the end", "discord/0 false")
	})
}

// whole is a server as GUILD_CREATE brings it, with a channel that may be greeted.
func whole(id, name string) string {
	return `{"id":"` + id + `","name":"` + name + `","owner_id":"5","roles":[{"id":"` + id + `","permissions":"311385214016"}],
	"members":[{"user":{"id":"7"},"roles":[]}],"channels":[{"id":"` + id + `1","type":0}]}`
}

func TestTellsOfServers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t)
		r := start(t, d, Options{})
		c, _ := d.begin("100")
		r.want("at READY", "discord has 100 in discord/0", "discord/0 true")
		c.event("GUILD_CREATE", whole("100", "Reading"))
		c.event("GUILD_CREATE", whole("100", "Reading"))
		c.event("GUILD_UPDATE", `{"id":"100","name":"Reading","owner_id":"5"}`)
		r.want("a server, again and again", "server 100 Reading owner=5 greet=1001 gone=false in discord/0")
		c.event("GUILD_UPDATE", `{"id":"100","name":"Writing","owner_id":"6"}`)
		r.want("a change", "server 100 Writing owner=6 greet= gone=false in discord/0")
		c.event("GUILD_DELETE", `{"id":"100","unavailable":true}`)
		c.event("GUILD_CREATE", `{"id":"100","unavailable":true}`)
		r.want("an outage")
		time.Sleep(time.Minute)
		c.event("GUILD_CREATE", whole("100", "Writing"))
		c.event("GUILD_CREATE", whole("100", "Writing"))
		r.want("the end of it", "missed discord:100/ for 1m0s", "server 100 Writing owner=5 greet=1001 gone=false in discord/0")
		c.event("GUILD_CREATE", whole("200", "New"))
		r.want("an invitation", "server 200 New owner=5 greet=2001 gone=false in discord/0")
		c.event("GUILD_DELETE", `{"id":"100"}`)
		r.want("a removal", "server 100  owner= greet= gone=true in discord/0")
		c.close(4000)
		c, _ = d.begin("200", "300")
		r.want("after a reconnect", "discord/0 false", "discord has 200 in discord/0, 300 in discord/0", "discord/0 true")
		c.event("GUILD_CREATE", whole("200", "New"))
		r.want("what is known")
		if err := r.stop(); err != nil {
			t.Error(err)
		}
	})
}

func TestGreetsWhereItMay(t *testing.T) {
	const mayNot, may = `"permission_overwrites":[{"id":"1","type":0,"allow":"0","deny":"2048"}]`, `"permission_overwrites":[]`
	const welcome = `{"id":"11","type":0,` + may + `}`
	at := func(ago time.Duration) string {
		return welcome + `],"joined_at":"` + time.Now().Add(-ago).Format("2006-01-02T15:04:05.000000-07:00") + `","x":[`
	}
	for _, c := range []struct{ name, channels, want string }{
		{"new", at(time.Hour), "11"},
		{"by a clock that is behind", at(-time.Hour), "11"},
		{"not new", at(25 * time.Hour), ""},
		{"the system channel", `{"id":"10","type":0,"position":0,` + may + `},{"id":"11","type":0,"position":3,` + may + `}`, "11"},
		{"the first that allows it", `{"id":"11","type":0,` + mayNot + `},{"id":"12","type":0,"position":2,` + may + `},{"id":"13","type":5,"position":1,` + may + `}`, "13"},
		{"no voice, no forum", `{"id":"12","type":2},{"id":"13","type":15},{"id":"14","type":4}`, ""},
		{"nowhere", `{"id":"11","type":0,` + mayNot + `}`, ""},
		{"nulls and nonsense", `null,{"id":5},{"id":"12","type":[15]},{"id":"13","type":0,"position":"first",` + may + `}`, "12"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := New(Options{Token: "token"})
			a.gate.is(identity{"7", "77"})
			s := newShard(t.Context(), &gateway{a: a, h: &ear{}, shards: 1}, 0)
			h := s.g.h.(*ear)
			e, err := s.guildEvent("GUILD_CREATE", []byte(`{"id":"1","name":"n","system_channel_id":"11","roles":[{"id":"1","permissions":"311385214016"}],"members":[{"user":{"id":"7"}}],"channels":[`+c.channels+`]}`))
			if err != nil {
				t.Fatal(err)
			}
			if err := e.do(t.Context()); err != nil {
				t.Fatal(err)
			}
			if want := "server 1 n owner= greet=" + c.want + " gone=false in discord/0"; h.heard[0] != want {
				t.Errorf("%s, not %s", h.heard[0], want)
			}
		})
	}
}

// What ends a connection, and that a new one stands after it with a new session.
func TestConnectsAgain(t *testing.T) {
	for name, end := range map[string]func(c *line){
		"asked to":              func(c *line) { c.send(`{"op":7,"d":null}`) },
		"invalid session":       func(c *line) { c.send(`{"op":9,"d":false}`) },
		"resumable session":     func(c *line) { c.send(`{"op":9,"d":true}`) },
		"cut":                   func(c *line) { c.ws.Close() },
		"closed without a code": func(c *line) { c.close(1005) },
		"unknown error":         func(c *line) { c.close(4000) },
		"bad sequence":          func(c *line) { c.close(4007) },
		"session timed out":     func(c *line) { c.close(4009) },
		"restart":               func(c *line) { c.close(1012) },
		"nonsense frames": func(c *line) {
			c.ws.NetConn().Write([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff})
		},
		"no heartbeats": func(c *line) { c.mute.Store(true) },
		"no heartbeats, but events": func(c *line) {
			c.mute.Store(true)
			go func() {
				for range 100 {
					c.event("TYPING_START", `{}`)
					time.Sleep(time.Second)
				}
			}()
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newDesk(t)
				r := start(t, d, Options{})
				c, first := d.begin("100")
				time.Sleep(10 * time.Second)
				r.want("at first", "discord has 100 in discord/0", "discord/0 true")
				ends := time.Now()
				end(c)
				c.left()
				r.want("at once", "discord/0 false")
				if took := time.Since(ends); took > 2*41250*time.Millisecond+ackGrace {
					t.Errorf("it took %s", took)
				}
				c, again := d.begin("100")
				r.want("again", "discord has 100 in discord/0", "discord/0 true")
				if apart := again.At.Sub(first.At); apart < identifyEvery {
					t.Errorf("identified again after %s", apart)
				}
				time.Sleep(time.Minute)
				if err := r.stop(); err != nil {
					t.Error(err)
				}
				c.left()
				r.want("at the end", "discord/0 false")
			})
		})
	}
}

// Whatever comes before READY, the next connection is a new one, and nobody
// waits for ever.
func TestConnectsAgainBeforeReady(t *testing.T) {
	for name, begin := range map[string]func(c *line){
		"nothing":         func(*line) {},
		"no READY":        func(c *line) { c.hello(); c.identified() },
		"another event":   func(c *line) { c.hello(); c.identified(); c.event("SOMETHING_NEW", `{}`) },
		"op 7":            func(c *line) { c.hello(); c.identified(); c.send(`{"op":7,"d":null}`) },
		"op 7 at first":   func(c *line) { c.send(`{"op":7,"d":null}`) },
		"op 9":            func(c *line) { c.hello(); c.identified(); c.send(`{"op":9,"d":false}`) },
		"no interval":     func(c *line) { c.send(`{"op":10,"d":null}`) },
		"interval of 0":   func(c *line) { c.send(`{"op":10,"d":{"heartbeat_interval":0}}`) },
		"event, no hello": func(c *line) { c.event("MESSAGE_CREATE", `{}`) },
		"a READY of none": func(c *line) { c.hello(); c.identified(); c.event("READY", `null`) },
		"cut":             func(c *line) { c.hello(); c.ws.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newDesk(t)
				r := start(t, d, Options{})
				c := d.accept()
				begin(c)
				c.left()
				d.begin("100")
				r.want("then", "discord has 100 in discord/0", "discord/0 true")
				if time.Since(c.since) > 2*openLimit {
					t.Errorf("it took %s", time.Since(c.since))
				}
				if err := r.stop(); err != nil {
					t.Error(err)
				}
			})
		})
	}
}
