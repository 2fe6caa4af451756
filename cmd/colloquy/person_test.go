package main

import (
	"strings"
	"testing"
	"time"

	"colloquy/bot"
	"colloquy/bot/store"
)

func TestPerson(t *testing.T) {
	w := newTown(t)
	id := w.discussed("Buses are for everyone", "/as Ana", "No, they are not", "@1 At all")
	w.ok("discussion", "list")
	contains(t, w.ok("person", "show", "console:Ana"), "console:Ana (Ana): 2 replies in 1 discussion, from ", "in discussion ", "  No, they are not\n")
	p := read[personJSON](w, "person", "show", "console:Ana")
	if p.ID != "console:Ana" || p.Name != "Ana" || p.Replies != 2 || p.Discussions != 1 || p.First == nil || p.Latest == nil {
		t.Errorf("person %+v", p)
	}
	lines := exported(t, w.ok("person", "export", "console:Ana"))
	if len(lines) != 2 || lines[0]["type"] != "reply" || lines[0]["text"] != "No, they are not" || lines[0]["discussion"] != id || lines[0]["channel"] != "console:demo" {
		t.Errorf("exported %v", lines)
	}

	w.fails(exitUsage, "2 replies in 1 discussion of console:Ana would be erased for good, and nobody is there to confirm it: add --yes", "person", "erase", "console:Ana")
	contains(t, w.ok("person", "erase", "console:Ana", "--yes"), "Erased 2 replies of console:Ana.")
	contains(t, w.ok("person", "erase", "console:Ana", "--yes"), "nothing was erased")
	contains(t, w.ok("person", "show", "console:Ana"), "Nothing is stored of console:Ana.")
	if p := read[personJSON](w, "person", "show", "console:Ana"); p.Replies != 0 || p.First != nil {
		t.Errorf("after erasing %+v", p)
	}
	if out := w.ok("person", "export", "console:Ana"); out != "" {
		t.Errorf("after erasing, the export has %q", out)
	}
	contains(t, w.ok("person", "show", "console:you"), "1 reply in 1 discussion")
}

// The export of a person has all that is stored of them.
func TestPersonExportIsComplete(t *testing.T) {
	w := newTown(t)
	w.discussed("Buses are for everyone", "/as Ana", "@1 No, I disagree, they are not", "/discuss now "+strings.ReplaceAll(story, "\n", " "), "/discuss opt-out")
	db, err := store.Open(t.Context(), home(t), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	list, err := db.Discussions(t.Context(), bot.Channel{Platform: "console", ID: "demo"}, false, 9)
	if err != nil || len(list) != 2 {
		t.Fatal(list, err)
	}
	d := list[1]
	late := d.ClosedAt.Add(time.Second)
	r := bot.Reply{ID: bot.NewID(late), Ref: bot.MessageRef{Channel: d.Channel, MessageID: "m1"}, Version: 1, CreatedAt: late, EditedAt: late.Add(time.Second), ReplyTo: "m0",
		Author: bot.Person{Platform: "console", ID: "Ana"}, Text: "late", Reactions: []bot.Reaction{{Key: "👍", Count: 2}}, Files: []bot.File{{Name: "plan.pdf"}}}
	if _, err := db.RecordReply(t.Context(), r, "hash", late, time.Hour); err != nil {
		t.Fatal(err)
	}
	if err := db.SetExcluded(t.Context(), r.ID, true, late, bot.Audit{}); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	lines := exported(t, w.ok("person", "export", "console:Ana"))
	replies, actions := ofType(lines, "reply"), ofType(lines, "action")
	if len(lines) != 4 || lines[0]["type"] != "opt_out" || lines[0]["id"] != "console:Ana" || len(replies) != 2 || len(actions) != 1 {
		t.Fatalf("exported %v", lines)
	}
	for _, l := range lines {
		for _, field := range contract {
			if _, ok := l[field]; !ok {
				t.Errorf("%s has no %s", l["type"], field)
			}
		}
	}
	if r := replies[0]; r["question"] != 1.0 || r["discussion"] != string(d.ID) || r["title"] != d.Title || r["channel"] != "console:demo" || r["excluded"] != false || r["created_at"] == nil {
		t.Errorf("the first is %v", r)
	}
	if r := replies[1]; r["late"] != true || r["edited_at"] == nil || r["reply_to"] != "m0" || r["excluded"] != true || r["quoted"] != false || len(r["reactions"].([]any)) != 1 || len(r["files"].([]any)) != 1 {
		t.Errorf("the second is %v", r)
	}
	contains(t, w.ok("discussion", "show", string(d.ID)), "edited · late · kept out of recaps")
	contains(t, w.ok("discussion", "export", string(d.ID), "--format", "md"), "edited, late, kept out of recaps")
	quoted := 0
	for _, r := range ofType(exported(t, w.ok("person", "export", "console:you")), "reply") {
		if r["quoted"] == true {
			quoted++
		}
	}
	if quotes := strings.Count(w.ok("recap", string(d.ID)), "— you"); quoted != quotes || quotes == 0 {
		t.Errorf("%d replies are quoted, and the recap quotes %d", quoted, quotes)
	}
	if a := actions[0]; a["action"] != "request" || a["where"] != "console:demo" || a["target"] == "" || a["created_at"] == nil {
		t.Errorf("the action is %v", a)
	}
}
