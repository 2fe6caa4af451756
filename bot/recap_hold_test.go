package bot_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"colloquy/bot"
)

// heldBench is a closed discussion whose recap waits, shown in ops.
func heldBench(t *testing.T, change ...func(*bot.Options)) (*bench, bot.Discussion, []bot.Reply) {
	t.Helper()
	b := newBench(t, change...)
	b.prefer(bot.Preferences{Notices: ops.String()})
	b.schedule(func(s *bot.Schedule) { s.Rules.Recap = bot.RecapPreview })
	b.web.publish("quay")
	b.wait(2 * time.Hour)
	d := b.discussion()
	var replies []bot.Reply
	for who, text := range map[string]string{
		"Ada": "The quay belongs to people on foot, and the shops will gain from it.",
		"Ben": "I disagree: the shops will lose their deliveries and their customers.",
		"Cy":  "Build the car park first, and then close the quay to cars.",
	} {
		replies = append(replies, b.platform.say(d, who, text, true))
	}
	b.wait(25 * time.Hour)
	return b, b.discussionOf(d.ID), replies
}

func (b *bench) discussionOf(id bot.ID) bot.Discussion {
	b.t.Helper()
	d, err := b.db.Discussion(b.t.Context(), id)
	if err != nil {
		b.t.Fatal(err)
	}
	return d
}

// reads is what is in a channel now, as text, and the newest message.
func (p *platform) reads(in bot.Channel) (string, message) {
	var all []string
	var last message
	for _, m := range p.posts() {
		if m.ref.Channel.Parent() != in || m.gone {
			continue
		}
		last = m
		all = append(all, m.post.Title)
		all = append(append(all, m.post.Paragraphs...), m.post.Lines...)
		for _, q := range m.post.Quotation {
			all = append(all, q.Text)
		}
	}
	return strings.Join(all, "\n"), last
}

// ask gives a command as a manager in a channel.
func (b *bench) ask(in bot.Channel, name, id string) (string, bot.Message) {
	b.t.Helper()
	a, err := b.engine.Command(b.t.Context(), bot.Command{Name: name, Args: map[string]string{"id": id}, Channel: in,
		Actor: bot.Actor{Person: bot.Person{Platform: in.Platform, Workspace: in.Workspace, ID: "boss"}, Manager: true}})
	if err != nil {
		b.t.Fatal(err)
	}
	return strings.Join(append(append([]string{}, a.Message.Paragraphs...), a.Message.Lines...), "\n"), a.Message
}

func TestRecapWaitsForAManager(t *testing.T) {
	b, d, replies := heldBench(t)
	if d.State != bot.StateClosed || !d.Held {
		t.Fatalf("%s, held %v", d.State, d.Held)
	}
	if text, _ := b.platform.reads(channel); strings.Contains(text, "Recap") {
		t.Error("it was posted before anybody decided")
	}
	text, m := b.platform.reads(ops)
	if !strings.HasPrefix(m.post.Paragraphs[0], "The recap of “quay” in test:W1/general waits") || m.post.Title != "" || len(m.post.Buttons) != 2 ||
		m.post.Buttons[0].Command != "recap post" || m.post.Buttons[0].Args["id"] != d.ID.Short() || !strings.Contains(text, "3 people wrote 3 replies") || len(m.post.Quotation) == 0 {
		t.Fatalf("managers see %+v", m.post)
	}
	if status, _ := b.ask(channel, "status", ""); !strings.Contains(status, "The recap of “quay” waits: /discuss recap show "+d.ID.Short()) {
		t.Errorf("status: %s", status)
	}
	if _, seen := b.ask(channel, "recap show", ""); seen.Title != "Recap: quay" || len(seen.Buttons) != 2 {
		t.Errorf("recap show: %+v", seen)
	}
	posts, err := b.db.Posts(t.Context(), d.ID)
	if err != nil || posts[len(posts)-1].State != bot.PostHeld {
		t.Fatalf("%+v, %v", posts, err)
	}

	// What is deleted while it waits goes from the managers' copy, and is not posted.
	quoted := m.post.Quotation[0].Text
	for _, r := range replies {
		if r.Text == quoted {
			b.platform.remove(r)
			if err := b.engine.ReplyRemoved(t.Context(), r.Ref); err != nil {
				t.Fatal(err)
			}
		}
	}
	b.wait(time.Second)
	if text, m := b.platform.reads(ops); strings.Contains(text, quoted) || m.edits != 1 || len(m.post.Buttons) != 2 {
		t.Errorf("managers still see %+v", m.post)
	}

	var answers [2]string
	var both sync.WaitGroup
	for i := range answers {
		both.Go(func() { answers[i], _ = b.ask(ops, "recap post", string(d.ID)) })
	}
	both.Wait()
	if one := strings.Join(answers[:], "|"); !strings.Contains(one, "is being posted.") || !strings.Contains(one, "does not wait any more: it is posted.") {
		t.Errorf("two managers at once: %q", answers)
	}
	b.wait(time.Second)
	text, _ = b.platform.reads(channel)
	if strings.Count(text, "Recap: quay") != 1 || strings.Contains(text, quoted) || b.discussionOf(d.ID).Held {
		t.Errorf("posted: %s", text)
	}
	if text, m := b.platform.reads(ops); text != "\nThe recap of “quay” in test:W1/general is posted." || len(m.post.Buttons) != 0 {
		t.Errorf("managers see %q, %+v", text, m.post.Buttons)
	}
	if answer, _ := b.ask(ops, "recap drop", d.ID.Short()); !strings.Contains(answer, "does not wait any more: it is posted") {
		t.Error(answer)
	}
	b.platform.onlyOnce()
}

func TestRecapThatIsLeftOut(t *testing.T) {
	b, d, _ := heldBench(t)
	if answer, _ := b.ask(ops, "recap drop", d.ID.Short()); answer != "The recap of “quay” is left out." {
		t.Error(answer)
	}
	b.wait(24 * time.Hour)
	if text, _ := b.platform.reads(channel); strings.Contains(text, "Recap") {
		t.Error("it was posted")
	}
	if text, m := b.platform.reads(ops); text != "\nThe recap of “quay” in test:W1/general is not posted: a manager left it out." || len(m.post.Quotation) > 0 {
		t.Errorf("managers see %q", text)
	}
	if answer, _ := b.ask(ops, "recap post", d.ID.Short()); !strings.Contains(answer, "is not posted: a manager left it out") {
		t.Error(answer)
	}
}

func TestHeldRecapGoesWithItsDiscussion(t *testing.T) {
	for name, end := range map[string]func(*bench, bot.Discussion) error{
		"withdrawn": func(b *bench, d bot.Discussion) error { return b.engine.Withdraw(b.t.Context(), d, bot.Operator) },
		"reopened": func(b *bench, d bot.Discussion) error {
			_, err := b.engine.Reopen(b.t.Context(), d, bot.Operator)
			return err
		},
		"past its retention": func(b *bench, d bot.Discussion) error { b.wait(181 * 24 * time.Hour); return nil },
	} {
		b, d, _ := heldBench(t)
		if err := end(b, d); err != nil {
			t.Fatal(name, err)
		}
		b.wait(time.Second)
		if text, _ := b.platform.reads(ops); text != "" {
			t.Errorf("%s: managers still see %q", name, text)
		}
		answer, _ := b.ask(ops, "recap post", d.ID.Short())
		b.wait(time.Minute)
		if text, _ := b.platform.reads(channel); strings.Contains(text, "Recap") || strings.Contains(answer, "being posted") {
			t.Errorf("%s: %s; %s", name, answer, text)
		}
	}
}

func TestHeldRecapThatEverybodyErased(t *testing.T) {
	b, d, replies := heldBench(t)
	for _, r := range replies {
		if _, err := b.engine.Erase(t.Context(), r.Author, bot.Operator); err != nil {
			t.Fatal(err)
		}
	}
	b.wait(time.Second)
	b.ask(channel, "recap post", d.ID.Short())
	b.wait(time.Second)
	for _, in := range []bot.Channel{ops, channel} {
		text, _ := b.platform.reads(in)
		for _, r := range replies {
			if strings.Contains(text, r.Text) {
				t.Errorf("%s still shows %q", in, r.Text)
			}
		}
	}
}

func TestWhereAHeldRecapIsShown(t *testing.T) {
	desk, all := bot.Channel{Platform: "test", Workspace: "W1", ID: "desk"}, bot.Channel{Platform: "test", Workspace: "W0", ID: "all"}
	for name, test := range map[string]struct {
		approve bot.Channel
		notices string
		want    bot.Channel
	}{
		"where drafts are": {desk, ops.String(), desk},
		"where notices go": {bot.Channel{}, ops.String(), ops},
		"the operator's":   {bot.Channel{}, "off", all},
	} {
		b := newBench(t, func(o *bot.Options) { o.Settings.RecapPeople, o.Settings.RecapReplies, o.Notices.Channel = 1, 1, all })
		b.prefer(bot.Preferences{Notices: test.notices})
		b.schedule(func(s *bot.Schedule) { s.Rules.Recap, s.Rules.Approve = bot.RecapPreview, test.approve })
		b.web.publish("quay")
		b.wait(2 * time.Hour)
		d := b.discussion()
		b.platform.say(d, "Ada", "The quay belongs to people on foot.", true)
		b.wait(25 * time.Hour)
		for _, ch := range []bot.Channel{desk, ops, all} {
			text, m := b.platform.reads(ch)
			if strings.Contains(text, "The recap of “quay” in test:W1/general waits") != (ch == test.want) {
				t.Errorf("%s: %s shows %q", name, ch, text)
			}
			// What people wrote does not leave their workspace.
			if strings.Contains(text, "on foot") != (ch == test.want && ch != all) || ch == all && len(m.post.Buttons) > 0 {
				t.Errorf("%s: %s shows %q with %+v", name, ch, text, m.post.Buttons)
			}
		}
		if answer, _ := b.ask(all, "recap post", d.ID.Short()); !strings.Contains(answer, "not in this workspace") {
			t.Errorf("%s: a manager of another workspace: %s", name, answer)
		}
	}
}

func TestHeldRecapThatNobodyIsToldOf(t *testing.T) {
	b := newBench(t, func(o *bot.Options) { o.Settings.RecapPeople, o.Settings.RecapReplies = 1, 1 })
	b.schedule(func(s *bot.Schedule) { s.Rules.Recap = bot.RecapPreview })
	b.web.publish("quay")
	b.wait(2 * time.Hour)
	d := b.discussion()
	b.platform.say(d, "Ada", "The quay belongs to people on foot.", true)
	b.wait(25 * time.Hour)
	if status, _ := b.ask(channel, "status", ""); !strings.Contains(status, "The recap of “quay” waits") {
		t.Error(status)
	}
	b.ask(channel, "recap post", d.ID.Short())
	b.wait(time.Second)
	if text, _ := b.platform.reads(channel); !strings.Contains(text, "Recap: quay") {
		t.Error(text)
	}
}

func TestHeldRecapWhereNothingCanBeEdited(t *testing.T) {
	b, _, replies := heldBench(t)
	_, m := b.platform.reads(ops)
	b.platform.unchangeable = bot.Permanent(errors.New("no edits"))
	for _, r := range replies {
		if r.Text == m.post.Quotation[0].Text {
			if err := b.engine.ReplyRemoved(t.Context(), r.Ref); err != nil {
				t.Fatal(err)
			}
		}
	}
	b.wait(time.Second)
	if text, _ := b.platform.reads(ops); !strings.Contains(text, "its author has taken back") {
		t.Errorf("managers see %q", text)
	}
}

func TestRecapOff(t *testing.T) {
	b := newBench(t, func(o *bot.Options) { o.Settings.RecapPeople, o.Settings.RecapReplies = 1, 1 })
	b.schedule(func(s *bot.Schedule) { s.Rules.Recap = bot.RecapOff })
	b.web.publish("quay")
	b.wait(2 * time.Hour)
	b.platform.say(b.discussion(), "Ada", "The quay belongs to people on foot.", true)
	b.wait(25 * time.Hour)
	if text, _ := b.platform.reads(channel); b.discussion().State != bot.StateClosed || strings.Contains(text, "Recap") {
		t.Errorf("%s: %s", b.discussion().State, text)
	}
	if answer, _ := b.ask(channel, "recap show", ""); answer != "No discussion here has a recap." {
		t.Error(answer)
	}
}

func TestOnlyManagersDecideOnARecap(t *testing.T) {
	b, d, _ := heldBench(t)
	for _, name := range []string{"recap show", "recap post", "recap drop"} {
		a, err := b.engine.Command(t.Context(), bot.Command{Name: name, Args: map[string]string{"id": string(d.ID)}, Channel: channel})
		if err != nil || !strings.Contains(a.Message.Paragraphs[0], "is for those who manage") {
			t.Errorf("%s: %+v, %v", name, a, err)
		}
	}
	if !b.discussionOf(d.ID).Held {
		t.Error("somebody else decided")
	}
}
