package console

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"colloquy/adapters/internal/text"
	"colloquy/bot"
)

var update = flag.Bool("update", false, "write the golden files anew")

var root = bot.Message{
	Title:  "A bridge that two towns have argued about for forty years is to be built after all, and neither is glad",
	Link:   "https://example.org/bridge?from=feed",
	Source: "Example Times · Ada Byron · 2 March 2026",
	Quotation: []bot.Quoted{{By: "Example Times",
		Text: "The council voted nine to four for the northern route. It is longer, cheaper and passes no school."}},
	Footer: "Replies are recorded until 24 Nov 12:00 UTC and kept for 180 days after that, for a recap posted here.",
}

func TestRenderGolden(t *testing.T) {
	recap := bot.Message{Title: "Recap: A bridge", Link: root.Link, Paragraphs: []string{"2 people wrote 3 replies.", "From 1 to 2 nobody was listening here."},
		Quotation: []bot.Quoted{{Text: "It is cheaper.\nThat decides it.", By: "Grace, on question 2", ID: "0a1b2c3d"},
			{Text: "یہ درست نہیں", By: "عائشہ, disagreeing", ID: "4e5f6a7b"}, {Text: "Seen", Link: "https://example.org/r/1"}}}
	question := bot.Message{Number: 2, Question: "The author says that the northern route passes no school; what would have to be true for that to settle the matter?"}
	answer := bot.Answer{Message: bot.Message{Paragraphs: []string{"Pick one:"}}, Choices: []bot.Choice{
		{Label: "A cold winter", Command: "now", Args: map[string]string{"source": "https://example.org/grid"}},
		{Label: "At nine", Command: "schedule add", Args: map[string]string{"at": "0 9 * * *", "tz": "Asia/Karachi"}}}}
	waiting := bot.Message{Paragraphs: []string{"The recap of “A bridge” waits."}, Footer: "Small print.", Image: "https://example.org/x.png",
		Buttons: []bot.Button{{Label: "Post it", Command: "recap post", Args: map[string]string{"id": "0a1b2c3d"}},
			{Label: "Leave it out", Command: "recap drop", Args: map[string]string{"id": "0a1b2c3d"}}}}
	pinged := root
	pinged.Ping = "readers"
	for name, shown := range map[string]string{
		"waiting":    renderMessage(waiting, style{width: 60}),
		"pinged":     renderMessage(pinged, style{width: 60}),
		"root":       renderMessage(root, style{width: 80}),
		"root-color": renderMessage(root, style{width: 60, color: true}),
		"recap":      renderMessage(recap, style{width: 60}),
		"question":   renderMessage(question, style{width: 60}),
		"answer":     renderAnswer(answer, style{width: 60}),
	} {
		file := filepath.Join("testdata", name+".golden")
		if *update {
			if err := os.WriteFile(file, []byte(shown), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if shown != string(want) {
			t.Errorf("%s is shown as\n%s\nand was\n%s", name, shown, want)
		}
	}
}

func TestRenderLeavesOutWhatIsEmpty(t *testing.T) {
	m := bot.Message{Title: " ", Paragraphs: []string{"", "\n"}, Quotation: []bot.Quoted{{By: "nobody"}}, Link: "javascript:x",
		Image: "https://example.org/x.png", Buttons: []bot.Button{{Label: "Press"}}}
	if got := renderMessage(m, style{width: 80}); got != "" {
		t.Errorf("shown: %q", got)
	}
}

func TestTypedChoiceIsReadBack(t *testing.T) {
	for _, c := range []bot.Choice{
		{Command: "now", Args: map[string]string{"source": "https://example.org/a b"}},
		{Command: "schedule add", Args: map[string]string{"at": "0 9 * * *", "tz": "UTC", "close-after": "24h"}},
		{Command: "status", Args: map[string]string{}},
	} {
		name, args, err := bot.ParseCommand(typed(c))
		if err != nil || name != c.Command || len(args) != len(c.Args) {
			t.Errorf("%q is read as %s %v, %v", typed(c), name, args, err)
		}
		for k, v := range c.Args {
			if args[k] != v {
				t.Errorf("%q: %s is %q, want %q", typed(c), k, args[k], v)
			}
		}
	}
}

func FuzzRender(f *testing.F) {
	f.Add("title", "two\n\nparagraphs \x1b[2J", "عائشہ \u202e", 40)
	f.Fuzz(func(t *testing.T, title, body, by string, width int) {
		s := style{width: 20 + max(0, width)%80}
		m := bot.Message{Title: title, Source: by, Paragraphs: []string{body}, Number: 3, Question: title, Footer: body, Ping: by,
			Buttons:   []bot.Button{{Label: title, Command: "now", Args: map[string]string{"source": body}}},
			Quotation: []bot.Quoted{{Text: body, By: by, ID: by}}}
		for line := range strings.SplitSeq(renderMessage(m, s), "\n") {
			if strings.ContainsAny(line, "\x1b\x00\r\u202e") {
				t.Fatalf("not clean: %q", line)
			}
			if text.Width(line) > s.width+8 && len([]rune(line)) > 24 {
				t.Fatalf("%d columns of %d: %q", text.Width(line), s.width, line)
			}
		}
	})
}
