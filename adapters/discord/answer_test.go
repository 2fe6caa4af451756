package discord

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"colloquy/adapters/discord/discordtest"
	"colloquy/bot"
)

func TestChoices(t *testing.T) {
	d := newHall(t)
	long := "https://news.example/" + strings.Repeat("a-long-path/", 12)
	var choices []bot.Choice
	for _, u := range []string{"https://news.example/1", long, long + "2"} {
		choices = append(choices, bot.Choice{Label: "Title *of* " + u[len(u)-1:], Command: "now", Args: map[string]string{"source": u}})
	}
	for _, m := range []bot.Message{{Paragraphs: []string{"Which one?"}}, {Title: "With a link", Link: "https://news.example/other", Paragraphs: []string{"Which one?"}}} {
		d.answers(bot.Answer{Message: m, Choices: choices})
		i := d.Slash(d.channel, d.ada, "discuss now", nil)
		list := i.Await()
		if m.Link != "" { // which nobody takes for one of them
			d.Await("the choices", func() bool { return len(i.FollowUps()) == 1 })
			list = i.FollowUps()[0]
		}
		for n, c := range choices {
			d.Press(list.Message.ID, custom(t, list.Message, n), d.ada).Await()
			if got := d.last(); got.Name != "now" || !maps.Equal(got.Args, c.Args) {
				t.Errorf("%d: %+v", n, got)
			}
		}
	}
}

// More choices than a message has room for are listed, with what to type.
func TestManyChoices(t *testing.T) {
	d := newHall(t)
	var choices []bot.Choice
	for n := range 30 {
		choices = append(choices, bot.Choice{Label: "Number " + string(rune('A'+n)), Command: "close", Args: map[string]string{"id": strings.Repeat(string(rune('A'+n)), 8)}})
	}
	d.answers(bot.Answer{Message: bot.Message{Paragraphs: []string{"Which one?"}}, Choices: choices})
	got := d.Slash(d.channel, d.ada, "discuss close", nil).Await().Message
	var rows []row
	if err := json.Unmarshal(got.Components, &rows); err != nil || len(rows) != 5 || len(rows[4].Components) != 5 {
		t.Errorf("%d rows, %v", len(rows), err)
	}
	if !strings.Contains(got.Content, "Number Z: /discuss close id:ZZZZZZZZ") || strings.Contains(got.Content, "Number Y") {
		t.Error(got.Content)
	}
}

func TestLongAnswer(t *testing.T) {
	d := newHall(t)
	var lines []string
	for n := range 2000 {
		lines = append(lines, "line "+strings.Repeat("x", 20)+" "+string(rune('a'+n%26)))
	}
	lines = append(lines, "the very last")
	d.answers(bot.Answer{Message: bot.Message{Lines: lines}, File: &bot.Document{Name: "../my-data.json", Data: []byte(`{"a":1}`)},
		Choices: []bot.Choice{{Label: "Go on", Command: "my-data", Args: map[string]string{"before": "x"}}}})
	i := d.Slash(d.channel, d.bob, "colloquy my-data", nil)
	i.Await()
	d.Await("all of the answer", func() bool { return len(i.FollowUps()) == 6 })
	follow := i.FollowUps()
	if slices.ContainsFunc(follow, func(s discordtest.Shown) bool { return !s.Ephemeral }) {
		t.Error("others see a part of the answer")
	}
	rest, own := follow[4].Message.Files, follow[5].Message.Files
	if len(rest) != 1 || rest[0].Name != restFile || !strings.Contains(string(rest[0].Data), "the very last") {
		t.Errorf("%+v", rest)
	}
	if len(own) != 1 || own[0].Name != "-my-data.json" || string(own[0].Data) != `{"a":1}` {
		t.Errorf("%+v", own)
	}
	if custom(t, follow[4].Message, 0) == "" {
		t.Error("no button")
	}
}

func TestFileAnswer(t *testing.T) {
	d := newHall(t)
	d.answers(bot.Answer{Message: bot.Message{Paragraphs: []string{"Here it is."}}, File: &bot.Document{Name: "my-data.json", Data: []byte("{}")}})
	got := d.Slash(d.channel, d.bob, "colloquy my-data", nil).Await()
	if f := got.Message.Files; len(f) != 1 || f[0].Name != "my-data.json" || string(f[0].Data) != "{}" || !strings.Contains(got.Message.Content, "Here it is.") {
		t.Errorf("%+v", got)
	}
}

func TestCompletion(t *testing.T) {
	d := newHall(t)
	var choices []bot.Choice
	for n := range 30 {
		choices = append(choices, bot.Choice{Label: strings.Repeat("é", 90+n), Args: map[string]string{"value": "v" + string(rune('A'+n))}})
	}
	choices[1].Args["value"] = strings.Repeat("v", 101) // which would be another when cut
	choices[2].Label = ""
	d.answers(bot.Answer{Choices: choices})
	words, option := completed(t)
	got := d.Complete(d.channel, d.ada, words, option, discordtest.Values{option: "the Har"}).Await()
	if len(got.Choices) != 25 || got.Choices[0].Value != "vA" || got.Choices[1].Value != "vC" || got.Choices[1].Name != "vC" {
		t.Errorf("%+v", got.Choices)
	}
	c := d.last()
	if c.Name != bot.CompleteCommand || !maps.Equal(c.Args, map[string]string{"command": strings.TrimPrefix(words, "discuss "), "param": option, "text": "the Har"}) || !c.Actor.Manager || c.Channel.ID != d.channel {
		t.Errorf("%+v", c)
	}
	d.does(func(context.Context, bot.Command) (bot.Answer, error) { return bot.Answer{}, errors.New("no") })
	if got = d.Complete(d.channel, d.ada, words, option, nil).Await(); len(got.Choices) != 0 || got.Callback != answerChoices {
		t.Errorf("%+v", got)
	}
}

// completed is an option of a manager's command that is completed.
func completed(t *testing.T) (words, option string) {
	t.Helper()
	for _, s := range bot.Commands() {
		for _, p := range s.Params {
			if s.Manage && p.Of != "" {
				return "discuss " + s.Name, p.Name
			}
		}
	}
	t.Fatal("the engine completes nothing")
	return "", ""
}
