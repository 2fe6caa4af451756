package bot_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"colloquy/bot"
)

// What a listing says of our own posts: reactions count for the answer that a
// post shows, and nothing else is taken from it.
func TestReactionsToAnswers(t *testing.T) {
	b, d := formBench(t)
	b.form(ada, d, 1, "Mine.")
	spoken := b.platform.say(d, "Ben", "In the thread.", true)
	b.platform.mu.Lock()
	for i := range b.platform.msgs {
		if b.platform.msgs[i].key != "" {
			b.platform.msgs[i].reactions = []bot.Reaction{{Key: "👍", Count: 3}}
		}
	}
	b.platform.mu.Unlock()
	b.listAgain()
	got := b.replies(d)
	if len(got) != 2 || got[1].Text != "Mine." || len(got[1].Reactions) != 1 || got[1].Reactions[0].Count != 3 || len(got[0].Reactions) != 0 {
		t.Errorf("%+v", got)
	}
	// A message of somebody whose words the listing did not show.
	tell := func(ref bot.MessageRef, reactions []bot.Reaction) bool {
		return b.platform.tell(bot.Reply{Ref: ref, Unread: true, Version: 1 << 62, Reactions: reactions})
	}
	unknown := spoken.Ref
	unknown.MessageID = "m99"
	if !tell(spoken.Ref, []bot.Reaction{{Key: "🎉", Count: 1}}) || tell(unknown, []bot.Reaction{{Key: "🎉", Count: 1}}) || tell(spoken.Ref, nil) {
		t.Error("what is known of them is wrong")
	}
	got = b.replies(d)
	if r := got[0]; len(got) != 2 || r.Text != "In the thread." || r.Author.ID != "ben" || r.Version != spoken.Version || len(r.Reactions) != 1 {
		t.Errorf("%+v", got)
	}
	gaps, err := b.db.Gaps(t.Context(), d.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range gaps {
		if g.Recovered != 0 {
			t.Errorf("recovered %d", g.Recovered)
		}
	}
}

// A reply by form is a reply like any other where managers and reports look at it.
func TestAnswersCountAsReplies(t *testing.T) {
	b, d := formBench(t)
	r := b.form(ada, d, 2, "The quay would bring people back to the shops, as it did in Lindhaven.")
	shown := b.platform.answers()[0].ref
	to := b.platform.say(d, "Ben", "I disagree, the buses stop at eight.", false)
	to.ReplyTo = shown.MessageID
	b.platform.tell(to)
	if got := b.replies(d); len(got) != 2 || got[0].Question+got[1].Question != 2 {
		t.Errorf("what answers an answer is to the discussion as a whole: %+v", got)
	}
	days, err := b.engine.ReportRange(t.Context(), channel, "", "")
	if err != nil {
		t.Fatal(err)
	}
	report, err := b.db.Report(t.Context(), channel, days)
	if err != nil {
		t.Fatal(err)
	}
	in, err := report.In(t.Context(), d.ID)
	if err != nil || len(in) != 2 {
		t.Errorf("%+v, %v", in, err)
	}
	for _, x := range in {
		if x.Author.ID == "ben" && x.To.ID != "ada" || x.Author.ID == "ada" && (x.To.ID != "" || x.Question != 2) {
			t.Errorf("%+v", x)
		}
	}
	if err := report.Close(); err != nil {
		t.Fatal(err)
	}
	if got := b.command("report", nil); !strings.Contains(got, "2 replies by 2 people") || !strings.Contains(got, "To question 2: 1") {
		t.Errorf("report: %s", got)
	}
	if got := said(b.asks(ada, d, "", "my-data", nil)); !strings.Contains(got, "1 reply.") || !strings.Contains(got, "question 2 — The quay would") {
		t.Errorf("my-data: %s", got)
	}
	// ⛔ on the post that shows it.
	b.answer(bot.Command{Name: "exclude", Ref: shown, Channel: d.Channel, Actor: bot.Actor{Person: ben, Manager: true}})
	for _, got := range b.replies(d) {
		if got.Excluded != (got.ID == r.ID) {
			t.Errorf("%+v", got)
		}
	}
	b.shows("Ada, on question 2: The quay would bring people back to the shops, as it did in Lindhaven.")
}

// linked is a platform whose messages have addresses.
type linked struct{ *platform }

func (linked) LinkTo(ref bot.MessageRef) string {
	return "https://chat.example/" + ref.Thread + "/" + ref.MessageID
}

func TestRecapLinksToReplies(t *testing.T) {
	b, d := formBench(t, func(o *bot.Options) { o.Adapters = []bot.Adapter{linked{o.Adapters[0].(*platform)}} })
	b.form(ada, d, 1, "The quay would bring people back to the shops, as it did in Lindhaven.")
	shown := b.platform.answers()[0].ref.MessageID
	spoken := b.platform.say(d, "Ben", "I disagree, the buses stop at eight.", true)
	b.platform.say(d, "Cleo", "People would come back to the shops on the quay, I am sure of that.", true)
	b.wait(25 * time.Hour)
	m, _, err := b.engine.ShowRecap(t.Context(), d)
	if err != nil || len(m.Quotation) != 3 {
		t.Fatalf("%+v, %v", m.Quotation, err)
	}
	of := map[string]string{"Ada, on question 1": shown, "Ben, disagreeing": spoken.Ref.MessageID}
	for _, q := range m.Quotation {
		if id, known := of[q.By]; known && q.Link != "https://chat.example/"+d.Channel.Thread+"/"+id || q.Link == "" || q.ID != "" {
			t.Errorf("%+v", q)
		}
	}
}

// fixed is a platform on which nothing can be edited or removed.
type fixed struct{ dumb }

func TestAnswerTakenBackWhereNothingCanBeRemoved(t *testing.T) {
	b, d := formBench(t, func(o *bot.Options) { o.Adapters = []bot.Adapter{fixed{dumb{o.Adapters[0].(*platform)}}} })
	r := b.form(ada, d, 1, "Mine.")
	b.asks(ada, d, "", "remove", map[string]string{"id": r.ID.Short()})
	b.work()
	posts := b.platform.posts()
	if last := posts[len(posts)-1].post; len(last.Paragraphs) != 1 || !strings.Contains(last.Paragraphs[0], "was taken back") {
		t.Errorf("%+v", last)
	}
	b.form(ben, d, 1, "Another.")
	b.platform.onlyOnce()
}

func TestAnswersAndBackups(t *testing.T) {
	onFile(t)
	b, d := formBench(t)
	gone := b.form(ada, d, 1, "Removed after the backup.")
	b.form(ada, d, 1, "Stays.")
	b.submit(ben, d, 1, "Out after the backup.")
	b.submit(ada, d, 2, "Out after the backup, and removed.")
	copied := b.backup()
	b.form(ben, d, 2, "Lost with the database.")
	b.asks(ada, d, "", "remove", map[string]string{"id": gone.ID.Short()})
	for _, r := range b.replies(d) {
		if r.Question == 2 && r.Author == ada {
			b.platform.unchangeable = errors.New("down") // its post stays out
			b.asks(ada, d, "", "remove", map[string]string{"id": r.ID.Short()})
		}
	}
	b.wait(time.Minute)
	b.platform.unchangeable = nil
	b.restore(copied)
	for range 5 {
		b.wait(time.Minute)
	}
	b.listAgain()
	b.platform.onlyOnce()
	got := texts(b.replies(d))
	slices.Sort(got)
	if !slices.Equal(got, []string{"Out after the backup.", "Stays."}) {
		t.Errorf("left %q", got)
	}
	// What only the platform knows is not recorded, and says so when it is pressed.
	b.shows("Ada, on question 1: Stays.", "Ben, on question 1: Out after the backup.", "Ben, on question 2: Lost with the database.")
	left := b.platform.answers()[2]
	if got := said(b.asks(ben, d, "", "remove", left.post.Buttons[0].Args)); !strings.Contains(got, "Nothing is recorded under that name") {
		t.Error(got)
	}
	b.form(ben, d, 2, "Again.")
	b.shows("Ada, on question 1: Stays.", "Ben, on question 1: Out after the backup.", "Ben, on question 2: Lost with the database.", "Ben, on question 2: Again.")
}

func TestExportMe(t *testing.T) {
	b, d := formBench(t)
	if a := b.asks(ada, d, "", "export-me", nil); a.File != nil || said(a) != "Nothing is recorded of you." {
		t.Errorf("%+v", a)
	}
	b.form(ada, d, 2, "By <form>.")
	b.platform.say(d, "Ada", "In the thread.", true)
	b.form(ben, d, 2, "Somebody else's.")
	b.asks(ada, d, "", "opt-out", nil)
	a := b.asks(ada, d, "", "export-me", nil)
	if a.File == nil || a.File.Name != "my-data.jsonl" {
		t.Fatalf("%+v", a)
	}
	var lines []map[string]any
	for text := range strings.Lines(string(a.File.Data)) {
		var l map[string]any
		if err := json.Unmarshal([]byte(text), &l); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, l)
	}
	if len(lines) != 3 || lines[0]["type"] != "opt_out" || strings.Contains(string(a.File.Data), "else's") {
		t.Fatalf("%s", a.File.Data)
	}
	byForm := lines[2]
	if byForm["form"] != true {
		byForm = lines[1]
	}
	if byForm["text"] != "By <form>." || byForm["question"] != 2.0 || byForm["form"] != true || byForm["message_id"] != b.platform.answers()[0].ref.MessageID ||
		byForm["discussion"] != string(d.ID) || byForm["title"] != "quay" || byForm["quoted"] != false {
		t.Errorf("%v", byForm)
	}
}

func TestWhyThisQuestion(t *testing.T) {
	b, d := formBench(t)
	why := button(t, b.platform.posts()[1].post, "Why this question?")
	m := b.asks(ada, d, "", why.Command, why.Args).Message
	if len(m.Quotation) != 1 || !strings.Contains(story("quay"), strings.Trim(strings.Split(m.Quotation[0].Text, " […] ")[0], "[…] ")) || m.Link != d.URL || m.Title != "quay" {
		t.Fatalf("%+v", m)
	}
	if n := len(strings.Fields(m.Quotation[0].Text)); n > 100 {
		t.Errorf("%d words are quoted", n)
	}
	b.wait(40 * 24 * time.Hour) // the text is erased, the evidence is not
	if again := b.asks(ada, d, "", why.Command, why.Args).Message; len(again.Quotation) != 1 || again.Quotation[0] != m.Quotation[0] {
		t.Errorf("%+v", again)
	}
	if got := said(b.asks(ada, d, "", "evidence", map[string]string{"n": "99"})); !strings.Contains(got, "give a number up to") {
		t.Error(got)
	}
}
