package writer

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// flaws counts what speaks against showing a sentence by itself. first: the
// article opens with it. opinion: its author may say "I".
func flaws(s sentence, lang string, first, opinion bool) int {
	n := 0
	for _, flaw := range [...]bool{
		length(s.Words) < 8 || length(s.Words) > 45,
		strings.HasSuffix(s.Text, "?") || strings.HasSuffix(s.Text, "؟") || strings.HasSuffix(s.Text, "？"),
		labelled(s.Text),
		alludes(s, lang),
		first && leans(s, lang), // "It looks as if …": a puzzle to draw the reader in
		!opinion && personal(s.Words[0]),
	} {
		if flaw {
			n++
		}
	}
	return n
}

// personal reports whether w, the first word of a sentence, is somebody
// speaking of themselves or to the reader.
func personal(w string) bool {
	switch w {
	case "i", "i'm", "i've", "i'd", "i'll", "my", "we", "we're", "we've", "we'll", "our", "you", "your", "you're",
		"yo", "nosotros", "mi", "nuestro", "nuestra", "ich", "wir", "mein", "meine", "unser", "unsere",
		"je", "j'ai", "nous", "mon", "ma", "notre", "nos", "ہم", "میرا", "میری", "میرے", "ہمارا", "ہماری", "ہمارے":
		return true
	}
	return false
}

// complete reports whether s begins and ends as a sentence does and closes the
// quotation marks and brackets that it opens.
func complete(s string) bool {
	if !balanced(s) {
		return false
	}
	word, _, _ := strings.Cut(strings.TrimLeft(s, "\"'“‘«„(["), " ")
	first, n := utf8.DecodeRuneInString(word)
	if unspacedRune(first) {
		return true
	}
	// "iPhone" begins a sentence, "was" does not.
	return ended(s) && (!unicode.IsLower(first) || strings.ContainsFunc(word[n:], unicode.IsUpper))
}

// balanced reports whether the quotation marks and brackets of s close what
// they open.
func balanced(s string) bool {
	for _, pair := range [...]string{"“”", "«»", "()", "[]", "「」", "『』"} {
		_, n := utf8.DecodeRuneInString(pair)
		if strings.Count(s, pair[:n]) != strings.Count(s, pair[n:]) {
			return strings.Contains(s, "„") && pair == "“”" && strings.Count(s, "„") == strings.Count(s, "“")
		}
	}
	return strings.Count(s, `"`)%2 == 0 && balancedSingle(strings.ReplaceAll(s, "’", "'"))
}

// balancedSingle does the same for single quotation marks, which look like
// apostrophes: it counts those that stand at the edge of a word.
func balancedSingle(s string) bool {
	s = " " + s + " "
	open, closed := strings.Count(s, "‘"), 0
	for i := 1; i < len(s)-1; i++ {
		if s[i] != '\'' {
			continue
		}
		before, after := s[i-1], s[i+1]
		switch {
		case before == ' ' || before == '(':
			open++
		case strings.IndexByte(".,!?…", before) >= 0 || strings.IndexByte(" .,;:)", after) >= 0:
			closed++
		}
	}
	if open == 0 {
		// The possessive of a plural ends like a quotation: only a full stop before tells.
		return !strings.Contains(s, ".' ") && !strings.Contains(s, ",' ")
	}
	return closed >= open
}

// insideSpeech tells the sentences that are somebody's words and do not say
// whose: all of a quotation, or what follows in one that an earlier sentence
// opened. A quotation that is not closed soon and in its paragraph is no guide.
func insideSpeech(ss []sentence) []bool {
	const longest = 6 // sentences
	out := make([]bool, len(ss))
	for i, s := range ss {
		out[i] = out[i] || onlySpeech(s.Text)
		if opensSpeech(s.Text) <= 0 {
			continue
		}
		for j := i + 1; j < min(i+longest, len(ss)) && ss[j].Para == s.Para; j++ {
			if n := opensSpeech(ss[j].Text); n > 0 {
				break
			} else if n < 0 {
				for k := i + 1; k <= j; k++ {
					out[k] = true
				}
				break
			}
		}
	}
	return out
}

// opensSpeech is 1 when s opens a quotation that it does not close, -1 when it
// closes one that it did not open, else 0.
func opensSpeech(s string) int {
	n := strings.Count(s, "“") - strings.Count(s, "”") + strings.Count(s, "«") - strings.Count(s, "»")
	if low := strings.Count(s, "„"); low > 0 || n == 1 && strings.HasSuffix(s, "“") {
		n = low - strings.Count(s, "“") // German: „…“
	}
	if strings.Count(s, `"`)%2 == 1 {
		n = 1
		if i := strings.LastIndexByte(s, '"'); i > 0 && (s[i-1] != ' ' && s[i-1] != '(') {
			n = -1
		}
	}
	return max(-1, min(1, n))
}

// onlySpeech reports whether all of s stands in one pair of quotation marks.
func onlySpeech(s string) bool {
	first, n := utf8.DecodeRuneInString(s)
	last, m := utf8.DecodeLastRuneInString(strings.TrimRight(s, ". "))
	if !strings.ContainsRune("\"“”'‘„«»", first) || !strings.ContainsRune("\"”“'’»«", last) || n+m >= len(s) {
		return false
	}
	inner := strings.TrimRight(s, ". ")
	inner = inner[n : len(inner)-m]
	switch first {
	case '\'', '‘':
		return !strings.Contains(inner, "' ") && !strings.Contains(inner, "’ ")
	case '"':
		return !strings.Contains(inner, `"`)
	}
	return !strings.ContainsAny(inner, "”»") && !(first == '„' && strings.Contains(inner, "“"))
}

// enumeration reports whether s is rather a list than a sentence: more than
// one comma or semicolon for four words.
func enumeration(s sentence) bool {
	n := strings.Count(s.Text, ", ") + strings.Count(s.Text, ";") + strings.Count(s.Text, "، ")
	return n >= 5 && n*4 > len(s.Words)
}

// repeats reports whether s says nothing but the title.
func repeats(s sentence, title []string, lang string) bool {
	own := terms(s.Words, lang)
	return len(title) > 0 && overlap(own, title) >= 0.8
}

// byline reports whether s names who wrote the article, as "By Jane Doe" does.
func byline(s sentence) bool {
	if len(s.Words) == 0 || len(s.Words) > 10 {
		return false
	}
	switch s.Words[0] {
	case "by", "von", "por", "par":
	default:
		return false
	}
	for f := range strings.FieldsSeq(s.Text) {
		switch f {
		case "and", "for", "in", "of", "at", "the", "und", "für", "aus", "y", "et", "de", "en", "para", "pour":
			continue
		}
		if r, _ := utf8.DecodeRuneInString(f); unicode.IsLower(r) {
			return false
		}
	}
	return true
}

// caption reports whether s describes a picture that the reader does not see.
func caption(s string) bool {
	low := strings.ToLower(s)
	for _, p := range [...]string{
		"pictured", "(left)", "(right)", "(above)", "(below)", "(centre)", "(center)", "file photo", "in this photo",
		"im bild", "bild links", "en la imagen", "en la foto", "sur la photo", "زیر نظر تصویر",
	} {
		if i := strings.Index(low, p); i >= 0 && !letterAt(low, i+len(p)) {
			return true
		}
	}
	return false
}

// labelled reports whether s begins with a label, as captions and asides do
// ("Final embrace: the basin at dusk").
func labelled(s string) bool {
	label, rest, ok := strings.Cut(s, ": ")
	first, _ := utf8.DecodeRuneInString(rest)
	return ok && strings.Count(label, " ") < 3 && !strings.ContainsRune("\"'“‘«„", first)
}
