package writer

import (
	"strconv"
	"strings"

	"colloquy/prompts"
)

// A pattern is a phrase of prompts/ that may stand for more than its words: "N"
// is a number of three or more, "A" an age under 18, also with letters behind
// it ("A-year-old"), ".." up to three words or none, and a word with a * at its
// end every word that begins so.
type pattern struct {
	text  string // as it stands in the list
	parts []string
}

// gapWords is the most words that ".." stands for.
const gapWords = 3

// minorAge is the age from which a person is none of the minors of "A".
const minorAge = 18

// A patternSet finds patterns in tokens.
type patternSet struct {
	first  map[string][]pattern // by the first word
	number []pattern            // those that begin with a number or an age
	prefix []pattern            // those that begin with the beginning of a word
	count  map[string]int       // what number words stand for
	units  phraseSet            // behind a number: it counts no people
}

// A topicBook holds the lists of one language by which topics are found.
type topicBook struct {
	*lexicon          // those of LoadSensitive
	general  *lexicon // those of Load
	count    map[string]int
	units    phraseSet
}

// newTopicBook reads the lists of a language; ok is false when there are none.
func newTopicBook(general *lexicon) (b *topicBook, ok bool) {
	if general == nil {
		return nil, false
	}
	words, ok := prompts.LoadSensitive(general.lang)
	if !ok {
		return nil, false
	}
	own := &lexicon{lang: general.lang, words: words, lists: map[string]phraseSet{}}
	b = &topicBook{lexicon: own, general: general, count: map[string]int{}, units: own.list("units")}
	for _, l := range []*lexicon{general, own} {
		for word, digits := range l.numbers() {
			if n, err := strconv.Atoi(digits); err == nil {
				b.count[word] = n
			}
		}
	}
	return b, true
}

// patterns returns the list called name as patterns.
func (b *topicBook) patterns(name string) patternSet {
	s := patternSet{first: map[string][]pattern{}, count: b.count, units: b.units}
	for _, p := range b.words.Words(name) {
		s.add(p)
	}
	return s
}

func (s *patternSet) add(p string) {
	parts := rejoin(strings.Fields(strings.ReplaceAll(p, "'", "' ")))
	if len(parts) == 0 {
		return
	}
	one := pattern{text: p, parts: parts}
	switch w := parts[0]; {
	case strings.ContainsAny(w, "NA"):
		s.number = append(s.number, one)
	case strings.HasSuffix(w, "*"):
		s.prefix = append(s.prefix, one)
	default:
		s.first[w] = append(s.first[w], one)
	}
}

// shownPattern is a pattern as people are shown it, with "…" for what it leaves open.
func shownPattern(p string) string {
	p = strings.NewReplacer("N", "…", "A", "…", "*", "…", "..", "…").Replace(p)
	return strings.ReplaceAll(p, "… …", "…")
}

// at returns how many tokens the longest pattern has that begins at toks[i], 0
// if none does, and its text.
func (s patternSet) at(toks []token, i int) (n int, text string) {
	try := func(list []pattern) {
		for _, p := range list {
			if k := s.match(p.parts, toks, i); k > n {
				n, text = k, p.text
			}
		}
	}
	low := toks[i].low
	try(s.first[low])
	try(s.prefix)
	if s.count[low] > 0 || hasDigit(low) || strings.Contains(low, "-") {
		try(s.number)
	}
	return n, text
}

// match returns how many tokens from toks[i] on the parts take; 0 if they do not fit.
func (s patternSet) match(parts []string, toks []token, i int) int {
	at := i
	for k, part := range parts {
		if part == ".." {
			for gap := 0; gap <= gapWords && at+gap < len(toks); gap++ {
				if n := s.match(parts[k+1:], toks, at+gap); n > 0 {
					return at + gap + n - i
				}
				if toks[at+gap].sign {
					break
				}
			}
			return 0
		}
		if at >= len(toks) || !s.fits(part, toks, at) {
			return 0
		}
		at++
	}
	return at - i
}

// fits reports whether the token stands for one part of a pattern.
func (s patternSet) fits(part string, toks []token, i int) bool {
	low := toks[i].low
	if part == low {
		return true
	}
	if part == "N" {
		n, ok := s.value(low)
		return ok && n >= 3 && !(n >= 1000 && n <= 2100 && len(low) == 4) && !(i+1 < len(toks) && s.units.has(toks[i+1].low))
	}
	if rest, ok := strings.CutPrefix(part, "A"); ok {
		low, ok = strings.CutSuffix(low, rest)
		n, isNumber := s.value(low)
		return ok && isNumber && n < minorAge
	}
	begin, ok := strings.CutSuffix(part, "*")
	return ok && strings.HasPrefix(low, begin)
}

// value reads a whole number in digits of any script, or a word for one.
func (s patternSet) value(low string) (int, bool) {
	if n, ok := s.count[low]; ok {
		return n, true
	}
	if n, err := strconv.Atoi(low); err == nil {
		return n, n >= 0
	}
	if !hasDigit(low) || strings.ContainsFunc(low, func(r rune) bool { return !isDigit(r) && r != ',' && r != '.' && r != '٬' }) {
		return 0, false
	}
	n, err := strconv.Atoi(canonical(low)[0])
	return n, err == nil
}
