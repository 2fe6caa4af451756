package writer

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"colloquy/bot"
)

// A falsehood makes a true sentence false; "" when it has nothing to work on.
type falsehood struct {
	kind   string
	never  bool // none may pass
	change func(r *rand.Rand, c *checker, text string) string
}

// inventedNames are put where an article has others.
var inventedNames = []string{"Fernando", "Okonjo", "Brzezinski", "Yamamoto", "Tallinn", "Montevideo", "Haraldsson", "Xiaoming", "Petrakis", "Vellmar", "Ouagadougou", "Siobhan", "Nkemelu", "McAllister", "O'Rourke", "NATO", "UNESCO", "Globex", "eBay", "Zurich"}

// wordAt picks one of the words of text for which ok holds; its bytes.
func wordAt(r *rand.Rand, text string, ok func(t token, i int) bool) (from, to int) {
	var fits []token
	spans, _ := scanQuotes(text, 0)
	toks := tokenize(text)
	for i, t := range toks {
		if !t.sign && !inQuote(spans, t.start) && ok(t, i) {
			fits = append(fits, t)
		}
	}
	if len(fits) == 0 {
		return 0, 0
	}
	t := fits[r.IntN(len(fits))]
	return t.start, t.end
}

// inventedName is a name of the list that the article has not.
func inventedName(r *rand.Rand, c *checker) string {
	for {
		if n := inventedNames[r.IntN(len(inventedNames))]; !c.words[strings.ToLower(n)] {
			return n
		}
	}
}

// inventedNumber is like the given one and not in the article.
func inventedNumber(r *rand.Rand, c *checker, like string) string {
	for {
		n := []byte(like)
		for i := range n {
			if n[i] >= '0' && n[i] <= '9' {
				n[i] = byte('1' + r.IntN(9))
			}
		}
		if !strings.Contains(c.flat, string(n)) && !c.numbers[canonical(string(n))[0]] {
			return string(n)
		}
		like += "7"
	}
}

func falsehoods() []falsehood {
	swap := func(text string, from, to int, with string) string {
		if to == 0 {
			return ""
		}
		return text[:from] + with + text[to:]
	}
	capitalInside := func(t token, i int) bool { return i > 0 && t.cap && len(t.text) > 2 }
	return []falsehood{
		{"name inside", true, func(r *rand.Rand, c *checker, s string) string {
			from, to := wordAt(r, s, capitalInside)
			return swap(s, from, to, inventedName(r, c))
		}},
		{"name at the beginning", true, func(r *rand.Rand, c *checker, s string) string {
			from, to := wordAt(r, s, func(t token, i int) bool { return i == 0 && t.cap })
			return swap(s, from, to, inventedName(r, c))
		}},
		{"name in the possessive", true, func(r *rand.Rand, c *checker, s string) string {
			from, to := wordAt(r, s, capitalInside)
			return swap(s, from, to, inventedName(r, c)+"'s man")
		}},
		{"name with a title", true, func(r *rand.Rand, c *checker, s string) string {
			from, to := wordAt(r, s, capitalInside)
			return swap(s, from, to, "Dr "+inventedName(r, c))
		}},
		{"name in capitals", true, func(r *rand.Rand, c *checker, s string) string {
			from, to := wordAt(r, s, capitalInside)
			return swap(s, from, to, strings.ToUpper(inventedName(r, c)))
		}},
		{"name with a hyphen", true, func(r *rand.Rand, c *checker, s string) string {
			from, to := wordAt(r, s, capitalInside)
			return swap(s, from, to, inventedName(r, c)+"-backed")
		}},
		{"speaker added", true, func(r *rand.Rand, c *checker, s string) string {
			return strings.TrimRight(s, ".!? ") + ", according to " + inventedName(r, c) + " " + inventedName(r, c) + "."
		}},
		{"number in digits", true, func(r *rand.Rand, c *checker, s string) string {
			from, to := wordAt(r, s, func(t token, i int) bool { return hasDigit(t.text) && !strings.ContainsFunc(t.text, unicode.IsLetter) })
			if to == 0 {
				return ""
			}
			return swap(s, from, to, inventedNumber(r, c, s[from:to]))
		}},
		{"number in words", true, func(r *rand.Rand, c *checker, s string) string {
			from, to := wordAt(r, s, func(t token, i int) bool { return c.strict.amounts.values[t.low] > 1 })
			for _, n := range []string{"seventeen", "forty", "nine", "sixty"} {
				if !c.words[n] && !c.numbers[strconv.Itoa(c.strict.amounts.values[n])] {
					return swap(s, from, to, n)
				}
			}
			return ""
		}},
		{"number put in", true, func(r *rand.Rand, c *checker, s string) string {
			return strings.TrimRight(s, ".!? ") + " after " + inventedNumber(r, c, "347") + " days."
		}},
		{"quotation put in", true, func(r *rand.Rand, c *checker, s string) string {
			return strings.TrimRight(s, ".!? ") + ", calling it “a scandal without any precedent here”."
		}},
		{"quotation in other marks", true, func(r *rand.Rand, c *checker, s string) string {
			marks := [][2]string{{"\"", "\""}, {"'", "'"}, {"‘", "’"}, {"«", "»"}, {"„", "“"}, {"「", "」"}}[r.IntN(6)]
			return strings.TrimRight(s, ".!? ") + ", in a move called " + marks[0] + "utterly shameless nonsense" + marks[1] + "."
		}},
		{"word of a quotation", true, func(r *rand.Rand, c *checker, s string) string {
			spans, _ := scanQuotes(s, 0)
			if len(spans) == 0 {
				return ""
			}
			q := spans[r.IntN(len(spans))]
			f := strings.Fields(s[q.start:q.end])
			if len(f) < 3 {
				return ""
			}
			f[r.IntN(len(f)-1)] = "flabbergasted"
			return s[:q.start] + strings.Join(f, " ") + s[q.end:]
		}},
		{"another name of the article", false, func(r *rand.Rand, c *checker, s string) string {
			others := c.doc.sentences[r.IntN(len(c.doc.sentences))].Text
			a, b := wordAt(r, others, capitalInside)
			from, to := wordAt(r, s, capitalInside)
			if b == 0 || strings.Contains(s, others[a:b]) {
				return ""
			}
			return swap(s, from, to, others[a:b])
		}},
		{"denied", false, func(r *rand.Rand, c *checker, s string) string {
			for _, verb := range []string{" is ", " are ", " was ", " were ", " will ", " has ", " have ", " had ", " could ", " would "} {
				if i := strings.Index(s, verb); i > 0 {
					return s[:i+len(verb)] + "not " + s[i+len(verb):]
				}
			}
			return ""
		}},
		{"denial taken away", false, func(r *rand.Rand, c *checker, s string) string {
			for _, not := range []string{" not ", "n't "} {
				if i := strings.Index(s, not); i > 0 {
					return s[:i] + " " + s[i+len(not):]
				}
			}
			return ""
		}},
	}
}

// Sentences of the articles, falsified: none with an invented name, number or
// quotation passes, and of the others a part that is written down here.
func TestFalsifiedSentencesDoNotPass(t *testing.T) {
	oneByOne(t)
	r := rand.New(rand.NewPCG(6, 6))
	type count struct{ made, passed int }
	counts := map[string]*count{}
	note := func(kind string, passed bool) {
		if counts[kind] == nil {
			counts[kind] = &count{}
		}
		counts[kind].made++
		if passed {
			counts[kind].passed++
		}
	}
	for _, name := range []string{"cnndm.jsonl", "bbc.jsonl"} {
		items := evalSet(t, name)
		if name == "bbc.jsonl" {
			items = items[:60] // more add nothing but time
		}
		for k, it := range items {
			c := modelChecker(read(it.article()))
			sentences := sentencesOf(c.doc)
			for range 3 {
				i := r.IntN(len(sentences))
				s := bot.Statement{Text: sentences[i], Evidence: []int{i}}
				if c.statement(s, nil, sentences).failed() {
					continue
				}
				for _, lie := range falsehoods() {
					text := lie.change(r, c, s.Text)
					if text == "" || text == s.Text {
						continue
					}
					f := c.statement(bot.Statement{Text: text, Evidence: s.Evidence}, nil, sentences)
					note(lie.kind, !f.failed())
					if lie.never && !f.failed() {
						t.Errorf("%s: %s passed: %q, made of %q", it.ID, lie.kind, text, s.Text)
					}
				}
				for _, wrong := range []int{(i + 1) % len(sentences), (i + len(sentences)/2) % len(sentences)} {
					if wrong != i {
						note("wrong evidence", !c.statement(bot.Statement{Text: s.Text, Evidence: []int{wrong}}, nil, sentences).failed())
					}
				}
				other := modelChecker(read(items[(k+9)%len(items)].article()))
				note("another article", !other.statement(bot.Statement{Text: s.Text, Evidence: []int{0}}, nil, sentencesOf(other.doc)).failed())
			}
		}
	}
	for kind, n := range counts {
		t.Logf("%s: %d of %d passed (%.1f %%)", kind, n.passed, n.made, 100*float64(n.passed)/float64(n.made))
		limit := map[string]float64{"denied": 0.12, "denial taken away": 0.3, "wrong evidence": 0.02, "another name of the article": 0.6}[kind]
		if n.made < 10 || float64(n.passed) > limit*float64(n.made) {
			t.Errorf("%s: %d of %d passed", kind, n.passed, n.made)
		}
	}
}

// The same where no capital tells a name: a word that no article has is put in
// the place of another.
func TestFalsifiedUrduSentencesDoNotPass(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 7))
	invented := []string{"گورباچوف", "ہیلسنکی", "یاماموتو", "فرنینڈو", "زیلینسکی", "ٹمبکٹو"}
	made := 0
	for _, it := range evalSet(t, "urdu.jsonl")[:30] {
		c := modelChecker(read(it.article()))
		sentences := sentencesOf(c.doc)
		for range min(3, len(sentences)) {
			i := r.IntN(len(sentences))
			words := strings.Fields(sentences[i])
			if len(words) < 6 || c.statement(bot.Statement{Text: sentences[i], Evidence: []int{i}}, nil, sentences).failed() {
				continue
			}
			made++
			words[r.IntN(len(words)-1)] = invented[r.IntN(len(invented))]
			if text := strings.Join(words, " "); !c.statement(bot.Statement{Text: text, Evidence: []int{i}}, nil, sentences).failed() {
				t.Errorf("%s: an invented name passed: %q", it.ID, text)
			}
		}
	}
	if made < 40 {
		t.Errorf("only %d sentences were falsified", made)
	}
}
