package main

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"colloquy/adapters/discord"
	"colloquy/adapters/discord/discordtest"
	"colloquy/bot"
	"colloquy/bot/store"
)

const (
	// chaosSpeed is how much more is allowed than on the real Discord: 50 channels
	// every 5 s need more than its 45 requests a second.
	chaosSpeed = 5
)

// TestChaosOnDiscord runs three real replicas on a real PostgreSQL, with a
// schedule due every 5 s in each of 50 channels of a Discord with that one's
// rules, and 200 replies a second (20 and 60 where no length is given), while everything is killed, frozen, restarted
// and cut off. Then it compares three things that do not know of one another:
// the due times that follow from the schedules, what is on Discord, and what is
// in the database.
func TestChaosOnDiscord(t *testing.T) {
	long(t)
	channels, replies := 50, 200
	if os.Getenv(chaosVariable) == "" { // beside other tests, on few cores
		channels, replies = 20, 60
	}
	c := newDiscordChaos(t, channels, replies)
	defer c.tell()
	c.begin()
	over := make(chan struct{})
	var beside sync.WaitGroup
	beside.Go(func() { c.watch(over) })
	writing := make(chan struct{})
	var writers sync.WaitGroup
	writers.Go(func() { c.write(writing) })
	c.run()
	close(writing)
	writers.Wait()
	c.pause()
	c.finish()
	close(over)
	beside.Wait()
	c.stopAll()
	c.compare()
}

type discordChaos struct {
	*chaos
	s        *discordtest.Server
	guild    string
	channels []string
	people   []string
	rate     int // replies a second

	said, edited, deleted int
	away                  [][2]time.Time // when nobody was connected
	identified            []time.Time
}

// newDiscordChaos prepares so many channels, and so many replies a second.
func newDiscordChaos(t *testing.T, channels, replies int) *discordChaos {
	s := discordtest.New(t, discordtest.Options{Speed: chaosSpeed, Identifies: 10_000, ActiveThreads: 1 << 20})
	c := &discordChaos{chaos: newChaos(t, "COLLOQUY_DISCORD_TOKEN="+s.Token, "COLLOQUY_DISCORD_API="+s.URL), s: s, rate: replies}
	c.guild = s.AddGuild("Readers")
	for i := range channels {
		c.channels = append(c.channels, s.AddChannel(c.guild, discordtest.Channel{Name: fmt.Sprint("reading", i)}))
	}
	for i := range 20 {
		c.people = append(c.people, s.AddMember(c.guild, fmt.Sprint("reader", i)))
	}
	c.busiest = c.connected
	c.chaos.configure = func(paused bool) {
		var b strings.Builder
		fmt.Fprintf(&b, "feed_interval: 1s\nshortest_interval: 1s\nrecap: {min_replies: 1, min_people: 1}\ndiscord: {requests_per_second: %d}\nschedules:\n", chaosSpeed*discord.DefaultPerSecond)
		for i, ch := range c.channels {
			fmt.Fprintf(&b, "  - {name: n%d, channel: \"discord:%s/%s\", cron: \"@every 5s\", feeds: [\"%s/feed.xml\"], questions: 1, close_after: 1m, same_story: post, paused: %v}\n",
				i, c.guild, ch, c.web.URL, paused)
		}
		c.replicas.configure(b.String())
	}
	return c
}

// watch notes when nobody was connected, and when somebody identified.
func (c *discordChaos) watch(over chan struct{}) {
	there, identifies := c.s.Connected() > 0, c.s.Counts().Identifies
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-over:
			return
		case now := <-tick.C:
			if is := c.s.Connected() > 0; is != there {
				if there = is; !is {
					c.away = append(c.away, [2]time.Time{now})
				} else {
					c.away[len(c.away)-1][1] = now
				}
			}
			for n := c.s.Counts().Identifies; identifies < n; identifies++ {
				c.identified = append(c.identified, now)
			}
		}
	}
}

// snowflakeTime is when a message or its thread was made.
func snowflakeTime(id string) time.Time {
	n, _ := strconv.ParseInt(id, 10, 64)
	return time.UnixMilli(n>>22 + 1420070400000)
}

// write has people write in the threads that will be open for a while, and
// change or delete some of it.
func (c *discordChaos) write(stop chan struct{}) {
	type written struct{ thread, id string }
	var recent []written
	open := make([]string, len(c.channels)) // the newest thread of each
	begun, looked, nowhere := time.Now(), 0, 0
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-stop:
			return
		case <-tick.C:
		}
		at := looked % len(c.channels)
		if threads := c.s.Threads(c.channels[at]); len(threads) > 0 {
			open[at] = threads[len(threads)-1].ID
		}
		looked++
		for want := int(time.Since(begun).Seconds() * float64(c.rate)); c.said+nowhere < want; {
			thread := open[rand.N(len(open))]
			if thread == "" || time.Since(snowflakeTime(thread)) > 40*time.Second {
				nowhere++ // and it is not written later
				continue
			}
			c.said++
			text := fmt.Sprintf("reply %d, in my own words", c.said)
			recent = append(recent, written{thread, c.s.Say(thread, c.people[rand.N(len(c.people))], text)})
			if len(recent) < 500 {
				continue
			}
			switch old := recent[0]; c.said % 40 {
			case 0:
				c.s.Edit(old.thread, old.id, text+", and now I think otherwise")
				c.edited++
			case 20:
				c.s.Delete(old.thread, old.id)
				c.deleted++
			}
			recent = recent[1:]
		}
	}
}

// compare holds Discord against the database.
func (c *discordChaos) compare() {
	db := c.replicas.open()
	defer func() { _ = db.Close() }()
	occurrences, discussions := c.everything(db)
	expected, outcomes := c.compareDue(occurrences)
	due := dueAt(occurrences)
	on := c.thereNow()
	var late []time.Duration
	for _, d := range discussions {
		if at, ok := on.roots[d.Channel.Thread]; ok {
			late = append(late, at.Sub(due[d.OccurrenceID]))
		}
	}
	posts := len(on.posts)
	sent, _ := c.eachOnce(db, discussions, on.byKey, on.there)
	if len(on.byKey) > 1 { // the welcome belongs to no discussion
		c.t.Errorf("posts on Discord that the database does not know: %v", on.byKey)
	}
	stored := c.compareReplies(db, discussions, on.replies)
	c.sum(expected, occurrences, outcomes)
	c.t.Logf("discussions: %d; posts: %d on Discord, %d sent in the database, each once", len(discussions), posts, sent)
	c.t.Logf("replies: %d written (%d changed, %d deleted), %d left on Discord, %d stored; gaps in what was heard: %s",
		c.said, c.edited, c.deleted, len(on.replies), stored, c.gaps(db, discussions))
	c.t.Logf("root posts after their due time: %s", spread(late))
	c.takeovers()
	c.refusals()
}

// refusals counts what was answered by 429. Discord does not forget what a
// process has used up when it dies, and whoever takes over does not know: one for
// each is allowed for.
func (c *discordChaos) refusals() {
	n, routes := c.s.Counts(), map[string]int{}
	for _, k := range c.s.Calls() {
		if k.Status == http.StatusTooManyRequests {
			routes[k.Method+" "+digits.ReplaceAllString(k.Path, "N")]++
		}
	}
	c.t.Logf("%d requests at %d times Discord's limits, %d of them answered by 429: %v; %d IDENTIFYs, %d RESUMEs", n.Calls, chaosSpeed, n.TooMany, routes, n.Identifies, n.Resumes)
	if n.TooMany > c.kills+1 {
		c.t.Errorf("%d requests were answered by 429", n.TooMany)
	}
}

var digits = regexp.MustCompile(`[0-9]{5,}`)

// connected is the replica that was connected to the gateway last.
func (c *discordChaos) connected() *replica {
	last, at := c.all[0], ""
	for _, p := range c.all {
		for _, m := range connectedLine.FindAllStringSubmatch(p.log.since(0), -1) {
			if m[1] > at {
				last, at = p, m[1]
			}
		}
	}
	return last
}

var connectedLine = regexp.MustCompile(`time=(\S+) level=INFO msg=connected scope=discord/`)

// whatIsThere is what is on Discord.
type whatIsThere struct {
	posts   []string             // keys of ours
	byKey   map[string]int       // how often each is there
	there   map[string]bool      // ids of all messages
	roots   map[string]time.Time // when a root was posted, by its thread
	replies map[string]string    // in threads, by id
}

func (c *discordChaos) thereNow() whatIsThere {
	o := whatIsThere{byKey: map[string]int{}, there: map[string]bool{}, roots: map[string]time.Time{}, replies: map[string]string{}}
	read := func(channel string, thread bool) {
		for _, m := range c.s.Written(channel) {
			o.there[m.ID] = true
			if m.Author != c.s.AppID {
				if thread {
					o.replies[m.ID] = m.Content
				}
				continue
			}
			ids := m.CustomIDs()
			if len(ids) == 0 {
				c.t.Errorf("post %s has no key", m.ID)
				continue
			}
			key, _, _ := strings.Cut(ids[0], "/")
			o.posts = append(o.posts, key)
			o.byKey[key]++
			if !thread {
				o.roots[m.ID] = m.Created // a thread has the id of its root
			}
		}
	}
	for _, ch := range c.channels {
		read(ch, false)
		for _, thread := range c.s.Threads(ch) {
			read(thread.ID, true)
		}
	}
	return o
}

// compareReplies holds what people wrote against what is stored: no more, no less,
// and as it reads now.
func (c *discordChaos) compareReplies(db *store.DB, discussions []bot.Discussion, there map[string]string) (stored int) {
	c.t.Helper()
	wrong, kept := 0, map[string]bool{}
	for _, d := range discussions {
		replies, err := db.Replies(c.t.Context(), d.ID)
		if err != nil {
			c.t.Fatal(err)
		}
		for _, r := range replies {
			if r.Deleted {
				continue
			}
			stored++
			kept[r.Ref.MessageID] = true
			if text, ok := there[r.Ref.MessageID]; !ok || text != r.Text {
				if wrong++; wrong < 10 {
					c.t.Errorf("reply %s is stored as %q, and Discord has %q (%v)", r.Ref.MessageID, r.Text, text, ok)
				}
			}
		}
	}
	lost := 0
	for id, text := range there {
		if !kept[id] {
			if lost++; lost < 10 {
				c.t.Errorf("reply %s, %q, of %s, is not stored", id, text, snowflakeTime(id))
			}
		}
	}
	if wrong > 0 || lost > 0 {
		c.t.Errorf("%d replies are stored and not there, or read otherwise; %d are there and not stored", wrong, lost)
	}
	return stored
}

// gaps sums up the gaps of all discussions.
func (c *discordChaos) gaps(db *store.DB, discussions []bot.Discussion) string {
	n, recovered := 0, 0
	for _, d := range discussions {
		list, err := db.Gaps(c.t.Context(), d.ID)
		if err != nil {
			c.t.Fatal(err)
		}
		n += len(list)
		for _, g := range list {
			recovered += g.Recovered
		}
	}
	return fmt.Sprintf("%d, with %d replies found afterwards", n, recovered)
}

// takeovers says how long nobody was connected to the gateway after the one that was
// had been killed or frozen.
func (c *discordChaos) takeovers() {
	var killed, others []time.Duration
	for _, a := range c.away {
		if a[1].IsZero() {
			c.t.Errorf("at the end nobody was connected, since %s", a[0])
			continue
		}
		took, byKill := a[1].Sub(a[0]), false
		for _, at := range c.killed {
			byKill = byKill || a[0].Sub(at).Abs() < 500*time.Millisecond
		}
		if byKill {
			killed = append(killed, took)
		} else {
			others = append(others, took)
		}
	}
	c.t.Logf("the gateway was taken over after a kill of the one that was connected: %s; other times without a connection: %s", spread(killed), spread(others))
	for _, at := range c.identified {
		if at.After(c.frozen[0]) && at.Before(c.frozen[1]) {
			c.t.Logf("somebody else identified %s after the replica was frozen that was connected", at.Sub(c.frozen[0]).Round(time.Millisecond))
			break
		}
	}
}
