package bot_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"colloquy/bot"
)

func there(workspace, scope string) bot.Installation {
	return bot.Installation{Platform: "test", Workspace: workspace, Scope: scope}
}

func (b *bench) installations(list ...bot.Installation) {
	b.t.Helper()
	if err := b.engine.Installations(b.t.Context(), "test", list, nil); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) scope(scope string, up bool) {
	b.t.Helper()
	if err := b.engine.Connected(b.t.Context(), scope, up); err != nil {
		b.t.Fatal(err)
	}
}

// opened posts a discussion in a workspace by hand.
func (b *bench) opened(workspace string) bot.Discussion {
	b.t.Helper()
	ch := bot.Channel{Platform: "test", Workspace: workspace, ID: "general"}
	if _, err := b.engine.Request(b.t.Context(), ch, bot.Request{Ref: b.web.URL + "/quay"}, "", bot.Operator); err != nil {
		b.t.Fatal(err)
	}
	b.work()
	list, err := b.db.Discussions(b.t.Context(), ch, true, 1)
	if err != nil || len(list) != 1 {
		b.t.Fatal(list, err)
	}
	return list[0]
}

// listen waits while what is connected stays so.
func (b *bench) listen(d time.Duration) {
	b.t.Helper()
	for ; d > 0; d -= 3 * bot.BeatEvery {
		b.wait(min(d, 3*bot.BeatEvery))
		if err := b.engine.Beat(b.t.Context()); err != nil {
			b.t.Fatal(err)
		}
	}
}

// gaps shows those of a discussion, in minutes since its opening.
func (b *bench) gaps(d bot.Discussion) string {
	b.t.Helper()
	list, err := b.db.Gaps(b.t.Context(), d.ID)
	if err != nil {
		b.t.Fatal(err)
	}
	var out []string
	for _, g := range list {
		out = append(out, fmt.Sprintf("%.0f-%.0f found %d", g.From.Sub(d.OpenedAt).Minutes(), g.To.Sub(d.OpenedAt).Minutes(), g.Recovered))
	}
	return strings.Join(out, ", ")
}

func TestGapsAreWrittenWhereTheScopeIs(t *testing.T) {
	b := newBench(t)
	b.installations(there("W1", "test/0"), there("W2", "test/1"), there("W3", ""))
	b.scope("test/0", true)
	b.scope("test/1", true)
	b.scope("test:W3", true)
	one, two, three := b.opened("W1"), b.opened("W2"), b.opened("W3")
	b.wait(time.Minute)
	for _, scope := range []string{"test/0", "test/1", "test:W3"} {
		b.scope(scope, false)
	}
	b.wait(9 * time.Minute)
	b.scope("test/1", true)
	if b.gaps(one) != "" || b.gaps(two) != "1-10 found 0" || b.gaps(three) != "" {
		t.Errorf("one scope is back: %q, %q, %q", b.gaps(one), b.gaps(two), b.gaps(three))
	}
	b.scope("test:W3", true)
	b.wait(10 * time.Minute)
	b.scope("test/0", true)
	if b.gaps(one) != "1-20 found 0" || b.gaps(two) != "1-10 found 0" || b.gaps(three) != "1-10 found 0" {
		t.Errorf("all are back: %q, %q, %q", b.gaps(one), b.gaps(two), b.gaps(three))
	}
	b.wait(time.Minute)
	b.scope("test", true) // the whole platform, which was never heard before
	if b.gaps(one) != "0-21 found 0, 1-20 found 0" {
		t.Errorf("%q", b.gaps(one))
	}
}

// Another number of shards: what was missed is missed since the shard of before
// was last heard, in whichever order the platform says so.
func TestGapWhenTheScopeChanges(t *testing.T) {
	for name, order := range map[string][]string{
		"then connected":               {"installations", "connected"},
		"after connecting":             {"connected", "installations"},
		"then connected a while later": {"installations", "wait", "connected"},
		"twice, and never connected":   {"installations", "wait", "others", "wait", "connected"},
	} {
		b := newBench(t)
		b.installations(there("W1", "test/0"))
		for _, scope := range []string{"test/0", "test/1", "test/2"} {
			b.scope(scope, true)
		}
		d := b.opened("W1")
		b.listen(10 * time.Minute)
		b.start() // as another process
		b.wait(5 * time.Minute)
		b.platform.say(d, "Ada", "Nobody hears this.", false)
		b.wait(5 * time.Minute)
		want := 20
		for _, step := range order {
			switch step {
			case "installations":
				b.installations(there("W1", "test/1"))
			case "others":
				b.installations(there("W1", "test/2"))
			case "connected":
				b.scope("test/1", true)
				b.scope("test/2", true)
			case "wait":
				b.mu.Lock()
				b.now = b.now.Add(2 * time.Minute)
				b.mu.Unlock()
				want += 2
			}
		}
		b.work()
		if got := b.gaps(d); got != fmt.Sprintf("10-%d found 1", want) || len(b.replies(d)) != 1 {
			t.Errorf("%s: %q with %d replies", name, got, len(b.replies(d)))
		}
		b.wait(5 * time.Minute)
		b.scope("test/1", true)
		if got := b.gaps(d); strings.Count(got, "found") != 2 && name != "twice, and never connected" {
			t.Errorf("%s, and a gap of the new scope: %q", name, got)
		}
	}
}

// lock keeps everybody from writing to the installations, until unlock.
func (b *bench) lock() (unlock func()) {
	b.t.Helper()
	on, lock := b.db.Conn(), `LOCK TABLE installations IN SHARE MODE`
	if !b.db.Shared() {
		var err error
		if on, err = sql.Open("sqlite", b.path+"?_txlock=immediate"); err != nil {
			b.t.Fatal(err)
		}
		b.t.Cleanup(func() { _ = on.Close() })
		lock = `SELECT 1`
	}
	tx, err := on.Begin()
	if err == nil {
		_, err = tx.Exec(lock)
	}
	if err != nil {
		b.t.Fatal(err)
	}
	return func() {
		if err := tx.Rollback(); err != nil {
			b.t.Fatal(err)
		}
	}
}

func TestWhatIsStoredAlreadyIsNotWritten(t *testing.T) {
	b := newBench(t)
	list := []bot.Installation{there("W1", "test/0"), there("W2", "test/1"), there("W3", "test/0")}
	list[0].Name, list[0].Owner = "The Harbour", bot.Person{ID: "o", Name: "Odo"}
	b.installations(list...)
	b.start()
	unlock := b.lock()
	// Nothing can be written now, so whoever tries would wait.
	list[0].Name, list[0].Owner.Name = "", ""
	list[2].Scope = ""
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if err := b.engine.Installations(ctx, "test", list, nil); err != nil {
		t.Error(err)
	}
	for _, i := range list {
		if err := b.engine.InstallationChanged(ctx, i); err != nil {
			t.Error(err)
		}
	}
	unlock()
	i, err := b.db.Installation(t.Context(), "test", "W1")
	if err != nil || i.Name != "The Harbour" || i.Owner != (bot.Person{Platform: "test", Workspace: "W1", ID: "o", Name: "Odo"}) || i.Scope != "test/0" {
		t.Errorf("%+v, %v", i, err)
	}
}

func TestInstallationThatWasLostWhileNobodyListened(t *testing.T) {
	b := newBench(t)
	b.web.publish("backlog")
	b.installations(there("W1", "test/0"), there("W2", "test/0"))
	b.scope("test/0", true)
	s := b.schedule()
	d := b.opened("W1")
	b.start()
	b.wait(time.Minute)
	b.installations(there("W2", "test/0"))
	i, err := b.db.Installation(t.Context(), "test", "W1")
	if err != nil || !i.Gone || !i.EraseAt.Equal(b.clock().Add(bot.KeepRemoved)) {
		t.Errorf("%+v, %v", i, err)
	}
	if s = b.scheduleNow(s); !s.Paused || s.Reason != bot.BotRemoved {
		t.Errorf("%+v", s)
	}
	b.wait(9 * time.Minute)
	b.platform.say(d, "Ada", "Nobody hears this.", false)
	b.wait(10 * time.Minute)
	b.installations(there("W2", "test/0")) // said again, it changes nothing
	if again, err := b.db.Installation(t.Context(), "test", "W1"); err != nil || again.EraseAt != i.EraseAt {
		t.Errorf("%+v, %v", again, err)
	}
	b.installations(there("W1", "test/0"), there("W2", "test/0"))
	// We are cut off at once, and nothing more is said of it.
	b.start()
	b.installations(there("W1", "test/0"), there("W2", "test/0"))
	b.work()
	if s = b.scheduleNow(s); s.Paused || s.Reason != "" || s.NextAt.IsZero() {
		t.Errorf("back again: %+v", s)
	}
	if got := b.gaps(d); got != "0-20 found 1" {
		t.Errorf("gaps: %q", got)
	}
	lines, err := b.audits("installation_back")
	if err != nil || len(lines) != 1 {
		t.Errorf("audit: %q, %v", lines, err)
	}
}

// The bot is removed and comes back while its shard is connected all the time.
func TestGapWhileTheBotWasRemoved(t *testing.T) {
	b := newBench(t)
	b.installations(there("W1", "test/0"))
	b.scope("test/0", true)
	d := b.opened("W1")
	for _, gone := range []bool{true, false} {
		b.listen(10 * time.Minute)
		i := there("W1", "test/0")
		i.Gone = gone
		if err := b.engine.InstallationChanged(t.Context(), i); err != nil {
			t.Fatal(err)
		}
		b.platform.say(d, "Ada", "I write when it is away, and when it is back.", !gone)
	}
	b.work()
	if got := b.gaps(d); got != "10-20 found 1" {
		t.Errorf("%q", got)
	}
}

// welcomes lists what was said to whom that came.
func (b *bench) welcomes() (out []string) {
	for _, m := range b.platform.posts() {
		if strings.HasPrefix(m.post.Footer, "/discuss privacy") && m.post.Title == "" {
			out = append(out, m.ref.Channel.String())
		}
	}
	return out
}

func TestEachTenantIsGreetedOnce(t *testing.T) {
	b := newBareBench(t)
	lobby := bot.Channel{Platform: "test", Workspace: "W1", ID: "lobby"}
	one := there("W1", "test/0")
	greeted := one
	greeted.Greet = lobby
	greet := func(i bot.Installation) {
		t.Helper()
		if err := b.engine.InstallationChanged(t.Context(), i); err != nil {
			t.Fatal(err)
		}
		b.work()
	}
	b.installations(one) // that it is there is known before where it can be greeted
	b.work()
	if got := b.welcomes(); len(got) != 0 {
		t.Fatal(got)
	}
	greet(greeted)
	got := b.platform.posts()
	if len(got) != 1 || got[0].ref.Channel != lobby || got[0].post.Ping != "" {
		t.Fatalf("%+v", got)
	}
	text := strings.Join(append(got[0].post.Paragraphs, got[0].post.Lines...), "\n")
	for _, want := range []string{"/discuss now URL", "/discuss schedule add", "/discuss help", "record what people reply"} {
		if !strings.Contains(text, want) {
			t.Errorf("the welcome lacks %q: %s", want, text)
		}
	}
	for range 3 {
		greet(greeted)
		b.start()
		b.installations(greeted)
		b.wait(12 * time.Hour)
	}
	if got := b.welcomes(); len(got) != 1 {
		t.Errorf("a restart greets again: %v", got)
	}
	gone := one
	gone.Gone = true
	greet(gone)
	greet(greeted)
	if got := b.welcomes(); len(got) != 2 {
		t.Errorf("back again: %v", got)
	}
	// One that had no place for a welcome gets none long after it came.
	late := there("W2", "test/0")
	greet(late)
	b.wait(25 * time.Hour)
	late.Greet, late.Name = bot.Channel{Platform: "test", Workspace: "W2", ID: "lobby"}, "The Harbour"
	greet(late)
	if got := b.welcomes(); len(got) != 2 {
		t.Errorf("a day late: %v", got)
	}
	b.platform.onlyOnce()
}

func TestWelcomeThatIsRefusedIsNoTrouble(t *testing.T) {
	for name, err := range map[string]error{"for good": bot.Permanent(bot.Problemf("no_permission", "Colloquy may not write there")), "by silence": errCut} {
		b := noticesBench(t)
		if err := b.db.ChangePreferences(t.Context(), "test", "W1", b.clock(), func(p *bot.Preferences) (bot.Audit, error) {
			p.Language = "de"
			return bot.Audit{}, nil
		}); err != nil {
			t.Fatal(err)
		}
		b.platform.faults = []fault{{err: err}}
		i := there("W1", "")
		i.Greet = bot.Channel{Platform: "test", Workspace: "W1", ID: "lobby"}
		if err := b.engine.InstallationChanged(t.Context(), i); err != nil {
			t.Fatal(err)
		}
		b.work()
		for range 26 {
			b.wait(time.Hour)
		}
		open, terr := b.db.Troubles(t.Context(), "", "")
		got := b.platform.in(i.Greet)
		if wrong := errors.Is(err, errCut) != (len(got) == 1); wrong || len(open) != 0 || terr != nil || len(b.platform.notices(ops)) != 0 {
			t.Errorf("%s: %d welcomes, trouble %+v, %v", name, len(got), open, terr)
		}
		if len(got) == 1 && !strings.Contains(got[0].Lines[0], "sofort zur Diskussion") {
			t.Errorf("in another language: %q", got[0].Lines)
		}
	}
}

// Each shard knows of its own servers alone. Those that left while nobody listened
// are noticed by theirs, and by no other.
func TestInstallationsOfOneShard(t *testing.T) {
	b := newBench(t)
	b.installations(there("W1", "test/0"), there("W2", "test/0"), there("W3", "test/1"), there("W4", "test/1"))
	of := func(list ...string) func(string) bool {
		return func(workspace string) bool { return slices.Contains(list, workspace) }
	}
	gone := func() string {
		t.Helper()
		var out []string
		all, err := b.db.InstallationsOf(t.Context(), "test")
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range all {
			if i.Gone {
				out = append(out, i.Workspace)
			}
		}
		slices.Sort(out)
		return strings.Join(out, " ")
	}
	for _, step := range []struct {
		there []bot.Installation
		mine  func(string) bool
		gone  string
	}{
		{[]bot.Installation{there("W1", "test/0")}, of("W1", "W2"), "W2"},
		{nil, of(), "W2"},
		{[]bot.Installation{there("W4", "test/1")}, of("W3", "W4"), "W2 W3"},
		{[]bot.Installation{there("W3", "test/1"), there("W4", "test/1")}, of("W3", "W4"), "W2"},
		// Another number of shards: W2 is of the second now, and came back.
		{[]bot.Installation{there("W2", "test/1/3")}, of("W2"), ""},
	} {
		if err := b.engine.Installations(t.Context(), "test", step.there, step.mine); err != nil {
			t.Fatal(err)
		}
		if got := gone(); got != step.gone {
			t.Errorf("there are %v, and gone are %q", step.there, got)
		}
	}
}

// Where discussions are is known of each scope alone, with the threads of questions,
// for as long as something is recorded there.
func TestPlaces(t *testing.T) {
	b := newBench(t)
	b.installations(there("W1", "test/0"), there("W2", "test/1"))
	one, two := b.opened("W1"), b.opened("W2")
	places := func(scope string) []string {
		t.Helper()
		list, err := b.engine.Places(t.Context(), scope)
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, ch := range list {
			out = append(out, ch.String())
		}
		slices.Sort(out)
		return out
	}
	for scope, d := range map[string]bot.Discussion{"test/0": one, "test/1": two} {
		if got := places(scope); len(got) != 1 || got[0] != d.Channel.String() {
			t.Errorf("%s: %q, and not %s", scope, got, d.Channel)
		}
	}
	if got := append(places("test/2"), places("")...); len(got) > 0 {
		t.Errorf("elsewhere: %q", got)
	}
	b.wait(2 * 24 * time.Hour)
	b.work()
	if d, err := b.db.Discussion(t.Context(), one.ID); err != nil || d.State != bot.StateClosed || len(places("test/0")) != 1 {
		t.Errorf("closed: %s, %q, %v", d.State, places("test/0"), err)
	}
	b.wait(8 * 24 * time.Hour)
	if got := places("test/0"); len(got) > 0 {
		t.Errorf("long closed: %q", got)
	}
}
