package bot_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"colloquy/bot"
)

var filterNow = time.Date(2026, 3, 10, 9, 0, 0, 0, time.UTC)

func TestTooOld(t *testing.T) {
	const day = 24 * time.Hour
	for _, c := range []struct {
		age, most time.Duration
		want      string
	}{
		{5*day + 4*time.Hour, 3 * day, "it is 5 days old, and this schedule takes nothing older than 3 days"},
		{3*day + 2*time.Hour, 3 * day, "it is 3d2h old, and this schedule takes nothing older than 3 days"},
		{3*day + 90*time.Second, 3 * day, "it is 3d1m old, and this schedule takes nothing older than 3 days"},
		{25 * time.Hour, day, "it is 1d1h old, and this schedule takes nothing older than 1 day"},
		{50 * time.Hour, 12 * time.Hour, "it is 2 days old, and this schedule takes nothing older than 12h"},
		{12*time.Hour + time.Millisecond, 12 * time.Hour, "it is 12h0m0.001s old, and this schedule takes nothing older than 12h"},
		{3 * day, 3 * day, ""},
		{-2 * day, day, ""},
		{1000 * day, 0, ""},
	} {
		err := bot.Filter{MaxAge: c.most}.TooOld(filterNow.Add(-c.age), filterNow)
		if c.want == "" && err != nil || c.want != "" && (bot.ReasonCode(err) != "too_old" || bot.Explain(err) != c.want) {
			t.Errorf("%s of %s: %v", c.age, c.most, err)
		}
	}
	if err := (bot.Filter{MaxAge: day}).TooOld(time.Time{}, filterNow); err != nil {
		t.Errorf("without a date: %v", err)
	}
}

func TestFilterRefuses(t *testing.T) {
	a := bot.Article{
		Title: "Obama's STRASSE: Climate change and the U.S. election", Words: 120, Published: filterNow.Add(-time.Hour),
		Text: "L'élection à Zürich. The rower’s boat is red.\n\nChange comes. Ὀδυσσεύς and İstanbul; 北京市长 said so in 2,024 wards.\n\n" +
			"ملک میں انتخابات ہوئے۔ خود\u200cکشی نہیں، کِتاب ہے", Categories: []string{"World, Asia", "Rowing"},
	}
	for words, in := range map[string]bool{
		"obama": true, "OBAMA": true, "obam": false, "strasse": true, "straße": true, "STRAẞE": true, "climate change": true, "change climate": false,
		"election": true, "élection": true, "elect": false, "elect*": true, "climate ch*": true, "clim* change": false, "u.s.": true, "US": false,
		"red change": false, "red, nothing": true, "zürich": true, "zurich": false, "rower": true, "rower's boat": true, "boat": true, "boats": false,
		"ὀδυσσεύσ": true, "istanbul": false, "北京": true, "京市": true, "北市": false, "市长 said": true, "2024": false, "2,024": true, "2024 wards": false,
		"انتخابات": true, "انتخاب": false, "انتخاب*": true, "خودکشی": true, "کتاب": true, "خود": false,
		"asia": true, "world asia": true, "asia rowing": false, "rowing": true, "election L'élection": false,
	} {
		list, err := bot.ParseWords(words)
		if strings.Contains(words, "clim* ") {
			if bot.ReasonCode(err) != "bad_words" {
				t.Errorf("%q: %v", words, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%q: %v", words, err)
			continue
		}
		if err := (bot.Filter{Only: list}).Refuses(a, filterNow); (err == nil) != in || err != nil && bot.ReasonCode(err) != "not_chosen" {
			t.Errorf("only %q: %v", words, err)
		}
		if err := (bot.Filter{Skip: list}).Refuses(a, filterNow); (err != nil) != in || err != nil && bot.ReasonCode(err) != "skipped" {
			t.Errorf("skip %q: %v", words, err)
		}
	}
	for _, c := range []struct {
		f    bot.Filter
		want string
	}{
		{bot.Filter{}, ""},
		{bot.Filter{MinWords: 120}, ""},
		{bot.Filter{MinWords: 121}, "it has 120 words, and this schedule takes nothing under 121"},
		{bot.Filter{MaxAge: time.Minute, MinWords: 500, Skip: []string{"boat"}}, "it is 1h old, and this schedule takes nothing older than 1m"},
		{bot.Filter{Skip: []string{"canoe", "boat"}, Only: []string{"canoe"}}, `it has "boat" in it, which this schedule skips`},
		{bot.Filter{Only: []string{"canoe", "kayak*"}}, "it has nothing in it of what this schedule wants: canoe, kayak*"},
		{bot.Filter{Only: strings.Fields("q1 q2 q3 q4 q5 q6 q7")}, "it has nothing in it of what this schedule wants: q1, q2, q3, q4, q5 and 2 more"},
		{bot.Filter{Only: []string{"canoe", "boat"}, Skip: []string{"kayak"}}, ""},
	} {
		if err := c.f.Refuses(a, filterNow); (err == nil) != (c.want == "") || err != nil && bot.Explain(err) != c.want {
			t.Errorf("%+v: %v", c.f, err)
		}
	}
	if err := (bot.Filter{Only: []string{"boat"}, Skip: []string{"x"}}).Refuses(bot.Article{}, filterNow); bot.ReasonCode(err) != "not_chosen" {
		t.Errorf("an empty article: %v", err)
	}
}

func TestParseWords(t *testing.T) {
	for text, want := range map[string][]string{
		"":                                 nil,
		" , ,،":                            nil,
		"climate  change, elect* ,،پانی":   {"climate change", "elect*", "پانی"},
		"a\tb\nc":                          {"a b c"},
		strings.Repeat("x", 60):            {strings.Repeat("x", 60)},
		strings.Repeat("پ", 60):            {strings.Repeat("پ", 60)},
		strings.Repeat("x1,", 100):         slices.Repeat([]string{"x1"}, 100),
		"@everyone, <b>bold</b>, `; DROP`": {"@everyone", "<b>bold</b>", "`; DROP`"},
	} {
		got, err := bot.ParseWords(text)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
	for _, text := range []string{"*", "!?", "a*b", "*a", "a**", "a * b", strings.Repeat("x", 61), strings.Repeat("x1,", 101), "a\u202eb", "a\x00b", "\xff", "a, \ufeffb"} {
		if got, err := bot.ParseWords(text); bot.ReasonCode(err) != "bad_words" || strings.ContainsAny(bot.Explain(err), "\n\x00\u202e") {
			t.Errorf("%q is taken as %q, %v", text, got, err)
		}
	}
}

func FuzzFilter(f *testing.F) {
	f.Add("climate change, elect*, پانی", "The climate changes. Elections!")
	f.Add("北京*, straße", "北京A\u0301\u0301 STRASSE\n\u200d\u0301x")
	f.Add("\xff,*,**", "\xff\xfe")
	f.Fuzz(func(t *testing.T, words, text string) {
		list, err := bot.ParseWords(words)
		if err != nil {
			if bot.ReasonCode(err) != "bad_words" || strings.ContainsAny(bot.Explain(err), "\n\r") {
				t.Errorf("%q", err)
			}
			return
		}
		if again, err := bot.ParseWords(strings.Join(list, ", ")); err != nil || !slices.Equal(again, list) {
			t.Errorf("%q becomes %q, %v", list, again, err)
		}
		a := bot.Article{Title: "T", Text: text}
		only, skip := bot.Filter{Only: list}.Refuses(a, filterNow), bot.Filter{Skip: list}.Refuses(a, filterNow)
		if len(list) > 0 && (only == nil) == (skip == nil) {
			t.Errorf("%q in %q: only says %v, skip says %v", list, text, only, skip)
		}
		for _, w := range list { // whatever is asked for is found in itself
			if err := (bot.Filter{Skip: []string{w}}).Refuses(bot.Article{Text: strings.TrimSuffix(w, "*")}, filterNow); bot.ReasonCode(err) != "skipped" {
				t.Errorf("%q is not found in itself", w)
			}
		}
	})
}
