package bot_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"colloquy/bot"
)

var ben = bot.Person{Platform: "test", Workspace: "W1", ID: "ben", Name: "Ben"}

// formBench is an open discussion in which people answer by form.
func formBench(t *testing.T, change ...func(*bot.Options)) (*bench, bot.Discussion) {
	t.Helper()
	b := newBench(t, change...)
	b.connect()
	b.request(bot.Request{Ref: b.web.URL + "/quay"})
	return b, b.discussion()
}

// asks gives a command as somebody who manages nothing, in the thread of d, and
// does not carry out what it began.
func (b *bench) asks(who bot.Person, d bot.Discussion, id, name string, args map[string]string) bot.Answer {
	b.t.Helper()
	a, err := b.engine.Command(b.t.Context(), bot.Command{ID: id, Name: name, Args: args, Channel: d.Channel, Actor: bot.Actor{Person: who}})
	if err != nil {
		b.t.Fatal(err)
	}
	if !a.Private {
		b.t.Errorf("%s: everybody sees the answer", name)
	}
	return a
}

func said(a bot.Answer) string {
	return strings.Join(append(append([]string{}, a.Message.Paragraphs...), a.Message.Lines...), "\n")
}

// form is an answer to question n that is stored and posted.
func (b *bench) form(who bot.Person, d bot.Discussion, n int, text string) bot.Reply {
	b.t.Helper()
	if got := b.submit(who, d, n, text); !strings.HasPrefix(got, "Recorded") {
		b.t.Fatal(got)
	}
	b.work()
	all := b.replies(d)
	for i := range all {
		if r := all[len(all)-1-i]; r.Text == text {
			return r
		}
	}
	b.t.Fatalf("%q is not stored", text)
	return bot.Reply{}
}

func (b *bench) submit(who bot.Person, d bot.Discussion, n int, text string) string {
	b.t.Helper()
	args := map[string]string{"id": d.ID.Short(), "text": text}
	if n > 0 {
		args["n"] = fmt.Sprint(n)
	}
	return said(b.asks(who, d, fmt.Sprintf("%s%d%s", who.ID, n, text), "answer", args))
}

// answers lists what is shown of answers by form, oldest first.
func (p *platform) answers() (out []message) {
	for _, m := range p.posts() {
		if !m.gone && len(m.post.Buttons) == 1 && m.post.Buttons[0].Command == "remove" {
			out = append(out, m)
		}
	}
	return out
}

func (b *bench) shows(want ...string) {
	b.t.Helper()
	var got []string
	for _, m := range b.platform.answers() {
		got = append(got, m.post.Quotation[0].By+": "+m.post.Quotation[0].Text)
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		b.t.Errorf("answers in the thread: %q, want %q", got, want)
	}
}

func TestAnswerByForm(t *testing.T) {
	b, d := formBench(t)
	question := b.platform.posts()[2].post
	answer := button(t, question, "Answer")
	if answer.Form == "" || answer.Args["n"] != "2" || len(b.platform.posts()[0].post.Asks) != len(d.Questions) {
		t.Fatalf("%+v, %+v", answer, b.platform.posts()[0].post)
	}
	args := map[string]string{"id": answer.Args["id"], "n": answer.Args["n"], "text": " @1 **Buses**\nbefore cars. "}
	for range 2 { // the platform delivers it twice
		if a := b.asks(ada, d, "i1", answer.Command, args); !strings.HasPrefix(said(a), "Recorded. ") || a.Refused {
			t.Fatal(said(a))
		}
		b.wait(time.Second)
	}
	r := b.replies(d)
	if len(r) != 1 || r[0].Question != 2 || r[0].Text != "@1 **Buses**\nbefore cars." || r[0].Author != ada || !r[0].ByForm() || r[0].Late || r[0].Version != b.clock().Add(-2*time.Second).UnixMicro() {
		t.Errorf("stored %+v", r)
	}
	b.shows("Ada, on question 2: @1 **Buses**\nbefore cars.")
	b.form(ben, d, 0, "The whole of it.")
	b.shows("Ada, on question 2: @1 **Buses**\nbefore cars.", "Ben: The whole of it.")
	if m := b.platform.answers()[0]; m.ref.Channel != d.Channel {
		t.Errorf("it is in %+v", m.ref)
	}
	b.platform.onlyOnce()
	for _, test := range []struct{ n, text, want string }{
		{"1", " \u200b\n ", "nothing in your answer"}, {"1", strings.Repeat("x", 4001), "4001 characters"},
		{"99", "hello", "give a number up to"}, {"0", "hello", "a number from 1 on"}, {"x", "hello", "a number from 1 on"},
	} {
		a := b.asks(ada, d, "", "answer", map[string]string{"id": d.ID.Short(), "n": test.n, "text": test.text})
		if got := said(a); !strings.Contains(got, test.want) || !a.Refused || len(b.replies(d)) != 2 {
			t.Errorf("%.20q to %s: %s", test.text, test.n, got)
		}
	}
	b.form(ada, d, 1, strings.Repeat("ä", 4000))
}

// What is typed needs neither an id nor a number.
func TestAnswerTyped(t *testing.T) {
	b, d := formBench(t)
	for line, want := range map[string]string{
		"/discuss answer --n 2 Two, and --n 3 too.":             "--n 3 too.",
		"/discuss answer The whole.":                            "The whole.",
		"/discuss answer --id=" + d.ID.Short() + " --n=1 “One”": "“One”",
	} {
		if got := b.typed(line); !strings.HasPrefix(got, "Recorded.") || !strings.Contains(strings.Join(texts(b.replies(d)), "|"), want) {
			t.Errorf("%s: %s, %q", line, got, texts(b.replies(d)))
		}
	}
	if got := b.typed("/discuss answer --n 2"); !strings.Contains(got, "text is missing") {
		t.Error(got)
	}
}

func TestAnswersGoNowhereElse(t *testing.T) {
	b, d := formBench(t)
	for _, in := range []bot.Channel{{Platform: "test", Workspace: "W2", ID: "general"}, {Platform: "test", Workspace: "W1", ID: "other"}} {
		there := d
		there.Channel = in
		for _, name := range []string{"answer", "evidence"} {
			if got := said(b.asks(ada, there, "", name, map[string]string{"id": d.ID.Short(), "n": "1", "text": "hello"})); !strings.Contains(got, "discussion is not in this") {
				t.Errorf("%s from %s: %s", name, in, got)
			}
		}
	}
	b.asks(ada, d, "", "opt-out", nil)
	if got := b.submit(ada, d, 1, "not to be stored"); !strings.Contains(got, "nothing was stored") {
		t.Error(got)
	}
	b.wait(25 * time.Hour) // it closes
	b.wait(time.Second)
	if got := b.submit(ben, d, 1, "late"); !strings.HasPrefix(got, "Recorded, as late") {
		t.Error(got)
	}
	b.work()
	b.shows("Ben, on question 1: late")
	b.wait(8 * 24 * time.Hour)
	if got := b.submit(ben, d, 1, "too late"); !strings.Contains(got, "nothing was stored") {
		t.Error(got)
	}
	if r := b.replies(d); len(r) != 1 || !r[0].Late {
		t.Errorf("%+v", r)
	}
}

func TestAnswerIsRemoved(t *testing.T) {
	b, d := formBench(t)
	b.form(ada, d, 1, "Mine.")
	remove := button(t, b.platform.answers()[0].post, "Remove")
	if got := said(b.asks(ben, d, "", remove.Command, remove.Args)); !strings.Contains(got, "Only its author") {
		t.Errorf("somebody else: %s", got)
	}
	spoken := b.platform.say(d, "Ada", "Written in the thread.", true)
	if got := said(b.asks(ada, d, "", "remove", map[string]string{"id": spoken.Ref.MessageID})); !strings.Contains(got, "delete it in the thread") {
		t.Errorf("a message: %s", got)
	}
	b.work()
	b.shows("Ada, on question 1: Mine.")
	for i, want := range []string{"Removed", "Nothing is recorded"} {
		if got := said(b.asks(ada, d, "", remove.Command, remove.Args)); !strings.HasPrefix(got, want) {
			t.Errorf("press %d: %s", i, got)
		}
	}
	b.work()
	b.shows()
	if r := b.replies(d)[1]; !r.ByForm() || !r.Deleted || r.Text != "" || r.Author.ID != "" {
		t.Errorf("a tombstone keeps %+v", r)
	}
	// A manager, by the message that the button is on.
	r := b.form(ben, d, 1, "Rude.")
	c := bot.Command{Name: "remove", Ref: b.platform.answers()[0].ref, Channel: d.Channel, Actor: bot.Actor{Person: ada, Manager: true}}
	b.answer(c)
	b.shows()
	if lines, err := b.audits("remove"); err != nil || len(lines) != 1 || lines[0] != "test:W1/ada "+string(r.ID) || len(texts(b.replies(d))) != 1 {
		t.Errorf("%q, %q", lines, texts(b.replies(d)))
	}
}

func TestAnswerRemovedBeforeItIsOut(t *testing.T) {
	b, d := formBench(t)
	b.submit(ada, d, 1, "Taken back.")
	r := b.replies(d)[0]
	if got := said(b.asks(ada, d, "", "remove", map[string]string{"id": r.ID.Short()})); !strings.HasPrefix(got, "Removed") {
		t.Error(got)
	}
	b.work()
	b.shows()
	for _, m := range b.platform.posts() {
		if len(m.post.Quotation) > 0 && m.post.Quotation[0].Text == "Taken back." {
			t.Error("it was posted all the same")
		}
	}
	if d := b.discussionOf(d.ID); d.State != bot.StateOpen || d.Reason != "" || d.Pending {
		t.Errorf("%s, %q, pending %v", d.State, d.Reason, d.Pending)
	}
}

func TestForgetMeTakesAnswersAway(t *testing.T) {
	b, d := formBench(t)
	b.form(ada, d, 1, "One.")
	b.form(ben, d, 1, "Ben's.")
	b.form(ada, d, 2, "Two.")
	a := b.asks(ada, d, "", "privacy", nil)
	var labels []string
	for _, c := range a.Choices {
		labels = append(labels, c.Label+"="+c.Command+" "+c.Args["confirm"])
	}
	if got := strings.Join(labels, "; "); got != "See what is recorded=my-data ; Export it=export-me ; Stop recording me=opt-out ; Erase it=forget-me ask" {
		t.Errorf("choices %s", got)
	}
	ask := b.asks(ada, d, "", a.Choices[3].Command, a.Choices[3].Args)
	if len(ask.Choices) != 1 || ask.Choices[0].Label != "Erase 2 replies" || len(texts(b.replies(d))) != 3 {
		t.Fatalf("%+v, left %q", ask, texts(b.replies(d)))
	}
	if got := said(b.asks(ada, d, "", ask.Choices[0].Command, ask.Choices[0].Args)); !strings.HasPrefix(got, "Erased: 2 replies") {
		t.Error(got)
	}
	b.work()
	b.shows("Ben, on question 1: Ben's.")
	if again := b.asks(ada, d, "", "forget-me", map[string]string{"confirm": "ask"}); len(again.Choices) != 0 || !strings.Contains(said(again), "Nothing is recorded") {
		t.Errorf("%+v", again)
	}
	b.asks(ada, d, "", "opt-out", nil)
	if c := b.asks(ada, d, "", "privacy", nil).Choices[2]; c.Command != "opt-in" {
		t.Errorf("%+v", c)
	}
}

// Who deletes the post on the platform takes the answer back.
func TestAnswerDeletedOnThePlatform(t *testing.T) {
	for _, live := range []bool{true, false} {
		b, d := formBench(t)
		b.form(ada, d, 1, "Deleted there.")
		b.form(ben, d, 1, "Stays.")
		shown := b.platform.answers()[0]
		b.platform.remove(bot.Reply{Ref: shown.ref})
		if live {
			if err := b.engine.ReplyRemoved(t.Context(), shown.ref); err != nil {
				t.Fatal(err)
			}
			b.work()
		} else {
			b.listAgain()
		}
		if got := texts(b.replies(d)); len(got) != 1 || got[0] != "Stays." {
			t.Errorf("live %v: left %q", live, got)
		}
		if got := len(b.replies(d)); got != 2 {
			t.Errorf("live %v: %d rows", live, got)
		}
		b.shows("Ben, on question 1: Stays.")
	}
}

// What is withdrawn is taken away by us: the answers stay on record.
func TestWithdrawnAnswersStayOnRecord(t *testing.T) {
	b, d := formBench(t)
	b.form(ada, d, 1, "Stays.")
	b.submit(ben, d, 1, "Not out yet.")
	shown := b.platform.answers()[0].ref
	if err := b.engine.Withdraw(t.Context(), d, bot.Operator); err != nil {
		t.Fatal(err)
	}
	if err := b.engine.ReplyRemoved(t.Context(), shown); err != nil { // said while we do it
		t.Fatal(err)
	}
	b.work()
	if err := b.engine.ReplyRemoved(t.Context(), shown); err != nil { // and after
		t.Fatal(err)
	}
	b.shows()
	if got := texts(b.replies(d)); len(got) != 2 || b.discussionOf(d.ID).State != bot.StateWithdrawn {
		t.Errorf("left %q", got)
	}
	if got := b.submit(ada, d, 1, "Now?"); !strings.Contains(got, "nothing was stored: it is withdrawn") {
		t.Error(got)
	}
}

func TestClosingWhileAnAnswerIsPending(t *testing.T) {
	b, d := formBench(t)
	b.platform.say(d, "Cleo", "People would come back to the shops on the quay, I am sure of that.", true)
	b.platform.say(d, "Dan", "I disagree, the buses stop at eight.", true)
	b.platform.faults = []fault{{err: bot.RetryAfter(time.Hour, errors.New("later"))}}
	b.wait(23*time.Hour + 30*time.Minute)
	b.submit(ada, d, 1, "The quay would bring people back to the shops, as it did in Lindhaven.")
	b.work()
	b.wait(45 * time.Minute)
	if d := b.discussionOf(d.ID); d.State != bot.StateClosing || len(b.platform.answers()) != 0 {
		t.Errorf("%s, %d answers", d.State, len(b.platform.answers()))
	}
	b.wait(time.Hour)
	b.shows("Ada, on question 1: The quay would bring people back to the shops, as it did in Lindhaven.")
	posts := b.platform.posts()
	if d := b.discussionOf(d.ID); d.State != bot.StateClosed || posts[len(posts)-1].post.Title != "Recap: quay" || !strings.Contains(b.recap(), "as it did in Lindhaven") {
		t.Errorf("%s; %s", d.State, b.recap())
	}
}

// The retention takes away what we show of people; their own messages stay theirs.
func TestAnswersAfterTheirRetention(t *testing.T) {
	b, d := formBench(t)
	b.form(ada, d, 1, "Kept for a while.")
	b.wait(25 * time.Hour)
	b.shows("Ada, on question 1: Kept for a while.")
	b.platform.unchangeable = errors.New("down")
	b.wait(181 * 24 * time.Hour)
	b.platform.unchangeable = nil
	b.wait(time.Hour)
	b.shows()
	if d := b.discussionOf(d.ID); d.State != bot.StateErased || len(texts(b.replies(d))) != 0 {
		t.Errorf("%s", d.State)
	}
	if runs, err := b.db.ClaimDue(t.Context(), b.clock().Add(time.Hour), 10, b.engine.Plan, enqueueFirst(bot.WorkDiscussion, new(bot.ID))); err != nil || runs != 0 {
		t.Errorf("%d rows are due all the time, %v", runs, err)
	}
}

// Where there are no threads, an answer is to the discussion that was asked about,
// and not to the newest.
func TestAnswerWithoutThreads(t *testing.T) {
	b, d := formBench(t, func(o *bot.Options) { o.Adapters = []bot.Adapter{dumb{o.Adapters[0].(*platform)}} })
	b.request(bot.Request{Ref: b.web.URL + "/mole"})
	newer := b.discussion()
	if newer.Channel != d.Channel || newer.ID == d.ID {
		t.Fatalf("%+v, %+v", d, newer)
	}
	b.form(ada, d, 1, "To the first.")
	if got := texts(b.replies(newer)); len(got) != 0 {
		t.Errorf("%q", got)
	}
}
