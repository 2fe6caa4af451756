package main

import (
	"encoding/csv"
	"fmt"
	"strings"
	"testing"

	"colloquy/bot"
)

func TestReportWithPseudonyms(t *testing.T) {
	m := newMonth(t)
	m.run()
	for _, by := range []string{"person", "discussion"} {
		for _, format := range []string{"md", "csv", "json"} {
			args := []string{"--pseudonyms", "--by", by, "--format", format}
			out := m.ok(args...)
			for i := range classNames {
				if strings.Contains(out, classNames[i]) || strings.Contains(out, `"`+pupil(i).ID+`"`) || strings.Contains(out, ","+pupil(i).ID+",") {
					t.Errorf("%v names %s", args, classNames[i])
				}
			}
			if strings.Contains(out, "opted") {
				t.Errorf("%v says that somebody opted out, which ties pseudonyms together", args)
			}
			if again := m.ok(args...); again != out {
				t.Errorf("%v: another time it has other pseudonyms", args)
			}
		}
	}
	// Nobody can be followed from one discussion into another.
	discussions, _ := reportElements(t, m.ok("--pseudonyms", "--format", "json", "--by", "discussion"))
	in := map[string]bot.ID{}
	for _, d := range discussions {
		for _, l := range d.Who {
			for _, is := range []string{l.ID, l.Name} {
				if !pseudonym.MatchString(is) || in[is] != "" {
					t.Errorf("%s is in %s and in %s", is, in[is], d.ID)
				}
				in[is] = d.ID
			}
		}
	}
	_, people := reportElements(t, m.ok("--pseudonyms", "--format", "json"))
	if len(people) != len(in)/2 {
		t.Errorf("%d people by discussion, %d by person", len(in)/2, len(people))
	}
	for i, p := range people {
		if len(p.Discussions) != 1 || in[p.Name] != p.Discussions[0].Discussion {
			t.Errorf("%+v", p)
		}
		for _, to := range p.Discussions[0].To {
			if in[to.Name] != p.Discussions[0].Discussion {
				t.Errorf("%s answers %s from elsewhere", p.Name, to.Name)
			}
		}
		if i > 0 && in[people[i-1].Name] == in[p.Name] && people[i-1].Name >= p.Name {
			t.Errorf("%s comes before %s", people[i-1].Name, p.Name)
		}
	}
	// An export of a discussion uses the same.
	w := &town{t: t}
	m.must(m.rt.db.Close())
	for _, l := range ofType(exported(t, w.ok("discussion", "export", string(discussions[2].ID), "--pseudonyms")), "reply") {
		if l["deleted"] == false && (in[l["author"].(string)] != discussions[2].ID || in[l["author_id"].(string)] != discussions[2].ID) {
			t.Errorf("the export calls somebody %v", l["author"])
		}
	}
}

// Names are text in every format, whatever is in them.
func TestReportWithHostileNames(t *testing.T) {
	m := newMonth(t)
	d, l := m.open(1, berlin(2, 9, 0), "A | title\n# of `two` lines =1+1")
	names := []string{"=HYPERLINK(\"http://x\")", "+1", "-2", "@everyone", "\t=3", "<img src=x onerror=alert(1)>", "a | b", "two\nlines",
		"\u202egnp.exe", "\u2066inner\u2069", "**bold** [link](http://x)", "\x1b[31mred", "=cmd|' /C calc'!A0", "1. list", "", "\u200b"}
	last := ""
	for i, name := range names {
		last = m.write(d, bot.Person{Platform: "console", ID: fmt.Sprint("p", i), Name: name}, berlin(2, 10, i), 1, last)
	}
	m.close(d, l)
	heardUntil(t, m.rt.db, m.now)
	var roster strings.Builder
	w := csv.NewWriter(&roster)
	for i, name := range names {
		if !strings.ContainsAny(name, "\x1b") {
			_ = w.Write([]string{fmt.Sprint("p", i), name})
		}
	}
	w.Flush()
	writeFile(t, "class.csv", roster.String())
	for _, args := range [][]string{nil, {"--by", "discussion"}, {"--roster", "class.csv"}, {"--roster", "class.csv", "--by", "discussion"}} {
		for _, l := range reportLines(t, m.ok(append(args, "--format", "csv")...)) {
			for column, cell := range l {
				if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) || strings.ContainsAny(cell, "\n\x1b\u202e\u2066") {
					t.Errorf("%v: the cell %s is %q", args, column, cell)
				}
			}
			if l["type"] == "person" && l["person"] == "" {
				t.Errorf("%v: somebody without a name: %v", args, l)
			}
		}
		md := m.ok(args...)
		cells := 0 // in each line of the table under way
		for text := range strings.Lines(md) {
			n := strings.Count(strings.ReplaceAll(text, `\|`, ""), "|")
			if cells > 0 && n > 0 && n != cells {
				t.Errorf("%v: %d cells in %q, not %d", args, n, text, cells)
			}
			cells = n
			for _, raw := range []string{"| <img", "**bold", "[link]", "\x1b", "\u202e", "`two`"} {
				if strings.Contains(text, raw) {
					t.Errorf("%v: %q is in %q", args, raw, text)
				}
			}
		}
		reportElements(t, m.ok(append(args, "--format", "json")...))
	}
}

func TestReportThatCannotBeMade(t *testing.T) {
	m := newMonth(t)
	m.run()
	writeFile(t, "none.csv", "id,name\n")
	for _, test := range []struct{ args, want string }{
		{"--from 2027-03-31 --to 2027-03-01", "2027-03-31 comes after 2027-03-01: give the earlier day as from"},
		{"--from 2027-04-01", "2027-04-01 is still to come, and there is nothing to report of it: give a day until today, which is 2027-03-31 in Europe/Berlin"},
		{"--from 2027-02-29", `"2027-02-29" is no day: write it like 2027-03-01`},
		{"--to March", `"March" is no day: write it like 2027-03-01`},
		{"--channel console:elsewhere", "there was never a discussion in console:elsewhere"},
		{"--channel elsewhere", "write it as console:NAME"},
		{"--by name", `--by: "name" is none of person, discussion`},
		{"--format xml", `--format: "xml" is none of md, csv, json`},
		{"--pseudonyms --roster class.csv", "would tie their pseudonyms together"},
		{"--roster nowhere.csv", "the roster nowhere.csv cannot be read (no such file or directory): give another file with --roster"},
		{"--roster .", "the roster . cannot be read (is a directory)"},
		{"--roster none.csv", "the roster none.csv names nobody"},
		{"--output no/x.md", "no/x.md cannot be written (no such file or directory)"},
		{"Ada", `report does not take "Ada"`},
	} {
		r := m.report(strings.Fields(test.args)...)
		if r.code == exitDone || r.stdout != "" || strings.Contains(r.stderr, "\n") || !strings.Contains(r.stderr, test.want) {
			t.Errorf("%s: %q, %q; want %q", test.args, r.stdout, r.stderr, test.want)
		}
	}
	w := &town{t: t}
	w.fails(exitUsage, "--channel is missing", "report")
	w.fails(exitUsage, "is no day", "report", "--channel", class.String(), "--from", "x")
	// A last day that is still to come is today.
	contains(t, m.ok("--to", "2027-04-30"), "Opened 1 to 31 March 2027 (Europe/Berlin)")
	m.must(m.rt.db.Close())
	t.Chdir(t.TempDir())
	w.noDatabase("report", "--channel", class.String())
}
