package store

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"colloquy/bot"
)

func FuzzTexts(f *testing.F) {
	for _, s := range []string{"", "plain", "a\x00b", "\xff\xfe", "half \xc3", "emoji 👍", "\xed\xa0\x80", "\uFFFD"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c := clean(s)
		if !utf8.ValidString(c) || strings.Contains(c, "\x00") || clean(c) != c {
			t.Errorf("%q is cleaned as %q", s, c)
		}
		if utf8.ValidString(s) && !strings.Contains(s, "\x00") && c != s {
			t.Errorf("%q was good, and is %q", s, c)
		}
		if v, id := cleanArg(s), cleanArg(bot.ID(s)); v != c && c != s || c == s && (v != s || id != bot.ID(s)) {
			t.Errorf("%q is given as %q and %q", s, v, id)
		}
	})
}

// Whatever bytes come from outside, they are stored, and found again by what was given.
func TestTextsOfAnyBytesAreStored(t *testing.T) {
	db, d, l := withDiscussion(t)
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Error(err)
		}
	}
	for i, odd := range []string{"a\x00b", "\xff\xfe", "half \xc3", "\x00", strings.Repeat("\x00\xf0", 3000), "good 👍"} {
		n, want := fmt.Sprint(i), clean(odd)
		ref := bot.MessageRef{Channel: d.Channel, MessageID: odd + n}
		r := bot.Reply{ID: bot.ID("reply" + n), Ref: ref, Author: bot.Person{Platform: "console", ID: odd, Name: odd}, Text: odd, ReplyTo: odd,
			Files: []bot.File{{Name: odd, URL: odd}}, Version: 1, CreatedAt: when}
		if did, err := db.RecordReply(ctx, r, odd, when, time.Hour); err != nil || !did.New {
			t.Fatalf("%q: %+v, %v", odd, did, err)
		}
		got, err := db.Reply(ctx, r.ID)
		if err != nil || got.Text != want || got.Author.Name != want || got.Ref.MessageID != want+n {
			t.Errorf("%q is stored as %+v, %v", odd, got, err)
		}
		if list, err := db.PersonReplies(ctx, r.Author); err != nil || len(list) != 1 {
			t.Errorf("of %q: %d replies, %v", odd, len(list), err)
		}
		must(db.RemoveReply(ctx, ref, when))
		if got, err := db.Reply(ctx, r.ID); err != nil || !got.Deleted {
			t.Errorf("%q was not found to be removed: %v", odd, err)
		}
		a, err := db.PutArticle(ctx, bot.Article{URL: "https://a.example/" + odd, Title: odd, Byline: odd, Text: odd + n, Categories: []string{odd}}, when)
		if err != nil || a.Title != want || a.Text != want+n {
			t.Errorf("%q: an article %+v, %v", odd, a, err)
		}
		feed := bot.Feed{ID: bot.ID("feed" + n), Name: odd, URL: odd + n, State: bot.FeedActive, CreatedAt: when}
		must(db.PutFeed(ctx, feed, bot.Audit{ID: bot.ID("audit" + n), Action: "feed_add", Actor: odd, Target: odd, Detail: odd, At: when}))
		must(db.FeedPolled(ctx, feed, []bot.Item{{ID: bot.ID("item" + n), FeedID: feed.ID, GUID: odd, Title: odd, Byline: odd, Text: odd}}, when))
		if _, found, err := db.FeedByURL(ctx, odd+n); err != nil || !found {
			t.Errorf("%q: the feed is not found: %v", odd, err)
		}
		must(db.PutInstallations(ctx, when, bot.Presence{Installation: bot.Installation{Platform: "console", Workspace: odd, Name: odd, Owner: bot.Person{ID: odd, Name: odd}}}))
		must(db.NoteTrouble(ctx, bot.Trouble{Platform: "console", Cause: bot.CauseFeed, Subject: odd, Name: odd, Text: odd, Fix: odd, Since: when, Last: when}))
		must(db.AddPost(ctx, l, bot.Post{ID: bot.ID("post" + n), DiscussionID: d.ID, Seq: -1, Kind: bot.PostNote, Key: "key" + n, State: bot.PostPending, Body: bot.Message{Title: odd}}))
		must(db.EndPost(ctx, l, bot.ID("post"+n), bot.PostUnknown, odd, when))
		if p, err := db.Post(ctx, bot.ID("post"+n)); err != nil || p.Reason != want {
			t.Errorf("%q: a post %+v, %v", odd, p, err)
		}
	}
}
