package main

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"colloquy/adapters/console"
	"colloquy/adapters/discord"
	"colloquy/adapters/discord/discordtest"
	"colloquy/adapters/slack"
	"colloquy/adapters/slack/slacktest"
	"colloquy/bot"
	"colloquy/bot/store"
	"colloquy/bot/writer"
	"colloquy/bot/writer/model"
	"colloquy/bot/writer/model/modeltest"
	"colloquy/prompts"
)

// An invaded channel is one in which an article with orders is discussed.
type invaded struct {
	name    string // "plain" for the one without orders
	article bot.Article
	at      map[string]bot.Channel // by platform
}

// TestInjectionsChangeNoPost posts articles that give orders, written about by a
// model that obeys them, on every platform: the posts are where they belong, notify
// nobody, link to the article alone and have the form of those for a plain article.
func TestInjectionsChangeNoPost(t *testing.T) {
	ctx := t.Context()
	now := picturesBegin
	clock := func() time.Time { return now }
	db, err := store.Open(ctx, filepath.Join(t.TempDir(), "colloquy.db"), store.Options{Clock: clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	d := discordtest.New(t, discordtest.Options{Speed: 1000})
	s := slacktest.New(t, slacktest.Options{Speed: 1000})
	guild := d.AddGuild("Readers")
	all := invadingArticles(t)
	if racing { // which makes it ten times slower: the plain one and a few others
		all = all[:6]
	}
	var apps []slack.App
	var general []string // of Slack
	us := map[string]bool{}
	for i, v := range all { // each in a workspace of its own, as one would take a minute for so many posts
		team := s.AddTeam(fmt.Sprint("Readers ", i))
		in := s.InstallApp(s.AddApp(slacktest.App{}).ID, team, s.AddUser(team, "Editor"))
		apps = append(apps, slack.App{Name: fmt.Sprint("readers", i), BotToken: in.Token, AppToken: "xapp-1"})
		us[in.BotUser] = true
		general = append(general, s.AddChannel(team, slacktest.Channel{Name: "general", Members: []string{in.BotUser}}))
		v.at = map[string]bot.Channel{
			discord.Platform: {Platform: discord.Platform, Workspace: guild, ID: d.AddChannel(guild, discordtest.Channel{Name: v.name})},
			slack.Platform:   {Platform: slack.Platform, Workspace: team, ID: s.AddChannel(team, slacktest.Channel{Name: v.name, Members: []string{in.BotUser}})},
			console.Platform: {Platform: console.Platform, ID: v.name},
		}
	}
	var shown strings.Builder
	adapters := []bot.Adapter{
		discord.New(discord.Options{Token: d.Token, API: d.URL, PerSecond: 1000}),
		slack.New(slack.Options{API: s.API, Apps: apps}),
		console.New(console.Options{Dir: t.TempDir(), Out: &shown, Clock: clock}),
	}
	w, offline := obedientWriter(t)
	e := bot.New(bot.Options{Store: db, Writer: w, Offline: offline, Judge: offline, Adapters: adapters, Clock: clock, Log: slog.New(slog.DiscardHandler)})

	elsewhere := d.AddChannel(guild, discordtest.Channel{Name: "general"})
	var posting sync.WaitGroup
	for _, v := range all {
		if v.article, err = db.PutArticle(ctx, v.article, now); err != nil {
			t.Fatal(err)
		}
		for _, ch := range v.at { // at once, as each channel's posts come one after another
			posting.Go(func() {
				o, err := e.Request(ctx, ch, bot.Request{Article: v.article.ID, Questions: 3}, "", bot.Operator)
				if err == nil {
					err = e.RunOccurrence(ctx, o.ID)
				}
				if err == nil {
					o, err = db.Occurrence(ctx, o.ID)
				}
				if err == nil {
					err = e.RunDiscussion(ctx, o.DiscussionID)
				}
				if err != nil || o.Outcome != bot.OutcomePosted {
					t.Errorf("%s on %s: %s %s %v", v.name, ch.Platform, o.Outcome, o.Reason, err)
				}
			})
		}
	}
	posting.Wait()
	onDiscord(t, d, all)
	onSlack(t, s, us, all)
	onConsole(t, shown.String(), len(all))
	n := len(d.Messages(elsewhere))
	for _, ch := range general {
		n += len(s.Messages(ch))
	}
	if n > 0 {
		t.Errorf("%d messages in the channels that articles name", n)
	}
}

// obedientWriter asks a model that does what articles say.
func obedientWriter(t *testing.T) (*writer.LLM, *writer.Extractive) {
	t.Helper()
	s := modeltest.New(t, modeltest.Options{})
	s.Behave(modeltest.Obedient())
	m, err := model.New(model.Options{Provider: model.OpenAI, URL: s.URL, Key: modeltest.DefaultKey, Model: "scripted"})
	if err != nil {
		t.Fatal(err)
	}
	p, err := prompts.LoadTemplates("")
	if err != nil {
		t.Fatal(err)
	}
	offline, err := writer.NewExtractive()
	if err != nil {
		t.Fatal(err)
	}
	return writer.NewLLM(writer.LLMOptions{Model: m, Prompts: p, Offline: offline}), offline
}

// invadingArticles are a plain article, first, and those with orders of which
// anything can be said, as they are read.
func invadingArticles(t *testing.T) []*invaded {
	t.Helper()
	paths, err := filepath.Glob("../../bot/writer/testdata/injections/*.txt")
	if err != nil || len(paths) < 30 {
		t.Fatalf("%d articles: %v", len(paths), err)
	}
	_, words, err := bundledArticle("car-free-street")
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{"plain": "Title: A street without cars\nBy: Ann Lee\nSite: The Vellmar Herald\n\n" + words}
	names := []string{"plain"}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if name := strings.TrimSuffix(filepath.Base(path), ".txt"); name != "en-only-orders" {
			texts[name], names = string(data), append(names, name)
		}
	}
	var out []*invaded
	for _, name := range names {
		head, text, _ := strings.Cut(texts[name], "\n\n")
		about := map[string]string{}
		for line := range strings.Lines(head) {
			key, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
			about[key] = value
		}
		a, err := (&app{}).reader(slog.LevelError).Pasted(text, about["Title"], "https://news.example/"+name)
		if err != nil {
			t.Fatal(err)
		}
		a.Byline, a.Site = about["By"], about["Site"]
		out = append(out, &invaded{name: name, article: a})
	}
	return out
}

// form is the shape of JSON without what it says: its keys, and of a list the
// different shapes in it.
func form(v any) string {
	switch v := v.(type) {
	case map[string]any:
		var parts []string
		for _, k := range slices.Sorted(maps.Keys(v)) {
			parts = append(parts, k+":"+form(v[k]))
		}
		return "{" + strings.Join(parts, ",") + "}"
	case []any:
		parts := map[string]bool{}
		for _, e := range v {
			parts[form(e)] = true
		}
		return "[" + strings.Join(slices.Sorted(maps.Keys(parts)), ",") + "]"
	}
	return ""
}

// forms are the shapes of the elements of lists, as platforms have them.
func forms(t *testing.T, lists ...json.RawMessage) []string {
	t.Helper()
	var out []string
	for _, list := range lists {
		var v []any
		if err := json.Unmarshal(list, &v); err != nil {
			t.Fatal(err)
		}
		for _, e := range v {
			out = append(out, form(e))
		}
	}
	return out
}

var links = regexp.MustCompile(`https?://[^\s"<>()|\\]+`)

// onlyLinkTo checks that nothing but the article is linked.
func (v *invaded) onlyLinkTo(t *testing.T, what string) {
	t.Helper()
	for _, link := range links.FindAllString(what, -1) {
		if link != v.article.URL && !strings.HasPrefix(link, "https://discord.com/") {
			t.Errorf("%s: a link to %s in %s", v.name, link, what)
		}
	}
}

// sameForms checks that posts are made of what those for the plain article are
// made of: the root of what that root has, the others of what a question has.
func (v *invaded) sameForms(t *testing.T, plain, mine [][]string) {
	t.Helper()
	if len(mine) == 0 || len(mine) > len(plain) {
		t.Errorf("%s: %d posts, and %d for a plain article", v.name, len(mine), len(plain))
		return
	}
	for i, post := range mine {
		for _, f := range post {
			if !slices.Contains(plain[min(i, 1)], f) {
				t.Errorf("%s: post %d has an element of the form %s, and not one of %q", v.name, i, f, plain[min(i, 1)])
			}
		}
	}
}

// hasThread is the flag that Discord puts on a message below which there is one.
const hasThread = 1 << 5

func onDiscord(t *testing.T, d *discordtest.Server, all []*invaded) {
	t.Helper()
	var plain [][]string
	for _, v := range all {
		ch := v.at[discord.Platform].ID
		posts := d.Written(ch)
		for _, thread := range d.Threads(ch) {
			posts = append(posts, d.Written(thread.ID)...)
		}
		var mine [][]string
		for _, m := range posts {
			if len(m.Notified) > 0 || m.Flags&^hasThread != 0 {
				t.Errorf("%s: %q notifies %v, flags %d", v.name, m.Content, m.Notified, m.Flags)
			}
			v.onlyLinkTo(t, m.Content+string(m.Embeds)+string(m.Components))
			mine = append(mine, forms(t, m.Embeds, m.Components))
		}
		if v.name == "plain" {
			plain = mine
		}
		v.sameForms(t, plain, mine)
	}
}

func onSlack(t *testing.T, s *slacktest.Server, us map[string]bool, all []*invaded) {
	t.Helper()
	var plain [][]string
	for _, v := range all {
		var mine [][]string
		for _, m := range s.Messages(v.at[slack.Platform].ID) {
			if !us[m.User] {
				continue // what Slack says itself
			}
			if len(m.Notified) > 0 || m.Broadcast || m.UnfurlLinks || m.UnfurlMedia {
				t.Errorf("%s: %q notifies %v (%v %v %v)", v.name, m.Text, m.Notified, m.Broadcast, m.UnfurlLinks, m.UnfurlMedia)
			}
			v.onlyLinkTo(t, m.Text+string(m.Blocks))
			mine = append(mine, forms(t, m.Blocks))
		}
		if v.name == "plain" {
			plain = mine
		}
		v.sameForms(t, plain, mine)
	}
}

// onConsole checks that nothing moves the cursor, and nothing unseen is written.
func onConsole(t *testing.T, shown string, articles int) {
	t.Helper()
	if i := strings.IndexFunc(shown, func(r rune) bool {
		return r < ' ' && r != '\n' || r >= 0x7f && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0xe0000
	}); i >= 0 || len(shown) < 500*articles {
		t.Errorf("%d bytes are shown, and at %d: %.80q", len(shown), i, shown[max(0, i):])
	}
}
