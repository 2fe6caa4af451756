package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"colloquy/adapters/discord"
	"colloquy/adapters/discord/discordtest"
)

// A discordRun is the real program, in a process of its own, on the Discord of
// the tests.
type discordRun struct {
	*program
	s *discordtest.Server
}

func newDiscordRun(t testing.TB, o discordtest.Options, config string) *discordRun {
	s := discordtest.New(t, o)
	return &discordRun{newProgram(t, config, "COLLOQUY_DISCORD_TOKEN="+s.Token, "COLLOQUY_DISCORD_API="+s.URL), s}
}

// presses makes somebody press the button of a command, and gives what they are shown.
func (r *discordRun) presses(m discordtest.Message, command, user string) discordtest.Message {
	r.t.Helper()
	for _, id := range m.CustomIDs() {
		if parts := strings.Split(id, "/"); len(parts) > 1 && parts[1] == command {
			return r.s.Press(m.ID, id, user).Await().Message
		}
	}
	r.t.Fatalf("message %s has no button for %s: %v", m.ID, command, m.CustomIDs())
	return discordtest.Message{}
}

// says makes somebody use a command and gives what they are shown.
func (r *discordRun) says(channel, user, words string, v discordtest.Values) string {
	r.t.Helper()
	r.s.Await("the command "+words, func() bool { return slices.Contains(r.s.Commands(), words) })
	shown := r.s.Slash(channel, user, words, v).Await()
	if !shown.Ephemeral {
		r.t.Errorf("%s is answered for everybody", words)
	}
	text := shown.Message.Content + string(shown.Message.Embeds)
	r.t.Logf("/%s %v\n→ %s", words, v, text)
	return text
}

// The whole of it on Discord: an invitation, a schedule, a discussion with
// replies that are changed and removed, also while nobody listens, and its end.
func TestDiscordFromInvitationToRecap(t *testing.T) {
	long(t)
	r := newDiscordRun(t, discordtest.Options{Speed: 10}, "shortest_interval: 1s\nfeed_interval: 1s\n")
	s := r.s
	r.start()
	s.AwaitConnected(1)

	// Somebody invites the bot.
	guild := s.FoundGuild("Readers")
	channel := s.AddChannel(guild, discordtest.Channel{Name: "reading"})
	boss := s.AddMember(guild, "boss", s.AddRole(guild, "bosses", discordtest.ManageServer))
	var rights int64
	for _, p := range discord.NeededPermissions() {
		rights |= p.Bit
	}
	s.Invite(guild, rights)
	s.Await("the welcome", func() bool { return len(s.Written(channel)) == 1 })
	t.Logf("welcome: %s", s.Written(channel)[0].Content)

	// A manager schedules; what falls due is posted.
	contains(t, r.says(channel, boss, "discuss feed add", discordtest.Values{"url": r.site.feed}), "The feed is added")
	r.until("the feed is read", func() bool { return !strings.Contains(r.ok("feed", "list", "--format", "json"), `"polled_at": null`) })
	r.site.publish("Bus to the valley")
	scheduled := r.says(channel, boss, "discuss schedule add", discordtest.Values{"at": "@every 2s", "tz": "Europe/Berlin", "close-after": "2h"})
	id := regexp.MustCompile(`[0-9a-f]{8}`).FindString(scheduled)
	s.Await("the root", func() bool { return len(s.Threads(channel)) == 1 })
	root := s.Written(channel)[1]
	thread := s.Threads(channel)[0].ID
	contains(t, string(root.Embeds), "Bus to the valley")
	questions := func() (n int) {
		for _, m := range s.Written(thread) {
			if m.Author == s.AppID && strings.Contains(m.Content, "**"+fmt.Sprint(n+1)+".**") {
				n++
			}
		}
		return n
	}
	s.Await("the questions", func() bool { return questions() >= 3 })
	r.says(channel, boss, "discuss schedule pause", discordtest.Values{"id": id})
	r.until("all questions", func() bool {
		return strings.Contains(r.ok("discussion", "list", "--format", "json"), `"state": "open"`)
	})

	// Twenty people write while it listens, and ten while it is dead.
	var ids []string
	people := map[string]string{}
	say := func(n int) {
		name := fmt.Sprintf("reader%02d", n)
		people[name] = s.AddMember(guild, name)
		text := fmt.Sprintf("Reply %d: the valley needs the bus, *whatever* @everyone says about its cost", n)
		if n%3 == 0 {
			text = fmt.Sprintf("@2 Reply %d: I doubt it", n)
		}
		ids = append(ids, s.Say(thread, people[name], text))
	}
	for n := range 20 {
		say(n)
	}
	for _, n := range []int{1, 4, 7} {
		s.Edit(thread, ids[n], fmt.Sprintf("Reply %d, and now I think otherwise", n))
	}
	s.Delete(thread, ids[2])
	s.React(thread, ids[5], people["reader06"], "👍")
	r.until("what was written", func() bool {
		n, _ := r.export()
		return len(n) == 19
	})
	r.kill()
	for n := 20; n < 30; n++ {
		say(n)
	}
	s.Edit(thread, ids[8], "Reply 8, changed while nobody listened")
	s.Edit(thread, ids[25], "Reply 25, changed before anybody saw it")
	s.Delete(thread, ids[10])
	s.Delete(thread, ids[22])
	r.start()
	s.AwaitConnected(1)
	missed := ""
	defer func() {
		if t.Failed() {
			t.Log(missed)
		}
	}()
	r.until("what was missed", func() bool {
		n, gaps := r.export()
		missed = fmt.Sprintf("%d replies, gaps %+v", len(n), gaps)
		return len(n) == 27 && len(gaps) == 1 && gaps[0].Recovered == 9
	})

	// An answer by form is a reply as well.
	var question discordtest.Message
	for _, m := range s.Written(thread) {
		if strings.Contains(m.Content, "**1.**") {
			question = m
		}
	}
	for _, id := range question.CustomIDs() {
		if !strings.Contains(id, "/answer") {
			continue
		}
		form := s.Press(question.ID, id, people["reader00"])
		if shown := form.Await(); shown.Modal == nil {
			t.Fatalf("the button Answer shows %+v", shown)
		}
		shown := form.Submit(map[string]string{"text": "By the form: it should run at night"}).Await()
		t.Logf("form: %s", shown.Message.Content)
	}
	s.Await("the answer in the thread", func() bool {
		return slices.ContainsFunc(s.Written(thread), func(m discordtest.Message) bool {
			return m.Author == s.AppID && strings.Contains(m.Content+string(m.Embeds), "it should run at night")
		})
	})

	// It closes, with a recap.
	contains(t, r.says(channel, boss, "discuss close", nil), "Closing")
	isRecap := func(m discordtest.Message) bool {
		return m.Author == s.AppID && strings.Contains(string(m.Embeds), "Recap: Bus to the valley")
	}
	s.Await("the recap", func() bool { return slices.ContainsFunc(s.Written(thread), isRecap) })
	recap := s.Written(thread)[slices.IndexFunc(s.Written(thread), isRecap)]
	t.Logf("recap: %s", recap.Embeds)
	contains(t, string(recap.Embeds), "27 people wrote 28 replies", "nobody was listening here; 9 replies from that time were found afterwards")
	r.until("the end", func() bool {
		return strings.Contains(r.ok("discussion", "list", "--format", "json"), `"state": "closed"`)
	})

	// The export holds what Discord holds, no more and no less.
	exported, gaps := r.export()
	held := map[string]string{}
	for _, m := range s.Written(thread) {
		if m.Author != s.AppID {
			held[m.ID] = m.Content
		}
	}
	if len(held) != 27 || len(gaps) != 1 || gaps[0].From == "" || gaps[0].To == "" {
		t.Errorf("Discord holds %d messages; gaps %+v", len(held), gaps)
	}
	form := 0
	for id, e := range exported {
		switch {
		case e.Form:
			form++
		case held[id] != e.Text:
			t.Errorf("message %s: exported %q, and Discord has %q", id, e.Text, held[id])
		}
		if id == ids[5] && (len(e.Reactions) != 1 || e.Reactions[0].Count != 1) {
			t.Errorf("reactions of %s: %+v", id, e.Reactions)
		}
	}
	if form != 1 || len(exported) != len(held)+1 {
		t.Errorf("%d replies are exported, %d of them by form; Discord has %d", len(exported), form, len(held))
	}
	// What somebody takes back goes from the thread, the recap and the record.
	answer := s.Written(thread)[slices.IndexFunc(s.Written(thread), func(m discordtest.Message) bool {
		return m.Author == s.AppID && strings.Contains(m.Content+string(m.Embeds), "it should run at night")
	})]
	t.Logf("remove: %s", r.presses(answer, "remove", boss).Content)
	s.Await("that the answer is gone", func() bool { _, there := s.Message(answer.ID); return !there })
	names := regexp.MustCompile(`\[(reader\d\d)`).FindAllStringSubmatch(string(recap.Embeds), -1)
	who := names[len(names)-1][1] // the last that is quoted
	quoted := "— [" + who
	data := r.presses(root, "privacy", people[who])
	asked := r.presses(data, "forget-me", people[who])
	t.Logf("erase: %s %v", asked.Content, asked.CustomIDs())
	t.Logf("erased: %s", r.presses(asked, "forget-me", people[who]).Content)
	s.Await("the recap without that quotation", func() bool {
		m, _ := s.Message(recap.ID)
		return len(m.Embeds) > 0 && !strings.Contains(string(m.Embeds), quoted)
	})
	if left, _ := r.export(); len(left) != 26 {
		t.Errorf("%d replies are left", len(left))
	}
	r.stop()
	if c := s.Counts(); c.TooMany != 0 {
		t.Errorf("429 was answered %d times", c.TooMany)
	}
	for _, m := range s.Written(thread) {
		if len(m.Notified) > 0 {
			t.Errorf("message %s notified %v", m.ID, m.Notified)
		}
	}
}
