package prompts

import (
	"crypto/sha256"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"colloquy/bot"
)

var update = flag.Bool("update", false, "write the golden files anew")

func load(t *testing.T) *Templates {
	t.Helper()
	templates, err := LoadTemplates("")
	if err != nil {
		t.Fatal(err)
	}
	return templates
}

// golden compares got with the file of that name in testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; if that is meant, raise TemplatesVersion and run: go test ./prompts -update\n%s", path, got)
	}
}

const nonce = "q7Zr2mXw9KdT4bHs"

var ferry = DigestData{
	Nonce: nonce, Language: "en", Sentences: 3, Questions: 5,
	Title: "A ferry for Velm", Byline: "By Ann Lee", Publisher: "The Velm Post",
	Article: []Numbered{
		{1, "The council of Velm opens a ferry on 3 May."},
		{2, "It will cross the river ten times a day, and a ticket costs 2 crowns."},
		{3, "“We waited for it for 40 years”, said the mayor, Ines Dahl."},
	},
}

func TestPromptsAreGolden(t *testing.T) {
	templates := load(t)
	for _, kind := range []string{Digest, Notes, Recap} {
		golden(t, kind+".system", templates.System(kind))
	}
	render := func(name string, text string, err error) {
		t.Helper()
		if err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
		golden(t, name, text)
	}
	for _, audience := range bot.Audiences() {
		d := ferry
		d.Audience = audience
		text, err := templates.Digest(d)
		render("digest."+audience, text, err)
	}
	d := ferry
	d.Language, d.Opinion, d.Grave, d.Sentences, d.Questions = "", true, true, 1, 0
	d.Notes = []string{"A ferry opens on 3 May. [1]"}
	text, err := templates.Digest(d)
	render("digest.long", text, err)

	text, err = templates.Notes(NotesData{Nonce: nonce, Language: "de", Section: 2, Sections: 4, Notes: 8, Title: "Eine Fähre", Article: []Numbered{{41, "Die Fähre fährt ab Mai."}}})
	render("notes", text, err)
	text, err = templates.Repair(RepairData{
		Nonce: nonce, Language: "en", Kind: Digest, Sentences: 1, Questions: 2,
		Failures: []string{"summary 2: the name “Fernando” is not in the article", "question 1: it has 41 words, more than 35", "question 4: yes or no answers it"},
	})
	render("repair.digest", text, err)
	text, err = templates.Repair(RepairData{Nonce: nonce, Kind: Recap, Sentences: 1, Failures: []string{"statement 2: it names somebody"}})
	render("repair.recap", text, err)
	text, err = templates.Recap(RecapData{
		Nonce: nonce, Language: "en", Title: "A ferry for Velm",
		Questions: []Numbered{{1, "Who in Velm would use the ferry, and what for?"}},
		Replies:   []ReplyLine{{1, 1, 1, "My sister would, to get to work."}, {2, 2, 0, "Nobody\nin winter."}},
	})
	render("recap", text, err)
}

// TestVersionIsRaisedWithThePrompts holds a hash of the prompts together with
// their version, and writes another one only with another version.
func TestVersionIsRaisedWithThePrompts(t *testing.T) {
	hash := sha256.New()
	for _, f := range Files() {
		fmt.Fprintf(hash, "%s %d\n%s", f.Name, len(f.Text), f.Text)
	}
	got := fmt.Sprintf("%s %x\n", TemplatesVersion, hash.Sum(nil))
	path := filepath.Join("testdata", "version.golden")
	was, err := os.ReadFile(path)
	if err == nil && got != string(was) && strings.HasPrefix(string(was), TemplatesVersion+" ") {
		t.Fatal("the prompts changed and TemplatesVersion did not: raise it, so that digests are written anew")
	}
	golden(t, "version", got)
}

func TestSystemIsLongEnoughForCachesAndNotTooLong(t *testing.T) {
	templates := load(t)
	for _, kind := range []string{Digest, Notes, Recap} {
		tokens := len(templates.System(kind)) / 4
		t.Logf("%s: %d tokens at 4 bytes", kind, tokens)
		if tokens < 1200 || tokens > 2500 {
			t.Errorf("the system text of %s has %d tokens at 4 bytes, want 1,200 to 2,500", kind, tokens)
		}
	}
	if templates.System("repair") != "" || templates.System("../rules") != "" {
		t.Error("there is a system text for what is no kind")
	}
}

func TestEveryMoveIsExplained(t *testing.T) {
	text := load(t).System(Digest)
	for _, move := range []string{"clarify", "assumption", "evidence", "viewpoint", "implication", "compare", "decide", "counter", "missing"} {
		if !strings.Contains(text, "\n- "+move+": ") {
			t.Errorf("the prompt does not say what %q is", move)
		}
	}
}
