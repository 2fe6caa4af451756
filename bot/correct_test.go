package bot_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"colloquy/bot"
)

// recapped is a closed discussion whose recap quotes Ada, and her reply.
func recapped(t *testing.T, b *bench) (bot.Discussion, bot.Reply) {
	t.Helper()
	b.request(bot.Request{Ref: b.web.URL + "/quay"})
	d := b.discussion()
	ada := b.platform.say(d, "Ada", "The quay would bring people back to the shops, as it did in Lindhaven.", true)
	b.platform.say(d, "Ben", "I disagree, the buses stop at eight.", true)
	b.platform.say(d, "Cleo", "People would come back to the shops on the quay, I am sure of that.", true)
	b.wait(25 * time.Hour)
	if text := b.recap(); !strings.Contains(text, "as it did in Lindhaven") {
		t.Fatalf("the recap does not quote her: %s", text)
	}
	return d, ada
}

// unsay is a person who deletes what they wrote, while the bot listens.
func (b *bench) unsay(r bot.Reply) {
	b.t.Helper()
	b.platform.remove(r)
	if err := b.engine.ReplyRemoved(b.t.Context(), r.Ref); err != nil {
		b.t.Fatal(err)
	}
}

// recap is the recap that people see now, as text.
func (b *bench) recap() string {
	var text string
	for _, m := range b.platform.shown() {
		if strings.HasPrefix(m.Title, "Recap") {
			text = strings.Join(m.Paragraphs, "\n")
			for _, q := range m.Quotation {
				text += "\n" + q.By + ": " + q.Text
			}
		}
	}
	return text
}

// Whatever takes a reply back takes it out of the posted recap within one tick,
// and a listing that brings the old message again does not bring it back.
func TestWhatIsTakenBackLeavesThePostedRecap(t *testing.T) {
	for name, take := range map[string]func(b *bench, r bot.Reply){
		"deleted on the platform": func(b *bench, r bot.Reply) { b.unsay(r) },
		"forget-me":               func(b *bench, _ bot.Reply) { b.typed("/discuss forget-me") },
		"opt-out":                 func(b *bench, _ bot.Reply) { b.typed("/discuss opt-out") },
		"excluded":                func(b *bench, r bot.Reply) { b.typed("/discuss exclude " + r.Ref.MessageID) },
		"erased by the operator": func(b *bench, r bot.Reply) {
			if _, err := b.engine.Erase(b.t.Context(), r.Author, bot.Operator); err != nil {
				b.t.Fatal(err)
			}
		},
		"withdrawn": func(b *bench, _ bot.Reply) { b.typed("/discuss withdraw") },
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			d, r := recapped(t, b)
			take(b, r)
			b.work() // one tick, at the same moment
			if text := b.recap(); strings.Contains(text, "Lindhaven") || name != "withdrawn" && !strings.Contains(text, "people wrote") {
				t.Errorf("the recap says: %s", text)
			}
			// The platform lists the old messages, as they were, and tells of them anew.
			b.platform.restore(r)
			for _, up := range []bool{false, true} {
				if err := b.engine.Connected(t.Context(), "test", up); err != nil {
					t.Fatal(err)
				}
				b.wait(time.Second)
			}
			b.platform.tell(r)
			b.wait(time.Minute)
			if text := b.recap(); strings.Contains(text, "Lindhaven") {
				t.Errorf("after a listing the recap says: %s", text)
			}
			erased := name != "excluded" && name != "opt-out" && name != "withdrawn"
			for _, stored := range b.replies(d) {
				if erased && (stored.Author.ID == "ada" || strings.Contains(stored.Text, "Lindhaven")) {
					t.Errorf("it came back: %+v", stored)
				}
			}
			b.platform.onlyOnce()
		})
	}
}

func TestAnEditedReplyIsQuotedAnew(t *testing.T) {
	b := newBench(t)
	_, r := recapped(t, b)
	r = b.platform.edit(r, "The quay would bring people back to the shops, as nothing else did.")
	b.platform.tell(r)
	b.work()
	if text := b.recap(); strings.Contains(text, "Lindhaven") || !strings.Contains(text, "as nothing else did") {
		t.Errorf("the recap says: %s", text)
	}
}

func TestIncludedAgain(t *testing.T) {
	b := newBench(t)
	_, r := recapped(t, b)
	b.typed("/discuss exclude " + r.Ref.MessageID)
	b.typed("/discuss include " + r.Ref.MessageID)
	if text := b.recap(); !strings.Contains(text, "Lindhaven") {
		t.Errorf("the recap says: %s", text)
	}
	if got := b.typed("/discuss exclude nothing"); !strings.Contains(got, "No recorded reply") {
		t.Error(got)
	}
}

func TestNothingToCorrectIsNotEdited(t *testing.T) {
	b := newBench(t)
	d, _ := recapped(t, b)
	for _, r := range b.replies(d) {
		r.ID, r.Reactions = "", []bot.Reaction{{Key: "👍", Count: 1}} // as a platform tells of it
		if !b.platform.tell(r) {
			t.Fatalf("not recorded: %+v", r)
		}
	}
	if d := b.discussion(); !d.Stale {
		t.Fatal("nothing to look at")
	}
	b.work()
	if d := b.discussion(); d.Stale {
		t.Error("it is looked at for ever")
	}
	for _, m := range b.platform.posts() {
		if m.edits != 0 {
			t.Errorf("edited %d times: %+v", m.edits, m.post)
		}
	}
}

func TestRecapThatCannotBeEdited(t *testing.T) {
	b := newBench(t)
	_, r := recapped(t, b)
	b.platform.unchangeable = bot.Permanent(errors.New("too old"))
	b.unsay(r)
	b.wait(time.Minute)
	b.wait(time.Hour)
	notes := 0
	for _, m := range b.platform.shown() {
		if len(m.Paragraphs) > 0 && strings.Contains(m.Paragraphs[0], "taken back since") {
			notes++
		}
	}
	if notes != 1 {
		t.Errorf("%d notes say so", notes)
	}
}

func TestAnEditIsTriedAgain(t *testing.T) {
	b := newBench(t)
	_, r := recapped(t, b)
	b.platform.unchangeable = errCut
	b.unsay(r)
	b.wait(time.Second)
	b.platform.unchangeable = nil
	b.wait(time.Minute)
	if text := b.recap(); strings.Contains(text, "Lindhaven") {
		t.Errorf("the recap says: %s", text)
	}
}
