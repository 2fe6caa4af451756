package main

import (
	"strings"
	"testing"
	"time"

	"colloquy/bot"
	"colloquy/bot/writer"
)

// What the demonstration shows first has to be worth discussing.
func TestBundledArticles(t *testing.T) {
	w, err := writer.NewExtractive()
	if err != nil {
		t.Fatal(err)
	}
	reader := (&app{stdin: strings.NewReader(""), stderr: &strings.Builder{}, now: time.Now}).reader(0)
	for _, name := range bundledNames() {
		title, text, err := bundledArticle(name)
		if err != nil {
			t.Fatal(err)
		}
		art, err := reader.Pasted(text, title, "")
		if err != nil {
			t.Fatal(err)
		}
		if art.Title != title || art.Words < 250 || art.Words > 450 {
			t.Errorf("%s: title %q, %d words", name, art.Title, art.Words)
		}
		d, err := w.Digest(t.Context(), art, bot.Brief{})
		if err != nil {
			t.Fatal(err)
		}
		if len(d.Summary) != 3 || len(d.Questions) < 3 || len(d.Questions) > 5 {
			t.Errorf("%s: %d sentences and %d questions, want 3 and 3 to 5", name, len(d.Summary), len(d.Questions))
		}
		for _, s := range d.Summary {
			if !strings.Contains(strings.Join(strings.Fields(text), " "), s.Text) {
				t.Errorf("%s: %q is not in the article", name, s.Text)
			}
		}
	}
	if _, _, err := bundledArticle("none"); err == nil || !strings.Contains(err.Error(), "last-bus") {
		t.Errorf("an unknown article gives %v", err)
	}
}
