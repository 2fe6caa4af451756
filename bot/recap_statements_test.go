package bot_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"colloquy/bot"
	"colloquy/bot/writer/model/modeltest"
)

// What is taken back takes along what rests on it alone, from the posted recap
// as well, and who opted out is named by nobody.
func TestStatementsGoWithTheirReplies(t *testing.T) {
	for name, test := range map[string]struct {
		take func(b *bench, r []bot.Reply)
		want []bool // which of the statements are left
		on   string // what the last one rests on then
	}{
		"deleted":   {func(b *bench, r []bot.Reply) { b.unsay(r[0]) }, []bool{false, true, true}, "(1 reply: "},
		"forgotten": {func(b *bench, _ []bot.Reply) { b.typed("/discuss forget-me") }, []bool{false, true, true}, "(1 reply: "},
		"opted out": {func(b *bench, _ []bot.Reply) { b.typed("/discuss opt-out") }, []bool{false, true, true}, "(1 reply: "},
		"excluded":  {func(b *bench, r []bot.Reply) { b.typed("/discuss exclude " + r[0].Ref.MessageID) }, []bool{false, true, true}, "(1 reply: "},
		"edited": {func(b *bench, r []bot.Reply) {
			b.wait(time.Minute)
			b.platform.tell(b.platform.edit(r[0], "I take it all back."))
		},
			[]bool{false, true, true}, "(1 reply: "},
		"another's": {func(b *bench, r []bot.Reply) { b.unsay(r[1]) }, []bool{true, false, true}, "(2 replies: "},
		"both":      {func(b *bench, r []bot.Reply) { b.unsay(r[0]); b.unsay(r[2]) }, []bool{false, true, false}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			b, _ := modelBench(t, ofQuay...)
			b.typed("/discuss settings --recap llm")
			_, replies := b.talked()
			b.wait(25 * time.Hour)
			test.take(b, replies)
			b.work()
			all := strings.Join(b.lastRecap().Paragraphs, "\n")
			for i, left := range test.want {
				if strings.Contains(all, ofQuay[i].Text) != left {
					t.Errorf("statement %d left: %v\n%s", i+1, !left, all)
				}
			}
			if !strings.Contains(all, test.on) {
				t.Errorf("%q is not in %s", test.on, all)
			}
			// What is gone for good is not kept either.
			r, _, err := b.db.Recap(t.Context(), b.discussion().ID)
			if err != nil {
				t.Fatal(err)
			}
			for i, left := range test.want {
				kept := strings.Contains(fmt.Sprint(r.Statements), ofQuay[i].Text)
				if forGood := name != "opted out" && name != "excluded" && name != "edited"; kept != (left || !forGood) {
					t.Errorf("statement %d kept: %v", i+1, kept)
				}
			}
		})
	}
}

// Somebody whose name nobody knew when the recap was written opts out: no
// statement names them from then on.
func TestStatementsNameNobodyWhoOptedOut(t *testing.T) {
	view := modeltest.RecapStatement{Text: "One view is that shops would gain from people on foot, as in Lindhaven.", Replies: []int{1}}
	b, _ := modelBench(t, view, ofQuay[1])
	b.typed("/discuss settings --recap llm")
	d, _ := b.talked()
	late := b.platform.say(d, "", "The ferry is what I care about.", false)
	late.Author = bot.Person{Platform: "test", Workspace: "W1", ID: "u1"}
	b.platform.tell(late)
	b.wait(25 * time.Hour)
	if all := fmt.Sprint(b.lastRecap().Paragraphs); !strings.Contains(all, view.Text) {
		t.Fatal(all)
	}
	named := b.known(late, "Lindhaven Fan")
	named.Version++
	b.platform.tell(named)
	b.answer(bot.Command{Name: "opt-out", Channel: channel, Actor: bot.Actor{Person: late.Author}})
	if all := fmt.Sprint(b.lastRecap().Paragraphs); strings.Contains(all, "Lindhaven") || !strings.Contains(all, ofQuay[1].Text) {
		t.Error(all)
	}
}
