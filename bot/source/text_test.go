package source

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"a\r\nb\rc\u2028d":                    "a\nb\nc\nd",
		"tab\tand\u00a0space\u3000x":          "tab and space x",
		"ze\u200bro\u2060wi\ufeffdth\u00ad":   "zerowidth",
		"bi\u202edi\u2066x\u2069\u200f\u061c": "bidix",
		"tag\U000e0041\U000e0042s":            "tags",
		"bell\x07\x1b[31m\x00\u009b":          "bell[31m",
		"e\u0301":                             "é",
		"bad\xffbyte":                         "bad\ufffdbyte",
		"private\ue001\U000f0001":             "private",
		"vs\ufe0f\U000e0100x":                 "vsx",
		"☀\ufe0f 👩\u200d👩":                    "☀\ufe0f 👩\u200d👩",
		"می\u200cخواهم la\u200ctin":           "می\u200cخواهم latin",
		"z" + strings.Repeat("\u0316", 100):   "z" + strings.Repeat("\u0316", maxMarks),
	} {
		if got := clean(in); got != want {
			t.Errorf("clean(%q) is %q, and should be %q", in, got, want)
		}
	}
}

func TestCountWords(t *testing.T) {
	for in, want := range map[string]int{
		"": 0, "— … !": 0, "one": 1, "It's 3.5 per cent, isn't it?": 6, "یہ ایک جملہ ہے۔": 4, "公園へ": 3,
	} {
		if got := countWords(in, maxWords); got != want {
			t.Errorf("%q has %d words, and should have %d", in, got, want)
		}
	}
	if got := countWords(strings.Repeat("a ", 100), 10); got != 11 {
		t.Errorf("counted on to %d", got)
	}
}

func TestTitleFrom(t *testing.T) {
	for in, want := range map[string]string{
		"Trees cool cities. They do so by evaporation.":           "Trees cool cities",
		"Do trees cool cities? They do.":                          "Do trees cool cities?",
		"Mr. Smith met Dr. J. Doe in the U.S. Senate. They spoke": "Mr. Smith met Dr. J. Doe in the U.S. Senate",
		"The price rose by 3.5 per cent. Nobody knows why.":       "The price rose by 3.5 per cent",
		"“Trees cool cities.” That is what they say.":             "“Trees cool cities.”",
		"The strengthening of Pak-Russia ties is a testament to the maturity of both sides and the realisation that the world is changing.": "The strengthening of Pak-Russia ties is a testament to the maturity of both sides…",
		"Electrolux saw its shares rise 14% on Tuesday after it said it would be shifting more of its manufacturing to low-cost countries.": "Electrolux saw its shares rise 14% on Tuesday…",
		"The Japanese economy has officially gone back into recession for the fourth time in a decade of ever slower growth.":               "The Japanese economy has officially gone back into recession for the fourth time…",
		"今日は天気がいいので、公園まで歩いて行きました。とても楽しかったです。":                                                                                               "今日は天気がいいので、公園まで歩いて行きました",
		"یہ ایک جملہ ہے۔ یہ دوسرا ہے۔":                                                                                                      "یہ ایک جملہ ہے",
		strings.Repeat("x", 300): strings.Repeat("x", madeTitle-1) + "…",
	} {
		if got := titleFrom(in); got != want {
			t.Errorf("the title of %.60q is\n%q, and should be\n%q", in, got, want)
		}
	}
}

func TestReadText(t *testing.T) {
	cases := []struct {
		name, in, title, byline string
		paras                   []string
	}{
		{"title and byline", "Why cities need trees\n\nBy Ann Lee\n\nTrees cool the air.\nThey do so.\n\nMore.", "Why cities need trees", "By Ann Lee", []string{"Trees cool the air. They do so.", "More."}},
		{"no title: a sentence", "Trees cool the air.\n\nThey do.", "", "", []string{"Trees cool the air.", "They do."}},
		{"no title: a greeting", "Dear Sir\n\nI write about trees.", "", "", []string{"Dear Sir", "I write about trees."}},
		{"no title: a list follows", "Shopping\n\nMilk\n\nBread", "", "", []string{"Shopping", "Milk", "Bread"}},
		{"no title: it goes on", "Trees, the council says,\n\nare good.", "", "", []string{"Trees, the council says,", "are good."}},
		{"no title: nothing follows", "Why cities need trees", "", "", []string{"Why cities need trees"}},
		{"list items", "They said:\n- one thing\n- another\n  thing\n3. a third", "", "", []string{"They said:", "- one thing", "- another thing", "3. a third"}},
		{"a paragraph a line", strings.Repeat("word ", 30) + "end.\nShort one.\nAnother one.", "", "", []string{strings.Repeat("word ", 30) + "end.", "Short one.", "Another one."}},
		{"rules are no paragraphs", "One.\n\n* * *\n\n-----\n\nTwo.", "", "", []string{"One.", "Two."}},
	}
	for _, c := range cases {
		w := readText(c.in)
		if w.title != c.title || w.byline != c.byline || !slices.Equal(w.paras, c.paras) {
			t.Errorf("%s: %+q", c.name, w)
		}
	}
}

func TestReadMarkdown(t *testing.T) {
	in := "# Night *buses*\n\nBy Mira Holt\n\nSome *text* with a [link](http://x.y/z_(a)) and `code`.\nsnake_case_name and **bold _it_**, ![a picture](p.png) ~~gone~~.\n\n" +
		"- item one\n- [x] item two\n1. third\n\n> quoted here\n> goes on\n\n```go\nfunc main() {}\n```\n\nWhat it costs\n-------------\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n" +
		"Note[^1] &amp; 5 * 3 * 2 \\*as is\\*. <https://example.org/> <b>x</b><!-- hidden\n\ninstruction -->\n\n***\n\n[^1]: the note\n[ref]: http://x\n"
	want := []string{
		"Some text with a link and code. snake_case_name and bold it, gone.", "item one", "item two", "third", "quoted here goes on", "What it costs",
		"a b", "1 2", "Note & 5 * 3 * 2 *as is*. https://example.org/ x",
	}
	w := readMarkdown(in)
	if w.title != "Night buses" || w.byline != "By Mira Holt" || !slices.Equal(w.paras, want) {
		t.Errorf("title %q, byline %q\n%s", w.title, w.byline, strings.Join(w.paras, "\n"))
	}
	w = readMarkdown("---\ntitle: \"Front: matter\"\nauthor: X Y\n---\n\n# Front: matter\n\nText.")
	if w.title != "Front: matter" || w.byline != "X Y" || !slices.Equal(w.paras, []string{"Text."}) {
		t.Errorf("front matter: %+q", w)
	}
	w = readMarkdown("+++\ntitle = 'T'\n+++\nText.\n\n## Part\n\nMore.")
	if w.title != "T" || !slices.Equal(w.paras, []string{"Text.", "Part", "More."}) {
		t.Errorf("front matter: %+q", w)
	}
	w = readMarkdown("Text first.\n\n# Heading\n\nMore.")
	if w.title != "" || len(w.paras) != 3 {
		t.Errorf("a later heading is no title: %+q", w)
	}
}

func TestDecode(t *testing.T) {
	for _, c := range []struct{ name, in, contentType, want string }{
		{"utf-8", "naïve", "", "naïve"},
		{"utf-8 that says otherwise", "naïve", "text/html; charset=iso-8859-1", "naïve"},
		{"header", "na\xefve", "text/html; charset=iso-8859-1", "naïve"},
		{"meta", "<meta charset=windows-1251>\xcf\xf0\xe8\xe2\xe5\xf2, \xec\xe8\xf0", "text/html", "<meta charset=windows-1251>Привет, мир"},
		{"guess", "a perfectly na\xefve word", "", "a perfectly naïve word"},
		{"big endian", "\xfe\xff\x00h\x00i", "", "hi"},
		{"damaged utf-8", strings.Repeat("ï", 30) + "\xff", "", strings.Repeat("ï", 30) + "\ufffd"},
	} {
		if got, ok := decode([]byte(c.in), c.contentType); got != c.want || !ok {
			t.Errorf("%s: %q, %v", c.name, got, ok)
		}
	}
	if got, ok := decode([]byte("\xcf\xf0\xe8\xe2\xe5\xf2 \xec\xe8\xf0"), ""); ok {
		t.Errorf("Cyrillic without a name was read as %q", got)
	}
}

// A text of 5 MB and one endless paragraph, line or word end in a Problem or
// an article, and soon.
func TestHugeText(t *testing.T) {
	const n = 1 << 17
	r := testReader()
	for name, in := range map[string]string{
		"words": strings.Repeat("a word. ", n/8), "lines": strings.Repeat("a\n", n/2), "one word": strings.Repeat("x", n),
		"dots": strings.Repeat(".", n), "brackets": strings.Repeat("[", n), "links": strings.Repeat("[a](b) ", n/7), "stars": strings.Repeat("*a", n/2),
		"backticks": strings.Repeat("`", n), "comments": strings.Repeat("<!--", n/4), "quotes": strings.Repeat(">", n), "underscores": strings.Repeat("_a ", n/3),
	} {
		a, err := r.Pasted(in, "", "")
		if err == nil && (a.Words > maxWords || utf8.RuneCountInString(a.Title) > madeTitle) {
			t.Errorf("%s: %d words, title %q", name, a.Words, a.Title)
		}
		if a, err = r.document([]byte(in), "", name, true); err == nil && a.Words > maxWords {
			t.Errorf("%s as Markdown: %d words", name, a.Words)
		}
	}
	_, err := r.Pasted(strings.Repeat("a word. ", 5<<20/8), "", "")
	wantCode(t, err, "too_large")
}
