package bot_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"colloquy/bot"
)

// apart opens a discussion on a platform that gives each question a thread of
// its own, and gives what is in the thread of the root, and of questions 1 and 2.
func apart(t *testing.T) (b *bench, root, one, two bot.Discussion) {
	t.Helper()
	b = newBench(t)
	b.platform.apart = true
	b.scope("test", true)
	b.request(bot.Request{Ref: b.web.URL + "/quay"})
	root = b.discussion()
	one, two = root, root
	for _, m := range b.platform.posts() {
		switch m.post.Number {
		case 1:
			one.Channel = m.ref.Channel
		case 2:
			two.Channel = m.ref.Channel
		}
	}
	if one.Channel.Thread == "" || two.Channel.Thread == "" || one.Channel == two.Channel || one.Channel == root.Channel {
		t.Fatalf("threads %q, %q and %q", root.Channel.Thread, one.Channel.Thread, two.Channel.Thread)
	}
	return b, root, one, two
}

// recorded are the texts of replies, each with its question and its thread.
func (b *bench) recorded(d bot.Discussion) string {
	b.t.Helper()
	var out []string
	for _, r := range b.replies(d) {
		text := r.Text
		if r.Deleted {
			text = "-"
		}
		out = append(out, fmt.Sprintf("%s/%d/%s", text, r.Question, r.Ref.Thread))
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

// answers is say as a message that answers the first one of its thread.
func (b *bench) answers(d bot.Discussion, who, text string, live bool) bot.Reply {
	b.t.Helper()
	r := b.platform.say(d, who, text, false)
	r.ReplyTo = d.Channel.Thread
	b.platform.mu.Lock()
	for i := range b.platform.msgs {
		if b.platform.msgs[i].ref == r.Ref {
			b.platform.msgs[i].reply = r
		}
	}
	b.platform.mu.Unlock()
	if live && !b.platform.tell(r) {
		b.t.Errorf("%q was not recorded", text)
	}
	return r
}

func TestQuestionsWithThreadsOfTheirOwn(t *testing.T) {
	b, d, one, two := apart(t)
	b.answers(d, "Ada", "whole", true)
	first := b.answers(one, "Ben", "first", true)
	second := b.answers(two, "Cleo", "second", true)
	b.answers(two, "Dan", "@1 crossed", true)
	elsewhere := d
	elsewhere.Channel.Thread = "m999"
	if r := b.platform.say(elsewhere, "Eve", "elsewhere", false); b.platform.tell(r) {
		t.Error("a message in another thread was recorded")
	}
	p, q, r := d.Channel.Thread, one.Channel.Thread, two.Channel.Thread
	if got, want := b.recorded(d), fmt.Sprintf("@1 crossed/1/%[3]s first/1/%[2]s second/2/%[3]s whole/0/%[1]s", p, q, r); got != want {
		t.Errorf("recorded %q, want %q", got, want)
	}
	b.platform.tell(b.platform.edit(first, "better"))
	never := b.platform.say(one, "Fay", "never seen", false)
	for _, ref := range []bot.MessageRef{second.Ref, never.Ref} {
		if err := b.engine.ReplyRemoved(t.Context(), ref); err != nil {
			t.Fatal(err)
		}
		b.platform.remove(bot.Reply{Ref: ref})
	}
	if b.platform.tell(never) && len(texts(b.replies(d))) != 3 {
		t.Error("a removed message came late and was stored")
	}
	if got := texts(b.replies(d)); !slices.Contains(got, "better") || slices.Contains(got, "second") || len(b.replies(d)) != 5 {
		t.Errorf("after an edit and two removals: %q", b.recorded(d))
	}
	if d := b.discussion(); d.Replies != 3 || d.People != 3 {
		t.Errorf("%d replies by %d people", d.Replies, d.People)
	}
}

// After a gap each thread is listed with what is known of it alone.
func TestThreadsOfQuestionsAreListed(t *testing.T) {
	b, d, one, two := apart(t)
	kept, gone := b.answers(d, "Ada", "kept", true), b.answers(one, "Ben", "gone", true)
	edited := b.answers(two, "Cleo", "before", true)
	b.command("answer", map[string]string{"n": "2", "text": "By form."})
	b.work()
	b.pass(10 * time.Minute)
	b.platform.remove(gone)
	edited = b.platform.edit(edited, "after")
	b.answers(one, "Dan", "missed", false)
	b.missed(d.Channel.Parent(), time.Minute)
	b.work()
	got := texts(b.replies(d))
	slices.Sort(got)
	if !slices.Equal(got, []string{"By form.", "after", "kept", "missed"}) || b.gaps(d) != "9-10 found 1" {
		t.Errorf("after the listing: %q, gaps %q", got, b.gaps(d))
	}
	for _, r := range b.replies(d) {
		if r.Text == "missed" && (r.Question != 1 || r.Ref.Thread != one.Channel.Thread) {
			t.Errorf("%+v", r)
		}
	}
	b.wait(48 * time.Hour)
	if d = b.discussion(); d.State != bot.StateClosed {
		t.Fatal(d.State)
	}
	b.platform.remove(kept) // unheard, after the end
	b.platform.edit(edited, "in the end")
	b.wait(25 * time.Hour)
	got = texts(b.replies(d))
	slices.Sort(got)
	if !slices.Equal(got, []string{"By form.", "in the end", "missed"}) {
		t.Errorf("after the sweep: %q", got)
	}
	b.platform.onlyOnce()
}

func TestWhereThePostsOfADiscussionGo(t *testing.T) {
	b, d, one, two := apart(t)
	b.command("answer", map[string]string{"n": "2", "text": "To the second."})
	b.command("answer", map[string]string{"text": "To all of it."})
	b.work()
	b.answers(one, "Ben", "plain", true)
	b.answers(d, "Cleo", "plain too", true)
	b.wait(48 * time.Hour)
	where := map[string]string{}
	for _, m := range b.platform.posts() {
		switch {
		case m.post.Quotation != nil && len(m.post.Buttons) == 1 && m.post.Buttons[0].Command == "remove":
			where[m.post.Quotation[0].Text] = m.ref.Thread
		case strings.HasPrefix(m.post.Title, "Recap"):
			where["recap"] = m.ref.Thread
		}
	}
	if where["To the second."] != two.Channel.Thread || where["To all of it."] != d.Channel.Thread || where["recap"] != d.Channel.Thread {
		t.Errorf("%v, threads %q, %q", where, d.Channel.Thread, two.Channel.Thread)
	}
	for _, r := range b.replies(d) {
		if r.Text == "To the second." && (r.Ref.Thread != two.Channel.Thread || r.Question != 2) {
			t.Errorf("%+v", r)
		}
	}
	if err := b.engine.Withdraw(t.Context(), b.discussion(), bot.Operator); err != nil {
		t.Fatal(err)
	}
	b.work()
	for _, m := range b.platform.posts() {
		if !m.gone {
			t.Errorf("still there: %+v", m.post)
		}
	}
	if d = b.discussion(); d.State != bot.StateWithdrawn || d.Replies != 4 {
		t.Errorf("%s with %d replies", d.State, d.Replies)
	}
}

// A command that is given in the thread of a question is about its discussion.
func TestCommandInTheThreadOfAQuestion(t *testing.T) {
	b, d, one, _ := apart(t)
	b.request(bot.Request{Ref: b.web.URL + "/mole"}) // a newer one
	if b.discussion().ID == d.ID {
		t.Fatal("there is no newer one")
	}
	c := bot.Command{ID: "c1", Name: "answer", Args: map[string]string{"n": "1", "text": "Here."}, Channel: one.Channel,
		Actor: bot.Actor{Person: bot.Person{Platform: "test", Workspace: "W1", ID: "gil", Name: "Gil"}, Manager: true}}
	if _, err := b.engine.Command(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	b.work()
	if got := b.recorded(d); got != "Here./1/"+one.Channel.Thread {
		t.Errorf("recorded %q", got)
	}
	c.ID, c.Name, c.Args = "c2", "close", nil
	if _, err := b.engine.Command(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	b.work()
	if d, err := b.db.Discussion(t.Context(), d.ID); err != nil || d.State != bot.StateClosed {
		t.Errorf("%s, %v", d.State, err)
	}
}

// That one question is deleted, with its thread, ends nothing.
func TestTheThreadOfAQuestionIsLost(t *testing.T) {
	for _, code := range []string{"channel_gone", "message_gone"} {
		t.Run(code, func(t *testing.T) { questionLost(t, code) })
	}
}

func questionLost(t *testing.T, code string) {
	b, d, one, two := apart(t)
	why := bot.Permanent(bot.Problemf(code, "there is no such thread"))
	b.answers(one, "Ada", "first", true)
	b.platform.lost = map[string]error{one.Channel.Thread: why}
	b.command("answer", map[string]string{"n": "1", "text": "Before."})
	b.work()
	for _, m := range b.platform.posts() {
		if m.post.Quotation != nil && m.post.Quotation[0].Text == "Before." && m.ref.Thread != d.Channel.Thread {
			t.Errorf("shown in %q", m.ref.Thread)
		}
	}
	question := bot.MessageRef{Channel: one.Channel, MessageID: one.Channel.Thread}
	for _, thread := range []string{one.Channel.Thread, ""} { // told twice, and as a message of the channel
		question.Thread = thread
		if err := b.engine.ReplyRemoved(t.Context(), question); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.engine.ChannelLost(t.Context(), one.Channel, why); err != nil {
		t.Fatal(err)
	}
	b.answers(two, "Ben", "second", true)
	b.answers(two, "Cleo", "missed", false)
	b.pass(10 * time.Minute)
	b.missed(d.Channel.Parent(), time.Minute)
	b.command("answer", map[string]string{"n": "1", "text": "After."})
	b.work()
	got := texts(b.replies(d))
	slices.Sort(got)
	if gaps, err := b.db.Gaps(t.Context(), d.ID); err != nil || len(gaps) != 1 || !gaps[0].Listed {
		t.Errorf("gaps %+v, %v", gaps, err)
	}
	if now := b.discussion(); now.State != bot.StateOpen || !slices.Equal(got, []string{"After.", "Before.", "first", "missed", "second"}) || len(b.replies(d)) != 5 {
		t.Errorf("%s with %q, %d rows", now.State, got, len(b.replies(d)))
	}
	last := b.platform.posts()
	if m := last[len(last)-1]; m.ref.Thread != d.Channel.Thread || m.post.Quotation[0].Text != "After." {
		t.Errorf("%+v in %q", m.post, m.ref.Thread)
	}
	b.wait(48 * time.Hour)
	if now := b.discussion(); now.State != bot.StateClosed || !now.LostAt.IsZero() {
		t.Errorf("%s: %s", now.State, now.Reason)
	}
	last = b.platform.posts()
	if m := last[len(last)-1]; !strings.Contains(strings.Join(m.post.Paragraphs, " "), "3 people wrote 5 replies") {
		t.Errorf("%+v", m.post)
	}
}

// The root names its thread, or none, when it is removed on the platform.
func TestRootRemovedByItsThread(t *testing.T) {
	for _, own := range []bool{false, true} {
		b, d, _, _ := apart(t)
		ref := b.platform.posts()[0].ref
		if own {
			ref.Thread = ref.MessageID
		}
		if err := b.engine.ReplyRemoved(t.Context(), ref); err != nil {
			t.Fatal(err)
		}
		b.work()
		if d = b.discussion(); d.State != bot.StateWithdrawn || len(b.replies(d)) != 0 {
			t.Errorf("own thread %v: %s with %d rows", own, d.State, len(b.replies(d)))
		}
	}
}

// A thread that cannot be read for good keeps nobody from reading the others.
func TestOneThreadCannotBeRead(t *testing.T) {
	for place := range 2 {
		b, d, one, two := apart(t)
		threads := []bot.Discussion{d, one, two}
		b.platform.lost = map[string]error{threads[place].Channel.Thread: bot.Permanent(bot.Problemf("history_hidden", "it is too old"))}
		b.pass(10 * time.Minute)
		b.answers(two, "Ada", "missed", false)
		b.missed(d.Channel.Parent(), time.Minute)
		b.work()
		if got := texts(b.replies(d)); !slices.Equal(got, []string{"missed"}) || b.discussion().State != bot.StateOpen {
			t.Errorf("%q, %s", got, b.discussion().State)
		}
		list, err := b.db.Gaps(t.Context(), d.ID)
		if err != nil || len(list) != 1 || list[0].Listed {
			t.Errorf("the gap counts as read: %+v, %v", list, err)
		}
	}
}
