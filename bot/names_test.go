package bot_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"colloquy/bot"
)

// known is a reply as a listing shows it from then on: under another name, or none.
func (b *bench) known(r bot.Reply, name string) bot.Reply {
	r.Author.Name = name
	b.platform.restore(r)
	return r
}

func TestANameThatWasNotKnownYet(t *testing.T) {
	b := newBench(t)
	b.scope("test", true)
	b.request(bot.Request{Ref: b.web.URL + "/quay"})
	d := b.discussion()
	names := func() []string {
		var out []string
		for _, r := range b.replies(d) {
			out = append(out, r.Author.Name)
		}
		return out
	}
	listed := b.platform.say(d, "Ada", "It would bring people back to the shops, as in Lindhaven.", false)
	b.platform.tell(b.known(listed, ""))
	b.pass(time.Second)
	again := b.platform.say(d, "Ben", "I disagree, the buses stop at eight.", false)
	b.platform.tell(b.known(again, ""))
	b.pass(time.Second)
	never := b.known(b.platform.say(d, "Cleo", "Both have a point about the parking.", false), "")
	b.platform.tell(never)
	b.pass(time.Second)
	gone := b.known(b.platform.say(d, "Dan", "Nobody will see this.", false), "")
	b.platform.tell(gone)
	if err := b.engine.ReplyRemoved(t.Context(), gone.Ref); err != nil {
		t.Fatal(err)
	}
	if got := names(); !slices.Equal(got, []string{"", "", "", ""}) {
		t.Fatalf("%q", got)
	}
	b.platform.tell(b.known(again, "Ben"))
	b.known(listed, "Ada")
	b.platform.tell(b.known(gone, "Dan")) // a tombstone stays one
	b.platform.remove(gone)
	b.pass(time.Minute)
	b.missed(d.Channel.Parent(), time.Minute)
	b.work()
	if got := names(); !slices.Equal(got, []string{"Ada", "Ben", "", ""}) {
		t.Errorf("%q", got)
	}
	b.platform.tell(b.known(b.platform.edit(again, "I disagree; the buses stop at eight."), ""))
	if got := names(); got[1] != "Ben" || b.replies(d)[1].Text != "I disagree; the buses stop at eight." {
		t.Errorf("an edit without a name: %q", got)
	}
	b.platform.tell(b.known(again, "Older")) // an older version
	if got := names(); got[1] != "Ben" {
		t.Errorf("an older version: %q", got)
	}
	b.wait(24 * time.Hour)
	posts := b.platform.posts()
	var by []string
	for _, q := range posts[len(posts)-1].post.Quotation {
		by = append(by, q.By)
	}
	if got := strings.Join(by, "|"); !strings.Contains(got, "Ada") || strings.Contains(got, "cleo") || !strings.Contains(got, "somebody") {
		t.Errorf("the recap names %s", got)
	}
	b.platform.tell(b.known(never, "Cleo"))
	b.work()
	recap := b.platform.posts()[len(posts)-1]
	if !slices.ContainsFunc(recap.post.Quotation, func(q bot.Quoted) bool { return strings.HasPrefix(q.By, "Cleo") }) || recap.edits != 1 {
		t.Errorf("the name came after the recap: %d edits, %+v", recap.edits, recap.post.Quotation)
	}
}

// On Slack a message id is a time with a dot, and ids are of capital letters.
func TestIDsAsSlackHasThem(t *testing.T) {
	b := newBench(t)
	b.scope("test", true)
	b.request(bot.Request{Ref: b.web.URL + "/quay"})
	d := b.discussion()
	ids := []string{"1712345678.000200", "1712345668.000200", "1712355678.000200", "1712345678.000300"}
	for n, id := range ids {
		r := bot.Reply{Ref: bot.MessageRef{Channel: d.Channel, MessageID: id}, Text: "Reply " + id, Version: int64(n), CreatedAt: b.clock(),
			Author: bot.Person{Platform: "test", Workspace: "W1", ID: "U0G9QF9C6", Name: "Ada"}}
		if !b.platform.tell(r) {
			t.Fatal(id)
		}
	}
	for ref, want := range map[string]string{"5678.000200": "ambiguous", "45678.000200": ids[0], ids[1]: ids[1], "5668.000200": ids[1], "000300": ids[3], "200": "ambiguous", "9.000200": "not_found"} {
		got, err := b.db.FindReply(t.Context(), d.Channel, ref)
		if err != nil && bot.ReasonCode(err) != want || err == nil && got.Ref.MessageID != want {
			t.Errorf("%s: %s, %v", ref, got.Ref.MessageID, err)
		}
	}
	if got := b.command("exclude", map[string]string{"id": "5668.000200"}); !strings.Contains(got, "kept out of recaps") || !b.replies(d)[1].Excluded {
		t.Errorf("%s", got)
	}
	for id, want := range map[string]string{ids[0]: "5678.000200", "1029384756": "29384756", "m1": "m1", "1.5": "1.5", "": "", "form-0191d5a4": "0191d5a4"} {
		if got := bot.ShortMessage(id); got != want {
			t.Errorf("%q is shown as %q", id, got)
		}
	}
	for _, s := range []string{"slack:T0G9PQBBK/C0123ABC", "slack:E0G9PQBBK/D0123ABC"} {
		ch, err := bot.ParseChannel(s, "slack")
		p, perr := bot.ParsePerson(s, "slack")
		if err != nil || perr != nil || ch.String() != s || p.String() != s {
			t.Errorf("%s: %v, %v", s, err, perr)
		}
	}
	if at, err := bot.ParseNotices("@slack:T0G9PQBBK/U0G9QF9C6", "slack"); err != nil || at.ID != "@U0G9QF9C6" {
		t.Errorf("%+v, %v", at, err)
	}
	if i, err := bot.ParseInstallation("slack:T0G9PQBBK", "slack"); err != nil || i.String() != "slack:T0G9PQBBK" {
		t.Errorf("%+v, %v", i, err)
	}
}
