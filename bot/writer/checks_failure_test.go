package writer

import (
	"strings"
	"testing"

	"colloquy/bot"
)

func TestAFailureSaysWhatIsWrongAndWhatToDo(t *testing.T) {
	a := newsEnglish()
	c := modelChecker(read(a))
	var sentences []string
	for _, s := range c.doc.sentences {
		sentences = append(sentences, s.Text)
	}
	tests := []struct {
		text string
		want string
	}{
		{"Construction could begin next spring, says Boris Okonjo.", "the name “Boris” is not in the article: leave it out or use the article's words"},
		{"Construction of the extension could begin next spring and take 17 years.", "the number “17” is not in the article: leave it out or use the article's"},
		{"Construction could begin “within the next ten days” in spring.", "the article does not say “within the next ten days” word for word: copy its words exactly or leave the quotation marks out"},
		{"Construction could begin next spring.", ""},
	}
	for _, tt := range tests {
		f := c.statement(bot.Statement{Text: tt.text, Evidence: []int{2}}, nil, sentences)
		if got := describe(f); got != tt.want {
			t.Errorf("%q: %q, want %q", tt.text, got, tt.want)
		}
	}
}

func TestEveryFailureHasItsWordsInOneLine(t *testing.T) {
	for code := range failureTexts {
		for _, f := range []failure{{code: code}, failed(code, "a\nb\u2028"+strings.Repeat("ü", 500))} {
			got := describe(f)
			if got == "" || strings.ContainsAny(got, "\n\r|") || len(got) > 3*maxDetail {
				t.Errorf("%v: %q", f, got)
			}
		}
	}
	if describe(failure{}) != "" {
		t.Error("what passed has a description")
	}
	if got := describe(failure{code: "new"}); !strings.Contains(got, "new") {
		t.Errorf("an unknown code: %q", got)
	}
}

func TestWhatIsDroppedSaysWhich(t *testing.T) {
	a := newsEnglish()
	var d bot.Digest
	for _, s := range read(a).sentences {
		d.Sentences = append(d.Sentences, s.Text)
	}
	d.Summary = []bot.Statement{{Text: "Construction could begin next spring, says Boris Okonjo.", Evidence: []int{2}}}
	got := Check(a, d)
	if len(got.Dropped) != 1 || got.Dropped[0].Reason != "name_not_in_article" || got.Dropped[0].Detail != "Boris" {
		t.Errorf("%+v", got.Dropped)
	}
}
