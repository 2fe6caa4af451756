package writer

import (
	"hash/fnv"
	"math"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/words"

	"colloquy/bot"
)

// How alike two articles must be to tell the same story, by [likeness] and
// [story.copied]. Measured on the pairs of some three hundred articles: reports
// that were written from one text reach these values, while the next day's
// report, which repeats names and background, does not.
const (
	sameWords   = 0.70 // likeness that is enough by itself
	mostlyWords = 0.60 // likeness that is enough where something is copied
	copiedRuns  = 0.08 // of the shorter text, where the likeness is less:
	copiedWords = 0.35 // it must be this, and
	copiedLead  = 0.45 // this of title and beginning, as texts end in the same words about a firm
)

const (
	storyWords = 1200 // how much of a text is compared
	storyLead  = 100  // words that say what it is about
	runLength  = 3    // terms in a row that are seldom found by chance
	leastTerms = 12   // below which a text tells too little to be compared
)

// SameStory reports whether two articles tell the same story: the same text, a
// shortened or rearranged one, or a rewrite of the same report. Two reports that
// were written independently mostly do not count, nor does a later report with
// news in it. Articles in different languages are never the same.
func SameStory(a, b bot.Article) bool {
	x, y := newStory(a), newStory(b)
	if x.lang != y.lang || x.size < leastTerms || y.size < leastTerms {
		return false
	}
	all := likeness(x.terms, y.terms)
	if all < copiedWords || all >= sameWords {
		return all >= sameWords
	}
	return x.copied(y) >= copiedRuns && (all >= mostlyWords || likeness(x.lead, y.lead) >= copiedLead)
}

// SameStory is the function of that name.
func (w *Extractive) SameStory(a, b bot.Article) bool { return SameStory(a, b) }

// A story is what an article is compared by.
type story struct {
	lang  string
	size  int                // terms in the text
	terms map[string]float64 // weights of title and text
	lead  map[string]float64 // of title and beginning
	runs  map[uint64]bool    // of terms in a row
}

func newStory(a bot.Article) story {
	text := strings.ToValidUTF8(a.Text[:min(len(a.Text), maxRead/4)], "")
	s := story{lang: DetectLanguage(text), terms: map[string]float64{}, lead: map[string]float64{}, runs: map[uint64]bool{}}
	if s.lang == "" {
		s.lang, _, _ = strings.Cut(strings.ToLower(a.Language), "-")
	}
	var title []string
	if !a.TitleMade {
		title = wordsOf(a.Title)
	}
	list, named := storyWordsOf(text)
	for _, t := range terms(title, s.lang) {
		s.terms[t] += 2
		s.lead[t] += 2
	}
	for _, t := range terms(list[:min(len(list), storyLead)], s.lang) {
		s.lead[t]++
	}
	all := terms(list, s.lang)
	s.size = len(all)
	for i, t := range all {
		s.terms[t]++
		if i+runLength <= len(all) {
			s.runs[runOf(all[i:i+runLength])] = true
		}
	}
	weigh(s.terms, named)
	weigh(s.lead, named)
	return s
}

// weigh makes weights of counts: the tenth mention says less than the first,
// and names and numbers say more than other words.
func weigh(counts map[string]float64, named map[string]bool) {
	for t, n := range counts {
		counts[t] = 1 + math.Log(n)
		if named[t] {
			counts[t] *= 2
		}
	}
}

// storyWordsOf returns the words of a text as [wordsOf] does, the first
// storyWords of them, and the stems of those that are names, by a capital
// within a sentence, or numbers.
func storyWordsOf(text string) (list []string, named map[string]bool) {
	named = map[string]bool{}
	begins := true
	for it := words.FromString(text); it.Next() && len(list) < storyWords; {
		w := it.Value()
		if !isWord(w) {
			begins = begins || strings.ContainsAny(w, ".!?؟۔\n:“\"")
			continue
		}
		low := strings.ReplaceAll(strings.ToLower(w), "’", "'")
		r, _ := utf8.DecodeRuneInString(w)
		if unicode.IsUpper(r) && !begins || hasDigit(w) && len(w) > 1 {
			named[stem(low)] = true
		}
		begins = false
		list = append(list, low)
	}
	return list, named
}

func runOf(terms []string) uint64 {
	h := fnv.New64a()
	for _, t := range terms {
		_, _ = h.Write([]byte(t))
		_, _ = h.Write([]byte{' '})
	}
	return h.Sum64()
}

// likeness is the cosine of two weighted sets of terms, from 0 to 1.
func likeness(a, b map[string]float64) float64 {
	var dot, x, y float64
	for t, w := range a {
		dot += w * b[t]
		x += w * w
	}
	for _, w := range b {
		y += w * w
	}
	if x == 0 || y == 0 {
		return 0
	}
	return dot / math.Sqrt(x*y)
}

// copied is which part of the runs of the shorter text the other one has.
func (s story) copied(o story) float64 {
	a, b := s.runs, o.runs
	if len(a) > len(b) {
		a, b = b, a
	}
	n := 0
	for r := range a {
		if b[r] {
			n++
		}
	}
	return float64(n) / float64(max(1, len(a)))
}
