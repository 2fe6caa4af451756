package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"colloquy/adapters/slack/slacktest"
	"colloquy/bot/store"
)

// TestKilledWhilePostingOnSlack kills the real program at random moments while it
// posts in four channels of a Slack with that one's rules, of two apps, one over HTTP
// and one over Socket Mode with a thread for each question, and people write in
// the threads. Then it compares what is on Slack with the database: each post
// once, each reply there, and so is every delivery that was answered with 200.
func TestKilledWhilePostingOnSlack(t *testing.T) {
	long(t)
	c := &slackCrash{crash: newCrash(t), s: slacktest.New(t, slacktest.Options{Speed: 20}), listen: freeAddress(t)}
	for _, name := range []string{"http", "socket"} {
		app := c.s.AddApp(slacktest.App{Name: name, SocketMode: name == "socket"})
		c.s.Point(app.ID, "http://"+c.listen+"/slack/"+name)
		team := c.s.AddTeam(name)
		boss := c.s.AddUser(team, "boss", slacktest.Admin)
		in := c.s.InstallApp(app.ID, team, boss)
		for i := range 2 {
			c.places = append(c.places, crashPlace{app, in, c.s.AddChannel(team, slacktest.Channel{Name: fmt.Sprint("reading", i), Members: []string{boss}}), boss})
		}
	}
	c.configure(false)
	for i := range kills {
		c.run(func(p *exec.Cmd) {
			c.awaitReady()
			time.Sleep(rand.N(1100 * time.Millisecond)) // the moment is the point
			if i%2 == 1 {
				c.awaitPost() // the worst moment: Slack has it, and nobody wrote that down
			}
			c.write(i)
			_ = p.Process.Kill()
		})
	}
	c.configure(true)
	c.run(func(p *exec.Cmd) {
		c.waitUntilDone(4 * time.Minute)
		c.s.AwaitDelivered()
		_ = p.Process.Signal(syscall.SIGTERM)
	})
	c.compare()
}

type slackCrash struct {
	*crash
	s       *slacktest.Server
	listen  string
	places  []crashPlace
	replies []slacktest.Ref
}

type crashPlace struct {
	app     slacktest.App
	in      slacktest.Install
	channel string
	reader  string
}

func (c *slackCrash) configure(paused bool) {
	var b strings.Builder
	fmt.Fprintf(&b, "db: %s/colloquy.db\nallow_network: [127.0.0.0/8]\nfeed_interval: 1s\nshortest_interval: 1s\nweb: {listen: \"%s\"}\nslack:\n  apps:\n", c.dir, c.listen)
	fmt.Fprintf(&b, "  - {name: http, bot_token: %q, signing_secret: %q}\n", c.places[0].in.Token, c.places[0].app.SigningSecret)
	fmt.Fprintf(&b, "  - {name: socket, bot_token: %q, app_token: %q, layout: thread-per-question}\nschedules:\n", c.places[2].in.Token, c.places[2].app.AppToken)
	for i, p := range c.places {
		fmt.Fprintf(&b, "  - {name: n%d, channel: \"slack:%s/%s\", cron: \"@every 3s\", feeds: [\"%s/feed.xml\"], questions: 2, close_after: 1h, same_story: post, paused: %v}\n",
			i, p.in.Team, p.channel, c.web.URL, paused)
	}
	if err := os.WriteFile(filepath.Join(c.dir, "colloquy.yaml"), []byte(b.String()), 0o600); err != nil {
		c.t.Fatal(err)
	}
}

func (c *slackCrash) run(during func(*exec.Cmd)) {
	c.t.Helper()
	p := exec.Command(c.bin, "serve")
	p.Dir, p.Stderr = c.dir, &c.log
	p.Env = append(os.Environ(), "COLLOQUY_SLACK_API="+c.s.API)
	if err := p.Start(); err != nil {
		c.t.Fatal(err)
	}
	during(p)
	_ = p.Wait()
}

// awaitReady returns when both transports are there.
func (c *slackCrash) awaitReady() {
	c.s.Await("that it is ready", func() bool {
		res, err := http.Get("http://" + c.listen + "/readyz")
		if err != nil {
			return false
		}
		_ = res.Body.Close()
		return res.StatusCode == http.StatusOK && c.s.Connections(c.places[2].app.ID) > 0
	})
}

// awaitPost returns right after Slack carried out a post.
func (c *slackCrash) awaitPost() {
	before := len(c.s.Calls("chat.postMessage"))
	for end := time.Now().Add(3 * time.Second); time.Now().Before(end); time.Sleep(200 * time.Microsecond) {
		if calls := c.s.Calls("chat.postMessage"); len(calls) > before && calls[len(calls)-1].Status == http.StatusOK {
			return
		}
	}
}

// write makes somebody write in the newest thread of a channel.
func (c *slackCrash) write(i int) {
	p := c.places[i%len(c.places)]
	roots := c.s.PostedBy(p.channel, p.in.BotUser)
	for n := len(roots) - 1; n >= 0; n-- {
		if !roots[n].IsReply() {
			c.replies = append(c.replies, c.s.Reply(roots[n].Ref(), p.reader, fmt.Sprintf("reply %d, in my own words", i)))
			return
		}
	}
}

// posts are how often each of our posts is on Slack, by key.
func (c *slackCrash) posts() (byKey map[string]int, there map[string]bool) {
	byKey, there = map[string]int{}, map[string]bool{}
	for _, p := range c.places {
		for _, m := range c.s.PostedBy(p.channel, p.in.BotUser) {
			var meta struct {
				Payload struct{ Key string } `json:"event_payload"`
			}
			if err := json.Unmarshal(m.Metadata, &meta); err != nil || meta.Payload.Key == "" {
				c.t.Errorf("post %s has no key: %s, %v", m.TS, m.Metadata, err)
				continue
			}
			byKey[meta.Payload.Key]++
			there[m.TS] = true
		}
	}
	return byKey, there
}

func (c *slackCrash) compare() {
	db, err := store.Open(c.t.Context(), filepath.Join(c.dir, "colloquy.db"), store.Options{})
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	occurrences, discussions := c.everything(db)
	byKey, there := c.posts()
	sent, stored := c.eachOnce(db, discussions, byKey, there)
	if len(byKey) > 0 {
		c.t.Errorf("posts on Slack that the database does not know: %v", byKey)
	}
	written := map[string]bool{}
	for _, r := range c.replies {
		written[r.TS] = true
		if !stored[r.TS] {
			c.t.Errorf("reply %s is not recorded", r.TS)
		}
	}
	accepted := 0
	for _, d := range c.s.Deliveries() {
		if d.Accepted && written[d.TS] {
			accepted++ // and stored, as was looked at above
		}
	}
	n := c.s.Counts()
	if c.t.Failed() {
		c.t.Log(c.log.String()[max(0, c.log.Len()-10_000):])
		return
	}
	c.t.Logf("%d kills; %d occurrences, %d discussions, %d posts on Slack, each once; %d replies, none missing, %d of them delivered and answered with 200; %d calls, %d of them answered by 429",
		kills, len(occurrences), len(discussions), sent, len(c.replies), accepted, n.Calls, n.TooMany)
}
