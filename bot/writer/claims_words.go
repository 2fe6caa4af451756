package writer

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"colloquy/prompts"
)

// A lexicon is the words of one language from prompts/, ready to look up.
type lexicon struct {
	lang  string
	words prompts.Language
	lists map[string]phraseSet
	cues  phraseSet         // every cue
	kinds map[string]string // of each cue
	ranks map[string]int    // of each kind: the more telling first
	open  string            // quotation marks
	close string

	digits   map[string]string
	generals []string
}

// newLexicon reads the words of a language; nil when prompts/ has none.
func newLexicon(lang string) *lexicon {
	w, ok := prompts.Load(lang)
	if !ok {
		return nil
	}
	l := &lexicon{lang: lang, words: w, lists: map[string]phraseSet{}, kinds: map[string]string{}, ranks: map[string]int{}, open: "“", close: "”"}
	l.cues = phraseSet{single: map[string]bool{}, multi: map[string][][]string{}}
	w.Cues(func(kind, p string) {
		if _, ok := l.ranks[kind]; !ok {
			l.ranks[kind] = len(l.ranks)
		}
		if _, dup := l.kinds[p]; !dup {
			l.kinds[p] = kind
			l.cues.add(p)
		}
	})
	if q := w.Words("quotes"); len(q) == 1 {
		l.open, l.close, _ = strings.Cut(q[0], " ")
	}
	return l
}

// list returns the phrases of the list called name, empty if there is none.
func (l *lexicon) list(name string) phraseSet {
	p, ok := l.lists[name]
	if !ok {
		p = newPhraseSet(l.words.Words(name))
		l.lists[name] = p
	}
	return p
}

// A phraseSet is a set of words and of runs of words, all lower-case.
type phraseSet struct {
	single map[string]bool
	multi  map[string][][]string // by first word: the words after it
}

func newPhraseSet(list []string) phraseSet {
	p := phraseSet{single: make(map[string]bool, len(list)), multi: map[string][][]string{}}
	for _, s := range list {
		p.add(s)
	}
	return p
}

func (p phraseSet) add(s string) {
	f := strings.Fields(strings.ReplaceAll(s, "'", "' "))
	f = rejoin(f)
	switch len(f) {
	case 0:
	case 1:
		p.single[f[0]] = true
	default:
		p.multi[f[0]] = append(p.multi[f[0]], f[1:])
	}
}

// has reports whether the one word w is in the set.
func (p phraseSet) has(w string) bool { return p.single[w] }

// at returns how many tokens the longest phrase has that begins at toks[i]; 0 if none.
func (p phraseSet) at(toks []token, i int) int {
	if i < 0 || i >= len(toks) {
		return 0
	}
	best := 0
	if p.single[toks[i].low] {
		best = 1
	}
next:
	for _, rest := range p.multi[toks[i].low] {
		if len(rest) < best || i+len(rest) >= len(toks) {
			continue
		}
		for k, w := range rest {
			if toks[i+1+k].low != w {
				continue next
			}
		}
		best = len(rest) + 1
	}
	return best
}

// in reports whether any phrase occurs in toks.
func (p phraseSet) in(toks []token) bool { return p.count(toks) > 0 }

// found returns the first phrase that occurs in toks, as it stands there; "" if
// none does.
func (p phraseSet) found(toks []token) string {
	for i := range toks {
		if n := p.at(toks, i); n > 0 {
			return joinTokens(toks[i : i+n])
		}
	}
	return ""
}

// count returns how many tokens begin a phrase.
func (p phraseSet) count(toks []token) int {
	n := 0
	for i := range toks {
		if p.at(toks, i) > 0 {
			n++
		}
	}
	return n
}

// A token is a word or a sign of a sentence.
type token struct {
	text, low  string // low: lower-cased, straight apostrophes
	start, end int    // bytes in the sentence
	sign       bool   // no letter or digit in it
	cap        bool   // begins with a capital
}

// tokenize splits s into words and signs. Apostrophes, hyphens, and the points
// and commas of numbers and abbreviations belong to their word; an elided
// article ("l'", "qu'") is a word of its own.
func tokenize(s string) []token {
	out := make([]token, 0, len(s)/5+2)
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if unicode.IsSpace(r) {
			i += n
			continue
		}
		if !wordRune(r) && r != '%' {
			out = append(out, token{text: s[i : i+n], low: s[i : i+n], start: i, end: i + n, sign: true})
			i += n
			continue
		}
		end := wordEnd(s, i)
		if end == i {
			end = i + n
		}
		text := s[i:end]
		low := strings.ToLower(text)
		if strings.Contains(low, "’") {
			low = strings.ReplaceAll(low, "’", "'")
		}
		if text == "US" || text == "IT" {
			low = text // no pronouns
		}
		out = append(out, token{text: text, low: low, start: i, end: end, cap: unicode.IsUpper(r)})
		i = end
	}
	return out
}

// wordEnd returns the end of the word that begins at byte i of s.
func wordEnd(s string, i int) int {
	start := i
	var prev rune
	for i < len(s) {
		r, n := utf8.DecodeRuneInString(s[i:])
		if !wordRune(r) {
			next, _ := utf8.DecodeRuneInString(s[i+n:])
			inner := wordRune(next) && wordRune(prev)
			switch r {
			case '\'', '’':
				if !inner {
					return i
				}
				if elided(s[start:i]) {
					return i + n
				}
			case '-', '‑', '\u200c':
				if !inner {
					return i
				}
			case '.', ',', '٫', '٬', ':':
				number := unicode.IsDigit(prev) && unicode.IsDigit(next)
				initials := r == '.' && inner && unicode.IsUpper(prev) && unicode.IsUpper(next)
				if !number && !initials {
					return i
				}
			default:
				return i
			}
		}
		prev = r
		i += n
	}
	return i
}

// rejoin puts what was split behind an apostrophe together again, but for elided articles.
func rejoin(f []string) []string {
	out := f[:0]
	for i := 0; i < len(f); i++ {
		w := f[i]
		for strings.HasSuffix(w, "'") && !elided(strings.TrimSuffix(w, "'")) && i+1 < len(f) {
			i++
			w += f[i]
		}
		out = append(out, w)
	}
	return out
}

func elided(s string) bool {
	switch strings.ToLower(s) {
	case "l", "d", "n", "s", "c", "j", "m", "t", "qu", "jusqu", "lorsqu", "puisqu", "quoiqu":
		return true
	}
	return false
}

func wordRune(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)
}

// countWords returns how many words toks has.
func countWords(toks []token) int {
	n := 0
	for _, t := range toks {
		if !t.sign {
			n++
		}
	}
	return n
}

// emptyLexicon is for languages without a file: every list is empty.
func emptyLexicon(lang string) *lexicon {
	return &lexicon{lang: lang, lists: map[string]phraseSet{}, kinds: map[string]string{}, ranks: map[string]int{}, open: "“", close: "”",
		cues: newPhraseSet(nil)}
}

// numbers maps number words to digits.
func (l *lexicon) numbers() map[string]string {
	if l.digits == nil {
		l.digits = map[string]string{}
		for _, line := range l.words.Words("numbers") {
			if word, n, ok := strings.Cut(line, " "); ok {
				l.digits[word] = n
			}
		}
	}
	return l.digits
}

// asked reports whether there are questions for claims of a kind.
func (l *lexicon) asked(kind string) bool {
	for _, a := range l.words.Asks() {
		if a.Kind == kind {
			return true
		}
	}
	return false
}

// general returns the last sentences of the general-purpose templates.
func (l *lexicon) general() []string {
	if l.generals == nil {
		l.generals = []string{}
		for _, a := range l.words.Asks() {
			if !a.General {
				continue
			}
			longest := ""
			for part := range strings.SplitSeq(strings.ReplaceAll(a.Text, "}", "{"), "{") {
				if part = strings.TrimSpace(part); len(part) > len(longest) {
					longest = part
				}
			}
			for _, end := range []string{". ", "۔ "} {
				if i := strings.LastIndex(longest, end); i >= 0 {
					longest = longest[i+len(end):]
				}
			}
			l.generals = append(l.generals, longest)
		}
	}
	return l.generals
}

// commas is how many commas a question of two parts may have: more than one
// make a list, but German divides every subordinate clause by one.
func (l *lexicon) commas() int {
	if l.lang == "de" {
		return 3
	}
	return 1
}
