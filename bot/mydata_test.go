package bot_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"colloquy/bot"
)

// Everybody gets all of their own replies, and nobody else's, page by page.
func TestMyDataIsComplete(t *testing.T) {
	b := newBench(t)
	b.request(bot.Request{Ref: b.web.URL + "/quay"})
	d := b.discussion()
	for i := range 45 {
		b.platform.say(d, "Ada", fmt.Sprintf("@1 thought %02d", i), true)
		b.wait(time.Second)
	}
	b.platform.say(d, "Ben", "not Ada's", true)
	long := b.platform.say(d, "Ada", "long "+strings.Repeat("and long ", 600)+"end", true)
	b.wait(time.Second)
	last := b.platform.say(d, "Ada", "the last", false)
	last.Files = []bot.File{{Name: "plan.pdf", URL: "https://files.example/plan.pdf"}}
	last.EditedAt, last.Reactions = b.clock(), []bot.Reaction{{Key: "👍", Count: 2}}
	b.platform.tell(last)

	var pages []string
	for line := "/discuss my-data"; line != ""; {
		page := b.typed(line)
		pages = append(pages, page)
		_, next, more := strings.Cut(page, "came before: ")
		if line = next; !more || len(pages) > 9 {
			break
		}
	}
	all := strings.Join(pages, "\n")
	if !strings.HasPrefix(pages[0], "Recorded of you: 47 replies.\n") || !strings.Contains(pages[0], "46 replies came before: /discuss my-data --before ") {
		t.Errorf("the first page: %s", pages[0])
	}
	for i := range 45 {
		if n := strings.Count(all, fmt.Sprintf(" UTC · quay · question 1 — @1 thought %02d", i)); n != 1 {
			t.Errorf("thought %d comes %d times", i, n)
		}
	}
	if !strings.Contains(all, long.Text) || strings.Contains(all, "Ben") || strings.Contains(all, "not Ada's") {
		t.Errorf("cut, or somebody else's:\n%s", all)
	}
	if want := " · 👍 2 — the last [plan.pdf https://files.example/plan.pdf]"; !strings.Contains(all, want) || !strings.Contains(all, " · edited 1 Mar ") {
		t.Errorf("no %q in\n%s", want, pages[0])
	}
	if len(pages) != 5 { // the last; the long one; 20, 20 and 5
		t.Errorf("%d pages", len(pages))
	}
	other := b.replies(d)[45] // Ben's
	if got := b.typed("/discuss my-data --before " + other.ID.Short()); !strings.Contains(got, "No reply of yours has the id") {
		t.Errorf("before somebody else's: %s", got)
	}
	b.typed("/discuss opt-out")
	if got := b.typed("/discuss my-data"); !strings.Contains(got, "47 replies. You opted out: what you write now is not recorded.") {
		t.Errorf("opted out: %.200s", got)
	}
}
