package bot_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"colloquy/bot"
	"colloquy/bot/writer"
	"colloquy/bot/writer/model"
	"colloquy/bot/writer/model/modeltest"
)

// writingBench is a Colloquy whose digests a model writes, which s plays.
func writingBench(t *testing.T, change ...func(*bot.Options)) (*bench, *modeltest.Server) {
	t.Helper()
	s := modeltest.New(t, modeltest.Options{})
	b := newBench(t)
	b.start(append([]func(*bot.Options){asking(t, s, b.clock, priced)}, change...)...)
	return b, s
}

// priced makes each token cost ten millionths.
func priced(o *model.Options) {
	o.Prices = model.Prices{Input: 10, CacheRead: 10, CacheWrite: 10, Output: 10}
}

// refusing is a provider to which our key is wrong: nothing is tried again.
func refusing(modeltest.Call) modeltest.Reply { return modeltest.Reply{Status: 401} }

// wrote says who wrote the digest of a discussion.
func (b *bench) wrote(d bot.Discussion) string {
	b.t.Helper()
	dig, err := b.db.Digest(b.t.Context(), d.DigestID)
	if err != nil {
		b.t.Fatal(err)
	}
	return dig.Writer.Name
}

// of asks for a page in some channel of a workspace, and carries it out.
func (b *bench) of(workspace, id, page string) (bot.Occurrence, bot.Discussion) {
	b.t.Helper()
	b.wait(time.Second)
	ch := bot.Channel{Platform: "test", Workspace: workspace, ID: id}
	o, err := b.engine.Request(b.t.Context(), ch, bot.Request{Ref: b.web.URL + "/" + page}, "", bot.Operator)
	if err != nil {
		b.t.Fatal(err)
	}
	b.work()
	if o, err = b.db.Occurrence(b.t.Context(), o.ID); err != nil || o.DiscussionID == "" {
		b.t.Fatalf("%+v, %v", o, err)
	}
	return o, b.discussionOf(o.DiscussionID)
}

// The provider refuses us: the occurrence posts on time, why says so, and the
// operator alone hears of it, once. When the provider is back it is used again.
func TestProviderThatRefusesAndIsBack(t *testing.T) {
	operator := bot.Channel{Platform: "test", Workspace: "W9", ID: "operator"}
	b, s := writingBench(t, func(o *bot.Options) { o.Notices.Channel = operator })
	b.prefer(bot.Preferences{Notices: ops.String()})
	b.schedule()
	s.Behave(refusing)
	b.web.publish("quay", "mole", "pier")
	b.wait(time.Hour + time.Second)
	if d := b.discussion(); d.State != bot.StateOpen || b.wrote(d) != "extractive" || !strings.Contains(d.Fallback.Text, "key") || len(s.Calls()) != 1 {
		t.Fatalf("%s by %s, %d calls: %+v", d.State, b.wrote(d), len(s.Calls()), d.Fallback)
	}
	why := b.typed("/discuss why")
	if !strings.Contains(why, "posted — pier; the extractive writer wrote it: ") || !strings.Contains(why, "does not accept the key") {
		t.Error(why)
	}
	told := func(n int, parts ...string) {
		t.Helper()
		all := b.platform.notices(operator)
		if len(all) != n {
			t.Fatalf("%d notices, want %d: %q", len(all), n, all)
		}
		for _, p := range parts {
			if !strings.Contains(all[n-1], p) {
				t.Errorf("the notice lacks %q: %s", p, all[n-1])
			}
		}
	}
	told(0)
	b.wait(16 * time.Minute)
	told(1, "The language model cannot be asked", "openai/test-model", "colloquy doctor")
	b.wait(time.Hour)
	told(1)
	b.expect(0) // nobody else
	s.Behave(modeltest.Good())
	b.wait(23 * time.Hour)
	if d := b.discussion(); b.wrote(d) != "openai" || d.Fallback.Code != "" {
		t.Errorf("a day later %q is by %s: %+v", d.Title, b.wrote(d), d.Fallback)
	}
	b.wait(time.Minute)
	told(2, "Recovered: openai/test-model")
	if list, _ := b.db.Troubles(t.Context(), "", ""); len(list) != 0 {
		t.Errorf("%+v", list)
	}
}

// What hinders the provider is not the article's: the model is asked again for
// another channel. Each occurrence has its own reason, whose digest it may be.
func TestEachOccurrenceHasItsOwnReason(t *testing.T) {
	b, s := writingBench(t)
	s.Behave(refusing)
	_, first := b.of("W1", "a", "quay")
	s.Behave(func(modeltest.Call) modeltest.Reply { return modeltest.Reply{Status: 402} })
	b.wait(time.Minute) // the provider is left alone for some time
	o, second := b.of("W1", "b", "quay")
	if first.Fallback.Code != model.Unauthorized || second.Fallback.Code != model.Quota || second.DigestID != first.DigestID || !strings.Contains(o.Reason, second.Fallback.Text) {
		t.Errorf("%+v, then %+v: %s", first.Fallback, second.Fallback, o.Reason)
	}
	s.Behave(modeltest.Good())
	b.wait(time.Minute)
	o, third := b.of("W1", "c", "quay")
	if b.wrote(third) != "openai" || third.Fallback.Code != "" || o.Reason != "quay" {
		t.Errorf("by %s, %+v: %s", b.wrote(third), third.Fallback, o.Reason)
	}
	if first.DigestID == third.DigestID || b.wrote(first) != "extractive" {
		t.Error("what was posted is by another writer now")
	}
}

// What hinders the article does so everywhere: the model is asked once.
func TestArticleThatTheModelRefuses(t *testing.T) {
	b, s := writingBench(t)
	s.Behave(func(modeltest.Call) modeltest.Reply {
		return modeltest.Reply{Text: "I can't help with that.", Stop: modeltest.StopRefusal}
	})
	_, first := b.of("W1", "a", "quay")
	calls := len(s.Calls())
	_, second := b.of("W2", "a", "quay")
	if first.Fallback.Code != model.Refused || second.Fallback != first.Fallback || second.DigestID != first.DigestID || len(s.Calls()) != calls {
		t.Errorf("%+v, then %+v, %d calls and %d", first.Fallback, second.Fallback, calls, len(s.Calls()))
	}
	if list, _ := b.db.Troubles(t.Context(), "", ""); len(list) != 0 {
		t.Errorf("the provider works: %+v", list)
	}
}

func TestDraftSaysThatNoModelWroteIt(t *testing.T) {
	b, s := writingBench(t)
	s.Behave(refusing)
	b.schedule(withApproval(bot.UnattendedPost))
	b.web.publish("quay")
	b.wait(31 * time.Minute)
	if m := b.platform.in(managers)[0]; !strings.Contains(m.Footer, "Without an answer it is posted then. The extractive writer wrote it: ") {
		t.Errorf("the draft: %s", m.Footer)
	}
	if why := b.typed("/discuss why"); !strings.Contains(why, "drafted — quay; the extractive writer wrote it: ") {
		t.Error(why)
	}
	b.wait(30 * time.Minute)
	if why := b.typed("/discuss why"); !strings.Contains(why, "posted — quay; the extractive writer wrote it: ") {
		t.Error(why)
	}
	for _, m := range b.platform.in(channel) {
		if strings.Contains(m.Footer, "key") {
			t.Errorf("the channel reads of the operator's key: %s", m.Footer)
		}
	}
}

// A process that dies between writing and storing writes once more.
func TestKilledBetweenWritingAndStoring(t *testing.T) {
	ctx, die := context.WithCancel(t.Context())
	f := &forgetful{die: die}
	b, s := writingBench(t, func(o *bot.Options) { f.Store, o.Store = o.Store, f })
	b.wait(time.Second)
	o, err := b.engine.Request(t.Context(), channel, bot.Request{Ref: b.web.URL + "/quay"}, "", bot.Operator)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.engine.RunOccurrence(ctx, o.ID); !errors.Is(err, errCut) {
		t.Fatal(err)
	}
	calls := len(s.Calls())
	b.start(asking(t, s, b.clock))
	b.work()
	if err := b.engine.RunOccurrence(t.Context(), o.ID); err != nil {
		t.Fatal(err)
	}
	b.of("W1", "another", "quay")
	if d := b.discussion(); b.wrote(d) != "openai" || len(s.Calls()) != 2*calls {
		t.Errorf("by %s, %d calls for one digest and %d in all", b.wrote(d), calls, len(s.Calls()))
	}
	if spent, err := b.db.SpentOn(t.Context(), "test", "W1", b.clock()); err != nil || spent.Calls != 2*calls {
		t.Errorf("what was spent before the end is not charged: %+v, %v", spent, err)
	}
}

// forgetful dies in place of storing a digest.
type forgetful struct {
	bot.Store
	die func()
}

func (f *forgetful) PutDigest(_ context.Context, d bot.Digest, _ bot.Brief, _ bot.WriterInfo, _ time.Time) (bot.Digest, error) {
	f.die()
	return d, errCut
}

// When a process is stopped while the model writes, another one asks once more.
// Until then it waits.
func TestTwoProcessesWriteOnce(t *testing.T) {
	for _, stopped := range []bool{false, true} {
		b, s := writingBench(t)
		asked, answer := slowly(s)
		first := b.engine
		b.start(asking(t, s, b.clock))
		run := func(ctx context.Context, e *bot.Engine, id string) <-chan error {
			o, err := e.Request(t.Context(), bot.Channel{Platform: "test", Workspace: "W1", ID: id}, bot.Request{Ref: b.web.URL + "/quay"}, "", bot.Operator)
			if err != nil {
				t.Fatal(err)
			}
			done := make(chan error, 1)
			go func() { done <- e.RunOccurrence(ctx, o.ID) }()
			return done
		}
		ctx, cancel := context.WithCancel(t.Context())
		one := run(ctx, first, "one")
		<-asked
		two := run(t.Context(), b.engine, "two")
		if stopped {
			cancel()
			if err := <-one; !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
			<-asked
			close(answer)
		} else {
			close(answer)
			if err := <-one; err != nil {
				t.Error(err)
			}
		}
		cancel()
		if err := <-two; err != nil {
			t.Error(err)
		}
		list, err := b.db.Discussions(t.Context(), bot.Channel{}, false, 9)
		if err != nil {
			t.Fatal(err)
		}
		want := map[bool][2]int{false: {2, 1}, true: {1, 2}}[stopped] // discussions, calls
		if got := [2]int{len(list), len(s.Calls())}; got != want || b.wrote(list[0]) != "openai" || list[0].DigestID != list[len(list)-1].DigestID {
			t.Errorf("stopped %v: %v, want %v: %+v", stopped, got, want, list)
		}
	}
}

// A slow model keeps neither the place of who waits for it nor another article.
func TestSlowModelKeepsNothingElse(t *testing.T) {
	b, s := writingBench(t, func(o *bot.Options) { o.Settings.Workers = 1 })
	b.of("W1", "before", "mole")
	asked, answer := slowly(s)
	run := func(id, page string) <-chan error {
		o, err := b.engine.Request(t.Context(), bot.Channel{Platform: "test", Workspace: "W1", ID: id}, bot.Request{Ref: b.web.URL + "/" + page}, "", bot.Operator)
		if err != nil {
			t.Fatal(err)
		}
		done := make(chan error, 1)
		go func() { done <- b.engine.RunOccurrence(t.Context(), o.ID) }()
		return done
	}
	one, two := run("one", "quay"), run("two", "quay")
	<-asked
	other := run("other", "pier") // has to be written as well
	<-asked
	if err := <-run("third", "mole"); err != nil { // is written
		t.Error(err)
	}
	if d := b.discussion(); d.Title != "mole" {
		t.Errorf("posted %q", d.Title)
	}
	close(answer)
	for _, done := range []<-chan error{one, two, other} {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if list, err := b.db.Discussions(t.Context(), bot.Channel{}, false, 9); err != nil || len(list) != 5 {
		t.Errorf("%d discussions, %v", len(list), err)
	}
}

// unhurried writes when it is let, whatever the context says.
type unhurried struct {
	*writer.Extractive
	begun, end chan struct{}
}

func (w unhurried) Version() bot.WriterInfo { return bot.WriterInfo{Name: "unhurried"} }

func (w unhurried) Digest(_ context.Context, a bot.Article, b bot.Brief) (bot.Digest, error) {
	w.begun <- struct{}{}
	<-w.end
	return w.Extractive.Digest(context.Background(), a, b)
}

// Where the model is busy with others for too long, an occurrence is put off,
// and nothing is held against its article.
func TestModelThatIsBusy(t *testing.T) {
	extractive, err := writer.NewExtractive()
	if err != nil {
		t.Fatal(err)
	}
	w := unhurried{extractive, make(chan struct{}, 9), make(chan struct{})}
	b := newBench(t, func(o *bot.Options) {
		o.Writer, o.Offline = w, extractive
		o.Settings.Askers, o.Settings.WriteTimeout = 1, time.Millisecond
	})
	o, err := b.engine.Request(t.Context(), channel, bot.Request{Ref: b.web.URL + "/quay"}, "", bot.Operator)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- b.engine.RunOccurrence(t.Context(), o.ID) }()
	<-w.begun
	b.schedule(func(s *bot.Schedule) { s.Cron = "20 8 * * *" })
	b.web.publish("mole")
	b.wait(20*time.Minute + time.Second)
	if got := b.outcomes(); got[1] != "" {
		t.Errorf("outcomes %q", got)
	}
	close(w.end)
	if err := <-done; err != nil {
		t.Error(err)
	}
	b.wait(time.Minute + time.Second)
	if got := strings.Join(b.outcomes(), " "); got != "posted posted" {
		t.Errorf("outcomes %s", got)
	}
	if why := b.typed("/discuss why"); strings.Contains(why, "not \"") {
		t.Errorf("an article was refused: %s", why)
	}
}

// What a model wrote is kept although the process was asked to stop meanwhile:
// it is paid for.
func TestWhatIsPaidForIsKept(t *testing.T) {
	extractive, err := writer.NewExtractive()
	if err != nil {
		t.Fatal(err)
	}
	w := unhurried{extractive, make(chan struct{}, 9), make(chan struct{})}
	writes := func(o *bot.Options) { o.Writer, o.Offline = w, extractive }
	b := newBench(t, writes)
	o, err := b.engine.Request(t.Context(), channel, bot.Request{Ref: b.web.URL + "/quay"}, "", bot.Operator)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- b.engine.RunOccurrence(ctx, o.ID) }()
	<-w.begun
	stop()
	close(w.end)
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	b.start(writes)
	if err := b.engine.RunOccurrence(t.Context(), o.ID); err != nil {
		t.Error(err)
	}
	if d := b.discussion(); d.Title != "quay" || len(w.begun) != 0 {
		t.Errorf("%q, and it was written %d times more", d.Title, len(w.begun))
	}
}

// slowly has the model tell when it is asked, and wait for a word to answer.
func slowly(s *modeltest.Server) (asked, answer chan struct{}) {
	asked, answer = make(chan struct{}, 9), make(chan struct{})
	good := modeltest.Good()
	s.Behave(func(c modeltest.Call) modeltest.Reply {
		asked <- struct{}{}
		<-answer
		return good(c)
	})
	return asked, answer
}
