package bot

import (
	"strings"
	"testing"
	"time"
)

func TestWhatMayBeQuotedOfAPassage(t *testing.T) {
	words := func(n int) string { return strings.TrimSpace(strings.Repeat("word ", n)) }
	dig := Digest{Sentences: []string{words(10), words(60), "", words(20), words(20), words(5)}}
	long := Article{Words: 1000}
	for _, test := range []struct {
		name     string
		a        Article
		evidence []int
		words    int
		want     string
	}{
		{"all of it", long, []int{0, 1}, 0, words(10) + " " + words(60) + " […]"},
		{"in order, once", long, []int{3, 0, 3}, 0, words(10) + " […] " + words(20) + " […]"},
		{"no more than 90 words", long, []int{1, 3, 4}, 0, "[…] " + words(60) + " […] " + words(20) + " […]"},
		{"no more than three sentences", long, []int{0, 3, 4, 5}, 0, words(10) + " […] " + words(20) + " " + words(20) + " […]"},
		{"one is quoted in any case", Article{Words: 40}, []int{1, 3}, 0, "[…] " + words(60) + " […]"},
		{"a quarter of the article", Article{Words: 100}, []int{3, 4, 5}, 0, "[…] " + words(20) + " […]"},
		{"a limit of one's own", Article{Words: 100}, []int{3, 4, 5}, 45, "[…] " + words(20) + " " + words(20) + " " + words(5)},
		{"what the publisher allows", Article{Words: 1000, Snippet: 60}, []int{0, 3}, 0, words(10) + " […]"},
		{"less than a sentence", Article{Words: 1000, Snippet: 20}, []int{0, 3}, 500, ""},
		{"nothing", Article{Words: 1000, Snippet: NoSnippet}, []int{0}, 500, ""},
		{"what is not there", long, []int{-1, 2, 99}, 0, ""},
		{"no evidence", long, nil, 0, ""},
	} {
		got := ""
		if passage := quotable(dig, test.evidence, test.a, test.words); len(passage) > 0 {
			got = passageText(passage, len(dig.Sentences))
		}
		if got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

func TestZonesThatAreOffered(t *testing.T) {
	for _, z := range livedIn {
		if _, err := time.LoadLocation(z); err != nil {
			t.Error(err)
		}
	}
}

// Labels of buttons and forms have to fit the platforms.
func TestLabelsFit(t *testing.T) {
	for _, p := range spoken() {
		for _, label := range []string{p.answer, p.answerForm, p.whyThis, p.yourData, p.remove} {
			if n := len([]rune(label)); n > 45 {
				t.Errorf("%s: %q has %d characters", p.code, label, n)
			}
		}
	}
}
