package bot_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"colloquy/bot"
)

// direct is a platform on which some people take messages.
type direct struct {
	*platform
	err   error
	asked int
}

func (p *direct) Direct(_ context.Context, who bot.Person) (bot.Channel, error) {
	p.asked++
	return bot.Channel{Platform: who.Platform, Workspace: who.Workspace, ID: "dm-" + who.ID}, p.err
}

func directBench(t *testing.T) (*bench, *direct) {
	var p *direct
	b := newBench(t, func(o *bot.Options) {
		p = &direct{platform: o.Adapters[0].(*platform)}
		o.Adapters = []bot.Adapter{p}
	})
	b.schedule()
	return b, p
}

// fail makes the next post that is due fail for good.
func (b *bench) fail() {
	b.platform.faults = []fault{{err: bot.Permanent(errCut)}}
	b.web.publish("quay")
	b.wait(2 * time.Hour)
	b.wait(2 * time.Minute)
}

func TestWhoIsTold(t *testing.T) {
	owner := bot.Person{Platform: "test", Workspace: "W1", ID: "owner"}
	dm := func(id string) bot.Channel { return bot.Channel{Platform: "test", Workspace: "W1", ID: "dm-" + id} }
	for name, test := range map[string]struct {
		notices string
		owner   bot.Person
		gone    bool
		want    []bot.Channel
	}{
		"nobody is known":        {},
		"who installed it":       {owner: owner, want: []bot.Channel{dm("owner")}},
		"a channel":              {notices: ops.String(), owner: owner, want: []bot.Channel{ops}},
		"a person":               {notices: "@test:W1/ada", owner: owner, want: []bot.Channel{dm("ada")}},
		"off":                    {notices: "off", owner: owner},
		"another installation":   {notices: "test:W2/ops", owner: owner, want: []bot.Channel{dm("owner")}},
		"another platform":       {notices: "slack:T/C", want: nil},
		"what is no place":       {notices: "over there", owner: owner, want: []bot.Channel{dm("owner")}},
		"the bot was thrown out": {notices: ops.String(), owner: owner, gone: true},
	} {
		b, _ := directBench(t)
		b.prefer(bot.Preferences{Notices: test.notices})
		if err := b.db.PutInstallations(t.Context(), b.clock(), bot.Presence{Installation: bot.Installation{Platform: "test", Workspace: "W1", Owner: test.owner, Gone: test.gone}}); err != nil {
			t.Fatal(err)
		}
		b.fail()
		var got []bot.Channel
		for _, m := range b.platform.posts() {
			if m.post.Title == "" {
				got = append(got, m.ref.Channel)
			}
		}
		if fmt.Sprint(got) != fmt.Sprint(test.want) {
			t.Errorf("%s: told in %v, want %v", name, got, test.want)
		}
	}
}

func TestPersonWhoTakesNoMessages(t *testing.T) {
	b, p := directBench(t)
	b.prefer(bot.Preferences{Notices: "@test:W1/ada"})
	p.err = errors.New("not now")
	b.fail()
	if p.asked == 0 || len(b.platform.posts()) != 0 {
		t.Fatalf("asked %d times", p.asked)
	}
	p.err = nil
	b.wait(time.Minute)
	if got := b.platform.posts(); len(got) != 1 || got[0].ref.ID != "dm-ada" {
		t.Errorf("once they can be reached: %+v", got)
	}
	p.err, p.asked = bot.Permanent(bot.Problemf("closed", "ada takes no messages: ask her to")), 0
	b.platform.faults = []fault{{err: bot.Permanent(errCut)}}
	for range 48 { // it happens again, and then it is over: two notices
		b.wait(time.Hour)
	}
	open, err := b.db.Troubles(t.Context(), "", "")
	if p.asked != 2 || err != nil || len(open) != 1 || open[0].Cause != bot.CauseNotice || !strings.Contains(open[0].Text, "ask her to") {
		t.Errorf("asked %d times; %+v, %v", p.asked, open, err)
	}
}

// hook is a webhook that answers as it is told.
type hook struct {
	err  error
	at   []time.Time
	got  []string
	now  bot.Clock
	hang func(context.Context)
}

func (h *hook) Send(ctx context.Context, body []byte) error {
	h.at = append(h.at, h.now())
	if h.hang != nil {
		h.hang(ctx)
		return ctx.Err()
	}
	if h.err == nil {
		h.got = append(h.got, string(body))
	}
	return h.err
}

func TestOperatorIsToldToo(t *testing.T) {
	h := &hook{}
	all := bot.Channel{Platform: "test", Workspace: "W0", ID: "all"}
	b := noticesBench(t, func(o *bot.Options) {
		h.now = o.Clock
		o.Notices = bot.OperatorNotices{Channel: all, Webhook: h}
	})
	b.schedule()
	b.fail()
	b.expect(1, "In 1 channel, a post was refused for good.")
	if got := b.platform.notices(all); len(got) != 1 || !strings.HasPrefix(got[0], "From test:W1:\nIn 1 channel, a post") {
		t.Errorf("the operator's channel: %q", got)
	}
	var body struct {
		Installation, Cause, Text string
		Since                     time.Time
		Count                     int
		Recovered                 bool
	}
	read := func(n int) {
		t.Helper()
		if len(h.got) != n {
			t.Fatalf("webhook: %q", h.got)
		}
		if err := json.Unmarshal([]byte(h.got[n-1]), &body); err != nil {
			t.Fatal(err)
		}
	}
	read(1)
	if body.Installation != "test:W1" || body.Cause != bot.CauseRefused || !strings.Contains(body.Text, "“quay”") || body.Count != 1 || body.Recovered ||
		!body.Since.Equal(time.Date(2027, 3, 1, 10, 0, 0, 0, time.UTC)) {
		t.Errorf("%+v", body)
	}
	b.wait(24 * time.Hour)
	read(2)
	if !body.Recovered || !strings.Contains(body.Text, "Recovered: test:W1/general") {
		t.Errorf("%+v", body)
	}
}

func TestWebhookThatFailsIsCalledOnceAnHour(t *testing.T) {
	h := &hook{err: errors.New("500")}
	b := noticesBench(t, func(o *bot.Options) {
		h.now = o.Clock
		o.Notices.Webhook = h
		o.Settings.SendTimeout = 20 * time.Millisecond
	})
	b.schedule()
	b.fail()
	for range 3 * 60 {
		b.wait(time.Minute)
	}
	b.expect(1) // people were told all the same
	if len(h.at) != 4 {
		t.Fatalf("called at %v", h.at)
	}
	for i := 1; i < len(h.at); i++ {
		if h.at[i].Sub(h.at[i-1]) < time.Hour {
			t.Errorf("called at %v and %v", h.at[i-1], h.at[i])
		}
	}
	h.hang = func(ctx context.Context) { <-ctx.Done() }
	b.wait(time.Hour)
	h.hang, h.err = nil, nil
	b.wait(time.Hour)
	if len(h.got) != 1 {
		t.Errorf("when it works again it gets %q", h.got)
	}
	if open, err := b.db.Troubles(t.Context(), "", ""); err != nil || len(open) != 1 || open[0].Cause != bot.CauseRefused {
		t.Errorf("%+v, %v", open, err)
	}
	h.err = errors.New("500")
	h.at = nil
	b.wait(20 * time.Hour) // what was due is posted: it is over
	for range 60 {
		b.wait(time.Hour)
	}
	if len(h.at) != 24 {
		t.Errorf("one notice was sent %d times", len(h.at))
	}
}

func TestWebhookAfterACrash(t *testing.T) {
	h := &hook{}
	b := noticesBench(t, func(o *bot.Options) { h.now, o.Notices.Webhook = o.Clock, h })
	b.schedule()
	h.hang = func(context.Context) { _ = b.db.Close() } // it arrived, and nobody is left to write that down
	b.platform.faults = []fault{{err: bot.Permanent(errCut)}}
	b.web.publish("quay")
	b.wait(2 * time.Hour)
	func() {
		defer func() { recover() }()
		b.mu.Lock()
		b.now = b.now.Add(2 * time.Minute)
		b.mu.Unlock()
		id := b.due(bot.WorkNotice)
		_ = b.engine.Run(t.Context(), bot.WorkNotice, id)
	}()
	h.hang = nil
	b.start(func(o *bot.Options) { o.Notices.Webhook = h })
	for range 30 {
		b.wait(time.Minute)
	}
	if len(h.at) != 1 {
		t.Errorf("called at %v", h.at)
	}
	b.expect(1)
}

// due claims what is due and gives the first row of a kind.
func (b *bench) due(kind string) (id bot.ID) {
	b.t.Helper()
	_, err := b.db.ClaimDue(b.t.Context(), b.clock(), 100, b.engine.Plan, enqueueFirst(kind, &id))
	if err != nil || id == "" {
		b.t.Fatal(id, err)
	}
	return id
}

func TestParseNotices(t *testing.T) {
	for text, want := range map[string]bot.Channel{
		"off": {}, " test:W1/ops ": ops, "@test:W1/ada": {Platform: "test", Workspace: "W1", ID: "@ada"}, "@console:ada": {Platform: "console", ID: "@ada"},
	} {
		if got, err := bot.ParseNotices(text, "test", "console"); err != nil || got != want {
			t.Errorf("%q is %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "nowhere", "@", "@slack:U1", "@@test:W1/ada", "test:W1/@ada", "Off"} {
		if got, err := bot.ParseNotices(text, "test", "console"); !strings.HasPrefix(bot.ReasonCode(err), "bad_") {
			t.Errorf("%q is %+v, %v", text, got, err)
		}
	}
}
