package bot_test

import (
	"errors"
	"maps"
	"strings"
	"testing"
	"time"

	"colloquy/bot"
)

var ada = bot.Person{Platform: "test", Workspace: "W1", ID: "ada", Name: "Ada"}

// command is something that a manager asks for in chat; it returns the answer
// after what it began was done.
func (b *bench) command(name string, args map[string]string) string {
	b.t.Helper()
	a := b.answer(bot.Command{Name: name, Args: args, Channel: channel, Actor: bot.Actor{Person: ada, Manager: true}})
	out := append(a.Message.Paragraphs, a.Message.Lines...)
	for _, c := range a.Choices {
		out = append(out, c.Label+" = "+c.Command+" "+c.Args["source"])
	}
	return strings.Join(out, "\n")
}

func (b *bench) answer(c bot.Command) bot.Answer {
	b.t.Helper()
	a, err := b.engine.Command(b.t.Context(), c)
	if err != nil {
		b.t.Fatal(err)
	}
	if !a.Private {
		b.t.Errorf("%s: everybody sees the answer", c.Name)
	}
	b.work()
	return a
}

// typed is a command as it is typed on the console.
func (b *bench) typed(line string) string {
	b.t.Helper()
	b.wait(time.Second)
	name, args, err := bot.ParseCommand(line)
	if err != nil {
		return bot.Explain(err)
	}
	return b.command(name, args)
}

func TestParseCommand(t *testing.T) {
	for _, test := range []struct {
		line, name string
		args       map[string]string
		problem    string
	}{
		{line: "/discuss", name: "help"},
		{line: "/discuss now", name: "now"},
		{line: "  /discuss   NOW https://a.example/1 ", name: "now", args: map[string]string{"source": "https://a.example/1"}},
		{line: "/discuss now A text,\nit's \"long\"", name: "now", args: map[string]string{"source": "A text,\nit's \"long\""}},
		{line: `/discuss schedule add "0 9 * * MON-FRI" --tz Asia/Karachi --feed=https://a.example/f`, name: "schedule add",
			args: map[string]string{"at": "0 9 * * MON-FRI", "tz": "Asia/Karachi", "feed": "https://a.example/f"}},
		{line: `schedule add --cron '0 9 * * *'`, name: "schedule add", args: map[string]string{"cron": "0 9 * * *"}},
		{line: "/discuss schedule  next 12345678", name: "schedule next", args: map[string]string{"id": "12345678"}},
		{line: "/discuss close", name: "close"},
		{line: "/discuss dance", problem: "unknown_command"},
		{line: "/discuss nowhere", problem: "unknown_command"},
		{line: "/discuss schedule", problem: "unknown_command"},
		{line: "/discuss feed add", problem: "bad_usage"},
		{line: "/discuss feed add a b", problem: "bad_usage"},
		{line: "/discuss close --all yes", problem: "bad_usage"},
		{line: "/discuss schedule add '0 9 * * *' --tz", problem: "bad_usage"},
		{line: `/discuss feed add "http`, problem: "bad_usage"},
	} {
		name, args, err := bot.ParseCommand(test.line)
		if test.problem != "" {
			if bot.ReasonCode(err) != test.problem {
				t.Errorf("%q: %q, %v", test.line, name, err)
			}
			continue
		}
		if err != nil || name != test.name || !maps.Equal(args, test.args) {
			t.Errorf("%q: %q %q, %v", test.line, name, args, err)
		}
	}
}

// The first word of commands alone is answered with the second ones.
func TestHalfACommand(t *testing.T) {
	_, _, err := bot.ParseCommand("/discuss queue show")
	if err == nil || !strings.Contains(err.Error(), "add one of list, move or remove") {
		t.Error(err)
	}
}

func FuzzParseCommand(f *testing.F) {
	for _, s := range []string{"/discuss now x", `/discuss schedule add "0 9 * * *" --tz`, "", "/discuss feed  add '", "\x00 --"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, line string) {
		name, _, err := bot.ParseCommand(line)
		if err == nil && name == "" {
			t.Errorf("%q: neither a name nor an error", line)
		}
		if err != nil && bot.ReasonCode(err) == "internal" {
			t.Errorf("%q: an error that is no Problem: %v", line, err)
		}
	})
}

func TestOnlyManagersManage(t *testing.T) {
	b := newBench(t)
	for _, spec := range bot.Commands() {
		args := map[string]string{}
		for _, p := range spec.Params {
			args[p.Name] = "x"
		}
		a := b.answer(bot.Command{Name: spec.Name, Args: args, Channel: channel, Actor: bot.Actor{Person: ada}})
		refused := strings.Contains(strings.Join(a.Message.Paragraphs, " "), "for those who manage")
		if refused != spec.Manage {
			t.Errorf("%s: refused %v, for managers %v", spec.Name, refused, spec.Manage)
		}
	}
	help := b.answer(bot.Command{Name: "help", Channel: channel, Actor: bot.Actor{Person: ada}})
	if text := strings.Join(help.Message.Lines, "\n"); strings.Contains(text, "schedule add") || !strings.Contains(text, "forget-me") {
		t.Errorf("help for everybody:\n%s", text)
	}
}

func TestCommandsInChat(t *testing.T) {
	b := newBench(t)
	b.web.publish("one", "two")
	expect := func(line string, parts ...string) string {
		t.Helper()
		got := b.typed(line)
		for _, p := range parts {
			if !strings.Contains(got, p) {
				t.Errorf("%s: %q lacks %q", line, got, p)
			}
		}
		return got
	}
	expect("/discuss status", "No discussion is open", "Nothing is scheduled")
	expect("/discuss why", "Nothing has happened")
	expect("/discuss close", "No discussion is open")
	expect("/discuss feed list", "no feeds")
	expect("/discuss schedule list", "Nothing is scheduled")
	expect("/discuss now", "no feeds to pick from")
	expect("/discuss now hello", "neither a URL nor a text")
	expect("/discuss add hello", "no URL")
	expect("/discuss feed add hello", "no URL")
	expect("/discuss feed add "+b.web.feedURL(), "being read")
	list := expect("/discuss feed list", "The Harbour Post", "active, 2 items known", b.web.feedURL())
	id := list[strings.Index(list, "(")+1 : strings.Index(list, ")")]
	expect("/discuss feed test "+id, "being read")
	expect("/discuss now", "Which one?", "two = now "+b.web.URL+"/two\none = now")
	expect("/discuss now "+b.web.URL+"/quay", "being read")
	expect("/discuss status", "Open: quay — 0 replies by 0 people, closes ")
	expect("/discuss now "+b.web.URL+"/gone", "being read")
	expect("/discuss why", "by hand): posted — quay", "by hand): failed — ")
	expect(`/discuss schedule add "0 9 * * *" --tz Asia/Karachi --feed `+b.web.feedURL()+" --questions 3 --close-after 2d", "is set", "PKT (+05:00)")
	expect(`/discuss schedule add "0 9 * * *" --feed x`, "no URL")
	expect(`/discuss schedule add "0 9 * *"`, ".")
	expect(`/discuss schedule add "0 9 * * *" --questions many`, "whole number from 1 to 10")
	expect(`/discuss schedule add "0 9 * * *" --close-after later`, "no length of time")
	all, err := b.db.Schedules(t.Context(), channel)
	if err != nil || len(all) != 1 || all[0].Questions != 3 || all[0].CloseAfter != 48*time.Hour || len(all[0].Feeds) != 1 {
		t.Fatalf("%+v, %v", all, err)
	}
	sid := all[0].ID.Short()
	expect("/discuss schedule list", "0 9 * * * Asia/Karachi", "next Tue 2 Mar 2027 09:00")
	expect("/discuss schedule next "+sid, "Tue 2 Mar 2027 09:00 PKT (+05:00)")
	expect("/discuss schedule pause "+sid, "is paused")
	expect("/discuss schedule list", "paused")
	expect("/discuss schedule resume "+sid, "goes on: next")
	expect("/discuss schedule remove "+sid, "is removed")
	expect("/discuss schedule next "+sid, "No schedule has the id")
	expect("/discuss feed remove "+id, "is off this channel")
	expect("/discuss feed test "+id, "No feed here has the id")
	expect("/discuss close", `Closing "quay"`)
	expect("/discuss close "+b.discussion().ID.Short(), "not open: it is closed")
	expect("/discuss privacy", "180 days")
	expect("/discuss now " + strings.ReplaceAll(storyText, "NAME", "Ostra"))
	if d := b.discussion(); d.URL != "" || d.State != bot.StateOpen {
		t.Errorf("a pasted text: %+v", d)
	}
}

func TestCommandThatArrivesTwice(t *testing.T) {
	b := newBench(t)
	for _, c := range []bot.Command{
		{ID: "c1", Name: "now", Args: map[string]string{"source": b.web.URL + "/quay"}},
		{ID: "c2", Name: "add", Args: map[string]string{"url": b.web.URL + "/mole"}},
		{ID: "c3", Name: "schedule add", Args: map[string]string{"cron": "0 9 * * *"}},
	} {
		c.Channel, c.Actor = channel, bot.Actor{Person: ada, Manager: true}
		b.answer(c)
		b.answer(c)
	}
	schedules, err := b.db.Schedules(t.Context(), channel)
	added, err2 := b.db.Added(t.Context(), channel, 10)
	if len(b.outcomes()) != 1 || len(schedules) != 1 || len(added) != 1 || errors.Join(err, err2) != nil {
		t.Errorf("%v, %d schedules, %d added, %v %v", b.outcomes(), len(schedules), len(added), err, err2)
	}
}

func TestOtherWorkspacesAreOutOfReach(t *testing.T) {
	b := newBench(t)
	s := b.schedule()
	b.request(bot.Request{Ref: b.web.URL + "/quay"})
	elsewhere := bot.Channel{Platform: "test", Workspace: "W2", ID: "general"}
	for name, id := range map[string]bot.ID{"schedule pause": s.ID, "close": b.discussion().ID} {
		a := b.answer(bot.Command{Name: name, Args: map[string]string{"id": id.Short()}, Channel: elsewhere, Actor: bot.Actor{Person: ada, Manager: true}})
		if got := a.Message.Paragraphs[0]; !strings.Contains(got, "not in this workspace") {
			t.Errorf("%s: %s", name, got)
		}
	}
	if d := b.discussion(); d.State != bot.StateOpen {
		t.Errorf("closed from elsewhere")
	}
}

func TestCloseInAThread(t *testing.T) {
	b := newBench(t)
	b.request(bot.Request{Ref: b.web.URL + "/quay"})
	first := b.discussion()
	b.request(bot.Request{Ref: b.web.URL + "/mole"})
	b.answer(bot.Command{Name: "close", Channel: first.Channel, Actor: bot.Actor{Person: ada, Manager: true}})
	if d, err := b.db.Discussion(t.Context(), first.ID); err != nil || d.State != bot.StateClosed || b.discussion().State != bot.StateOpen {
		t.Errorf("the wrong one was closed: %s, %s", d.State, b.discussion().State)
	}
	again := b.answer(bot.Command{Name: "close", Channel: first.Channel, Actor: bot.Actor{Person: ada, Manager: true}})
	if text := again.Message.Paragraphs[0]; !strings.Contains(text, "not open: it is closed") || b.discussion().State != bot.StateOpen {
		t.Errorf("in the thread of a closed one: %s", text)
	}
}

func TestRecapWhileNobodyReplied(t *testing.T) {
	b := newBench(t)
	b.request(bot.Request{Ref: b.web.URL + "/quay"})
	if _, found, err := b.engine.ShowRecap(t.Context(), b.discussion()); found || err != nil {
		t.Errorf("%v, %v", found, err)
	}
}
