package discord

import (
	"strings"
	"testing"
	"time"

	"colloquy/adapters/discord/discordtest"
	"colloquy/bot"
)

func found(list []bot.Finding, name string) bot.Finding {
	for _, f := range list {
		if f.Name == name {
			return f
		}
	}
	return bot.Finding{}
}

func TestDoctorOfTheConnection(t *testing.T) {
	s := discordtest.New(t, discordtest.Options{Speed: 100})
	healthy := New(Options{Token: s.Token, API: s.URL}).Check(t.Context(), bot.Channel{Platform: Platform})
	if len(healthy) != 4 {
		t.Errorf("%+v", healthy)
	}
	for _, f := range healthy {
		if !f.OK || f.Fix != "" {
			t.Errorf("in good health: %+v", f)
		}
	}
	off := New(Options{Token: s.Token, API: s.URL, Content: ContentOff}).Check(t.Context(), bot.Channel{Platform: Platform})
	if f := found(off, "message content"); !f.OK || f.Fix == "" {
		t.Errorf("switched off on purpose: %+v", f)
	}
	fast := New(Options{Token: s.Token, API: s.URL, Clock: func() time.Time { return time.Now().Add(5 * time.Minute) }})
	if f := found(fast.Check(t.Context(), bot.Channel{Platform: Platform}), "clock"); f.OK || !strings.Contains(f.Text, "5m") || !strings.Contains(f.Fix, "NTP") {
		t.Errorf("a clock that is ahead: %+v", f)
	}

	ill := discordtest.New(t, discordtest.Options{Speed: 100, NoContent: true, Identifies: 7})
	list := New(Options{Token: ill.Token, API: ill.URL}).Check(t.Context(), bot.Channel{Platform: Platform})
	if f := found(list, "message content"); f.OK || !strings.Contains(f.Fix, "Message Content Intent") {
		t.Errorf("without the intent: %+v", f)
	}
	if f := found(list, "connections"); f.OK || !strings.HasPrefix(f.Text, "7 of ") || f.Fix == "" {
		t.Errorf("few connections left: %+v", f)
	}
	list = New(Options{Token: "MTIz.wrong.token", API: ill.URL}).Check(t.Context(), bot.Channel{Platform: Platform})
	if len(list) != 1 || list[0].OK || !strings.Contains(list[0].Text+list[0].Fix, "COLLOQUY_DISCORD_TOKEN") || strings.Contains(list[0].Text, "wrong") {
		t.Errorf("a wrong token: %+v", list)
	}
	list = New(Options{Token: s.Token, API: "http://127.0.0.1:1/api"}).Check(t.Context(), bot.Channel{Platform: Platform})
	if len(list) != 1 || list[0].OK || list[0].Fix == "" {
		t.Errorf("nothing there: %+v", list)
	}
}

func TestDoctorOfAChannel(t *testing.T) {
	s := discordtest.New(t, discordtest.Options{Speed: 100})
	guild := s.AddGuild("Readers")
	a := New(Options{Token: s.Token, API: s.URL})
	check := func(guild, id string) bot.Finding {
		a.access.drop(guild)
		list := a.Check(t.Context(), bot.Channel{Platform: Platform, Workspace: guild, ID: id})
		if len(list) != 1 {
			t.Fatalf("%+v", list)
		}
		return list[0]
	}
	text, forum := s.AddChannel(guild, discordtest.Channel{Name: "a"}), s.AddChannel(guild, discordtest.Channel{Name: "b", Kind: discordtest.Forum})
	for _, id := range []string{text, forum} {
		if f := check(guild, id); !f.OK {
			t.Errorf("%+v", f)
		}
	}
	s.Deny(text, discordtest.CreatePublicThreads|discordtest.ReadHistory)
	if f := check(guild, text); f.OK || f.Text != "the bot lacks Create Public Threads, Read Message History" || f.Fix == "" {
		t.Errorf("two rights less: %+v", f)
	}
	s.Deny(forum, discordtest.SendMessages)
	if f := check(guild, forum); f.OK || f.Text != "the bot lacks Create Posts" {
		t.Errorf("a forum without a right: %+v", f)
	}
	other := s.AddGuild("Writers")
	if f := check(other, forum); f.OK || f.Fix == "" {
		t.Errorf("in another server: %+v", f)
	}
	s.DeleteChannel(text)
	if f := check(guild, text); f.OK || f.Fix == "" {
		t.Errorf("deleted: %+v", f)
	}
}
