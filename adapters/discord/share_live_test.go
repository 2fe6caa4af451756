package discord

import (
	"context"
	"fmt"
	"strconv"
	"testing"

	"colloquy/adapters/discord/discordtest"
	"colloquy/bot"
)

// A colony are several processes with one bot on a Discord of the tests.
type colony struct {
	*discordtest.Server
	t     *testing.T
	table *table
	share string // the name of the shards
	all   []*settler
}

// A settler is one of them, with its engine.
type settler struct {
	*keeper
	p *process
	a *Adapter
}

const colonySpeed = 50

func newColony(t *testing.T, processes, shards int) *colony {
	t.Helper()
	t.Parallel()
	s := discordtest.New(t, discordtest.Options{Speed: colonySpeed, Shards: shards, OneSession: true})
	c := &colony{Server: s, t: t, table: newTable(), share: fmt.Sprintf("discord/%s/shards/%d", s.AppID, shards)}
	for i := range processes {
		m := &settler{keeper: newKeeper(), p: c.table.process(strconv.Itoa(i))}
		m.a = New(Options{Token: s.Token, API: s.URL, Sharer: m.p})
		// What is on the way is not faster on a Discord that is.
		m.a.gate.apart, m.a.gate.asking = identifyEvery/colonySpeed+onTheWay, askEvery/colonySpeed
		c.all = append(c.all, m)
	}
	return c
}

// run connects all until the test ends.
func (c *colony) run() {
	for _, m := range c.all {
		ctx, cancel := context.WithCancel(context.Background())
		ended := make(chan error, 1)
		go func() { ended <- m.a.Run(ctx, m.keeper) }()
		c.t.Cleanup(func() {
			cancel()
			if err := <-ended; err != nil {
				c.t.Errorf("Run: %v", err)
			}
		})
	}
	c.t.Cleanup(func() {
		if n := c.Counts(); n.TooMany > 0 || n.TooEarly > 0 {
			c.t.Errorf("%d answers 429, %d identifies too early", n.TooMany, n.TooEarly)
			for _, call := range c.Calls() {
				if call.Status == 429 {
					c.t.Error(call.Method, call.Path)
				}
			}
		}
	})
}

// has waits until a process records what somebody wrote.
func (c *colony) has(m *settler, text string) {
	c.t.Helper()
	c.Await(text, func() bool {
		m.mu.Lock()
		defer m.mu.Unlock()
		for _, t := range m.texts() {
			if t == text {
				return true
			}
		}
		return false
	})
}

// What one process posts, another hears the replies to, from the first one on: in a
// thread, in a post of a forum, and in a channel without threads. So does the next
// process to have the connection.
func TestRepliesToWhatAnotherProcessPosted(t *testing.T) {
	c := newColony(t, 3, 1)
	hears, posts, next := c.all[0], c.all[1], c.all[2]
	c.table.give(c.share, 0, hears.p)
	guild := c.AddGuild("Readers")
	ada := c.AddMember(guild, "Ada")
	c.run()
	c.AwaitConnected(1)
	place := func(kind discordtest.Kind) bot.Channel {
		return bot.Channel{Platform: Platform, Workspace: guild, ID: c.AddChannel(guild, discordtest.Channel{Name: "reading", Kind: kind})}
	}
	post := func(ch bot.Channel, m bot.Message, key string) bot.Posted {
		t.Helper()
		p, err := posts.a.Post(t.Context(), ch, m, key)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	question := bot.Message{Number: 1, Question: "For whom?", Buttons: []bot.Button{{Label: "Answer", Command: "answer", Args: map[string]string{"n": "1"}, Form: "Your answer"}}}
	text, forum, plain := place(discordtest.Text), place(discordtest.Forum), place(discordtest.Text)
	root := post(text, rootMessage, "k1")
	thread, err := posts.a.StartThread(t.Context(), root.Ref, "A bridge", "k2")
	if err != nil {
		t.Fatal(err)
	}
	c.Say(thread.Thread, ada, "in the thread")
	in := post(forum, rootMessage, "k3").Thread
	c.Say(in.Thread, ada, "in the forum")
	post(plain, rootMessage, "k4")
	c.Say(plain.ID, ada, "before the question")
	post(plain, question, "k5")
	c.Say(plain.ID, ada, "in the channel")
	for _, text := range []string{"in the thread", "in the forum", "in the channel"} {
		c.has(hears, text)
	}
	hears.mu.Lock()
	for _, r := range hears.replies {
		if r.Text == "before the question" || r.Ref.Channel != thread && r.Ref.Channel != in && r.Ref.Channel != plain {
			t.Errorf("recorded in %s: %s", r.Ref.Channel, r.Text)
		}
	}
	hears.mu.Unlock()

	next.mu.Lock()
	next.places = []bot.Channel{plain} // as the store knows; threads Discord lists itself
	next.mu.Unlock()
	c.table.give(c.share, 0, next.p)
	c.Await("the next process", func() bool {
		next.mu.Lock()
		defer next.mu.Unlock()
		return next.up
	})
	c.Say(thread.Thread, ada, "again in the thread")
	c.Say(plain.ID, ada, "again in the channel")
	c.has(next, "again in the thread")
	c.has(next, "again in the channel")
	if n := len(c.CallsTo("PUT", ".*/commands")); n != 1 {
		t.Errorf("commands were registered %d times", n)
	}
}

// While shards go from process to process, each is connected once, each server is one
// process's, and what people ask is answered once, by who hears it.
func TestShardsGoRound(t *testing.T) {
	c := newColony(t, 3, 3)
	for part := range 3 {
		c.table.give(c.share, part, c.all[part].p)
	}
	channel, ada := map[int]string{}, map[int]string{} // by shard
	for len(channel) < 3 {
		guild := c.AddGuild("Readers")
		if part := shardOf(guild, 3); channel[part] == "" {
			channel[part] = c.AddChannel(guild, discordtest.Channel{Name: "news"})
			ada[part] = c.AddMember(guild, "Ada", c.AddRole(guild, "editors", discordtest.ManageServer))
		}
	}
	c.run()
	c.Await("the commands", func() bool { return len(c.Commands()) > 0 })
	for round := range 3 {
		for part := range 3 {
			owner := c.all[(part+round)%3]
			c.Await("its owner", func() bool {
				owner.mu.Lock()
				defer owner.mu.Unlock()
				return owner.scopes[scopeOf(part, 3)]
			})
			owner.mu.Lock()
			before := len(owner.commands)
			owner.mu.Unlock()
			c.Slash(channel[part], ada[part], "discuss now", nil).Await()
			owner.mu.Lock()
			if len(owner.commands) != before+1 {
				t.Errorf("round %d: shard %d is not answered by its owner", round, part)
			}
			owner.mu.Unlock()
		}
		for part := range 3 {
			c.table.give(c.share, part, c.all[(part+round+1)%3].p)
		}
	}
	c.AwaitConnected(3)
}
