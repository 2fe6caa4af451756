package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"colloquy/adapters/slack/slacktest"
	"colloquy/bot"
	"colloquy/bot/store"
)

// TestChaosOnSlack does the same as TestChaosOnDiscord on a smaller scale over
// Socket Mode: three channels in each of two workspaces, and ten replies a second.
// Slack cannot be told to take a post only once: one that a frozen replica was
// about to send when another took over may be there twice. Those are counted, and
// no others are allowed.
func TestChaosOnSlack(t *testing.T) {
	long(t)
	c := newSlackChaos(t)
	defer c.tell()
	c.begin()
	writing := make(chan struct{})
	var writer sync.WaitGroup
	writer.Go(func() { c.write(writing) })
	c.run()
	close(writing)
	writer.Wait()
	c.pause()
	c.finish()
	c.s.AwaitDelivered()
	c.stopAll()
	c.compare()
}

type slackChaos struct {
	*chaos
	s      *slacktest.Server
	places []crashPlace
	said   map[string]bool // ts of what was written, and whether it was deleted
}

func newSlackChaos(t *testing.T) *slackChaos {
	s := slacktest.New(t, slacktest.Options{Speed: 20, Patience: 3 * time.Minute})
	c := &slackChaos{chaos: newChaos(t, "COLLOQUY_SLACK_API="+s.API), s: s, said: map[string]bool{}}
	c.every = 10 * time.Second
	if c.length > 5*time.Minute {
		c.freeze = 90 * time.Second // longer than anybody waits
	}
	for _, name := range []string{"one", "two"} {
		app := s.AddApp(slacktest.App{Name: name, SocketMode: true})
		team := s.AddTeam(name)
		boss := s.AddUser(team, "boss", slacktest.Admin)
		in := s.InstallApp(app.ID, team, boss)
		for i := range 3 {
			c.places = append(c.places, crashPlace{app, in, s.AddChannel(team, slacktest.Channel{Name: fmt.Sprint("reading", i), Members: []string{boss, in.BotUser}}), boss})
		}
	}
	c.chaos.configure = func(paused bool) {
		var b strings.Builder
		b.WriteString("feed_interval: 1s\nshortest_interval: 1s\nrecap: {min_replies: 1, min_people: 1}\nslack:\n  apps:\n")
		for _, p := range []crashPlace{c.places[0], c.places[3]} {
			fmt.Fprintf(&b, "  - {name: %s, bot_token: %q, app_token: %q}\n", p.app.Name, p.in.Token, p.app.AppToken)
		}
		b.WriteString("schedules:\n")
		for i, p := range c.places {
			fmt.Fprintf(&b, "  - {name: n%d, channel: \"slack:%s/%s\", cron: \"@every %s\", feeds: [\"%s/feed.xml\"], questions: 1, close_after: 1m, same_story: post, paused: %v}\n",
				i, p.in.Team, p.channel, c.every, c.web.URL, paused)
		}
		c.replicas.configure(b.String())
	}
	return c
}

// slackTime is when a message was posted.
func slackTime(ts string) time.Time {
	seconds, micros, _ := strings.Cut(ts, ".")
	s, _ := strconv.ParseInt(seconds, 10, 64)
	us, _ := strconv.ParseInt(micros, 10, 64)
	return time.UnixMicro(s*1_000_000 + us)
}

// write has people write in the threads that will be open for a while, and delete
// some of it.
func (c *slackChaos) write(stop chan struct{}) {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for n := 0; ; n++ {
		select {
		case <-stop:
			return
		case <-tick.C:
		}
		p := c.places[rand.N(len(c.places))]
		roots := c.s.Roots(p.channel)
		if len(roots) == 0 {
			continue
		}
		root := roots[len(roots)-1]
		if root.User != p.in.BotUser || time.Since(slackTime(root.TS)) > 40*time.Second {
			continue
		}
		r := c.s.Reply(root.Ref(), p.reader, fmt.Sprintf("reply %d, in my own words", n))
		c.said[r.TS] = false
		if n%40 == 39 {
			c.s.Delete(r)
			c.said[r.TS] = true
		}
	}
}

// A slackCopy is one of our posts.
type slackCopy struct {
	ts, channel string
	root        bool
}

// copies are our posts on Slack by their key, and the replies of people in threads.
func (c *slackChaos) copies() (byKey map[string][]slackCopy, replies map[string]string) {
	byKey, replies = map[string][]slackCopy{}, map[string]string{}
	for _, p := range c.places {
		for _, m := range c.s.Messages(p.channel) {
			if m.User != p.in.BotUser {
				if _, ours := c.said[m.TS]; ours && m.Subtype == "" {
					replies[m.TS] = m.Text
				}
				continue
			}
			var meta struct {
				Payload struct{ Key string } `json:"event_payload"`
			}
			if err := json.Unmarshal(m.Metadata, &meta); err != nil || meta.Payload.Key == "" {
				c.t.Errorf("post %s has no key: %s, %v", m.TS, m.Metadata, err)
				continue
			}
			byKey[meta.Payload.Key] = append(byKey[meta.Payload.Key], slackCopy{m.TS, p.channel, !m.IsReply()})
		}
	}
	return byKey, replies
}

// compare holds Slack against the database.
func (c *slackChaos) compare() {
	db := c.replicas.open()
	defer func() { _ = db.Close() }()
	occurrences, discussions := c.everything(db)
	expected, outcomes := c.compareDue(occurrences)
	due := dueAt(occurrences)
	byKey, replies := c.copies()
	there, once, posts, twice := map[string]bool{}, map[string]int{}, 0, 0
	for key, list := range byKey {
		posts += len(list)
		once[key] = 1
		for i, copy := range list {
			there[copy.ts] = true
			if i == 0 {
				continue
			}
			// It was on its way when its replica was frozen.
			if at := slackTime(copy.ts); at.Before(c.frozen[1]) || at.After(c.frozen[1].Add(5*time.Second)) {
				c.t.Errorf("post %s is there again at %s, and not because of the replica that was frozen until %s", key, at, c.frozen[1])
			}
			twice++
		}
	}
	var late []time.Duration
	for _, d := range discussions {
		if d.Channel.Thread != "" {
			late = append(late, slackTime(d.Channel.Thread).Sub(due[d.OccurrenceID]))
		}
	}
	sent, stored := c.eachOnce(db, discussions, once, there)
	if len(once) > 0 {
		c.t.Errorf("posts on Slack that the database does not know: %v", once)
	}
	c.compareReplies(db, discussions, replies, stored)
	c.sum(expected, occurrences, outcomes)
	c.t.Logf("discussions: %d; posts: %d on Slack, %d sent in the database; there twice because of a frozen replica: %d", len(discussions), posts, sent, twice)
	c.t.Logf("root posts after their due time: %s", spread(late))
	n := c.s.Counts()
	c.t.Logf("%d calls, %d of them answered by 429; %d connections", n.Calls, n.TooMany, n.Connections)
	if n.TooMany > 0 {
		c.t.Errorf("%d calls were answered by 429", n.TooMany)
	}
}

// compareReplies holds what people wrote against what is stored, and every
// delivery that was acknowledged too.
func (c *slackChaos) compareReplies(db *store.DB, discussions []bot.Discussion, there map[string]string, known map[string]bool) {
	c.t.Helper()
	kept, deleted := map[string]bool{}, 0
	for _, d := range discussions {
		list, err := db.Replies(c.t.Context(), d.ID)
		if err != nil {
			c.t.Fatal(err)
		}
		for _, r := range list {
			if !r.Deleted {
				kept[r.Ref.MessageID] = true
			}
		}
	}
	for ts, gone := range c.said {
		_, is := there[ts]
		if gone {
			deleted++
		}
		switch {
		case is == gone:
			c.t.Errorf("reply %s was deleted: %v, and is on Slack: %v", ts, gone, is)
		case kept[ts] != is:
			c.t.Errorf("reply %s is stored: %v, and on Slack: %v", ts, kept[ts], is)
		}
	}
	accepted := 0
	for _, d := range c.s.Deliveries() {
		if gone, ours := c.said[d.TS]; d.Accepted && ours && d.Subtype == "" {
			if accepted++; !known[d.TS] && !gone {
				c.t.Errorf("reply %s was acknowledged, and is not stored", d.TS)
			}
		}
	}
	c.t.Logf("replies: %d written, %d deleted, %d on Slack, %d stored; %d deliveries acknowledged", len(c.said), deleted, len(there), len(kept), accepted)
}
