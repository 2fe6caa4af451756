package bot_test

import (
	"fmt"
	"strings"
	"testing"

	"colloquy/bot"
)

// says is what somebody is answered.
func (b *bench) says(who bot.Actor, ch bot.Channel, line string) string {
	b.t.Helper()
	name, args, err := bot.ParseCommand(line)
	if err != nil {
		b.t.Fatal(err)
	}
	a := b.answer(bot.Command{Name: name, Args: args, Channel: ch, Actor: who})
	return strings.Join(append(a.Message.Paragraphs, a.Message.Lines...), "\n")
}

func TestManagersAreAddedAndRemoved(t *testing.T) {
	b := newBench(t)
	here := bot.Person{Platform: "test", Workspace: "W1", ID: "ben", Name: "Ben"}
	ben, editor := bot.Actor{Person: here}, bot.Actor{Person: bot.Person{Platform: "test", Workspace: "W1", ID: "cleo"}, Roles: []string{"7", "42"}}
	elsewhere := bot.Channel{Platform: "test", Workspace: "W2", ID: "general"}
	may := func(a bot.Actor, ch bot.Channel, want bool) {
		t.Helper()
		refused := strings.Contains(b.says(a, ch, "/discuss settings"), "for those who manage")
		helped := strings.Contains(b.says(a, ch, "/discuss help"), "schedule add")
		if refused == want || helped != want {
			t.Errorf("%s in %s: refused %v, help for managers %v; may manage: %v", a.ID, ch, refused, helped, want)
		}
	}
	if got := b.typed("/discuss managers"); !strings.Contains(got, "Nobody but those whom the platform says") {
		t.Error(got)
	}
	may(ben, channel, false)
	if got := b.says(ben, channel, "/discuss managers add ben"); !strings.Contains(got, "for those who manage") {
		t.Error(got)
	}
	if got := b.typed("/discuss managers add ben"); got != "ben may manage Colloquy here from now on." {
		t.Error(got)
	}
	if got := b.typed("/discuss managers add role:42"); got != "role:42 may manage Colloquy here from now on." {
		t.Error(got)
	}
	may(ben, channel, true)
	may(editor, channel, true)
	may(ben, elsewhere, false) // the list is that of one installation
	may(editor, elsewhere, false)
	may(bot.Actor{Person: bot.Person{Platform: "test", Workspace: "W1", ID: "42"}, Roles: []string{"ben"}}, channel, false) // a person is no role
	may(bot.Actor{}, channel, false)
	if got := b.typed("/discuss managers"); got != "Besides those whom the platform says:\nben\nrole:42" {
		t.Error(got)
	}
	if got := b.typed("/discuss managers add test:W1/ben"); got != "Nobody is added: ben may manage test:W1 already." {
		t.Error(got)
	}
	b.says(ben, channel, "/discuss managers remove role:42") // who is on the list may change it
	may(editor, channel, false)
	b.typed("/discuss managers remove ben")
	may(ben, channel, false)
	if got := b.typed("/discuss managers remove ben"); !strings.Contains(got, "is not on the list of test:W1") {
		t.Error(got)
	}
	var lines []string
	all, err := b.db.Audits(t.Context(), bot.AuditFilter{In: bot.Channel{Platform: "test", Workspace: "W1"}, Limit: 10})
	for _, a := range all {
		lines = append(lines, a.Who()+" "+a.Action+" "+a.Target)
	}
	if want := "test:W1/ada manager_remove ben|test:W1/ben manager_remove role:42|test:W1/ada manager_add role:42|test:W1/ada manager_add ben"; err != nil || strings.Join(lines, "|") != want {
		t.Errorf("%s, %v", strings.Join(lines, "|"), err)
	}
}

func TestRubbishIsNoManager(t *testing.T) {
	b := newBench(t)
	for _, id := range []string{"'a b'", "role:", "<@123>", "@everyone", "../x", ".x", "role:role:1", "slack:T1/U2", "test:W2/ben", strings.Repeat("x", 65), "'ad\u202ea'"} {
		if got := b.typed("/discuss managers add " + id); !strings.Contains(got, "is nobody who can manage test:W1") || strings.Contains(got, "\n") {
			t.Errorf("%s: %q", id, got)
		}
	}
	for i := range 100 {
		b.typed(fmt.Sprint("/discuss managers add p", i))
	}
	if got := b.typed("/discuss managers add one-more"); !strings.Contains(got, "has 100 managers, which is the most") {
		t.Error(got)
	}
}

func FuzzParseManager(f *testing.F) {
	for _, s := range []string{"ben", "role:42", "test:W1/ben", "role:", "a\x00", " "} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		m, err := bot.ParseManager(s, bot.Installation{Platform: "test", Workspace: "W1"})
		if err != nil {
			if bot.ReasonCode(err) != "bad_manager" {
				t.Errorf("%q: %v", s, err)
			}
			return
		}
		if again, err := bot.ParseManager(m.String(), bot.Installation{Platform: "test", Workspace: "W1"}); err != nil || again != m {
			t.Errorf("%q is %+v, read again %+v, %v", s, m, again, err)
		}
	})
}
