package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"colloquy/adapters/discord/discordtest"
	"colloquy/bot"
	"colloquy/bot/store"
)

// crashSpeed is how much faster everything is allowed than on the real Discord.
const crashSpeed = 20

// TestKilledWhilePostingOnDiscord kills the real program at random moments while
// it posts in three channels and a forum of a Discord with that one's rules, and
// people write in the threads. Then it compares what is on Discord with the
// database: each post once, each reply there.
func TestKilledWhilePostingOnDiscord(t *testing.T) {
	long(t)
	c := &discordCrash{crash: newCrash(t), s: discordtest.New(t, discordtest.Options{Speed: crashSpeed, Identifies: 1000})}
	guild := c.s.AddGuild("Readers")
	for i := range 4 {
		kind := discordtest.Text
		if i == 3 {
			kind = discordtest.Forum
		}
		c.channels = append(c.channels, c.s.AddChannel(guild, discordtest.Channel{Name: fmt.Sprint("reading", i), Kind: kind}))
	}
	c.guild, c.reader = guild, c.s.AddMember(guild, "ada")
	c.configure(false)
	for i := range kills {
		c.run(func(p *exec.Cmd) {
			c.s.AwaitConnected(1)
			time.Sleep(rand.N(900 * time.Millisecond)) // the moment is the point
			if i%2 == 1 {
				c.awaitCall() // the worst moment: Discord has it, and nobody wrote that down
			}
			c.write(i)
			_ = p.Process.Kill()
		})
	}
	c.configure(true)
	c.run(func(p *exec.Cmd) {
		c.waitUntilDone(4 * time.Minute)
		_ = p.Process.Signal(syscall.SIGTERM)
	})
	c.compare()
}

type discordCrash struct {
	*crash
	s        *discordtest.Server
	guild    string
	channels []string
	reader   string
	replies  []string // ids of messages
}

func (c *discordCrash) configure(paused bool) {
	var b strings.Builder
	fmt.Fprintf(&b, "db: %s/colloquy.db\nallow_network: [127.0.0.0/8]\nfeed_interval: 1s\nshortest_interval: 1s\nschedules:\n", c.dir)
	for i, ch := range c.channels {
		fmt.Fprintf(&b, "  - {name: n%d, channel: \"discord:%s/%s\", cron: \"@every 1s\", feeds: [\"%s/feed.xml\"], close_after: 1h, same_story: post, paused: %v}\n",
			i, c.guild, ch, c.web.URL, paused)
	}
	if err := os.WriteFile(filepath.Join(c.dir, "colloquy.yaml"), []byte(b.String()), 0o600); err != nil {
		c.t.Fatal(err)
	}
}

func (c *discordCrash) run(during func(*exec.Cmd)) {
	c.t.Helper()
	p := exec.Command(c.bin, "serve")
	p.Dir, p.Stderr = c.dir, &c.log
	p.Env = append(os.Environ(), "COLLOQUY_DISCORD_TOKEN="+c.s.Token, "COLLOQUY_DISCORD_API="+c.s.URL)
	if err := p.Start(); err != nil {
		c.t.Fatal(err)
	}
	during(p)
	_ = p.Wait()
	// As a supervisor does, it waits before it starts another: the 5 s in which
	// Discord takes no second IDENTIFY, by the speed of this one.
	c.s.Await("that Discord has noticed", func() bool { return c.s.Connected() == 0 })
	time.Sleep(5 * time.Second / crashSpeed)
}

// awaitCall returns right after Discord carried out a post or opened a thread.
func (c *discordCrash) awaitCall() {
	before := len(c.s.Calls())
	for end := time.Now().Add(3 * time.Second); time.Now().Before(end); {
		calls := c.s.Calls()
		for _, k := range calls[min(before, len(calls)):] {
			if k.Method == "POST" && k.Status/100 == 2 {
				return
			}
		}
		before = len(calls)
		time.Sleep(200 * time.Microsecond)
	}
}

// write makes somebody write in the newest thread of a channel.
func (c *discordCrash) write(i int) {
	threads := c.s.Threads(c.channels[i%len(c.channels)])
	if len(threads) == 0 {
		return
	}
	c.replies = append(c.replies, c.s.Say(threads[len(threads)-1].ID, c.reader, fmt.Sprintf("reply %d, in my own words", i)))
}

// posts are how often each of our posts is on Discord, by key, and the messages
// of each thread.
func (c *discordCrash) posts() (byKey map[string]int, there map[string]bool) {
	byKey, there = map[string]int{}, map[string]bool{}
	read := func(channel string) {
		for _, m := range c.s.Written(channel) {
			there[m.ID] = true
			if m.Author != c.s.AppID {
				continue
			}
			ids := m.CustomIDs()
			if len(ids) == 0 {
				c.t.Errorf("post %s has no key", m.ID)
				continue
			}
			key, _, _ := strings.Cut(ids[0], "/")
			byKey[key]++
		}
	}
	for _, ch := range c.channels {
		read(ch)
		for _, thread := range c.s.Threads(ch) {
			read(thread.ID)
		}
	}
	return byKey, there
}

func (c *discordCrash) compare() {
	db, err := store.Open(c.t.Context(), filepath.Join(c.dir, "colloquy.db"), store.Options{})
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	occurrences, discussions := c.everything(db)
	byKey, there := c.posts()
	sent, stored := c.eachOnce(db, discussions, byKey, there)
	threads := map[string]bool{}
	for _, d := range discussions {
		if d.State == bot.StateOpen && (d.Channel.Thread == "" || threads[d.Channel.Thread]) {
			c.t.Errorf("discussion %s has thread %q", d.ID, d.Channel.Thread)
		}
		threads[d.Channel.Thread] = true
	}
	if len(byKey) > 1 { // the welcome belongs to no discussion
		c.t.Errorf("posts on Discord that the database does not know: %v", byKey)
	}
	for _, id := range c.replies {
		if !stored[id] {
			c.t.Errorf("reply %s is not recorded", id)
		}
	}
	n := c.s.Counts()
	if c.t.Failed() {
		return
	}
	c.t.Logf("%d kills; %d occurrences, %d discussions, %d posts on Discord, each once; %d replies, none missing; %d requests, %d of them answered by 429",
		kills, len(occurrences), len(discussions), sent, len(c.replies), n.Calls, n.TooMany)
}
