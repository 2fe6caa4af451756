package writer

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	"colloquy/bot"
	"colloquy/prompts"
)

// An example of the prompt: what it says, the sentences it cites, and the move
// if it is a question.
var promptExample = regexp.MustCompile(`(?m)^- (?:(\w+): )?"(.+)" \(([\d, ]+)(?:: .*)?\)$`)

// TestThePromptsExamplesAreWhatTheyAreSaidToBe holds the examples of the prompt
// for digests against its invented article: the good ones pass all checks
// together, and each of the bad ones fails one.
func TestThePromptsExamplesAreWhatTheyAreSaidToBe(t *testing.T) {
	templates, err := prompts.LoadTemplates("")
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(templates.System(prompts.Digest), "# Examples")
	text, _, _ = strings.Cut(text, "# Data")
	part := func(from, to string) string {
		_, s, ok := strings.Cut(text, from)
		if !ok {
			t.Fatalf("the prompt has no %q", from)
		}
		s, _, _ = strings.Cut(s, to)
		return s
	}
	var lines []string
	for line := range strings.Lines(part("an opinion:", "Good sentences")) {
		if _, s, ok := strings.Cut(line, "] "); ok {
			lines = append(lines, strings.TrimSpace(s))
		}
	}
	a := bot.Article{ID: "a", Title: "Mill Street without cars", Text: strings.Join(lines, " "), Language: "en", Words: 60}
	doc := read(a)
	if len(doc.sentences) != 4 || doc.lang != "en" {
		t.Fatalf("the article has %d sentences in %q", len(doc.sentences), doc.lang)
	}
	good := examples(t, part("Good sentences:", "Bad sentences:"), part("Good questions:", "Bad questions:"))
	good.Sentences = lines
	if got := Check(a, good); len(got.Dropped) > 0 {
		t.Errorf("good examples fail: %+v", got.Dropped)
	}
	bad := examples(t, part("Bad sentences:", "Good questions:"), part("Bad questions:", "# Data"))
	for i := range bad.Summary {
		one := bot.Digest{Sentences: lines, Summary: bad.Summary[i : i+1]}
		if len(Check(a, one).Dropped) == 0 {
			t.Errorf("a bad example passes: %s", bad.Summary[i].Text)
		}
	}
	for i := range bad.Questions {
		one := bot.Digest{Sentences: lines, Questions: bad.Questions[i : i+1]}
		if len(Check(a, one).Dropped) == 0 {
			t.Errorf("a bad example passes: %s", bad.Questions[i].Text)
		}
	}
}

// examples reads those of a summary and those of questions.
func examples(t *testing.T, summary, questions string) bot.Digest {
	t.Helper()
	var d bot.Digest
	for i, text := range []string{summary, questions} {
		found := promptExample.FindAllStringSubmatch(text, -1)
		if len(found) < 2 || len(found) != strings.Count(text, "\n- ") {
			t.Fatalf("examples that cannot be read in %q", text)
		}
		for _, m := range found {
			var evidence []int
			for n := range strings.SplitSeq(m[3], ", ") {
				v, err := strconv.Atoi(n)
				if err != nil {
					t.Fatal(err)
				}
				evidence = append(evidence, v-1)
			}
			if i == 0 {
				d.Summary = append(d.Summary, bot.Statement{Text: m[2], Evidence: evidence})
			} else {
				d.Questions = append(d.Questions, bot.Question{Text: m[2], Move: m[1], Evidence: evidence})
			}
		}
	}
	return d
}
