package bot_test

import (
	"strings"
	"testing"
	"time"

	"colloquy/bot"
)

func TestReportInChat(t *testing.T) {
	b := newBench(t)
	if got := b.typed("/discuss report"); got != "No discussion was opened here 1 March 2027 (UTC)." {
		t.Errorf("before anything: %s", got)
	}
	b.request(bot.Request{Ref: b.web.URL + "/quay"})
	d := b.discussion()
	b.platform.say(d, "Ada", "@1 Yes", true)
	b.platform.say(d, "Ada", "@2 No", true)
	b.platform.say(d, "Ben", "Well", true)
	gone := b.platform.say(d, "Cleo", "Gone", true)
	if err := b.engine.ReplyRemoved(t.Context(), gone.Ref); err != nil {
		t.Fatal(err)
	}
	b.wait(time.Minute)
	if err := b.engine.Connected(t.Context(), "test", true); err != nil { // a gap since it was opened
		t.Fatal(err)
	}
	b.wait(25 * time.Hour)
	b.wait(time.Minute)
	b.platform.say(d, "Dan", "@1 Late", true)
	b.request(bot.Request{Ref: b.web.URL + "/mole"})
	if err := b.engine.Withdraw(t.Context(), b.discussion(), bot.Operator); err != nil {
		t.Fatal(err)
	}
	b.wait(time.Minute)
	got := b.typed("/discuss report")
	want := strings.Join([]string{
		"Opened here 1 to 2 March 2027 (UTC): 2 discussions, 1 withdrawn.",
		"4 replies by 3 people, 1 of them late (25 %).",
		"To question 1: 2", "To question 2: 1", "To discussions as a whole: 1",
		"For a time nobody listened in 1 discussion. All of it was read afterwards.",
		"What was deleted or erased, and what people wrote while they had opted out, is not in these sums.",
	}, "\n")
	if got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	if got := b.typed("/discuss report --from 2027-03-02"); !strings.Contains(got, "2 March 2027 (UTC): 1 discussion, 1 withdrawn.") || !strings.Contains(got, "0 replies by 0 people, none of them late.") {
		t.Errorf("of one day: %s", got)
	}
	if got := b.typed("/discuss report --from 2027-04-01"); !strings.Contains(got, "is still to come") {
		t.Errorf("of days to come: %s", got)
	}
	b.typed("/discuss settings --zone Pacific/Auckland")
	if got := b.typed("/discuss report --from 2027-03-01 --to 2027-03-01"); !strings.Contains(got, "1 March 2027 (Pacific/Auckland): 1 discussion.") {
		t.Errorf("in another zone: %s", got)
	}
}
