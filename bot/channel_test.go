package bot_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"colloquy/bot"
)

// reminders are what reminds the threads of the channel, as people see it now.
func (b *bench) reminders() []string {
	var out []string
	for _, m := range b.platform.posts() {
		if len(m.post.Paragraphs) == 1 && strings.HasPrefix(m.post.Paragraphs[0], "This discussion closes") {
			out = append(out, m.ref.Thread+" "+m.post.Paragraphs[0])
		}
	}
	return out
}

// remindBench has a discussion that began at 09:00 and closes a day later; its
// thread is to be reminded two hours before that.
func remindBench(t *testing.T) (*bench, bot.Discussion) {
	b := newBench(t)
	b.schedule(func(s *bot.Schedule) { s.Rules.Remind, s.Rules.Ping = 2*time.Hour, "77" })
	b.web.publish("quay")
	b.wait(time.Hour)
	return b, b.discussion()
}

func TestReminderOnceAndNamingNobody(t *testing.T) {
	b, d := remindBench(t)
	b.platform.say(d, "Ada", "The quay belongs to people on foot.", true)
	b.wait(22*time.Hour - time.Second)
	if got := b.reminders(); len(got) != 0 {
		t.Fatalf("reminded too early: %q", got)
	}
	b.start() // a new process
	b.wait(time.Second)
	want := d.Channel.Thread + " This discussion closes 2 Mar 09:00 UTC. Until then, replies are recorded for its recap."
	if got := b.reminders(); len(got) != 1 || got[0] != want {
		t.Fatalf("reminded with %q, want %q", got, want)
	}
	b.start()
	for range 6 {
		b.wait(time.Hour)
	}
	posts := b.platform.posts()
	for _, m := range posts[1:] {
		if m.post.Ping != "" || strings.Contains(fmt.Sprint(m.post.Paragraphs), "Ada") {
			t.Errorf("it notifies or names somebody: %+v", m.post)
		}
	}
	if len(b.reminders()) != 1 || b.discussionOf(d.ID).State != bot.StateClosed {
		t.Errorf("%q, %s", b.reminders(), b.discussionOf(d.ID).State)
	}
	b.platform.onlyOnce()
}

func TestReminderWhenTheProcessDiesWhileItIsSent(t *testing.T) {
	b, _ := remindBench(t)
	b.platform.faults = []fault{{after: func() { _ = b.db.Close() }}}
	b.mu.Lock()
	b.now = b.now.Add(22 * time.Hour)
	b.mu.Unlock()
	if err := b.engine.RunDiscussion(t.Context(), b.discussion().ID); err == nil {
		t.Fatal("no error although the database was closed")
	}
	b.start()
	b.wait(2 * time.Minute)
	b.wait(time.Hour)
	if got := b.reminders(); len(got) != 1 {
		t.Errorf("reminded with %q", got)
	}
	b.platform.onlyOnce()
}

func TestReminderOfADiscussionThatIsExtended(t *testing.T) {
	b, d := remindBench(t)
	b.wait(20 * time.Hour)
	if _, err := b.engine.Extend(t.Context(), b.discussionOf(d.ID), 24*time.Hour, bot.Operator); err != nil {
		t.Fatal(err)
	}
	b.wait(5 * time.Hour) // past the first closing
	if got := b.reminders(); len(got) != 0 {
		t.Fatalf("extended before it was reminded, and reminded at once: %q", got)
	}
	b.wait(21 * time.Hour)
	if got := b.reminders(); len(got) != 1 || !strings.Contains(got[0], "closes 3 Mar 09:00 UTC") {
		t.Fatalf("reminded with %q", got)
	}
	if _, err := b.engine.Extend(t.Context(), b.discussionOf(d.ID), 24*time.Hour, bot.Operator); err != nil {
		t.Fatal(err)
	}
	b.wait(time.Second)
	if got := b.reminders(); len(got) != 1 || !strings.Contains(got[0], "closes 4 Mar 09:00 UTC") {
		t.Errorf("after it was extended again, the reminder says %q", got)
	}
	b.wait(24 * time.Hour)
	if got := b.reminders(); len(got) != 2 || b.discussionOf(d.ID).State != bot.StateOpen {
		t.Errorf("before the new closing: %q", got)
	}
	b.wait(4 * time.Hour)
	if got := b.reminders(); len(got) != 2 || b.discussionOf(d.ID).State != bot.StateClosed {
		t.Errorf("at the end: %q", got)
	}
	b.platform.onlyOnce()
}

func TestNoReminderOfWhatClosedBefore(t *testing.T) {
	b, d := remindBench(t)
	if err := b.engine.Close(t.Context(), d, bot.Operator); err != nil {
		t.Fatal(err)
	}
	b.wait(23 * time.Hour)
	b.wait(3 * 24 * time.Hour)
	if got := b.reminders(); len(got) != 0 {
		t.Errorf("reminded with %q", got)
	}
	b, _ = remindBench(t)
	b.wait(3 * 24 * time.Hour) // nothing ran when it was due
	if got := b.reminders(); len(got) != 0 {
		t.Errorf("reminded after the end with %q", got)
	}
}

func TestReminderBeforeTheBeginningIsRefused(t *testing.T) {
	b := newBench(t)
	for _, test := range []struct{ remind, closeAfter, want string }{
		{"24h", "", "nobody can be reminded 1d before the end of a discussion that is open for 1d"},
		{"2h", "1h", "give a shorter time to remind, or a longer one to close after"},
	} {
		a, err := b.engine.Command(t.Context(), bot.Command{Name: "schedule add", Channel: channel, Actor: bot.Actor{Manager: true},
			Args: map[string]string{"at": "0 9 * * *", "remind": test.remind, "close-after": test.closeAfter}})
		if err != nil || !strings.Contains(strings.ToLower(a.Message.Paragraphs[0]), test.want) {
			t.Errorf("%+v: %+v, %v", test, a.Message, err)
		}
	}
	s := b.schedule(func(s *bot.Schedule) { s.Rules.Remind = 2 * time.Hour })
	a, err := b.engine.Command(t.Context(), bot.Command{Name: "schedule change", Channel: channel, Actor: bot.Actor{Manager: true},
		Args: map[string]string{"id": string(s.ID), "close-after": "90m"}})
	if err != nil || !strings.Contains(a.Message.Paragraphs[0], "Nobody can be reminded 2h") {
		t.Errorf("%+v, %v", a.Message, err)
	}
}

func TestRoleIsNotifiedByTheRootAlone(t *testing.T) {
	b, _ := remindBench(t)
	b.wait(25 * time.Hour)
	for i, m := range b.platform.posts() {
		if want := map[bool]string{true: "77"}[i == 0]; m.post.Ping != want {
			t.Errorf("post %d notifies %q", i, m.post.Ping)
		}
	}
}

func TestNoTextNotifiesARole(t *testing.T) {
	b := newBench(t)
	nasty := "--ping 99 @everyone <@&99> "
	b.request(bot.Request{Text: nasty + strings.ReplaceAll(storyText, "NAME", "Ostra")})
	for _, m := range b.platform.posts() {
		if m.post.Ping != "" {
			t.Errorf("it notifies %q: %+v", m.post.Ping, m.post)
		}
	}
	if len(b.platform.posts()) < 2 {
		t.Fatal("nothing was posted")
	}
	said := b.command("now", map[string]string{"source": nasty + strings.ReplaceAll(storyText, "NAME", "Vellmar")})
	b.wait(time.Second)
	for _, m := range b.platform.posts() {
		if m.post.Ping != "" {
			t.Errorf("asked for in chat (%s), it notifies %q", said, m.post.Ping)
		}
	}
	for _, name := range []string{"schedule add", "schedule change"} {
		a, err := b.engine.Command(t.Context(), bot.Command{Name: name, Channel: channel, Args: map[string]string{"at": "@daily", "id": "x", "ping": "99"}})
		if err != nil || !strings.Contains(a.Message.Paragraphs[0], "is for those who manage") {
			t.Errorf("%s by anybody: %+v, %v", name, a, err)
		}
	}
}

func TestThreadIsNamedAfterTheTitle(t *testing.T) {
	b, p := newThreads(t)
	p.err = nil
	long := "A-very-**long**-" + strings.Repeat("title-", 30)
	b.request(bot.Request{Ref: b.web.URL + "/" + long})
	if len(p.names) != 1 || !strings.HasPrefix(p.names[0], "A-very-long-title-") || !strings.HasSuffix(p.names[0], "…") || len([]rune(p.names[0])) > 90 {
		t.Errorf("threads are called %q", p.names)
	}
}

func TestImageThatOnlySomeCanLoadIsLeftOut(t *testing.T) {
	for image, want := range map[string]string{"https://example.org/a.jpg": "https://example.org/a.jpg", "data:image/png;base64,AAAA": "", "http://10.0.0.7/a.jpg": ""} {
		b := newBench(t)
		a, err := b.db.PutArticle(t.Context(), bot.Article{Title: "quay", Image: image, Text: strings.ReplaceAll(storyText, "NAME", "Ostra")}, b.clock())
		if err != nil {
			t.Fatal(err)
		}
		b.request(bot.Request{Article: a.ID})
		if m := b.platform.posts()[0].post; m.Image != want {
			t.Errorf("%s: the root post has the image %q", image, m.Image)
		}
	}
}

// checked is a platform whose channels can be examined.
type checked struct {
	*platform
	found map[string][]bot.Finding
	hang  bool
	asked []string
}

func (p *checked) Check(ctx context.Context, ch bot.Channel) []bot.Finding {
	p.asked = append(p.asked, ch.ID)
	if p.hang {
		<-ctx.Done()
		return nil
	}
	return append(p.found[ch.ID], bot.Finding{OK: true, Name: "there", Text: "it is there"})
}

func checkedBench(t *testing.T, change ...func(*bot.Options)) (*bench, *checked) {
	var p *checked
	b := newBench(t, append(change, func(o *bot.Options) {
		p = &checked{platform: o.Adapters[0].(*platform), found: map[string][]bot.Finding{
			"shut": {{Name: "write", Text: "Colloquy may not write there", Fix: "give it the right to"}},
		}}
		o.Adapters = []bot.Adapter{p}
	})...)
	return b, p
}

func TestScheduleAddChecksItsChannels(t *testing.T) {
	b, _ := checkedBench(t)
	shut := bot.Channel{Platform: "test", Workspace: "W1", ID: "shut"}
	add := func(s bot.Schedule) []string {
		t.Helper()
		s.Cron = "0 9 * * *"
		_, _, warnings, err := b.engine.AddSchedule(t.Context(), s, nil, bot.Operator)
		if err != nil {
			t.Fatal(err)
		}
		return warnings
	}
	const want = "test:W1/shut: Colloquy may not write there: give it the right to"
	if got := add(bot.Schedule{Channel: shut}); len(got) != 1 || got[0] != want {
		t.Errorf("its channel: %q", got)
	}
	if got := add(bot.Schedule{Channel: channel, Rules: bot.Rules{Approve: shut}}); len(got) != 1 || got[0] != want {
		t.Errorf("the channel for drafts: %q", got)
	}
	if got := add(bot.Schedule{Channel: channel}); len(got) != 0 {
		t.Errorf("a good channel: %q", got)
	}
	if got := add(bot.Schedule{Zone: "UTC", Channel: bot.Channel{Platform: "irc", Workspace: "n", ID: "x"}}); len(got) != 1 || !strings.Contains(got[0], "no connection to irc") {
		t.Errorf("no such platform: %q", got)
	}
	said := b.command("schedule add", map[string]string{"at": "0 9 * * *", "approve": shut.String()})
	if !strings.Contains(said, "is set.\nNot as it should be: "+want+"\nIts next times:\n") || strings.Count(said, "\n") != 7 {
		t.Errorf("in chat: %q", said)
	}
	said = b.command("schedule add", map[string]string{"at": "0 9 * * *", "approve": "test:W2/desk"})
	if !strings.Contains(said, "Drafts cannot be shown in test:W2/desk") {
		t.Errorf("drafts in another workspace: %q", said)
	}
}

func TestCheckThatTakesTooLong(t *testing.T) {
	b, p := checkedBench(t, func(o *bot.Options) { o.Settings.SendTimeout = 10 * time.Millisecond })
	p.hang = true
	if got := b.engine.ChannelWarnings(t.Context(), channel); len(got) != 1 || !strings.Contains(got[0], "could not be checked in time") {
		t.Errorf("a check that hangs says %q", got)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if got := b.engine.CheckChannel(ctx, channel); len(got) != 0 {
		t.Errorf("a check that we stopped says %+v", got)
	}
}

func TestDeclaredChannelsAreChecked(t *testing.T) {
	b, p := checkedBench(t)
	b.prefer(bot.Preferences{Notices: ops.String()})
	shut := bot.Channel{Platform: "test", Workspace: "W1", ID: "shut"}
	schedule := func(name string, ch bot.Channel) bot.DeclaredSchedule {
		return bot.DeclaredSchedule{Schedule: bot.Schedule{Name: name, Channel: ch, Cron: "0 9 * * *"}}
	}
	d := bot.Declared{Schedules: []bot.DeclaredSchedule{schedule("a", shut), schedule("b", channel), schedule("c", shut)}}
	if _, _, err := b.engine.Declare(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	check := func() {
		t.Helper()
		if err := b.engine.CheckDeclared(t.Context()); err != nil {
			t.Fatal(err)
		}
		b.wait(2 * time.Minute)
	}
	check()
	if slices.Sort(p.asked); fmt.Sprint(p.asked) != "[general shut]" {
		t.Errorf("checked %v", p.asked)
	}
	b.expect(1, "In 1 channel, posts will not go out as they should.", "What to do: give it the right to", "test:W1/shut: Colloquy may not write there")
	check()
	b.expect(1)
	p.found = nil
	b.wait(time.Hour)
	check()
	b.expect(2, "Recovered: test:W1/shut — all is well.")
}

func TestWhyIsOfOneChannel(t *testing.T) {
	b := newBench(t)
	other := bot.Channel{Platform: "test", Workspace: "W1", ID: "other"}
	b.schedule()
	b.schedule(func(s *bot.Schedule) { s.Channel = other })
	b.web.publish("quay")
	b.platform.faults = []fault{{err: bot.Permanent(bot.Problemf("no_rights", "it may not write"))}}
	b.wait(2 * time.Hour)
	list, err := b.db.Occurrences(t.Context(), bot.Channel{}, "", 10)
	if err != nil || len(list) != 2 || list[0].Channel == list[1].Channel || list[0].Outcome == list[1].Outcome {
		t.Fatalf("%+v, %v", list, err)
	}
	for _, o := range list {
		if got, _ := b.ask(o.Channel, "why", ""); strings.Count(got, "\n") != 0 || !strings.Contains(got, o.Outcome+" — ") {
			t.Errorf("why in %s: %q", o.Channel, got)
		}
	}
}
