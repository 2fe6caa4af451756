package main

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"colloquy/adapters/slack/slacktest"
)

// The whole of it on Slack, over both transports: two apps installed in two
// workspaces, a schedule, a discussion with replies that are changed and removed,
// also while nobody listens, and its end.
func TestSlackFromInstallingToRecap(t *testing.T) {
	for name, socket := range map[string]bool{"over HTTP": false, "over Socket Mode": true} {
		t.Run(name, func(t *testing.T) {
			long(t)
			slackFromInstallingToRecap(t, socket)
		})
	}
}

func slackFromInstallingToRecap(t *testing.T, socket bool) {
	r := newSlackRun(t, slacktest.Options{Speed: 10}, socket, "shortest_interval: 1s\nfeed_interval: 1s\n")
	r.serve()
	var talks []*slackTalk
	for _, p := range r.places {
		p.install()
		if socket {
			r.s.AwaitConnected(p.app.ID, 2)
		}
		talks = append(talks, &slackTalk{slackPlace: p})
	}
	for _, c := range talks {
		c.schedule()
	}
	r.site.publish("Bus to the valley")
	for _, c := range talks {
		c.open()
		c.talk()
	}
	for _, c := range talks {
		r.until("what was written", func() bool { got, _ := r.export(c.as()); return len(got) == 19 })
	}
	r.kill()
	r.s.HoldDeliveries()
	for _, c := range talks {
		c.talkUnheard()
	}
	r.s.DropHeld() // nobody took it for longer than Slack tries
	r.s.Release(false)
	r.serve()
	for _, c := range talks {
		missed := ""
		r.until("what was missed", func() bool {
			got, gaps := r.export(c.as())
			now := fmt.Sprintf("%d replies, gaps %+v", len(got), gaps)
			if now != missed {
				missed = now
				t.Log(missed)
			}
			return len(got) == 27 && len(gaps) == 1 && gaps[0].Recovered == 9
		})
	}
	for _, c := range talks {
		c.answerByForm()
		c.close()
		c.compare()
		c.erase()
	}
	r.stop()
	if n := r.s.Counts(); n.TooMany != 0 {
		t.Errorf("429 was answered %d times", n.TooMany)
	}
}

// A slackTalk is one discussion on Slack, as the test has it.
type slackTalk struct {
	*slackPlace
	scheduled string
	root      slacktest.Message
	people    []string
	ids       []slacktest.Ref
	recap     slacktest.Message
	answer    slacktest.Message
}

func (c *slackTalk) schedule() {
	c.t.Helper()
	contains(c.t, c.types(c.boss, "feed add "+c.site.feed), "The feed is added")
	c.until("the feed is read", func() bool { return !strings.Contains(c.ok("feed", "list", "--format", "json"), `"polled_at": null`) })
	text := c.types(c.boss, `schedule add --at “@every 2s” --tz Europe/Berlin --close-after 2h`) // as people type on a phone
	c.scheduled = regexp.MustCompile(`[0-9a-f]{8}`).FindString(text)
	member := c.s.AddUser(c.team, "member")
	c.s.Invite(c.channel, member)
	contains(c.t, c.types(member, "schedule pause "+c.scheduled), "manage")
}

func (c *slackTalk) open() {
	c.t.Helper()
	c.root = c.await("Bus to the valley")
	c.types(c.boss, "schedule pause "+c.scheduled)
	c.until("all questions", func() bool {
		return strings.Contains(c.ok("discussion", "list", "--format", "json", "--channel", c.as()), `"state": "open"`)
	})
	root := c.s.Shown(c.root.Ref())
	c.t.Logf("root: %s", root)
	first, _, _ := strings.Cut(strings.TrimPrefix(c.s.Shown(c.question(1).Ref()), "1. "), "\n")
	if strings.Contains(root, first) == c.apart {
		c.t.Errorf("the root has the questions, which stand below it: %v", c.apart)
	}
	for n := 1; n <= 3; n++ {
		m := c.question(n)
		if m.IsReply() == c.apart {
			c.t.Errorf("question %d is a reply: %v", n, m.IsReply())
		}
		c.t.Logf("question: %s", c.s.Shown(m.Ref()))
	}
}

// question finds the post with a question.
func (c *slackTalk) question(n int) slacktest.Message {
	c.t.Helper()
	for _, m := range c.posts() {
		if strings.HasPrefix(c.s.Shown(m.Ref()), fmt.Sprintf("%d. ", n)) {
			return m
		}
	}
	c.t.Fatalf("question %d is not posted", n)
	return slacktest.Message{}
}

// say has somebody new write a reply; every third is about the second question,
// in its own thread if it has one.
func (c *slackTalk) say(n int) {
	name := fmt.Sprintf("reader%02d", n)
	who := c.s.AddUser(c.team, name)
	c.s.Invite(c.channel, who)
	c.people = append(c.people, who)
	text := fmt.Sprintf("Reply %d: the valley needs the bus, *whatever* @everyone says about its cost & <delays>", n)
	to := c.root.Ref()
	switch {
	case n%3 == 0 && c.apart:
		to, text = c.question(2).Ref(), fmt.Sprintf("Reply %d: I doubt it", n)
	case n%3 == 0:
		text = fmt.Sprintf("@2 Reply %d: I doubt it", n)
	}
	c.ids = append(c.ids, c.s.Reply(to, who, text))
}

func (c *slackTalk) talk() {
	for n := range 20 {
		c.say(n)
	}
	for _, n := range []int{1, 4, 7} {
		c.s.Edit(c.ids[n], fmt.Sprintf("Reply %d, and now I think otherwise", n))
	}
	c.s.Delete(c.ids[2])
	c.s.React(c.ids[5], c.people[6], "thumbsup")
}

func (c *slackTalk) talkUnheard() {
	for n := 20; n < 30; n++ {
		c.say(n)
	}
	c.s.Edit(c.ids[8], "Reply 8, changed while nobody listened")
	c.s.Edit(c.ids[25], "Reply 25, changed before anybody saw it")
	c.s.Delete(c.ids[10])
	c.s.Delete(c.ids[22])
}

// answerByForm has somebody answer the first question with its button.
func (c *slackTalk) answerByForm() {
	c.t.Helper()
	question := c.question(1)
	form := c.presses(question, "Answer", c.people[0]).AwaitModal()
	c.t.Logf("form: %s", form.Text())
	c.s.Submit(c.people[0], map[string]string{form.Inputs[0].Action: "By the form: it should run at night"}).Await()
	c.answer = c.await("it should run at night")
	if below := c.answer.Thread == question.TS; below != c.apart {
		c.t.Errorf("the answer stands in the thread of its question: %v", below)
	}
	c.t.Logf("answer: %s", c.s.Shown(c.answer.Ref()))
	before := len(c.s.Ephemerals(c.people[1]))
	c.presses(question, "Why this question?", c.people[1]).Await()
	c.s.Await("the passage", func() bool { return len(c.s.Ephemerals(c.people[1])) > before })
	c.t.Logf("why: %s", c.s.Shown(c.s.Ephemerals(c.people[1])[before].Ref()))
}

func (c *slackTalk) close() {
	c.t.Helper()
	contains(c.t, c.types(c.boss, "close"), "Closing")
	c.recap = c.await("Recap: Bus to the valley")
	text := c.s.Shown(c.recap.Ref())
	c.t.Logf("recap: %s", text)
	contains(c.t, text, "27 people wrote 28 replies", "Question 2 drew the most replies: 10", "nobody was listening here; 9 replies from that time were found afterwards")
	c.until("the end", func() bool {
		return strings.Contains(c.ok("discussion", "list", "--format", "json", "--channel", c.as()), `"state": "closed"`)
	})
}

// compare holds the export against what Slack has, no more and no less.
func (c *slackTalk) compare() {
	c.t.Helper()
	exported, gaps := c.export(c.as())
	held := c.held()
	if len(held) != 27 || len(gaps) != 1 || gaps[0].From == "" || gaps[0].To == "" {
		c.t.Errorf("Slack holds %d messages; gaps %+v", len(held), gaps)
	}
	form := 0
	for id, e := range exported {
		switch {
		case e.Form:
			form++
		case held[id] != e.Text:
			c.t.Errorf("message %s: exported %q, and Slack has %q", id, e.Text, held[id])
		}
		if id == c.ids[5].TS && (len(e.Reactions) != 1 || e.Reactions[0].Count != 1) {
			c.t.Errorf("reactions of %s: %+v", id, e.Reactions)
		}
	}
	if form != 1 || len(exported) != len(held)+1 {
		c.t.Errorf("%d replies are exported, %d of them by form; Slack has %d", len(exported), form, len(held))
	}
	for _, m := range c.posts() {
		if len(m.Notified) > 0 || m.UnfurlLinks || m.UnfurlMedia {
			c.t.Errorf("post %s notified %v, unfurls %v, %v", m.TS, m.Notified, m.UnfurlLinks, m.UnfurlMedia)
		}
	}
}

// erase has somebody take everything back: it goes from the thread, the recap
// and the record.
func (c *slackTalk) erase() {
	c.t.Helper()
	c.presses(c.answer, "Remove", c.boss).Await()
	c.s.Await("that the answer is gone", func() bool { _, there := c.s.Message(c.answer.Ref()); return !there })
	names := regexp.MustCompile(`reader(\d\d)`).FindAllStringSubmatch(c.s.Shown(c.recap.Ref()), -1)
	if len(names) == 0 {
		c.t.Fatal("the recap quotes nobody")
	}
	quoted := names[len(names)-1][0]
	var who string
	for n, id := range c.people {
		if quoted == fmt.Sprintf("reader%02d", n) {
			who = id
		}
	}
	c.presses(c.root, "Your data", who).Await()
	data := c.told(who, "Erase it")
	c.presses(data, "Erase", who).Await()
	asked := c.told(who, "of yours for good?")
	c.presses(asked, "Erase", who).Await()
	c.told(who, "Erased")
	c.s.Await("the recap without that quotation", func() bool { return !strings.Contains(c.s.Shown(c.recap.Ref()), quoted) })
	if left, _ := c.export(c.as()); len(left) != 26 {
		c.t.Errorf("%d replies are left", len(left))
	}
}

// told waits for what somebody alone is shown.
func (c *slackTalk) told(who, words string) (m slacktest.Message) {
	c.t.Helper()
	c.s.Await("that somebody is told "+words, func() bool {
		for _, m = range c.s.Ephemerals(who) {
			if strings.Contains(c.s.Shown(m.Ref()), words) {
				return true
			}
		}
		return false
	})
	c.t.Logf("alone: %s", c.s.Shown(m.Ref()))
	return m
}
