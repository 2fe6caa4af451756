package writer

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/sentences"
)

// A sentence is a piece of an article that can be chosen or quoted.
type sentence struct {
	Text    string   // of the article, white space collapsed to single spaces
	Para    int      // paragraph, from 0
	Pos     int      // position in the paragraph, from 0
	Words   []string // as wordsOf gives them
	Heading bool     // a heading, list item, caption or scrap: not worth quoting by itself
}

// segment splits text into sentences: by Unicode sentence boundaries (UAX 29),
// after which pieces that an abbreviation, an initial or a quotation cut apart
// are joined again. Lines of a list are paragraphs of their own.
func segment(text, lang string) []sentence {
	var out []sentence
	para := 0
	for _, block := range paragraphs(text) {
		pieces := pieces(block, lang)
		if len(pieces) == 0 {
			continue
		}
		list := listItem(block)
		for pos, p := range pieces {
			s := sentence{Text: p, Para: para, Pos: pos, Words: wordsOf(p)}
			s.Heading = list || len(s.Words) == 0 || scrap(s, len(pieces))
			out = append(out, s)
		}
		para++
	}
	return out
}

// maxSigns is how many characters without a letter or digit among them may
// follow one another inside a paragraph. Splitting by UAX 29 looks ahead over
// such a run at every one of its characters, so a long one must not reach it.
const maxSigns = 40

// paragraphs returns the blocks of text between blank lines, white space
// collapsed. A line that begins with a bullet begins a block, and a long run of
// signs ("-----") ends one and belongs to none.
func paragraphs(text string) []string {
	var out []string
	var b strings.Builder
	flush := func() {
		if b.Len() > 0 {
			out = append(out, b.String())
		}
		b.Reset()
	}
	signs := 0
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		if len(fields) == 0 || bullet(fields[0]) {
			flush()
		}
		for _, f := range fields {
			var longest int
			if longest, signs = signRun(f, signs); longest > maxSigns {
				flush()
				signs = 0
				continue
			}
			if b.Len() > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(f)
		}
	}
	flush()
	return out
}

// signRun returns the longest run of characters of s that are neither letters
// nor digits, and the run at its end. before is the run in front of s.
func signRun(s string, before int) (longest, after int) {
	run := before
	for _, r := range s {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	return longest, run
}

// pieces splits one paragraph into sentences.
func pieces(block, lang string) []string {
	var out []string
	for at := fused(block); at > 0; at = fused(block) {
		out = append(out, pieces(block[:at], lang)...)
		block = block[at:]
	}
	start := 0
	it := sentences.FromString(block)
	for it.Next() {
		end := it.End()
		if rest := block[end:]; strings.HasPrefix(rest, "» ") || rest == "»" {
			end += len("»") // French sets its marks off by spaces
		}
		if end < len(block) && joined(block[start:end], block[end:], lang) || end <= start {
			continue
		}
		// A sign after the last full stop marks the end of the article.
		if s := strings.TrimRight(strings.TrimSpace(block[start:end]), " *†■●◆▪"); s != "" {
			out = append(out, s)
		}
		start = end
	}
	if lang == "th" || lang == "lo" {
		out = phrases(out)
	}
	return out
}

// fused returns where in block a sentence ends and another begins without a
// space between, which pages lose where lines met: "on Wednesday.The port".
func fused(block string) int {
	for i := 2; i+2 < len(block); i++ {
		if block[i] != '.' {
			continue
		}
		last, n := utf8.DecodeLastRuneInString(block[:i])
		before, _ := utf8.DecodeLastRuneInString(block[:i-n])
		first, m := utf8.DecodeRuneInString(block[i+1:])
		after, _ := utf8.DecodeRuneInString(block[i+1+m:])
		if unicode.IsLower(last) && unicode.IsLower(before) && unicode.IsUpper(first) && (unicode.IsLower(after) || after == ' ') {
			return i + 1
		}
	}
	return -1
}

// joined reports whether the boundary that UAX 29 finds between two pieces is
// none: after an abbreviation, inside a quotation, before a lower-case word.
func joined(before, after, lang string) bool {
	before = strings.TrimRight(before, " ")
	next, _ := utf8.DecodeRuneInString(strings.TrimLeft(after, "\"'“”‘’«»„([ "))
	core := strings.TrimRight(before, "\"'”’»“)]")
	switch {
	case unicode.IsLower(next):
		return true // "Really?" he asked.
	case strings.HasSuffix(before, "」") || strings.HasSuffix(before, "』"):
		return next == 'と' // 「…。」と言った
	case !strings.HasSuffix(core, ".") || len(core) < len(before):
		return false
	}
	return abbreviated(core[:len(core)-1], after, lang)
}

// phrases cuts what is written without sentence marks at spaces, which in Thai
// and Lao divide clauses, into pieces of at least 100 characters.
func phrases(in []string) []string {
	var out []string
	for _, s := range in {
		start, n := 0, 0
		for i, r := range s {
			if n++; r == ' ' && n > 100 {
				out = append(out, s[start:i])
				start, n = i+1, 0
			}
		}
		if start < len(s) {
			out = append(out, s[start:])
		}
	}
	return out
}

// bullet reports whether a line's first field marks an item of a list.
func bullet(f string) bool {
	switch f {
	case "•", "-", "*", "–", "—", "·", "‣", "▪", "▸", "►", "●", "○", "◦", "■", "□", "+":
		return true
	}
	return strings.HasPrefix(f, "•")
}

// listItem reports whether a block begins with a bullet or a number: "1.", "a)".
func listItem(block string) bool {
	f, rest, _ := strings.Cut(block, " ")
	if bullet(f) {
		return rest != ""
	}
	n := strings.TrimRight(f, ".)")
	if n == f || n == "" || len(n) > 2 {
		return false
	}
	return n[0] >= '0' && n[0] <= '9' || len(n) == 1 && strings.HasSuffix(f, ")")
}

// scrap reports whether a sentence, one of n in its paragraph, is a heading or
// a caption rather than a sentence: it is short, alone, and ends in no mark.
func scrap(s sentence, n int) bool {
	if n > 1 || ended(s.Text) {
		return false
	}
	return !unspaced(s.Words[0]) && len(s.Words) <= 15
}

// ended reports whether s ends as sentences end, quotation marks set aside.
func ended(s string) bool {
	s = strings.TrimRight(s, "\"'”’»“)]」』 *")
	r, _ := utf8.DecodeLastRuneInString(s)
	return strings.ContainsRune(".!?…。！？۔؟।॥።։", r)
}
