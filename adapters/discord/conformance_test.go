package discord

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/bwmarrin/discordgo"

	"colloquy/adapters/adaptertest"
	"colloquy/adapters/discord/discordtest"
	"colloquy/bot"
)

func TestConformance(t *testing.T) {
	for name, kind := range map[string]discordtest.Kind{"text": discordtest.Text, "forum": discordtest.Forum} {
		t.Run(name, func(t *testing.T) {
			adaptertest.Run(t, func(t *testing.T) adaptertest.Env { return newPlatform(t, kind).env() })
		})
	}
}

// A platform is a fake Discord with one server, as the conformance suite wants it.
type platform struct {
	s           *discordtest.Server
	guild, role string
	one, other  string
	people      map[string]string // ids of users by name
}

func newPlatform(t *testing.T, kind discordtest.Kind) *platform {
	// The suite posts faster than people read.
	s := discordtest.New(t, discordtest.Options{Speed: 100})
	p := &platform{s: s, guild: s.AddGuild("Reading group"), people: map[string]string{}}
	p.one = s.AddChannel(p.guild, discordtest.Channel{Name: "one", Kind: kind})
	p.other = s.AddChannel(p.guild, discordtest.Channel{Name: "other", Kind: kind})
	p.role = s.AddRole(p.guild, "readers", 0)
	for _, name := range []string{"r1", "r2", "r3"} {
		s.AddMember(p.guild, name, p.role)
	}
	boss := s.AddRole(p.guild, "boss", discordgo.PermissionManageGuild|discordgo.PermissionManageMessages)
	p.people["boss"] = s.AddMember(p.guild, "boss", boss)
	return p
}

func (p *platform) person(name string) string {
	if p.people[name] == "" {
		p.people[name] = p.s.AddMember(p.guild, name)
	}
	return p.people[name]
}

func (p *platform) env() adaptertest.Env {
	channel := func(id string) bot.Channel {
		return bot.Channel{Platform: Platform, Workspace: p.guild, ID: id}
	}
	return adaptertest.Env{
		Connect: func(*testing.T) bot.Adapter {
			return New(Options{Token: p.s.Token, API: p.s.URL})
		},
		Channel: channel(p.one), Other: channel(p.other),
		Say: func(_ *testing.T, thread bot.Channel, author, text string) bot.MessageRef {
			return bot.MessageRef{Channel: thread, MessageID: p.s.Say(pathID(thread), p.person(author), text)}
		},
		Edit: func(_ *testing.T, ref bot.MessageRef, text string) {
			p.s.Edit(pathID(ref.Channel), ref.MessageID, text)
		},
		Delete:     func(_ *testing.T, ref bot.MessageRef) { p.s.Delete(pathID(ref.Channel), ref.MessageID) },
		DeletePost: func(_ *testing.T, ref bot.MessageRef) { p.s.Delete(pathID(ref.Channel), ref.MessageID) },
		Exclude: func(_ *testing.T, ref bot.MessageRef) {
			p.s.React(pathID(ref.Channel), ref.MessageID, p.person("boss"), bot.ExcludeEmoji)
		},
		Shown: func(t *testing.T, ref bot.MessageRef) (string, int) {
			m, there := p.s.Message(ref.MessageID)
			if !there {
				return "", 0
			}
			return shownText(t, m), len(m.Notified)
		},
		Role: p.role, Members: 3,
	}
}

var escapes = regexp.MustCompile(`\\([^A-Za-z0-9\s])`)

// shownText is what people see of a message: all its texts, without the marks
// that keep them from being markup.
func shownText(t *testing.T, m discordtest.Message) string {
	t.Helper()
	parts := []string{m.Content}
	var embeds []struct {
		Title, URL, Description string
		Author, Footer          struct{ Name, Text string }
		Fields                  []struct{ Name, Value string }
	}
	if err := json.Unmarshal(m.Embeds, &embeds); err != nil {
		t.Fatal(err)
	}
	for _, e := range embeds {
		parts = append(parts, e.Author.Name, e.Title, e.URL, e.Description, e.Footer.Text)
		for _, f := range e.Fields {
			parts = append(parts, f.Name, f.Value)
		}
	}
	return escapes.ReplaceAllString(strings.Join(parts, "\n"), "$1")
}
