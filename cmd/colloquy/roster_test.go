package main

import (
	"encoding/csv"
	"fmt"
	"strings"
	"testing"

	"colloquy/bot"
)

func TestRoster(t *testing.T) {
	slack := bot.Channel{Platform: "slack", Workspace: "T1", ID: "C1"}
	for _, test := range []struct {
		name, data string
		want       string // "id=name …", or the problem
	}{
		{"plain lines", "U1\nU2\n\n  U3  \n", "U1= U2= U3="},
		{"names", "U1,Ada\nU2,\"Brandt, Bo\"\nU3,\n", "U1=Ada U2=Brandt, Bo U3="},
		{"a header", "id,name\nU1,Ada\n", "U1=Ada"},
		{"a header without names", "Person_ID\nU1\n", "U1="},
		{"whole ids", "slack:T1/U1,Ada\nU2\n", "U1=Ada U2="},
		{"from a spreadsheet", "\ufeffid;name\r\nU1;Ada\r\nU2;\"Bo \"\"B\"\" Lind\"\r\n;\r\n", `U1=Ada U2=Bo "B" Lind`},
		{"tabs", "U1\tAda Brandt\nU2\tBo\n", "U1=Ada Brandt U2=Bo"},
		{"old Mac", "U1,Ada\rU2,Bo", "U1=Ada U2=Bo"},
		{"name on two lines", "U1,\"Ada\nBrandt\"\nU2\n", "U1=Ada\nBrandt U2="},
		{"empty", "", "the roster f.csv names nobody: write each person on a line, as id,name"},
		{"header alone", "id,name\n", "the roster f.csv names nobody: write each person on a line, as id,name"},
		{"twice", "U1,Ada\nU2\nslack:T1/U1\n", "f.csv, line 3: slack:T1/U1 is on line 1 already: remove one of the two"},
		{"elsewhere", "U1\nslack:T2/U2\n", "f.csv, line 2: slack:T2/U2 cannot write in slack:T1/C1, which is elsewhere: the report is of one channel only, remove the line"},
		{"another platform", "console:ada\n", "f.csv, line 1: console:ada cannot write in slack:T1/C1, which is elsewhere: the report is of one channel only, remove the line"},
		{"no id", "U1\n<@U2>\n", `f.csv, line 2: "<@U2>" is no id: write it as exports name it, like slack:T1/ada or ada`},
		{"a name alone", "id,name\n,Ada\n", `f.csv, line 2: "" is no id: write it as exports name it, like slack:T1/ada or ada`},
		{"names without ids", "Ada Brandt\n", `f.csv, line 1: "Ada Brandt" is no id: write it as exports name it, like slack:T1/ada or ada`},
		{"too many cells", "U1,Ada\nU2,Brandt,Bo\n", `f.csv, line 2: there are 3 cells: write id,name and put a name with a ',' in it in quotes`},
		{"an open quote", "U1,Ada\nU2,\"Bo\nU3,Cleo\n", "f.csv, line 2: a quotation mark is not closed or stands inside a cell: put the whole cell in quotes, and a mark in it twice"},
		{"a quote inside", "U1,Ada \"A\" Brandt\n", "f.csv, line 1: a quotation mark is not closed or stands inside a cell: put the whole cell in quotes, and a mark in it twice"},
		{"binary", "U1\nU2\n\x00\x01PK\x03\x04", "f.csv, line 3: this is not text in UTF-8: save the list as CSV in UTF-8, or as plain text"},
		{"UTF-16", "\xff\xfeU\x001\x00", "f.csv, line 1: this is not text in UTF-8: save the list as CSV in UTF-8, or as plain text"},
		{"Latin-1", "U1,Ada\nU2,\xc1ngel\n", "f.csv, line 2: this is not text in UTF-8: save the list as CSV in UTF-8, or as plain text"},
		{"a long name", "U1," + strings.Repeat("a", 201) + "\n", "f.csv, line 1: the name has more than 200 characters: shorten it"},
	} {
		people, err := parseRoster("f.csv", []byte(test.data), slack)
		var got []string
		for _, p := range people {
			got = append(got, p.ID+"="+p.Name)
			if p.Platform != "slack" || p.Workspace != "T1" {
				t.Errorf("%s: %+v", test.name, p)
			}
		}
		if err != nil {
			got = []string{bot.Explain(err)}
		}
		if text := strings.Join(got, " "); text != test.want || err != nil && bot.ReasonCode(err) != "bad_roster" {
			t.Errorf("%s: %q, %v; want %q", test.name, text, err, test.want)
		}
	}
}

// A roster of a whole university is read, and one that is no roster is not.
func TestRosterOfManyAndOfTooMany(t *testing.T) {
	m := newMonth(t)
	m.run()
	var b strings.Builder
	for i := range 10_000 {
		fmt.Fprintf(&b, "u%05d,Person of number %d\n", i, i)
	}
	writeFile(t, "many.csv", b.String())
	_, people := reportElements(t, m.ok("--roster", "many.csv", "--format", "json"))
	if n := len(people); n != 10_000+24 || people[0].Standing != "never_seen" || len(people[0].Discussions) != 6 {
		t.Errorf("%d people, %+v", n, people[0])
	}
	writeFile(t, "huge.csv", strings.Repeat("x", largestRoster+1))
	r := m.report("--roster", "huge.csv")
	if r.code == exitDone || !strings.Contains(r.stderr, "the roster huge.csv has more than 1 MiB: give a list of people") {
		t.Errorf("%.200s", r.stderr)
	}
	m.in = "zoe,Zoe\n"
	if _, people := reportElements(t, m.ok("--roster", "-", "--format", "json")); people[0].Name != "Zoe" {
		t.Errorf("from standard input: %+v", people[0])
	}
}

func FuzzRoster(f *testing.F) {
	for _, s := range []string{"id,name\nU1,Ada\n", "\ufeffU1;\"A\"\r\nU2", "U1\tx\n", "\"", "U1,\"a\nb\"\n,", "\x00", "a,b,c", "slack:T1/U1\nslack:T1/U1", "=1,2"} {
		f.Add([]byte(s))
	}
	slack := bot.Channel{Platform: "slack", Workspace: "T1", ID: "C1"}
	f.Fuzz(func(t *testing.T, data []byte) {
		people, err := parseRoster("f.csv", data, slack)
		if err != nil {
			if text := bot.Explain(err); bot.ReasonCode(err) != "bad_roster" || strings.Contains(text, "\n") {
				t.Errorf("%q: %v", data, err)
			}
			return
		}
		seen := map[string]bool{}
		var b strings.Builder
		w := csv.NewWriter(&b)
		for _, p := range people {
			if p.Platform != "slack" || p.Workspace != "T1" || p.ID == "" || seen[p.ID] {
				t.Fatalf("%q: %+v", data, p)
			}
			seen[p.ID] = true
			_ = w.Write([]string{p.String(), p.Name})
		}
		// What was read can be written and read again.
		w.Flush()
		again, err := parseRoster("f.csv", []byte(b.String()), slack)
		if err != nil || fmt.Sprint(again) != fmt.Sprint(people) {
			t.Errorf("%q gives %v, and written again %v, %v", data, people, again, err)
		}
	})
}
