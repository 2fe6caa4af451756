package modeltest

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Statement and Question are what an answer of the schema "digest" is made of.
type (
	Statement struct {
		Text      string `json:"text"`
		Sentences []int  `json:"sentences"` // numbers, from 1
	}
	Question struct {
		Text      string `json:"text"`
		Move      string `json:"move"`
		Sentences []int  `json:"sentences"`
	}
	// A RecapStatement is one of the schema "recap".
	RecapStatement struct {
		Text    string `json:"text"`
		Replies []int  `json:"replies"`
	}
	// An Output is an answer of any of the schemas; one has only its own members.
	Output struct {
		Summary    []Statement
		Questions  []Question
		Notes      []Statement
		Statements []RecapStatement
	}
)

// JSON is the answer for a schema: all its members, also empty ones, and no others.
func (o Output) JSON(schema string) string {
	switch schema {
	case "notes":
		return string(marshal(obj{"notes": full(o.Notes)}))
	case "recap":
		return string(marshal(obj{"statements": full(o.Statements)}))
	}
	return string(marshal(obj{"summary": full(o.Summary), "questions": full(o.Questions)}))
}

func full[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// Good answers as a model does that keeps to what it is told: sentences in the
// article's own words with right evidence, and sound questions about it. Asked
// for a repair, it gives as many others as failed. The same request always has the
// same answer, whatever its nonce.
func Good() func(Call) Reply {
	return func(c Call) Reply { return Reply{Text: goodOutput(c).JSON(c.SchemaName)} }
}

func goodOutput(c Call) Output {
	w := newGood(c)
	sentences, questions := c.Wanted()
	switch c.SchemaName {
	case "recap":
		return Output{Statements: w.recap(c.Discussion(), sentences)}
	case "notes":
		return Output{Notes: w.summary(sentences)}
	}
	return Output{Summary: w.summary(sentences), Questions: w.questions(questions)}
}

// A goodWriter writes one answer about one article.
type goodWriter struct {
	c       Call
	t       tongue
	rng     *rand.Rand
	fit     []Numbered // sentences that can be told again, in order
	opinion bool
	grave   bool
	others  map[string]string
	words   int    // of the article
	said    string // what the model said before, not to say it again
}

func newGood(c Call) *goodWriter {
	a := c.Article()
	w := &goodWriter{c: c, t: tongueOf(a), rng: seeded(c, 0)}
	pairs := strings.Fields(w.t.others)
	w.others = make(map[string]string, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		w.others[pairs[i]] = pairs[i+1]
	}
	for _, s := range a.Sentences {
		w.words += len(strings.Fields(s.Text))
		if w.tellable(s.Text) {
			w.fit = append(w.fit, s)
		}
	}
	for _, t := range c.Turns {
		if t.Assistant {
			w.said += t.Text
		}
	}
	w.opinion = strings.Contains(c.outside(), "kind: opinion\n")
	w.grave = strings.Contains(c.outside(), "grave: yes\n")
	return w
}

// seeded gives random numbers that hang on what is asked, and not on the nonce.
func seeded(c Call, seed uint64) *rand.Rand {
	h := fnv.New64a()
	for _, s := range c.Article().Sentences {
		_, _ = h.Write([]byte(s.Text))
	}
	for _, r := range c.Replies() {
		_, _ = h.Write([]byte(r.Text))
	}
	_, _ = fmt.Fprint(h, c.SchemaName, len(c.Turns))
	return rand.New(rand.NewPCG(seed, h.Sum64()))
}

// tellable reports whether a sentence stands by itself and is plain text.
func (w *goodWriter) tellable(s string) bool {
	first, _ := utf8.DecodeRuneInString(s)
	last, _ := utf8.DecodeLastRuneInString(s)
	n := len(words(s))
	if n < 6 && (n > 1 || utf8.RuneCountInString(s) < 25) || n > 40 || !unicode.IsLetter(first) || unicode.IsLower(first) || !strings.ContainsRune(".!۔。", last) {
		return false
	}
	if strings.ContainsAny(s, "@*_`#<>[]{}|\\~&=") || strings.Contains(s, "://") || strings.Contains(s, "www.") || hasOrder(s) {
		return false
	}
	begin := words(s)
	return len(begin) > 0 && !has(w.t.openers, begin[0]) && !has(w.t.person, begin[0])
}

// summary tells n sentences from all parts of the article again, in order and in
// other words; where that cannot be done, and for one article of six, they are
// quoted as they stand, short ones.
func (w *goodWriter) summary(n int) []Statement {
	var own []Statement
	for _, s := range w.fit {
		if text, ok := w.retell(s.Text); ok && !w.wasSaid(s.Text) {
			own = append(own, Statement{text, []int{s.N}})
		}
	}
	if len(own) >= n && w.rng.IntN(6) > 0 || len(own) > 0 && w.said != "" {
		return w.spread(own, n)
	}
	if quoted := w.quoted(n); len(quoted) >= min(n, 2) || len(own) == 0 {
		return quoted
	}
	return w.spread(own, n)
}

// quoted is up to n sentences as they stand, in all at most a quarter of the article, but one.
func (w *goodWriter) quoted(n int) []Statement {
	var short []Statement
	for _, most := range []int{w.words / 4 / max(1, n), 40} {
		for _, s := range w.fit {
			if len(strings.Fields(s.Text)) <= min(30, most) && !w.wasSaid(s.Text) {
				short = append(short, Statement{s.Text, []int{s.N}})
			}
		}
		if len(short) > 0 {
			break
		}
		n = min(n, 1)
	}
	return w.spread(short, n)
}

// spread takes n of the statements, one from each part of the list.
func (w *goodWriter) spread(all []Statement, n int) []Statement {
	var out []Statement
	parts := min(n, len(all))
	for i := range parts {
		from, to := i*len(all)/parts, (i+1)*len(all)/parts
		if i == 0 && n > 1 {
			to = min(to, 3)
		}
		for _, k := range w.rng.Perm(to - from) {
			if s := all[from+k]; !told(out, s.Text) {
				out = append(out, s)
				break
			}
		}
	}
	return out
}

func told(before []Statement, text string) bool {
	for _, b := range before {
		if alike(b.Text, text) || alike(text, b.Text) {
			return true
		}
	}
	return false
}

// wasSaid reports whether the model told the sentence already, before a repair.
func (w *goodWriter) wasSaid(s string) bool { return strings.Contains(w.said, head(s)) }

// mostCopied is how many words in a row it takes from a sentence that it tells
// in other words.
const mostCopied = 8

// retell is a sentence shortened and in other words, and in an opinion piece in
// its author's mouth. ok is false where too much of it stays as it was.
func (w *goodWriter) retell(s string) (text string, ok bool) {
	body := strings.TrimRight(s, ".!۔。 ")
	if strings.ContainsAny(s, "\"“”„«»‘()") || strings.Contains(s, " '") {
		return "", false
	}
	old := strings.Fields(w.shorten(body))
	var out []string
	run, most := 0, 0
	for i := 0; i < len(old); i++ {
		first := i == 0
		other, found := w.others[strings.ToLower(old[i])]
		if i+1 < len(old) {
			if both, ok := w.others[strings.ToLower(old[i]+"_"+old[i+1])]; ok && !first {
				other, found, i = both, true, i+1
			}
		}
		if !found || first {
			out = append(out, old[i])
			run++
			most = max(most, run)
			continue
		}
		run = 0
		if other != "-" {
			out = append(out, strings.ReplaceAll(other, "_", " "))
		}
	}
	if most > mostCopied || len(out) > 28 || len(out) < 6 || has(w.t.ends, out[len(out)-1]) {
		return "", false
	}
	text = strings.Join(out, " ")
	switch {
	case w.opinion && w.t.author != "":
		return strings.Replace(w.t.author, "%s", w.within(text, out[0]), 1), true
	case w.t.reported != "" && w.rng.IntN(3) == 0 && len(out) > 10 && (has(w.t.lower, out[0]) || w.t.lower == ""):
		return strings.Replace(w.t.reported, "%s", w.within(text, out[0]), 1), true
	}
	return text + s[len(s)-lastLen(s):], text != body
}

func lastLen(s string) int {
	_, n := utf8.DecodeLastRuneInString(s)
	return n
}

// within is a sentence as it stands within another.
func (w *goodWriter) within(s, first string) string {
	if !has(w.t.lower, first) {
		return s
	}
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToLower(r)) + s[n:]
}

// shorten leaves out what a sentence adds after its main clause.
func (w *goodWriter) shorten(body string) string {
	for _, cut := range w.t.cuts {
		if i := strings.Index(body, cut); i > 0 && len(words(body[:i])) >= 7 {
			body = body[:i]
		}
	}
	return body
}

// head is the beginning of a sentence, by which it is known again.
func head(s string) string {
	f := strings.Fields(s)
	return strings.Join(f[min(1, len(f)):min(5, len(f))], " ")
}

// alike reports whether two texts have half of their longer words in common.
func alike(a, b string) bool {
	long := map[string]bool{}
	for _, w := range words(a) {
		if utf8.RuneCountInString(w) > 3 {
			long[strings.ToLower(w)] = true
		}
	}
	both, all := 0, 0
	for _, w := range words(b) {
		if utf8.RuneCountInString(w) > 3 {
			if all++; long[strings.ToLower(w)] {
				both++
			}
		}
	}
	return both*2 > all
}
