package main

import (
	"encoding/csv"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"colloquy/bot"
)

var update = flag.Bool("update", false, "write docs/report.md anew")

// reportLines reads a report in CSV, as one map a line.
func reportLines(t *testing.T, text string) (out []map[string]string) {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || !slices.Equal(rows[0], reportColumns) {
		t.Fatal(err, text)
	}
	for _, cells := range rows[1:] {
		line := map[string]string{}
		for i, c := range cells {
			line[rows[0][i]] = c
		}
		out = append(out, line)
	}
	return out
}

// reportElements reads a report in JSON.
func reportElements(t *testing.T, text string) (discussions []reportDiscussionJSON, people []reportPersonJSON) {
	t.Helper()
	var all []json.RawMessage
	if err := json.Unmarshal([]byte(text), &all); err != nil {
		t.Fatal(err, text)
	}
	for _, raw := range all {
		var d reportDiscussionJSON
		var p reportPersonJSON
		if err := json.Unmarshal(raw, &d); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(raw, &p); err != nil {
			t.Fatal(err)
		}
		if d.Type == "discussion" {
			discussions = append(discussions, d)
		} else {
			people = append(people, p)
		}
	}
	return discussions, people
}

// docs/report.md is what the command prints about the made-up month.
func TestReportPage(t *testing.T) {
	page, err := filepath.Abs("../../docs/report.md")
	if err != nil {
		t.Fatal(err)
	}
	m := newMonth(t)
	m.run()
	var b strings.Builder
	b.WriteString("# A report\n\nWhat `colloquy report` says of a made-up month of a school class: six discussions, 25 people, two times in\n" +
		"which nobody listened, and three people who opted out. The names are invented. [The command line](cli.md#reports)\nsays what each format holds.\n")
	show := func(heading string, lines int, args ...string) {
		out := m.ok(append([]string{"--from", "2027-03-01", "--to", "2027-03-31"}, args...)...)
		fmt.Fprintf(&b, "\n## %s\n\n```\ncolloquy report --channel %s \\\n  --from 2027-03-01 --to 2027-03-31 %s\n```\n\n", heading, class, strings.Join(args, " "))
		if lines > 0 {
			fmt.Fprintf(&b, "The first lines:\n\n```\n%s```\n", strings.Join(strings.SplitAfterN(out, "\n", lines+1)[:lines], ""))
			return
		}
		b.WriteString(regexp.MustCompile(`(?m)^#`).ReplaceAllString(out, "###"))
	}
	show("By person", 0, "--roster", "class.csv")
	show("By discussion", 0, "--roster", "class.csv", "--by", "discussion")
	show("With pseudonyms", 30, "--pseudonyms")
	show("For a spreadsheet", 12, "--roster", "class.csv", "--format", "csv")
	if *update {
		if err := os.WriteFile(page, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(page)
	if err != nil || string(have) != b.String() {
		t.Errorf("docs/report.md is not what the command prints: go test ./cmd/colloquy -run ReportPage -update (%v)", err)
	}
}

// All formats and orders tell the same of everybody.
func TestReportTellsTheSameInEveryForm(t *testing.T) {
	m := newMonth(t)
	m.run()
	type told map[string]string // by discussion and person
	fromCSV := func(by string) told {
		out := told{}
		for _, l := range reportLines(t, m.ok("--roster", "class.csv", "--format", "csv", "--by", by)) {
			if l["type"] == "person" {
				out[l["discussion"]+l["person_id"]] = strings.Join([]string{l["status"], l["replies"], l["on_time"], l["late"], l["excluded"]}, "/")
			}
		}
		return out
	}
	show := func(n *int) string {
		if n == nil {
			return ""
		}
		return fmt.Sprint(*n)
	}
	line := func(l reportLineJSON) string {
		return strings.Join([]string{l.Status, show(l.Replies), show(l.OnTime), show(l.Late), show(l.Excluded)}, "/")
	}
	byPerson, byDiscussion := told{}, told{}
	_, people := reportElements(t, m.ok("--roster", "class.csv", "--format", "json"))
	for _, p := range people {
		for _, l := range p.Discussions {
			byPerson[string(l.Discussion)+p.ID] = line(l.reportLineJSON)
		}
	}
	discussions, _ := reportElements(t, m.ok("--roster", "class.csv", "--format", "json", "--by", "discussion"))
	for _, d := range discussions {
		sum := 0
		for _, l := range d.Who {
			byDiscussion[string(d.ID)+l.ID] = line(l.reportLineJSON)
			if l.Status == toldReplied {
				sum += *l.Replies
			}
		}
		if sum != *d.Replies {
			t.Errorf("%s has %d replies, and people wrote %d", d.Title, *d.Replies, sum)
		}
	}
	want := fromCSV("person")
	if len(want) != 25*6+1 { // all on the roster in all discussions, and the guest in one
		t.Errorf("%d lines", len(want))
	}
	for name, got := range map[string]told{"csv by discussion": fromCSV("discussion"), "json by person": byPerson, "json by discussion": byDiscussion} {
		for key, text := range want {
			if got[key] != text {
				t.Errorf("%s: %s is %q, want %q", name, key, got[key], text)
			}
		}
		if len(got) != len(want) {
			t.Errorf("%s has %d lines, want %d", name, len(got), len(want))
		}
	}
}

// Who opted out, and whom nobody listened to, is never counted as zero.
func TestReportDoesNotCountWhatIsNotKnown(t *testing.T) {
	m := newMonth(t)
	m.run()
	statuses := map[string][]string{}
	for _, l := range reportLines(t, m.ok("--roster", "class.csv", "--format", "csv")) {
		if l["type"] != "person" {
			continue
		}
		statuses[l["person"]] = append(statuses[l["person"]], l["status"])
		if zero := l["replies"] == "0"; zero != (l["status"] == toldNothing) || l["replies"] == "" != (l["status"] != toldReplied && l["status"] != toldNothing) {
			t.Errorf("%s: %q replies while %s", l["person"], l["replies"], l["status"])
		}
	}
	for name, want := range map[string]string{
		"Mila Voss":   "opted_out opted_out opted_out opted_out opted_out opted_out",
		"Oskar Thiel": "replied opted_out opted_out opted_out opted_out opted_out", // what was recorded before stays
		"Yuri Mai":    "none withdrawn none none unknown none",
		"Ada Brandt":  "replied replied none replied unknown replied",
		"Ángel Prat":  "none withdrawn none replied replied none",
	} {
		if got := strings.Join(statuses[name], " "); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	_, people := reportElements(t, m.ok("--roster", "class.csv", "--format", "json"))
	for _, p := range people {
		switch p.Name {
		case "Mila Voss":
			if p.Standing != "opted_out" || p.Replies != nil {
				t.Errorf("Mila: %+v", p)
			}
		case "Yuri Mai":
			if p.Standing != "never_seen" || *p.Replies != 0 || p.Discussions[4].Replies != nil || p.Discussions[4].Remark != "nobody listened from 29 Mar 2027 18:00 to 22:30" {
				t.Errorf("Yuri: %+v", p)
			}
		case "Wim Janssen":
			if *p.Roster || len(p.Discussions) != 1 {
				t.Errorf("Wim: %+v", p)
			}
		}
	}
	if last := people[len(people)-1].Name; last != "Wim Janssen" {
		t.Errorf("the last is %s, not who is not on the roster", last)
	}
}

// Without a roster nobody was expected, and nobody's silence is told.
func TestReportWithoutARoster(t *testing.T) {
	m := newMonth(t)
	m.run()
	for _, by := range []string{"person", "discussion"} {
		for _, l := range reportLines(t, m.ok("--format", "csv", "--by", by)) {
			if l["type"] == "person" && (l["status"] != toldReplied || l["roster"] != "") {
				t.Errorf("by %s: %v", by, l)
			}
		}
	}
	discussions, people := reportElements(t, m.ok("--format", "json"))
	if len(discussions) != 6 || len(people) != 24 || people[0].Roster != nil || people[1].Name != "Ángel Prat" {
		t.Errorf("%d discussions, %d people, %+v", len(discussions), len(people), people[0])
	}
	if d := discussions[1]; d.State != bot.StateWithdrawn || *d.Replies != 3 {
		t.Errorf("withdrawn: %+v", d)
	}
	if g := discussions[2].Gaps; len(g) != 1 || !g[0].Listed || g[0].Recovered != 1 || g[0].From.Format(time.RFC3339) != "2027-03-16T22:30:00+01:00" {
		t.Errorf("gaps %+v", g)
	}
	if n := len(reportLines(t, m.ok("--from", "2027-03-05", "--to", "2027-03-15", "--format", "csv"))); n != 0 {
		t.Errorf("%d lines of days without a discussion", n)
	}
	if out := m.ok("--from", "2027-03-05", "--to", "2027-03-15", "--format", "json"); out != "[]\n" {
		t.Errorf("no discussion is %q", out)
	}
	contains(t, m.ok("--from", "2027-03-05", "--to", "2027-03-15"), "Opened 5 to 15 March 2027 (Europe/Berlin): 0 discussions.\n")
	m.now = berlin(2, 8, 59) // a report on the day itself, before the clock there shows 9
	if n := len(reportLines(t, m.ok("--to", "2027-03-02", "--format", "csv"))); n != 14 {
		t.Errorf("%d lines of the first day", n)
	}
}

// Replies that are erased, and open discussions that nobody listens to, are
// unknown too.
func TestReportOfErasedAndOpenDiscussions(t *testing.T) {
	m := newMonth(t)
	d, l := m.open(1, berlin(2, 9, 0), "The first")
	m.everybody(d, 1)
	m.close(d, l)
	m.must(m.rt.db.EraseDiscussion(t.Context(), l, d.ID, m.now))
	open, _ := m.open(2, berlin(10, 9, 0), "The second")
	m.write(open, pupil(0), berlin(10, 10, 0), 1, "")
	writeFile(t, "class.csv", "ada,Ada\nbo,Bo\n")
	heardUntil(t, m.rt.db, berlin(10, 12, 0))
	m.now = berlin(10, 12, 0).Add(30 * time.Second)
	discussions, people := reportElements(t, m.ok("--roster", "class.csv", "--format", "json"))
	if d := discussions[0]; d.State != bot.StateErased || d.Replies != nil || d.People != nil {
		t.Errorf("erased: %+v", d)
	}
	if bo := people[1]; bo.Discussions[0].Status != toldErased || bo.Discussions[0].Replies != nil || bo.Discussions[1].Status != toldNothing {
		t.Errorf("Bo: %+v", bo)
	}
	m.now = berlin(10, 15, 0)
	_, people = reportElements(t, m.ok("--roster", "class.csv", "--format", "json"))
	if bo := people[1]; bo.Discussions[1].Status != toldUnknown || bo.Discussions[1].Remark != "nobody listened from 10 Mar 2027 12:00 to 15:00" || bo.Replies != nil {
		t.Errorf("Bo, while nobody listens: %+v", bo)
	}
	contains(t, m.ok("--roster", "class.csv"), "| 1 | 2 Mar 2027 09:00 | The first | erased | ? | ? | ? | what people wrote is erased, its time is over |",
		"| Ada | erased | 1 (Q1) |\n", "| Bo | erased | ? |\n")
}
