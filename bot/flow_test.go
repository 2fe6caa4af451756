package bot_test

import (
	"strings"
	"testing"
	"time"

	"colloquy/bot"
)

func TestArticleFromFeedToRecap(t *testing.T) {
	b := newBench(t)
	b.web.publish("backlog")
	s := b.schedule()
	if s.NextAt.Hour() != 9 {
		t.Fatalf("next at %v", s.NextAt)
	}
	b.web.publish("quay")
	b.wait(59 * time.Minute)
	if n := len(b.platform.posts()); n != 0 {
		t.Fatalf("%d posts before it is due", n)
	}
	b.wait(2 * time.Minute)
	d := b.discussion()
	posts := b.platform.posts()
	if d.State != bot.StateOpen || d.Title != "quay" || len(posts) != 1+len(d.Questions) || len(d.Questions) == 0 {
		t.Fatalf("discussion %+v with %d posts", d, len(posts))
	}
	root := posts[0].post
	if root.Title != "quay" || root.Link != b.web.URL+"/quay" || len(root.Quotation) != 1 || !strings.Contains(root.Footer, "recorded until 2 Mar 09:01 UTC") {
		t.Errorf("root post: %+v", root)
	}
	for i, q := range posts[1:] {
		if q.post.Number != i+1 || q.post.Question != d.Questions[i].Text || q.ref.Thread != posts[0].ref.MessageID {
			t.Errorf("question post %d: %+v", i, q)
		}
	}
	b.platform.say(d, "Ada", "@1 It would bring people back to the shops, as in Lindhaven.", true)
	b.platform.say(d, "Ben", "I disagree, the buses stop at eight.", true)
	b.platform.say(d, "Cleo", "Both have a point about the parking.", false) // while nobody heard
	b.wait(24 * time.Hour)
	d = b.discussion()
	posts = b.platform.posts()
	recap := posts[len(posts)-1].post
	if d.State != bot.StateClosed || !strings.HasPrefix(recap.Title, "Recap: quay") || !strings.Contains(recap.Paragraphs[0], "3 people wrote 3 replies") {
		t.Fatalf("state %s, last post %+v", d.State, recap)
	}
	if got := b.replies(d); len(got) != 3 || got[0].Question != 1 || got[1].Question != 0 || got[0].Late {
		t.Errorf("replies %+v", got)
	}
	for _, q := range recap.Quotation {
		if strings.HasPrefix(q.Text, "@1") {
			t.Errorf("the quotation keeps the number of the question: %q", q.Text)
		}
	}
	b.wait(time.Minute)
	b.platform.say(d, "Dan", "I am late.", true)
	if got := b.replies(d); len(got) != 4 || !got[3].Late {
		t.Errorf("late reply: %+v", got)
	}
	b.wait(180 * 24 * time.Hour)
	for _, r := range b.replies(b.discussion()) {
		if !r.Deleted || r.Text != "" || r.Author.ID != "" {
			t.Errorf("after its retention: %+v", r)
		}
	}
	b.platform.onlyOnce()
}

func TestNothingNew(t *testing.T) {
	b := newBench(t)
	b.web.publish("backlog1", "backlog2")
	b.schedule()
	b.wait(2 * time.Hour) // nothing beyond the backlog
	b.web.publish("quay")
	b.wait(24 * time.Hour)
	b.wait(24 * time.Hour) // quay was posted the day before
	if got := strings.Join(b.outcomes(), " "); got != "nothing_new posted nothing_new" {
		t.Errorf("outcomes: %s", got)
	}
}

func TestDudsAreRefusedWithAReason(t *testing.T) {
	b := newBench(t)
	b.schedule()
	b.web.publish("quay", "broken", "gone")
	b.wait(2 * time.Hour)
	if d := b.discussion(); d.Title != "quay" {
		t.Errorf("posted %q", d.Title)
	}
	b.web.publish("gone2")
	b.wait(24 * time.Hour)
	list, err := b.db.Occurrences(t.Context(), channel, "", 1)
	if err != nil || list[0].Outcome != bot.OutcomeNothingNew || !strings.Contains(list[0].Reason, `"gone2"`) || !strings.Contains(list[0].Reason, `"broken"`) {
		t.Errorf("%+v, %v", list, err)
	}
	if strings.Contains(list[0].Reason, `"gone":`) {
		t.Errorf("a page that is gone was tried again: %s", list[0].Reason)
	}
}

func TestArticlesWithQuestionsComeFirst(t *testing.T) {
	b := newBench(t)
	b.schedule()
	b.web.publish("quay", "plain") // the newest has nothing to ask about
	b.wait(2 * time.Hour)
	if d := b.discussion(); d.Title != "quay" || len(d.Questions) == 0 {
		t.Errorf("posted %q with %d questions", d.Title, len(d.Questions))
	}
	b.wait(24 * time.Hour)
	if d := b.discussion(); d.Title != "plain" || len(d.Questions) != 0 {
		t.Errorf("then posted %q with %d questions", d.Title, len(d.Questions))
	}
}

func TestOrder(t *testing.T) {
	for _, order := range []string{bot.Newest, bot.Oldest} {
		b := newBench(t)
		b.schedule(func(s *bot.Schedule) { s.Order = order })
		b.web.publish("first", "second")
		b.wait(2 * time.Hour)
		want := map[string]string{bot.Newest: "second", bot.Oldest: "first"}[order]
		if d := b.discussion(); d.Title != want {
			t.Errorf("%s: posted %q", order, d.Title)
		}
	}
}

func TestAddedByHandComesFirst(t *testing.T) {
	b := newBench(t)
	b.schedule()
	b.web.publish("feed1")
	b.command("add", map[string]string{"url": b.web.URL + "/byhand"})
	b.wait(2 * time.Hour)
	if d := b.discussion(); d.Title != "byhand" {
		t.Errorf("posted %q", d.Title)
	}
	b.wait(24 * time.Hour)
	if d := b.discussion(); d.Title != "feed1" {
		t.Errorf("then posted %q", d.Title)
	}
}

func TestAddedByHandIsNotLostWhenItsPostFails(t *testing.T) {
	b := newBench(t)
	b.schedule()
	b.command("add", map[string]string{"url": b.web.URL + "/byhand"})
	b.platform.faults = []fault{{err: bot.Permanent(errCut)}}
	b.wait(2 * time.Hour)
	if got := b.outcomes(); len(got) != 1 || got[0] != bot.OutcomeFailed {
		t.Fatalf("outcomes %v", got)
	}
	b.wait(24 * time.Hour)
	if d := b.discussion(); d.Title != "byhand" || d.State != bot.StateOpen {
		t.Errorf("not tried again: %+v", d)
	}
}

func TestChannelWithoutFeedsSaysSo(t *testing.T) {
	b := newBench(t)
	if _, _, _, err := b.engine.AddSchedule(t.Context(), bot.Schedule{Channel: channel, Cron: "0 9 * * *"}, nil, bot.Operator); err != nil {
		t.Fatal(err)
	}
	b.wait(2 * time.Hour)
	if list, err := b.db.Occurrences(t.Context(), channel, "", 1); err != nil || !strings.Contains(list[0].Reason, "no feeds") {
		t.Errorf("%+v, %v", list, err)
	}
}

func TestTwoSchedulesNeverPostTheSameArticle(t *testing.T) {
	b := newBench(t)
	b.schedule()
	b.schedule()
	b.web.publish("quay")
	b.wait(2 * time.Hour)
	if got := strings.Join(b.outcomes(), " "); got != "posted nothing_new" && got != "nothing_new posted" {
		t.Errorf("outcomes: %s", got)
	}
	b.request(bot.Request{Ref: b.web.URL + "/quay"}) // by hand it may be repeated
	if got := b.outcomes(); got[2] != bot.OutcomePosted {
		t.Errorf("by hand: %v", got)
	}
}

func TestRequestsByHand(t *testing.T) {
	b := newBench(t)
	b.web.publish("one", "two")
	for _, test := range []struct {
		name, title, outcome string
		r                    bot.Request
	}{
		{"page", "quay", bot.OutcomePosted, bot.Request{Ref: b.web.URL + "/quay"}},
		{"feed", "two", bot.OutcomePosted, bot.Request{Ref: b.web.feedURL()}},
		{"feed again", "one", bot.OutcomePosted, bot.Request{Ref: b.web.feedURL()}},
		{"text", "", bot.OutcomePosted, bot.Request{Text: strings.ReplaceAll(storyText, "NAME", "Ostra")}},
		{"gone", "", bot.OutcomeFailed, bot.Request{Ref: b.web.URL + "/gone"}},
		{"empty", "", bot.OutcomeFailed, bot.Request{Text: "   "}},
	} {
		o := b.request(test.r)
		if o.Outcome != test.outcome || o.Reason == "" {
			t.Errorf("%s: %s, %s", test.name, o.Outcome, o.Reason)
		}
		if test.title != "" && b.discussion().Title != test.title {
			t.Errorf("%s: posted %q", test.name, b.discussion().Title)
		}
	}
}

func TestQuestionsAreNotRepeatedInAChannel(t *testing.T) {
	b := newBench(t)
	b.request(bot.Request{Ref: b.web.URL + "/quay"})
	first := b.discussion()
	b.request(bot.Request{Ref: b.web.URL + "/mole"}) // the same story about another place
	w := first.Questions
	for _, q := range b.discussion().Questions {
		for _, old := range w {
			if q.Text == old.Text {
				t.Errorf("asked again: %s", q.Text)
			}
		}
	}
}
