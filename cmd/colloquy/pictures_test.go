package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"colloquy/bot"
	"colloquy/bot/store"
	"colloquy/bot/writer"
)

// picturesBegin is when the discussion in the pictures begins.
var picturesBegin = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// comparePictures holds the messages that are stored for the pictures of a
// platform against what is sent today.
func comparePictures(t *testing.T, platform string, sent map[string][]json.RawMessage) {
	t.Helper()
	title := strings.ToUpper(platform[:1]) + platform[1:]
	var js bytes.Buffer
	fmt.Fprintf(&js, "// What Colloquy sends to %s; written by Test%sPicturesAreOfWhatIsSent.\nconst sent = {};\n", title, title)
	for _, m := range []struct{ name, what string }{
		{"post", "the root, and the questions below it"}, {"question", "a question in the thread, and an answer by form"}, {"recap", "the recap"},
	} {
		fmt.Fprintf(&js, "// %s: %s.\nsent.%s = ", m.name, m.what, m.name)
		enc := json.NewEncoder(&js)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		if err := enc.Encode(sent[m.name]); err != nil {
			t.Fatal(err)
		}
	}
	now := js.Bytes()
	file := filepath.Join("testdata", platform, "messages.js")
	if *update {
		if err := os.WriteFile(file, now, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	then, err := os.ReadFile(file)
	if err != nil || !bytes.Equal(then, now) {
		t.Errorf("the pictures in docs/ are not of what is sent: go test ./cmd/colloquy -run %sPictures -update, then cmd/colloquy/testdata/%s/draw (%v)\n%s", title, platform, err, now)
	}
}

// picturedDiscussion runs a discussion of a bundled article in a channel, until its
// recap is posted. add makes somebody a member there and gives their id, say makes
// them write into a thread and gives the id of the message. It changes now, which is
// what the clock of the adapter says.
func picturedDiscussion(t *testing.T, adapter bot.Adapter, channel bot.Channel, now *time.Time, add func(name string) string, say func(thread, who, words string) string) bot.Discussion {
	t.Helper()
	clock := func() time.Time { return *now }
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
		p := bot.Person{Platform: channel.Platform, Workspace: channel.Workspace, ID: add(said.who), Name: said.who}
		people[said.who] = p
		*now = now.Add(time.Duration(7+i) * time.Minute)
		ref := bot.MessageRef{Channel: d.Channel, MessageID: say(d.Channel.Thread, p.ID, said.words)}
		_, err := e.ReplyChanged(ctx, bot.Reply{Ref: ref, Author: p, Text: said.words, CreatedAt: *now, Version: now.UnixMicro()})
		must(err)
	}
	_, err = e.Command(ctx, bot.Command{ID: "form", Name: "answer", Actor: bot.Actor{Person: people["Ben"]}, Channel: d.Channel,
		Args: map[string]string{"n": "1", "text": "One more thing: my father sells shoes there, and he signed the letter before anybody had asked him what he needs."}})
	must(err)
	must(e.RunDiscussion(ctx, d.ID))
	*now = now.Add(25 * time.Hour)
	must(e.RunDiscussion(ctx, d.ID))
	return d
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
