package source

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	madeTitle = 84  // characters of a title made from a text; about one line
	maxTitle  = 300 // characters of any title; longer ones are cut
)

// titleFrom makes a title from the first clause of a text: the first sentence
// if it is short, else what comes before the last fitting clause boundary, else
// whole words. It ends in "…" where the sentence goes on.
func titleFrom(text string) string {
	first, _, _ := strings.Cut(text, "\n")
	sentence := firstSentence(first)
	if utf8.RuneCountInString(sentence) <= madeTitle {
		if rest := strings.TrimRight(sentence, " .。۔।"); rest != "" && !strings.HasSuffix(sentence, "...") {
			return rest
		}
		return sentence
	}
	room := string([]rune(sentence)[:madeTitle+1])
	cut := -1
	for _, at := range clauseEnd.FindAllStringIndex(room, -1) {
		if utf8.RuneCountInString(room[:at[0]]) >= madeTitle/3 {
			cut = at[0]
		}
	}
	if cut < 0 {
		cut = strings.LastIndexFunc(room, unicode.IsSpace)
		if at := looseEnd.FindStringIndex(room[:max(cut, 0)]); at != nil {
			cut = at[0]
		}
	}
	if cut < len(room)/3 { // a script without spaces, or one endless word
		cut = len(string([]rune(room)[:madeTitle-1]))
	}
	return strings.TrimRight(room[:cut], " ,;:،؛、，-–—(") + "…"
}

// clauseEnd matches where a clause ends: at a mark, or before a word that
// begins another one.
var clauseEnd = regexp.MustCompile(`[;:،؛、，]|, | [–—-] | (and|but|because|which|who|while|although|so that|after|before|when|if|` +
	`und|aber|weil|dass|während|et|mais|parce que|car|qui|y|pero|porque|que|e|mas|ma|perché|اور|لیکن|کیونکہ|کہ) `)

// looseEnd matches words that lean on the one after them.
var looseEnd = regexp.MustCompile(`(?i)( (a|an|the|of|in|on|at|to|for|by|with|as|from|than|its|his|her|their|der|die|das|ein|eine|von|mit|zu|de|la|le|les|el|los|un|une|una|du|des))+$`)

// firstSentence gives the first sentence of a paragraph.
func firstSentence(s string) string {
	for i, r := range s {
		if !strings.ContainsRune(".!?…。！？۔؟।", r) {
			continue
		}
		end := i + utf8.RuneLen(r)
		rest := strings.TrimLeft(s[end:], "\"'”’»)]")
		if strings.ContainsRune("。！？", r) {
			return s[:len(s)-len(rest)]
		}
		next, size := utf8.DecodeRuneInString(strings.TrimLeft(rest, " "))
		if size > 0 && (!strings.HasPrefix(rest, " ") || unicode.IsLower(next) || r == '.' && abbreviation(s[:i])) {
			continue
		}
		return s[:len(s)-len(rest)]
	}
	return s
}

// abbreviation reports whether the word that s ends in is likely an
// abbreviation or an initial, so that a full stop after it ends no sentence.
func abbreviation(s string) bool {
	w := s[strings.LastIndexAny(s, " (\"“")+1:]
	if strings.Contains(w, ".") || utf8.RuneCountInString(w) == 1 {
		return true
	}
	switch strings.ToLower(w) {
	case "mr", "mrs", "ms", "dr", "prof", "gen", "col", "lt", "sgt", "capt", "gov", "sen", "rep", "rev", "st", "jr", "sr", "no", "vs",
		"jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec", "inc", "corp", "ltd", "co",
		"hr", "fr", "nr", "sra", "dra", "mme", "ing":
		return true
	}
	return false
}

// splitTitle takes the title off a text whose first paragraph is one: a short
// line of its own that begins like a title and does not end like a sentence.
func splitTitle(paras []string) (title string, rest []string) {
	if len(paras) < 2 {
		return "", paras
	}
	first := paras[0]
	n := countWords(first, 20)
	start, _ := utf8.DecodeRuneInString(strings.TrimLeft(first, "\"'“‘«"))
	last, _ := utf8.DecodeLastRuneInString(first)
	switch {
	case n < 2 && utf8.RuneCountInString(first) < 4, n > 18, utf8.RuneCountInString(first) > 120,
		endsSentence(first), strings.ContainsRune(",;:،؛—–-", last), !unicode.IsLetter(start) && !unicode.IsDigit(start), unicode.IsLower(start),
		greeting.MatchString(first), aDate.MatchString(first) && n < 6, byline.MatchString(first), bullet.MatchString(first):
		return "", paras
	}
	for _, p := range paras[1:] { // a poem or a list has no running text, and its first line is no title
		if countWords(p, 30) >= 12 || endsSentence(p) {
			return first, paras[1:]
		}
	}
	return "", paras
}

var (
	greeting = regexp.MustCompile(`(?i)^(dear|hi|hello|hey|good (morning|evening)|liebe[rs]?|sehr geehrte|hallo|chère?|bonjour|estimad[oa]s?|querid[oa]s?|hola)\b`)
	bullet   = regexp.MustCompile(`^([-*•·–—]|\d{1,3}[.)]|\(?[a-z][.)])\s+`)
)
