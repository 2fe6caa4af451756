package writer

import (
	"strings"
	"unicode"
)

// minorWords is where a child's name must stand for the article to be about the
// child: people's families are named further down.
const minorWords = 150

// minor looks for the name of somebody under 18 in title or beginning, where
// they speak of crime, court, illness or accident. A name stands beside an age
// ("Ann Lee, 12", "12-year-old Ann Lee"), beside a word for a child, or begins
// the sentence that follows one with an age.
func (s *sensitive) minor() (string, bool) {
	f := newMinorFinder(s.book)
	title := s.title
	if capitals(title) {
		title = nil // every word looks like a name
	}
	m := countMentions(title, nil, s.toks, f.named)
	for i, toks := range s.toks[:min(len(s.toks), 3)] {
		if f.unnamed(toks) && i+1 < len(s.toks) && f.beginsWithName(s.toks[i+1]) {
			m.title++
		}
	}
	if m.title+m.within(minorWords) == 0 {
		return "", false
	}
	grave, _ := s.count("case", "fiction")
	harm := countMentions(s.title, nil, s.toks, s.book.general.list("harm").count)
	cases := 2*grave.title + grave.within(minorWords) + 2*harm.title + harm.within(minorWords)
	for i, n := range m.sentences {
		if n > 0 && m.words[i] < minorWords { // in one sentence with the name, one is enough
			cases += grave.sentences[i] + harm.sentences[i]
		}
	}
	return f.phrase, cases >= 2
}

// A minorFinder finds names of minors in sentences.
type minorFinder struct {
	book     *topicBook
	age      patternSet // "A-year-old"
	child    phraseSet  // words for a child, which are no names
	noPerson phraseSet  // words with a capital that no person's name begins with
	stop     phraseSet  // words that a name does not go on behind
	phrase   string     // the first that was found
}

func newMinorFinder(b *topicBook) *minorFinder {
	return &minorFinder{book: b, age: b.patterns("age"), child: b.list("child"), noPerson: b.list("noperson"), stop: b.general.list("nameend")}
}

// named counts the names of minors in a sentence.
func (f *minorFinder) named(toks []token) int {
	n := 0
	for i := range toks {
		k, text := f.age.at(toks, i)
		switch {
		case k > 0 && (f.nameBehind(toks, i+k) || f.nameBefore(toks, i)):
		case f.child.at(toks, i) > 0 && f.nameBehind(toks, i+f.child.at(toks, i)) && f.young(toks[i].low):
			text = toks[i].low
		case f.bareAge(toks, i) && f.nameBefore(toks, i):
			text = "name, age"
		default:
			continue
		}
		if n++; f.phrase == "" {
			f.phrase = text
		}
	}
	return n
}

// young reports whether a word for a child needs no age beside it: "schoolgirl"
// does not, "son" does.
func (f *minorFinder) young(w string) bool { return f.book.list("young").has(w) }

// unnamed reports whether the sentence gives an age under 18.
func (f *minorFinder) unnamed(toks []token) bool {
	for i := range toks {
		if k, text := f.age.at(toks, i); k > 0 {
			if f.phrase == "" {
				f.phrase = text
			}
			return true
		}
	}
	return false
}

// bareAge reports whether toks[i] is an age between commas or in parentheses.
func (f *minorFinder) bareAge(toks []token, i int) bool {
	if i == 0 || i+1 >= len(toks) {
		return false
	}
	n, ok := f.age.value(toks[i].low)
	before, after := toks[i-1].low, toks[i+1].low
	return ok && n >= 1 && n < minorAge && (before == "," && (after == "," || after == "." || after == "and" || after == "–" || after == "-") || before == "(" && (after == ")" || after == ","))
}

// nameBehind reports whether a name follows, words for a child aside.
func (f *minorFinder) nameBehind(toks []token, i int) bool {
	for ; i < len(toks); i++ {
		t := toks[i]
		k := f.child.at(toks, i)
		switch {
		case k > 0:
			i += k - 1
		case f.nameAt(toks, i):
			next := i + 1
			for next < len(toks) && toks[next].cap {
				next++
			}
			return f.child.at(toks, next) == 0 || !upper(t) // "British girl"
		case t.sign && t.low != "," && t.low != "(", f.stop.has(t.low), !t.cap && !t.sign && upperScript(f.book.lang):
			return false
		}
	}
	return false
}

// nameBefore reports whether a name stands before, with a sign or an article
// between at most.
func (f *minorFinder) nameBefore(toks []token, i int) bool {
	determiner := f.book.general.list("determiner")
	for k := 0; k < 3; k++ {
		if i--; i < 0 {
			return false
		}
		if t := toks[i]; !(t.low == "," || t.low == "(" || determiner.has(t.low)) {
			return f.nameAt(toks, i) && upper(t)
		}
	}
	return false
}

// nameAt reports whether toks[i] may be part of a person's name.
func (f *minorFinder) nameAt(toks []token, i int) bool {
	t := toks[i]
	if t.sign || hasDigit(t.low) || f.book.general.list("nonames").has(t.low) || f.noPerson.has(t.low) || f.child.has(t.low) {
		return false
	}
	return t.cap && (len(t.text) == 1 || t.text != strings.ToUpper(t.text)) || !upperScript(f.book.lang)
}

// beginsWithName reports whether the sentence begins with a name of two words.
func (f *minorFinder) beginsWithName(toks []token) bool {
	n := 0
	for n < len(toks) && toks[n].cap && f.nameAt(toks, n) && !f.book.general.list("office").has(toks[n].low) && !f.book.general.list("collective").has(toks[n].low) {
		n++
	}
	return n == 2 || n == 3
}

// capitals reports whether a headline writes its longer words with capitals.
func capitals(toks []token) bool {
	for _, t := range toks {
		if !t.sign && !t.cap && len(t.text) >= 4 && !hasDigit(t.text) {
			return false
		}
	}
	return true
}

// upper reports whether t is in a script that has capitals.
func upper(t token) bool {
	for _, r := range t.text {
		return unicode.IsUpper(r)
	}
	return false
}

// upperScript reports whether the language of prompts/ has capitals.
func upperScript(lang string) bool { return lang != "ur" }
