package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"colloquy/bot"
	"colloquy/bot/store"
)

func TestDiscussionIsListedAndShown(t *testing.T) {
	w := newTown(t)
	id := w.discussed("Buses are for everyone", "@2 Not so: half of them are empty", "/as Ana", "2) The hospital needs one")
	list := read[[]discussionJSON](w, "discussion", "list")
	d := list[0]
	if len(list) != 1 || d.State != bot.StateClosed || d.Channel != "console:demo" || d.Replies != 3 || d.People != 2 ||
		d.OpenedAt == nil || d.ClosesAt == nil || d.ClosedAt == nil || d.Questions < 2 || d.Title == "" {
		t.Errorf("listed as %+v", list)
	}
	contains(t, w.ok("discussion", "list"), "ID        CHANNEL       STATE", "console:demo  closed", "3 by 2", d.Title)
	contains(t, w.ok("discussion", "list", "--open"), "There are no discussions")
	contains(t, w.ok("discussion", "list", "--channel", "console:other"), "There are no discussions")
	if list := read[[]discussionJSON](w, "discussion", "list", "--channel", "console:other"); list == nil {
		t.Error("an empty list is null")
	}

	out := w.ok("discussion", "show", id[len(id)-5:])
	second, third, whole, recap := strings.Index(out, "\n2   "), strings.Index(out, "\n3   "), strings.Index(out, "\nOn the discussion as a whole"), strings.Index(out, "\nRecap: ")
	for _, at := range []struct {
		text        string
		after, befo int
	}{{"half of them are empty", second, third}, {"The hospital needs one", second, third}, {"Buses are for everyone", whole, recap}, {"2 people wrote 3 replies.", recap, len(out)}} {
		if i := strings.Index(out, at.text); i < at.after || i > at.befo || at.after < 0 {
			t.Errorf("%q is not where it belongs in:\n%s", at.text, out)
		}
	}
	contains(t, out, "Discussion "+bot.ID(id).Short()+" in console:demo: 3 replies by 2 people\nPosted ", "3 replies by 2 people", "│ ")
	for line := range strings.SplitSeq(out, "\n") {
		if len([]rune(line)) > pipeWidth {
			t.Errorf("a line is wider than %d columns: %q", pipeWidth, line)
		}
	}
}

func TestRecap(t *testing.T) {
	w := newTown(t)
	id := w.discussed("Buses are for everyone", "/as Ana", "No, they are not")
	contains(t, w.ok("recap", id), "Recap: ", "2 people wrote 2 replies.", "│ Buses are for everyone\n│ — you (")
	got := read[recapJSON](w, "recap", id)
	if got.ID == "" || string(got.Discussion) != id || len(got.Quotations) == 0 || got.Quotations[0].Reply == "" || len(got.Statements) == 0 || got.CreatedAt == nil {
		t.Errorf("recap %+v", got)
	}
	w.ok("person", "erase", "console:you", "--yes")
	if out := w.ok("recap", id); strings.Contains(out, "everyone") || !strings.Contains(out, "No, they are not") {
		t.Errorf("after erasing:\n%s", out)
	}
}

func TestDiscussionClosesHere(t *testing.T) {
	w := newTown(t)
	w.ok("digest", "http://"+strings.TrimPrefix(strings.TrimSuffix(w.feed, "/feed.xml"), "http://")+"/Rivers", "--post", "console:a")
	d := read[[]discussionJSON](w, "discussion", "list", "--open")[0]
	contains(t, w.ok("discussion", "list"), "console:a  open until ")
	contains(t, w.ok("discussion", "show", string(d.ID)), "Open until ", "0 replies by 0 people")
	contains(t, w.ok("__complete", "discussion", "show", ""), d.ID.Short()+"\tRivers\n")
	w.fails(exitFailed, "has no recap: the discussion is open until", "recap", string(d.ID))
	contains(t, w.ok("discussion", "close", string(d.ID)), "is closed; there is no recap: a recap needs 3 replies by 2 people, and there were 0 replies by 0 people.")
	w.fails(exitFailed, "is not open: it is closed", "discussion", "close", string(d.ID))
	w.fails(exitFailed, "a recap needs 3 replies by 2 people", "recap", string(d.ID))
}

func TestDiscussionClosesBesideServe(t *testing.T) {
	w := newTown(t)
	chat := w.serve()
	w.ok("digest", strings.TrimSuffix(w.feed, "/feed.xml")+"/Rivers", "--post", "console:a")
	fmt.Fprint(chat, "#a Let rivers run\n#a /as Ana\n#a I disagree, farms need the soil\n#a /as Ben\n#a Pay the farmers\n")
	id := string(read[[]discussionJSON](w, "discussion", "list")[0].ID)
	w.until("three replies are there", func() bool { return read[[]discussionJSON](w, "discussion", "list")[0].Replies == 3 })
	contains(t, w.ok("discussion", "close", id), "Recap: Rivers", "3 people wrote 3 replies.", "is closed; its recap is posted.")
}

// What people wrote cannot act on the terminal that shows it.
func TestHostileRepliesStayText(t *testing.T) {
	w := newTown(t)
	id := w.discussed("first")
	db, err := store.Open(t.Context(), home(t), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	d, err := db.Discussion(t.Context(), bot.ID(id))
	if err != nil {
		t.Fatal(err)
	}
	evil := "\x1b]0;owned\x07\x1b[2Jnice \u202eevil\u202c\r\nnext <script>alert(1)</script> [click](javascript:x) # no"
	r := bot.Reply{ID: bot.NewID(time.Now()), Ref: bot.MessageRef{Channel: d.Channel, MessageID: "m1"}, Version: 1, CreatedAt: *at(d.ClosedAt, -time.Second),
		Author: bot.Person{Platform: "console", ID: "eve", Name: "=cmd|'/c calc'!A1"}, Text: evil}
	if _, err := db.RecordReply(t.Context(), r, "hash", time.Now(), time.Hour); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	for _, args := range []string{"discussion show " + id, "discussion export " + id + " --format md", "person show console:eve"} {
		out := w.ok(strings.Fields(args)...)
		if strings.ContainsAny(out, "\x1b\x07\r\u202e") || !strings.Contains(out, "nice evil\n") && !strings.Contains(out, "nice evil  \n") {
			t.Errorf("%s shows %q", args, out)
		}
	}
	contains(t, w.ok("discussion", "export", id, "--format", "md"), `\<script\>`, `\[click\](javascript:x) \# no`)
	contains(t, w.ok("discussion", "export", id, "--format", "csv"), ",'=cmd|'/c calc'!A1,")
}

func at(t time.Time, d time.Duration) *time.Time {
	t = t.Add(d)
	return &t
}
