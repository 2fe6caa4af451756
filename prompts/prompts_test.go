package prompts

import (
	"slices"
	"strings"
	"testing"
)

func TestCodesAreTheFiles(t *testing.T) {
	entries, err := files.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		if e.Name() == "names.txt" {
			continue // of every language
		}
		if code, part, more := strings.Cut(strings.TrimSuffix(e.Name(), ".txt"), "."); more {
			if !slices.Contains(Codes(), code) || part != "words" && part != "sensitive" && part != "checks" {
				t.Errorf("%s belongs to no language", e.Name())
			}
			continue
		}
		got = append(got, strings.TrimSuffix(e.Name(), ".txt"))
	}
	if !slices.Equal(got, Codes()) {
		t.Errorf("files of %q, codes %q", got, Codes())
	}
}

func TestEveryLanguageIsComplete(t *testing.T) {
	moves := []string{"clarify", "assumption", "evidence", "viewpoint", "implication", "compare", "decide", "counter", "missing"}
	lists := []string{"quotes", "badstart", "hanging", "first", "interrogative", "closed", "reason", "factoid", "double",
		"leading", "theauthor", "author", "preamble", "general", "numbers", "harm", "unfit", "opinion", "opinion-strong", "sober-banned", "sport"}
	sensitive := []string{"suicide", "sexual", "killing", "toll", "attack", "obituary", "obituary-title", "age", "child", "case", "fiction", "past", "statistics", "figurative", "units", "numbers"}
	checks := []string{"openers", "meta", "addressing", "self", "negation", "denial", "attribution", "claiming", "numbers", "powers", "amounts", "units", "names", "ranking", "praise", "recap", "most", "everyone", "several"}
	for _, code := range Codes() {
		t.Run(code, func(t *testing.T) {
			for _, name := range []string{code + ".txt", code + ".words.txt", code + ".sensitive.txt", code + ".checks.txt"} {
				data, err := files.ReadFile(name)
				if err != nil && name == code+".txt" {
					t.Fatal(err)
				}
				if _, err := parse(code, string(data)); err != nil {
					t.Fatal(err)
				}
			}
			l, ok := Load(code)
			if !ok {
				t.Fatal("not loaded")
			}
			for _, name := range lists {
				if len(l.Words(name)) == 0 {
					t.Errorf("no list %q", name)
				}
			}
			topics, ok := LoadSensitive(code)
			if !ok {
				t.Fatal("the sensitive topics are not loaded")
			}
			for _, name := range sensitive {
				if len(topics.Words(name)) == 0 {
					t.Errorf("no list %q of sensitive topics", name)
				}
			}
			held, ok := LoadChecks(code)
			if !ok {
				t.Fatal("the lists of the checks are not loaded")
			}
			for _, name := range checks {
				if len(held.Words(name)) == 0 {
					t.Errorf("no list %q of the checks", name)
				}
			}
			kinds := map[string]bool{"any": true, "vp": true, "likeness": true, "headline": true, "voices": true, "assertion": true, "event": true, "deed": true, "statement": true}
			l.Cues(func(kind, phrase string) {
				kinds[kind] = true
				if phrase != strings.ToLower(phrase) {
					t.Errorf("cue %q is not in lower case", phrase)
				}
			})
			asked := map[string]bool{}
			seen := map[string]bool{}
			for _, a := range l.Asks() {
				asked[a.Kind] = true
				if !slices.Contains(moves, a.Move) || !kinds[a.Kind] && !strings.HasPrefix(a.Kind, "headline-") {
					t.Errorf("[ask %s %s] has no such kind or move", a.Kind, a.Move)
				}
				if strings.Count(a.Text, "?")+strings.Count(a.Text, "؟") != 1 || !strings.HasSuffix(a.Text, "?") && !strings.HasSuffix(a.Text, "؟") {
					t.Errorf("%q is not one question", a.Text)
				}
				if !strings.Contains(a.Text, "{") {
					t.Errorf("%q has nothing of the article in it", a.Text)
				}
				key := a.Kind + a.Move + a.Text
				if seen[key] {
					t.Errorf("%q stands there twice", a.Text)
				}
				seen[key] = true
				slots(t, a.Text)
			}
			for kind := range kinds {
				if !asked[kind] && kind != "vp" && kind != "likeness" && kind != "voices" && kind != "assertion" && kind != "event" && kind != "deed" && kind != "statement" {
					t.Errorf("claims of kind %q are found and never asked about", kind)
				}
			}
			for _, voice := range []string{"author", "article"} {
				if len(l.Leads(voice)) < 2 {
					t.Errorf("%d leads for %s", len(l.Leads(voice)), voice)
				}
			}
			for _, lead := range append(l.Leads("author"), l.Leads("speaker")...) {
				slots(t, lead)
			}
		})
	}
}

// slots checks that a template has no slot but the known ones.
func slots(t *testing.T, text string) {
	t.Helper()
	for _, s := range []string{"{claim}", "{Q}", "{q}", "{who}", "{Who}", "{vp}", "{a}", "{b}"} {
		text = strings.ReplaceAll(text, s, "")
	}
	if strings.ContainsAny(text, "{}") {
		t.Errorf("unknown slot in %q", text)
	}
}

func TestLoadKnowsOnlyItsLanguages(t *testing.T) {
	for _, code := range []string{"", "xx", "EN", "english", "../en", "e"} {
		if _, ok := Load(code); ok {
			t.Errorf("Load(%q) found something", code)
		}
		if _, ok := LoadSensitive(code); ok {
			t.Errorf("LoadSensitive(%q) found something", code)
		}
		if _, ok := LoadChecks(code); ok {
			t.Errorf("LoadChecks(%q) found something", code)
		}
	}
}

func TestParseRefusesWhatItCannotRead(t *testing.T) {
	for _, text := range []string{"word", "[words", "[words]", "[ask prediction]\nx?", "[verbs x]\ny", "[ask prediction evidence loud]\nx?"} {
		if _, err := parse("en", text); err == nil {
			t.Errorf("parse(%q) gave no error", text)
		}
	}
	l, err := parse("en", "# note\n[words say]\nsaid, says\ntold\n\n[cue cause]\nleads to\n[ask cause evidence general sober news opinion]\n{claim} Why?\n[lead author]\n{Q}.\n")
	if err != nil {
		t.Fatal(err)
	}
	if got := l.Words("say"); !slices.Equal(got, []string{"said", "says", "told"}) {
		t.Errorf("words %q", got)
	}
	if a := l.Asks(); len(a) != 1 || a[0] != (Ask{Kind: "cause", Move: "evidence", General: true, Sober: true, Opinion: true, News: true, Text: "{claim} Why?"}) {
		t.Errorf("asks %+v", a)
	}
	if l.Words("none") != nil || len(l.Leads("author")) != 1 || l.Leads("article") != nil {
		t.Error("lists that are not there, or leads that are")
	}
}
