package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"colloquy/bot"
	"colloquy/bot/store"
)

// exported reads an export in JSON lines.
func exported(t *testing.T, text string) (lines []map[string]any) {
	t.Helper()
	for l := range strings.Lines(text) {
		var v map[string]any
		if err := json.Unmarshal([]byte(l), &v); err != nil {
			t.Fatalf("%v in %s", err, l)
		}
		lines = append(lines, v)
	}
	return lines
}

func ofType(lines []map[string]any, kind string) (out []map[string]any) {
	for _, l := range lines {
		if l["type"] == kind {
			out = append(out, l)
		}
	}
	return out
}

// contract are the fields that every line has.
var contract = []string{"type", "id", "message_id", "author_id", "author", "question", "text", "created_at", "edited_at", "deleted", "late", "reactions"}

func TestExportJSONLines(t *testing.T) {
	w := newTown(t)
	id := w.discussed("Buses are for everyone", "@2 Half of them are empty", "/as Ana", "No, they are not")
	lines := exported(t, w.ok("discussion", "export", id, "--format", "jsonl"))
	ids := map[string]bool{}
	for _, l := range lines {
		for _, field := range contract {
			if _, ok := l[field]; !ok {
				t.Errorf("%s has no %s", l["type"], field)
			}
		}
		if at, _ := l["created_at"].(string); !strings.HasSuffix(at, "Z") {
			t.Errorf("%s was created at %q, want UTC", l["type"], at)
		}
		if _, ok := l["reactions"].([]any); !ok {
			t.Errorf("the reactions of a %s are %v", l["type"], l["reactions"])
		}
		if ids[l["id"].(string)] || l["id"] == "" {
			t.Errorf("the id %v is not its own", l["id"])
		}
		ids[l["id"].(string)] = true
	}
	if d := lines[0]; d["type"] != "discussion" || d["id"] != id || d["channel"] != "console:demo" || d["closes_at"] == nil || d["text"] == nil || d["message_id"] == nil {
		t.Errorf("the first line is %v", d)
	}
	for i, q := range ofType(lines, "question") {
		if q["question"] != float64(i+1) || q["text"] == nil || q["message_id"] == nil {
			t.Errorf("question %d is %v", i+1, q)
		}
	}
	replies := ofType(lines, "reply")
	if len(replies) != 3 || replies[0]["question"] != nil || replies[1]["question"] != 2.0 || replies[0]["author"] != "you" ||
		replies[2]["author_id"] != "Ana" || replies[2]["text"] != "No, they are not" || replies[0]["deleted"] != false || replies[0]["late"] != false {
		t.Errorf("replies %v", replies)
	}
	recap := ofType(lines, "recap")
	if len(recap) < 2 || recap[0]["text"] != "2 people wrote 3 replies." || recap[0]["message_id"] == nil {
		t.Errorf("recap %v", recap)
	}
}

// What was erased is in no export, also not as a quotation of the recap.
func TestExportAfterErasing(t *testing.T) {
	w := newTown(t)
	id := w.discussed("Buses are for everyone", "/as Ana", "No, they are not")
	w.ok("person", "erase", "console:you", "--yes")
	for _, format := range []string{"jsonl", "csv", "md"} {
		out := w.ok("discussion", "export", id, "--format", format)
		if strings.Contains(out, "everyone") || strings.Contains(out, "you,") || strings.Contains(out, `"you"`) {
			t.Errorf("%s holds what was erased:\n%s", format, out)
		}
		contains(t, out, "No, they are not")
	}
	lines := exported(t, w.ok("discussion", "export", id))
	erased := ofType(lines, "reply")[0]
	if erased["deleted"] != true || erased["text"] != nil || erased["author"] != nil || erased["author_id"] != nil || erased["message_id"] == nil {
		t.Errorf("the erased reply is %v", erased)
	}
	for _, l := range ofType(lines, "recap") {
		if slices.Contains(l["replies"].([]any), erased["id"]) && (l["text"] != nil || l["deleted"] != true) {
			t.Errorf("its quotation is %v", l)
		}
	}
}

var pseudonym = regexp.MustCompile(`^Person [0-9A-Z]{6}$|^person-[0-9a-z]{16}$`)

func TestExportPseudonyms(t *testing.T) {
	w := newTown(t)
	lines := []string{"/as Zoe", "Buses are for everyone", "/as Ana", "No, they are not", "/as Zoe", "But I think that they are"}
	id := w.discussed(lines...)
	export := func(id string) []map[string]any {
		return ofType(exported(t, w.ok("discussion", "export", id, "--pseudonyms")), "reply")
	}
	replies := export(id)
	zoe, ana := replies[0]["author"].(string), replies[1]["author"].(string)
	if zoe == ana || replies[2]["author"] != zoe || replies[2]["author_id"] != replies[0]["author_id"] || !pseudonym.MatchString(zoe) || !pseudonym.MatchString(replies[0]["author_id"].(string)) {
		t.Errorf("replies %v", replies)
	}
	for _, format := range []string{"jsonl", "csv", "md"} {
		out := w.ok("discussion", "export", id, "--format", format, "--pseudonyms")
		if strings.Contains(out, "Zoe") || strings.Contains(out, "Ana") {
			t.Errorf("%s names people:\n%s", format, out)
		}
		contains(t, out, zoe, ana)
	}
	// In another discussion they are others.
	for _, r := range export(w.discussed(lines...)) {
		if r["author"] == zoe || r["author"] == ana || r["author_id"] == replies[0]["author_id"] {
			t.Errorf("somebody can be followed from one discussion into another: %v", r)
		}
	}
	contains(t, w.ok("discussion", "export", id, "--format", "md"), "**Zoe**, ", "> — Zoe")
}

func TestExportCSV(t *testing.T) {
	w := newTown(t)
	id := w.discussed("+1 to that", "@2 =HYPERLINK(\"http://x\",\"y\"), he said", "-2, or so", "@everyone come")
	text := w.ok("discussion", "export", id, "--format", "csv")
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(rows[0], contract) {
		t.Errorf("columns %v", rows[0])
	}
	var said []string
	for _, r := range rows {
		if r[0] == "reply" {
			said = append(said, r[6])
		}
		for _, cell := range r {
			if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
				t.Errorf("the cell %q is a formula", cell)
			}
		}
	}
	if want := []string{"'+1 to that", `'@2 =HYPERLINK("http://x","y"), he said`, "'-2, or so", "'@everyone come"}; !slices.Equal(said, want) {
		t.Errorf("replies %q, want %q", said, want)
	}
}

func TestExportMarkdown(t *testing.T) {
	w := newTown(t)
	id := w.discussed("*Buses* are for <b>everyone</b>", "1. not a list")
	contains(t, w.ok("discussion", "export", id, "--format", "md"), "# The last bus", "## Summary\n\n> ", "\n## 1. ",
		"## On the discussion as a whole", `> \*Buses\* are for \<b\>everyone\</b\>`, `> 1\. not a list`, "## Recap\n\n1 person wrote 2 replies.")
}

// Gaps, late, edited and deleted replies, reactions and files are all told.
func TestExportTellsEverything(t *testing.T) {
	w := newTown(t)
	id := bot.ID(w.discussed("first"))
	db, err := store.Open(t.Context(), home(t), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	d, err := db.Discussion(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	late := d.ClosedAt.Add(time.Second)
	r := bot.Reply{ID: bot.NewID(time.Now()), Ref: bot.MessageRef{Channel: d.Channel, MessageID: "m1"}, Version: 1, CreatedAt: late, EditedAt: late.Add(time.Second),
		Author: bot.Person{Platform: "console", ID: "Ana"}, Text: "late", Question: 1,
		Reactions: []bot.Reaction{{Key: "👍", Count: 2}}, Files: []bot.File{{Name: "plan.pdf", URL: "https://example.org/plan.pdf"}}}
	if _, err := db.RecordReply(t.Context(), r, "hash", late, time.Hour); err != nil {
		t.Fatal(err)
	}
	heardUntil(t, db, late)
	if _, err := db.WriteGaps(t.Context(), "console", late.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	lines := exported(t, w.ok("discussion", "export", string(id)))
	got := ofType(lines, "reply")[1]
	if got["late"] != true || got["question"] != 1.0 || got["edited_at"] == nil || fmt.Sprint(got["reactions"]) != "[map[count:2 key:👍]]" || !strings.Contains(fmt.Sprint(got["files"]), "plan.pdf") {
		t.Errorf("the late reply is %v", got)
	}
	gaps := ofType(lines, "gap")
	if len(gaps) != 1 || gaps[0]["from"] == nil || gaps[0]["to"] == nil || gaps[0]["listed"] != false || gaps[0]["recovered"] != 0.0 {
		t.Errorf("gaps %v", gaps)
	}
	contains(t, w.ok("discussion", "export", string(id), "--format", "csv"), `"[{""key"":""👍"",""count"":2}]"`)
	contains(t, w.ok("discussion", "export", string(id), "--format", "md"), "edited, late, 👍 2", "plan.pdf", "## Times without listening", "may be missing")
	contains(t, w.ok("discussion", "show", string(id)), "Ana · ", " · edited · late · 👍 2 · ", "nobody was listening")
	// A recap names them; so does what is shown without one.
	w.ok("person", "erase", "console:you", "--yes")
	contains(t, w.ok("discussion", "show", string(id)), "(1 reply was deleted)", "Ana · ")
}

func TestExportToAFile(t *testing.T) {
	w := newTown(t)
	id := w.discussed("first")
	writeFile(t, "x.jsonl", "before")
	if out := w.ok("discussion", "export", id, "--output", "x.jsonl"); out != "" {
		t.Errorf("standard output has %q", out)
	}
	data, err := os.ReadFile("x.jsonl")
	if err != nil || len(exported(t, string(data))) < 4 {
		t.Errorf("%s, %v", data, err)
	}
	w.fails(exitFailed, "cannot be written (no such file or directory): give another file with --output", "discussion", "export", id, "--output", "no/x.jsonl")
	w.fails(exitFailed, "is a directory", "discussion", "export", id, "--output", ".")
	left, err := filepath.Glob(".export-*")
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	w.fails(exitUsage, `--format: "xml" is none of jsonl, csv, md`, "discussion", "export", id, "--format", "xml")
}

// A reader that goes away ends an export in one line, and a failed one leaves
// the file that was there.
func TestExportThatBreaksOff(t *testing.T) {
	a := &app{stdout: gone{}}
	many := func(w io.Writer) error {
		for range 10_000 {
			if _, err := w.Write(bytes.Repeat([]byte("x"), 100)); err != nil {
				return err
			}
		}
		return nil
	}
	if err := a.writeTo("-", many); !errors.Is(err, os.ErrClosed) {
		t.Errorf("a closed pipe gives %v", err)
	}
	t.Chdir(t.TempDir())
	writeFile(t, "x", "before")
	boom := errors.New("boom")
	if err := a.writeTo("x", func(io.Writer) error { return boom }); !errors.Is(err, boom) {
		t.Errorf("got %v", err)
	}
	if data, _ := os.ReadFile("x"); string(data) != "before" {
		t.Errorf("the file is %q", data)
	}
}

type gone struct{}

func (gone) Write([]byte) (int, error) { return 0, os.ErrClosed }
