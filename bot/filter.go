package bot

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// A Filter says which articles a schedule takes. The zero value takes all.
type Filter struct {
	MaxAge   time.Duration // since the article was published; 0 is any
	MinWords int           // of its text
	Only     []string      // one of these must be in it; none means no such rule
	Skip     []string      // none of these may be in it
}

// Refuses says why f does not take a at the time now: a [Problem] with the code
// too_old, too_short, skipped or not_chosen; nil if it takes it. The words are
// looked for in title, text and categories, as [ParseWords] says. An article
// without a date is not too old.
func (f Filter) Refuses(a Article, now time.Time) error {
	if err := f.TooOld(a.Published, now); err != nil {
		return err
	}
	if a.Words < f.MinWords {
		return Problemf("too_short", "it has %d words, and this schedule takes nothing under %d", a.Words, f.MinWords)
	}
	if len(f.Only) == 0 && len(f.Skip) == 0 {
		return nil
	}
	words := wordsToSearch(append([]string{a.Title, a.Text}, a.Categories...))
	if w, found := words.anyOf(f.Skip); found {
		return Problemf("skipped", "it has %q in it, which this schedule skips", w)
	}
	if _, found := words.anyOf(f.Only); len(f.Only) > 0 && !found {
		return Problemf("not_chosen", "it has nothing in it of what this schedule wants: %s", shortList(f.Only))
	}
	return nil
}

// TooOld is the part of [Filter.Refuses] that needs no more than a date, such
// as that of an [Item] before its page is fetched.
func (f Filter) TooOld(published, now time.Time) error {
	age := now.Sub(published)
	if f.MaxAge <= 0 || published.IsZero() || age <= f.MaxAge {
		return nil
	}
	for _, unit := range []time.Duration{oneDay, time.Hour, time.Minute, time.Second} {
		if t := age.Truncate(unit); t > f.MaxAge {
			age = t
			break
		}
	}
	return Problemf("too_old", "it is %s old, and this schedule takes nothing older than %s", inDays(age), inDays(f.MaxAge))
}

// inDays writes whole days in words, anything else as [FormatDuration] does.
func inDays(d time.Duration) string {
	switch {
	case d == oneDay:
		return "1 day"
	case d%oneDay == 0:
		return fmt.Sprintf("%d days", d/oneDay)
	}
	return FormatDuration(d)
}

// shortList shows the first of a list of words.
func shortList(list []string) string {
	const shown = 5
	if len(list) > shown {
		return strings.Join(list[:shown], ", ") + fmt.Sprintf(" and %d more", len(list)-shown)
	}
	return strings.Join(list, ", ")
}

// Bounds of the words of a [Filter].
const (
	maxFilterWords = 100
	maxFilterWord  = 60 // characters
)

// ParseWords reads a list of words and phrases divided by commas, in Unicode's
// normal form C as articles are: at most 100 of at most 60 characters. An empty
// list is no error. A phrase is found where its words stand side by side, whole,
// in upper or lower case; punctuation does not count. With a * at its end its
// last word is the beginning of one: "elect*", "climate chang*".
func ParseWords(s string) ([]string, error) {
	var list []string
	for part := range strings.FieldsFuncSeq(s, func(r rune) bool { return r == ',' || r == '،' || r == '，' || r == '、' }) {
		if part = strings.Join(strings.Fields(part), " "); part == "" {
			continue
		}
		bare := strings.TrimSuffix(part, "*")
		switch {
		case utf8.RuneCountInString(part) > maxFilterWord:
			return nil, Problemf("bad_words", "%q is too long to look for: a word or phrase has at most %d characters", firstWord(part), maxFilterWord)
		case strings.ContainsFunc(part, unseen):
			return nil, Problemf("bad_words", "%q has a character in it that nobody sees: type it again", part)
		case strings.Contains(bare, "*"):
			return nil, Problemf("bad_words", "%q cannot be looked for: a * stands at the end only, for any ending", part)
		case len(foldedWords(bare)) == 0:
			return nil, Problemf("bad_words", "%q cannot be looked for: it has no letter and no digit", part)
		}
		list = append(list, part)
	}
	if len(list) > maxFilterWords {
		return nil, Problemf("bad_words", "%d words are too many to look for: give at most %d, or use beginnings such as elect*", len(list), maxFilterWords)
	}
	return list, nil
}

// unseen is what has no place in a word somebody typed; the joiners have one in
// some scripts.
func unseen(r rune) bool {
	return r == utf8.RuneError || unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co) && r != '\u200c' && r != '\u200d'
}

// searched are the words of texts, as [foldedWords] gives them, with "" between
// texts and paragraphs.
type searched []string

func wordsToSearch(texts []string) searched {
	var out searched
	for _, t := range texts {
		for line := range strings.SplitSeq(t, "\n") {
			out = append(append(out, foldedWords(line)...), "")
		}
	}
	return out
}

// anyOf returns the first of the phrases that occurs.
func (s searched) anyOf(phrases []string) (string, bool) {
	for _, p := range phrases {
		bare, begins := strings.CutSuffix(p, "*")
		if want := foldedWords(bare); len(want) > 0 && s.has(want, begins) {
			return p, true
		}
	}
	return "", false
}

// has reports whether want occurs; its last word may be the beginning of one.
func (s searched) has(want []string, begins bool) bool {
	last := len(want) - 1
next:
	for i := range len(s) - last {
		for k, w := range want {
			if s[i+k] != w && !(begins && k == last && strings.HasPrefix(s[i+k], w)) {
				continue next
			}
		}
		return true
	}
	return false
}

// foldedWords splits s into runs of letters, marks and digits and makes upper
// and lower case alike. Where words are not divided by spaces every letter is
// one, so that what is looked for is found inside. Vowel signs and stretching
// of the Arabic script, which writers set as they like, are left out.
func foldedWords(s string) []string {
	var out []string
	var word strings.Builder
	alone := false // word is a letter that is a word
	flush := func() {
		if alone = false; word.Len() > 0 {
			out = append(out, word.String())
			word.Reset()
		}
	}
	for _, r := range s {
		switch {
		case r == '\u200c' || r == '\u200d' || r == '\u0640' || r >= '\u064b' && r <= '\u0652' || r == '\u0670':
		case unicode.IsMark(r):
			if word.Len() > 0 {
				word.WriteRune(r)
			}
		case !unicode.IsLetter(r) && !unicode.IsNumber(r):
			flush()
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar):
			flush()
			word.WriteRune(r)
			alone = true
		default:
			if alone {
				flush()
			}
			if r == 'ß' || r == 'ẞ' {
				word.WriteByte('s')
				r = 's'
			}
			word.WriteRune(folded(r))
		}
	}
	flush()
	return out
}

// folded is the same for letters that differ in case alone: the least of them,
// in lower case if it is ASCII.
func folded(r rune) rune {
	least := r
	if r >= utf8.RuneSelf {
		for n := unicode.SimpleFold(r); n != r; n = unicode.SimpleFold(n) {
			least = min(least, n)
		}
	}
	if least >= 'A' && least <= 'Z' {
		least += 'a' - 'A'
	}
	return least
}
