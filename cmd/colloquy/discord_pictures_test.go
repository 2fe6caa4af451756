package main

import (
	"encoding/json"
	"fmt"
	"regexp"
	"testing"
	"time"

	"colloquy/adapters/discord"
	"colloquy/adapters/discord/discordtest"
	"colloquy/bot"
)

// The pictures in docs/ are drawn by testdata/discord/page.html from what is
// sent for a bundled article. This holds the stored messages against what is
// sent today; where they differ, the pictures have to be drawn anew, by
// testdata/discord/draw.
func TestDiscordPicturesAreOfWhatIsSent(t *testing.T) {
	comparePictures(t, "discord", pictured(t))
}

// pictured is what is sent for a discussion of a bundled article, by the picture
// that shows it, with ids of Discord's and ours that are the same each time.
func pictured(t *testing.T) map[string][]json.RawMessage {
	t.Helper()
	now := picturesBegin
	clock := func() time.Time { return now }
	s := discordtest.New(t, discordtest.Options{Now: clock, Speed: 1000})
	guild := s.AddGuild("Vellmar Readers")
	channel := bot.Channel{Platform: discord.Platform, Workspace: guild, ID: s.AddChannel(guild, discordtest.Channel{Name: "reading"})}
	d := picturedDiscussion(t, discord.New(discord.Options{Token: s.Token, API: s.URL, Clock: clock}), channel, &now,
		func(name string) string { return s.AddMember(guild, name) }, s.Say)
	return picturesOf(s, d)
}

// picturesOf sorts the messages that were sent for d.
func picturesOf(s *discordtest.Server, d bot.Discussion) map[string][]json.RawMessage {
	out := map[string][]json.RawMessage{}
	same := sameIDs()
	inThread := s.CallsTo("POST", "/channels/"+d.Channel.Thread+"/messages")
	for _, c := range s.CallsTo("POST", "/channels/"+d.Channel.ID+"/messages") {
		out["post"] = append(out["post"], same(c.Body))
	}
	for i, c := range inThread {
		switch questions := len(d.Questions); {
		case i == 0 || i == questions: // the first question, and the answer by form
			out["question"] = append(out["question"], same(c.Body))
		case i == len(inThread)-1:
			out["recap"] = append(out["recap"], same(c.Body))
		}
	}
	return out
}

// sameIDs puts ids in place of those that are others each time: keys, Discord's
// and the endings of ours.
func sameIDs() func([]byte) json.RawMessage {
	seen := map[string]string{}
	ids := regexp.MustCompile(`[0-9]{17,20}|\b[a-z2-7]{24}\b|id=[0-9a-f]{8}\b`)
	return func(body []byte) json.RawMessage {
		return ids.ReplaceAllFunc(body, func(id []byte) []byte {
			was, n := string(id), len(seen)+1
			if seen[was] == "" {
				switch len(id) {
				case 24:
					seen[was] = fmt.Sprintf("key%021d", n)
				case len("id=") + 8:
					seen[was] = fmt.Sprintf("id=%08d", n)
				default:
					seen[was] = fmt.Sprintf("%018d", 100000000000000000+n)
				}
			}
			return []byte(seen[was])
		})
	}
}
