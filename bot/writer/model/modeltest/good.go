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
	said    string // what the model said before, not to say it again
}

func newGood(c Call) *goodWriter {
	a := c.Article()
	w := &goodWriter{c: c, t: tongueOf(a), rng: seeded(c, 0)}
	for _, s := range a.Sentences {
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
	if n < 6 && utf8.RuneCountInString(s) < 25 || n > 40 || !unicode.IsLetter(first) || unicode.IsLower(first) || !strings.ContainsRune(".!۔。", last) {
		return false
	}
	if strings.ContainsAny(s, "@*_`#<>[]{}|\\~&=") || strings.Contains(s, "://") || strings.Contains(s, "www.") || hasOrder(s) {
		return false
	}
	begin := words(s)
	return len(begin) > 0 && !has(w.t.openers, begin[0])
}

// summary chooses n sentences from all parts of the article and tells them again, in order.
func (w *goodWriter) summary(n int) []Statement {
	var out []Statement
	parts := max(1, min(n, len(w.fit)))
	for i := range min(n, len(w.fit)) {
		from, to := i*len(w.fit)/parts, (i+1)*len(w.fit)/parts
		if i == 0 && n > 1 {
			to = min(to, 3)
		}
		out = append(out, w.tell(w.fit[from:to], out))
	}
	return out
}

// tell tells one of the sentences, if it can a shorter one that was not told yet.
func (w *goodWriter) tell(from []Numbered, before []Statement) Statement {
	best := from[w.rng.IntN(len(from))]
	for range 8 {
		s := from[w.rng.IntN(len(from))]
		told := strings.Contains(w.said, head(s.Text))
		for _, b := range before {
			told = told || alike(b.Text, s.Text)
		}
		if best = s; !told && !strings.ContainsAny(s.Text, "\"“”„«»") && len(words(s.Text)) <= 30 {
			break
		}
	}
	return Statement{w.retell(best.Text), []int{best.N}}
}

// retell is a sentence as it stands, shortened, or in the article's mouth.
func (w *goodWriter) retell(s string) string {
	body := strings.TrimRight(s, ".!۔。")
	if strings.ContainsAny(s, "\"“”„«»‘") {
		return s
	}
	short := w.shorten(body)
	form := w.rng.IntN(4)
	switch begin := words(s); {
	case w.t.code == "" || form == 0 && !w.opinion:
		return s
	case w.opinion && w.t.author != "":
		return strings.Replace(w.t.author, "%s", w.within(short, begin[0]), 1)
	case form == 1 && short == body && (has(w.t.lower, begin[0]) || w.t.lower == ""):
		return strings.Replace(w.t.reported, "%s", w.within(short, begin[0]), 1)
	case short != body:
		return short + s[len(s)-lastLen(s):]
	}
	return s
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
