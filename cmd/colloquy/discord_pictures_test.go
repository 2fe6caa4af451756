package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"colloquy/adapters/discord"
	"colloquy/adapters/discord/discordtest"
	"colloquy/bot"
	"colloquy/bot/store"
	"colloquy/bot/writer"
)

// The pictures in docs/ are drawn by testdata/discord/page.html from what is
// sent for a bundled article. This holds the stored messages against what is
// sent today; where they differ, the pictures have to be drawn anew, by
// testdata/discord/draw.
func TestDiscordPicturesAreOfWhatIsSent(t *testing.T) {
	var js bytes.Buffer
	for _, m := range []struct{ name, what string }{
		{"post", "the root, and the questions below it"}, {"question", "a question in the thread, and an answer by form"}, {"recap", "the recap"},
	} {
		fmt.Fprintf(&js, "// %s: %s.\nsent.%s = ", m.name, m.what, m.name)
		enc := json.NewEncoder(&js)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		if err := enc.Encode(pictured(t)[m.name]); err != nil {
			t.Fatal(err)
		}
	}
	now := append([]byte("// What Colloquy sends to Discord; written by TestDiscordPicturesAreOfWhatIsSent.\nconst sent = {};\n"), js.Bytes()...)
	file := filepath.Join("testdata", "discord", "messages.js")
	if *update {
		if err := os.WriteFile(file, now, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	then, err := os.ReadFile(file)
	if err != nil || !bytes.Equal(then, now) {
		t.Errorf("the pictures in docs/ are not of what is sent: go test ./cmd/colloquy -run DiscordPictures -update, then cmd/colloquy/testdata/discord/draw (%v)\n%s", err, now)
	}
}

// pictured is what is sent for a discussion of a bundled article, by the picture
// that shows it, with ids of Discord's and ours that are the same each time.
func pictured(t *testing.T) map[string][]json.RawMessage {
	t.Helper()
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	s := discordtest.New(t, discordtest.Options{Now: clock, Speed: 1000})
	guild := s.AddGuild("Vellmar Readers")
	channel := bot.Channel{Platform: discord.Platform, Workspace: guild, ID: s.AddChannel(guild, discordtest.Channel{Name: "reading"})}
	adapter := discord.New(discord.Options{Token: s.Token, API: s.URL, Clock: clock})
	ctx := t.Context()
	db, err := store.Open(ctx, filepath.Join(t.TempDir(), "colloquy.db"), store.Options{Clock: clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	w, err := writer.NewExtractive()
	if err != nil {
		t.Fatal(err)
	}
	e := bot.New(bot.Options{Store: db, Writer: w, Judge: w, Adapters: []bot.Adapter{adapter}, Clock: clock, Log: slog.New(slog.DiscardHandler)})
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	o, err := e.Request(ctx, channel, bot.Request{Article: picturedArticle(t, ctx, db, clock)}, "", bot.Operator)
	must(err)
	must(e.RunOccurrence(ctx, o.ID))
	o, err = db.Occurrence(ctx, o.ID)
	must(err)
	must(e.RunDiscussion(ctx, o.DiscussionID))
	d, err := db.Discussion(ctx, o.DiscussionID)
	must(err)
	people := map[string]bot.Person{}
	for i, said := range []struct{ who, words string }{
		{"Amina", "@1 For the people who live on the street. I would rather walk past trees than wait behind a row of parked vans, and the bus is late because of them."},
		{"Ben", "@1 It depends on the shuttle. If it comes every ten minutes I will use it; if it comes every forty, I drive to the ring road like Mr Brandl says."},
		{"Chioma", "@2 I do not believe the 17 percent. Visitors are not customers, and the report says itself that rents went up and four shops closed."},
		{"Dorota", "Mill Lane is where the school is. Count the cars there before April and not only after, or nobody will know whether it got worse."},
	} {
		p := bot.Person{Platform: discord.Platform, Workspace: guild, ID: s.AddMember(guild, said.who), Name: said.who}
		people[said.who] = p
		now = now.Add(time.Duration(7+i) * time.Minute)
		ref := bot.MessageRef{Channel: d.Channel, MessageID: s.Say(d.Channel.Thread, p.ID, said.words)}
		_, err := e.ReplyChanged(ctx, bot.Reply{Ref: ref, Author: p, Text: said.words, CreatedAt: now, Version: now.UnixMicro()})
		must(err)
	}
	_, err = e.Command(ctx, bot.Command{ID: "form", Name: "answer", Actor: bot.Actor{Person: people["Ben"]}, Channel: d.Channel,
		Args: map[string]string{"n": "1", "text": "One more thing: my father sells shoes there, and he signed the letter before anybody had asked him what he needs."}})
	must(err)
	must(e.RunDiscussion(ctx, d.ID))
	now = now.Add(25 * time.Hour)
	must(e.RunDiscussion(ctx, d.ID))
	return picturesOf(s, d)
}

func picturedArticle(t testing.TB, ctx context.Context, db *store.DB, clock bot.Clock) bot.ID {
	t.Helper()
	title, words, err := bundledArticle("car-free-street")
	if err != nil {
		t.Fatal(err)
	}
	a, err := (&app{}).reader(slog.LevelError).Pasted(words, title, "https://www.vellmar-herald.example/town/quay-street")
	if err != nil {
		t.Fatal(err)
	}
	a.Site, a.Byline, a.Image = "Vellmar Herald", "Leila Marchetti", "https://www.vellmar-herald.example/town/quay-street.jpg"
	a.Published = time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	if a, err = db.PutArticle(ctx, a, clock()); err != nil {
		t.Fatal(err)
	}
	return a.ID
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
