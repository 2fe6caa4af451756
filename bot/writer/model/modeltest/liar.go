package modeltest

import (
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"unicode"
)

// A Liar answers like [Good] and falsifies a share of what it says. The same seed
// and the same request, whatever its nonce, always give the same answer.
type Liar struct {
	seed  uint64
	share float64
	kinds []string

	mu   sync.Mutex // guards all below
	lies []Lie
	said int
}

// NewLiar makes one that falsifies share (0 to 1) of all statements and questions,
// in repairs too. Given kinds, of [LieKinds], it tells lies of these only.
//
//	liar := modeltest.NewLiar(1, 0.5)
//	s.Behave(liar.Reply)
func NewLiar(seed uint64, share float64, kinds ...string) *Liar {
	if len(kinds) == 0 {
		kinds = LieKinds()
	}
	return &Liar{seed: seed, share: share, kinds: kinds}
}

// Lies are what it said so far that is false, in the order of the answers.
func (l *Liar) Lies() []Lie {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.lies)
}

// Said is how many statements and questions it said so far, true or false.
func (l *Liar) Said() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.said
}

// Reply is the behaviour.
func (l *Liar) Reply(c Call) Reply {
	o := goodOutput(c)
	f := newForger(c, l.seed)
	said := 0
	tell := func(where string, text *string, numbers *[]int) {
		said++
		if f.rng.Float64() >= l.share {
			return
		}
		for range 40 { // not every kind of lie can be told of every sentence
			kind := l.kinds[f.rng.IntN(len(l.kinds))]
			if f.lie(kind, where, text, numbers) {
				return
			}
		}
	}
	for i := range o.Summary {
		tell("summary", &o.Summary[i].Text, &o.Summary[i].Sentences)
	}
	for i := range o.Questions {
		tell("question", &o.Questions[i].Text, &o.Questions[i].Sentences)
	}
	for i := range o.Notes {
		tell("note", &o.Notes[i].Text, &o.Notes[i].Sentences)
	}
	for i := range o.Statements {
		tell("recap", &o.Statements[i].Text, &o.Statements[i].Replies)
	}
	l.mu.Lock()
	l.said += said
	l.lies = append(l.lies, f.lies...)
	l.mu.Unlock()
	return Reply{Text: o.JSON(c.SchemaName)}
}

// A forger makes the lies of one answer.
type forger struct {
	rng   *rand.Rand
	t     tongue
	p     phrases
	a     Article
	low   string // all that the data says, lower-cased
	words []string
	n     int // of the article's sentences, or the replies: the last number
	lies  []Lie
}

func newForger(c Call, seed uint64) *forger {
	a := c.Article()
	d := c.Discussion()
	if len(a.Sentences) == 0 {
		a.Sentences = texts(d)
	}
	f := &forger{a: a, rng: seeded(c, seed), t: tongueOf(a)}
	all := []string{a.Title, a.Byline, a.Publisher, d.Title}
	for _, q := range d.Questions {
		all = append(all, q.Text)
	}
	for _, s := range a.Sentences {
		all = append(all, s.Text)
		f.n = max(f.n, s.N)
		for _, w := range words(s.Text) {
			if strings.ContainsFunc(w, unicode.IsLetter) {
				f.words = append(f.words, w)
			}
		}
	}
	f.low = strings.ToLower(strings.Join(all, " "))
	f.p = phrasesOf(f.t.code)
	return f
}

// fresh returns the first of what make gives that the data does not hold.
func (f *forger) fresh(make func() string) (string, bool) {
	for range 20 {
		if s := make(); s != "" && !strings.Contains(f.low, strings.ToLower(s)) {
			return s, true
		}
	}
	return "", false
}

// note writes a lie down.
func (f *forger) note(kind, where, text, token string, numbers []int) bool {
	f.lies = append(f.lies, Lie{Kind: kind, Text: text, Token: token, Where: where, Sentences: numbers})
	return true
}
