package writer

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"colloquy/prompts"
)

var update = flag.Bool("update", false, "write the golden files anew")

// samples fills the slots of the templates of each language.
var samples = map[string]claim{
	"en": {text: "The ferry should sail at night", who: speaker{name: "Ada Roe", long: "harbour master Ada Roe"}, vp: "sail at night", a: "the ferry", b: "a bridge"},
	"de": {text: "Die Fähre sollte nachts fahren", who: speaker{name: "Ada Roe", long: "Hafenmeisterin Ada Roe"}},
	"es": {text: "El ferri debería navegar de noche", who: speaker{name: "Ada Roe", long: "Ada Roe, capitana del puerto"}},
	"fr": {text: "Le bac devrait naviguer la nuit", who: speaker{name: "Ada Roe", long: "Ada Roe, capitaine du port"}},
	"ur": {text: "کشتی کو رات میں بھی چلنا چاہیے", who: speaker{name: "عائشہ", long: "عائشہ"}},
}

// Every template of every language, filled in, so that a person can read them.
func TestTemplatesRendered(t *testing.T) {
	for _, code := range prompts.Codes() {
		t.Run(code, func(t *testing.T) {
			lex := newLexicon(code)
			if lex == nil {
				t.Fatal("no words")
			}
			s := &setter{f: &finder{lex: lex, names: nameIndex{known: map[string]bool{}}, known: map[string]bool{}}, texts: map[string]bool{}}
			var b strings.Builder
			for _, voice := range []string{"author", "authorreported", "speaker", "indirect", "article", "reported"} {
				for _, l := range lex.words.Leads(voice) {
					fmt.Fprintf(&b, "%s: %s\n", voice, s.fillSlots(l, samples[code]))
				}
			}
			for _, a := range s.f.lex.words.Asks() {
				c := samples[code]
				c.kind, c.voice, c.words = a.Kind, "article", 6
				text := s.fillSlots(strings.Replace(a.Text, "{claim}", lex.words.Leads("article")[0], 1), c)
				if strings.ContainsAny(text, "{}") {
					t.Errorf("a slot is left in %q", text)
				}
				if code := (&checker{lex: lex}).open(readQuestion(text)); code != "" {
					t.Errorf("%q is %s", text, code)
				}
				if lex.list("leading").in(tokenize(text)) {
					t.Errorf("%q leads", text)
				}
				fmt.Fprintf(&b, "%s %s: %s\n", a.Kind, a.Move, text)
			}
			golden(t, "templates."+code+".golden", b.String())
		})
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; read the change and run with -update", path)
	}
}

func TestAClauseInTheMiddleOfASentence(t *testing.T) {
	tests := []struct{ lang, text, want string }{
		{"en", "The ferry should sail", "the ferry should sail"},
		{"en", "Stronger walls crack", "stronger walls crack"},
		{"en", "Pakistan would gain", "Pakistan would gain"},
		{"en", "Citadel dropped the show", "Citadel dropped the show"},
		{"en", "Stronger and Commercial Unions", "Stronger and Commercial Unions"},
		{"en", "Britain's trains are late", "Britain's trains are late"},
		{"en", "EU rules matter", "EU rules matter"},
		{"en", "I would go", "I would go"},
		{"de", "Bäume spenden Schatten", "Bäume spenden Schatten"},
		{"de", "Die Stadt sollte sparen", "die Stadt sollte sparen"},
	}
	for _, tt := range tests {
		s := &setter{f: &finder{lex: newLexicon(tt.lang), lower: map[string]bool{"stronger": true}, names: nameIndex{known: map[string]bool{"pakistan": true, "britain": true}}}}
		if got := s.midClause(claim{text: tt.text}); got != tt.want {
			t.Errorf("%q: got %q, want %q", tt.text, got, tt.want)
		}
	}
}
