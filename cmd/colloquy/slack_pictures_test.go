package main

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"colloquy/adapters/slack"
	"colloquy/adapters/slack/slacktest"
	"colloquy/bot"
)

// The pictures in docs/ are drawn by testdata/slack/page.html from what is sent
// for a bundled article; see TestDiscordPicturesAreOfWhatIsSent.
func TestSlackPicturesAreOfWhatIsSent(t *testing.T) {
	comparePictures(t, "slack", picturedOnSlack(t))
}

// picturedOnSlack is what is sent for a discussion of a bundled article, by the
// picture that shows it, with ids of Slack's and ours that are the same each time.
func picturedOnSlack(t *testing.T) map[string][]json.RawMessage {
	t.Helper()
	now := picturesBegin
	s := slacktest.New(t, slacktest.Options{Speed: 1000})
	team := s.AddTeam("Vellmar Readers")
	in := s.InstallApp(s.AddApp(slacktest.App{}).ID, team, s.AddUser(team, "Editor"))
	id := s.AddChannel(team, slacktest.Channel{Name: "reading", Members: []string{in.BotUser}})
	adapter := slack.New(slack.Options{API: s.API, Apps: []slack.App{{Name: "readers", BotToken: in.Token, AppToken: "xapp-1"}}})
	d := picturedDiscussion(t, adapter, bot.Channel{Platform: slack.Platform, Workspace: team, ID: id}, &now,
		func(name string) string { return s.AddUser(team, name) },
		func(thread, who, words string) string {
			return s.Reply(slacktest.Ref{Channel: id, TS: thread}, who, words).TS
		})
	out := map[string][]json.RawMessage{}
	same := sameOnSlack()
	posts := s.Calls("chat.postMessage")
	for i, c := range posts {
		args := map[string]json.RawMessage{}
		for name := range c.Args {
			switch v := c.Args.Get(name); name {
			case "blocks", "metadata":
				args[name] = json.RawMessage(v)
			case "channel", "thread_ts", "text", "mrkdwn", "unfurl_links", "unfurl_media":
				quoted, err := json.Marshal(v)
				if err != nil {
					t.Fatal(err)
				}
				args[name] = quoted
			}
		}
		raw, err := json.Marshal(args)
		if err != nil {
			t.Fatal(err)
		}
		switch questions := len(d.Questions); i {
		case 0:
			out["post"] = append(out["post"], same(raw))
		case 1, questions + 1: // the first question, and the answer by form
			out["question"] = append(out["question"], same(raw))
		case len(posts) - 1:
			out["recap"] = append(out["recap"], same(raw))
		}
	}
	return out
}

// sameOnSlack puts ids in place of those that are others each time: keys, Slack's
// and the endings of ours.
func sameOnSlack() func([]byte) json.RawMessage {
	seen := map[string]int{}
	ids := regexp.MustCompile(`\b1[0-9]{9}\.?[0-9]{6}\b|p1[0-9]{15}\b|\bC[0-9A-Z]{8,}\b|\b[a-z2-7]{24}\b|\\"id\\":\\"[0-9a-f]{8}`)
	return func(body []byte) json.RawMessage {
		return ids.ReplaceAllFunc(body, func(id []byte) []byte {
			was, isKey := string(id), len(id) == 24
			if !isKey { // a time is written in two ways
				was = strings.TrimPrefix(strings.ReplaceAll(was, ".", ""), "p")
			}
			if seen[was] == 0 {
				seen[was] = len(seen) + 1
			}
			switch n := seen[was]; {
			case isKey:
				return fmt.Appendf(nil, "key%021d", n)
			case id[0] == 'C':
				return fmt.Appendf(nil, "C%010d", n)
			case id[0] == 'p':
				return fmt.Appendf(nil, "p1763888400%06d", n)
			case id[0] == '\\':
				return fmt.Appendf(nil, `\"id\":\"%08d`, n)
			default:
				return fmt.Appendf(nil, "1763888400.%06d", n)
			}
		})
	}
}
