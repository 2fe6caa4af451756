package bot_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"colloquy/bot"
	"colloquy/bot/store"
)

// backup copies the database of b as "colloquy backup" does.
func (b *bench) backup() string {
	b.t.Helper()
	path := filepath.Join(b.t.TempDir(), "copy.db")
	if err := b.db.Backup(b.t.Context(), path); err != nil {
		b.t.Fatal(err)
	}
	return path
}

// restore stops everything as kill -9 would, goes back to a copy and starts
// again; the platform is connected and what falls due is done.
func (b *bench) restore(path string, change ...func(*store.RestoreOptions)) store.Restored {
	b.t.Helper()
	_ = b.db.Close()
	o := store.RestoreOptions{Clock: b.clock, Plan: b.engine.PlanRestored, Audit: bot.Audit{Actor: "cli"}}
	for _, c := range change {
		c(&o)
	}
	did, err := store.Restore(b.t.Context(), path, b.path, o)
	if err != nil {
		b.t.Fatal(err)
	}
	b.start()
	b.connect()
	return did
}

// connect says that the platform listens, and has everything done that follows.
func (b *bench) connect() {
	b.t.Helper()
	if err := b.engine.Connected(b.t.Context(), "test", true); err != nil {
		b.t.Fatal(err)
	}
	b.work()
}

// listAgain has every thread listed once more, as after an outage.
func (b *bench) listAgain() {
	b.t.Helper()
	b.wait(time.Minute)
	b.connect()
}

// count is how many posts that people see have a title that begins like that.
func (p *platform) count(title string) int {
	n := 0
	for _, m := range p.shown() {
		if strings.HasPrefix(m.Title, title) {
			n++
		}
	}
	return n
}

// saidBy are the texts of a person that are stored in d.
func (b *bench) saidBy(d bot.Discussion, who string) []string {
	var out []string
	for _, r := range b.replies(d) {
		if r.Author.Name == who {
			out = append(out, r.Text)
		}
	}
	return out
}

func TestNobodyErasedIsRevived(t *testing.T) {
	onFile(t)
	b := newBench(t)
	b.connect()
	b.request(bot.Request{Ref: b.web.URL + "/quay"})
	d := b.discussion()
	person := func(name string) bot.Person {
		return bot.Person{Platform: "test", Workspace: "W1", ID: strings.ToLower(name), Name: name}
	}
	as := func(name, command string) {
		b.answer(bot.Command{Name: command, Actor: bot.Actor{Person: person(name)}, Channel: d.Channel})
	}
	b.platform.say(d, "Ada", "Ada before the backup.", true)
	b.platform.say(d, "Ben", "Ben before the backup.", true)
	b.platform.say(d, "Cleo", "Cleo before the backup.", true)
	gone := b.platform.say(d, "Dan", "Dan takes this back.", true)
	kept := b.platform.say(d, "Dan", "Dan stays.", true)
	b.wait(time.Minute)
	copied := b.backup()
	b.wait(time.Minute)
	b.platform.say(d, "Ada", "Ada after the backup.", true)
	b.platform.say(d, "Ben", "Ben after the backup.", true)
	out := b.platform.say(d, "Eve", "Eve is left out of the recap.", true)
	later := b.platform.say(d, "Dan", "Dan takes this back too.", true)
	as("Ada", "forget-me")
	as("Ben", "opt-out")
	b.platform.say(d, "Ben", "Ben while opted out.", true)
	as("Ben", "opt-in")
	as("Cleo", "opt-out")
	b.command("exclude", map[string]string{"id": out.Ref.MessageID})
	for _, r := range []bot.Reply{gone, later} { // erased here, but a listing still has it
		if err := b.engine.ReplyRemoved(t.Context(), r.Ref); err != nil {
			t.Fatal(err)
		}
	}
	b.platform.say(d, "Ada", "Ada wants to be heard again.", true)
	b.wait(time.Minute)
	did := b.restore(copied)
	for range 2 {
		b.listAgain()
		if got := b.saidBy(d, "Ada"); len(got) != 1 || got[0] != "Ada wants to be heard again." {
			t.Errorf("of Ada: %q", got)
		}
		if got := b.saidBy(d, "Dan"); len(got) != 1 || got[0] != kept.Text {
			t.Errorf("of Dan: %q", got)
		}
		if got := strings.Join(b.saidBy(d, "Ben"), " "); strings.Contains(got, "opted out") || !strings.Contains(got, "Ben after the backup.") {
			t.Errorf("of Ben: %q", got)
		}
	}
	for _, r := range b.replies(d) {
		if r.Author.Name == "Eve" && !r.Excluded {
			t.Error("a reply that was excluded would be in the recap")
		}
	}
	if b.platform.tell(b.platform.say(d, "Cleo", "Cleo again.", false)) {
		t.Error("somebody who opted out is recorded")
	}
	if did.Replies != 5 || did.OptOuts != 1 { // two of Ada's, Dan's two, one that Ben wrote while he was out
		t.Errorf("%+v", did)
	}
	if gaps, err := b.db.Gaps(t.Context(), d.ID); err != nil || len(gaps) == 0 || gaps[0].From.After(did.At) || !gaps[0].Listed || gaps[0].Recovered != 3 {
		t.Errorf("the gap since the backup of %s: %+v, %v", did.At, gaps, err)
	}
}

// A person who was erased before the backup and wrote again is not erased by it.
func TestOldErasuresDoNoHarm(t *testing.T) {
	onFile(t)
	b := newBench(t)
	b.connect()
	b.request(bot.Request{Ref: b.web.URL + "/quay"})
	d := b.discussion()
	b.platform.say(d, "Ada", "The first.", true)
	if _, err := b.engine.Erase(t.Context(), bot.Person{Platform: "test", Workspace: "W1", ID: "ada"}, bot.Operator); err != nil {
		t.Fatal(err)
	}
	b.wait(time.Second)
	b.platform.say(d, "Ada", "The second.", true)
	did := b.restore(b.backup())
	if got := b.saidBy(d, "Ada"); len(got) != 1 || got[0] != "The second." || did.Replies != 0 || did.LookUps != 0 || did.Openings != 0 {
		t.Errorf("%q, %+v", got, did)
	}
}

func TestRestoreWithoutItsLedger(t *testing.T) {
	onFile(t)
	b := newBench(t)
	b.connect()
	b.request(bot.Request{Ref: b.web.URL + "/quay"})
	d := b.discussion()
	b.platform.say(d, "Ada", "To be forgotten.", true)
	copied := b.backup()
	if _, err := b.engine.Erase(t.Context(), bot.Person{Platform: "test", Workspace: "W1", ID: "ada"}, bot.Operator); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(b.path+".ledger", b.path+".elsewhere"); err != nil {
		t.Fatal(err)
	}
	o := store.RestoreOptions{Clock: b.clock, Plan: b.engine.PlanRestored}
	_ = b.db.Close()
	refused := func(want string) {
		t.Helper()
		if _, err := store.Restore(t.Context(), copied, b.path, o); bot.ReasonCode(err) != "no_ledger" || !strings.Contains(bot.Explain(err), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	refused("there is no ledger")
	if err := os.WriteFile(b.path+".ledger", []byte(`{"at":"2027-03-01T08:00:00Z","did":"backup","backup":"another"}`+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	refused("does not know this backup")
	b.start()
	if len(b.saidBy(d, "Ada")) != 0 {
		t.Error("what was refused was done")
	}
	did := b.restore(copied, func(o *store.RestoreOptions) { o.WithoutLedger = true })
	if got := b.saidBy(d, "Ada"); len(got) != 1 || did.Gap == "" {
		t.Errorf("%q, %+v", got, did)
	}
	_ = b.db.Close()
	if err := os.Rename(b.path+".elsewhere", b.path+".ledger"); err != nil {
		t.Fatal(err)
	}
	b.start()
	if b.restore(copied); len(b.saidBy(d, "Ada")) != 0 {
		t.Error("with its ledger, somebody erased is back")
	}
}

// People are known by the same hash before and after, also when the backup is
// older than the first of them.
func TestOptOutAfterABackupOfNothing(t *testing.T) {
	onFile(t)
	b := newBench(t)
	b.connect()
	copied := b.backup()
	b.answer(bot.Command{Name: "opt-out", Actor: bot.Actor{Person: bot.Person{Platform: "test", Workspace: "W1", ID: "cleo"}}, Channel: channel})
	b.restore(copied)
	b.request(bot.Request{Ref: b.web.URL + "/quay"})
	if b.platform.tell(b.platform.say(b.discussion(), "Cleo", "Not for the record.", false)) {
		t.Error("somebody who opted out is recorded")
	}
}

// Somebody is erased in a database that does not know all that they wrote, as it
// was restored from an older backup itself. A newer one knows more.
func TestErasedWhereNotAllWasKnown(t *testing.T) {
	onFile(t)
	b := newBench(t)
	b.connect()
	b.request(bot.Request{Ref: b.web.URL + "/quay"})
	d := b.discussion()
	b.platform.say(d, "Ada", "The first.", true)
	b.wait(time.Minute)
	older := b.backup()
	b.platform.remove(b.platform.say(d, "Ada", "The second, gone from the platform.", true))
	newer := b.backup()
	b.restore(older)
	if _, err := b.engine.Erase(t.Context(), bot.Person{Platform: "test", Workspace: "W1", ID: "ada"}, bot.Operator); err != nil {
		t.Fatal(err)
	}
	b.platform.unlisted = errCut // only the ledger can tell
	did := b.restore(newer)
	if got := b.saidBy(d, "Ada"); len(got) != 0 || did.People != 1 {
		t.Errorf("%q, %+v", got, did)
	}
}
