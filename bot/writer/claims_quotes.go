package writer

import (
	"unicode"
	"unicode/utf8"
)

// A quoteSpan is what lies between quotation marks in one sentence. A quotation
// may run over several sentences of a paragraph.
type quoteSpan struct {
	start, end   int // bytes in the sentence, without the marks
	open, closed bool
}

// maxClaimSentences bounds what is read of a huge text.
const maxClaimSentences = 400

// maxQuotation is after how many sentences a quotation that is never closed is
// taken for a stray mark.
const maxQuotation = 5

// quoteSpans finds the quotations of each sentence. An opening mark without
// its partner ends with its paragraph.
func quoteSpans(sents []sentence) [][]quoteSpan {
	out := make([][]quoteSpan, len(sents))
	var in rune // the mark that closes what is open; 0 outside
	since := 0  // the sentence in which it was opened
	for k, s := range sents {
		if k > 0 && s.Para != sents[k-1].Para || k-since > maxQuotation {
			in = 0
		}
		out[k], in = scanQuotes(s.Text, in)
		if n := len(out[k]); n > 0 && out[k][n-1].open || in == 0 {
			since = k
		}
	}
	return out
}

func scanQuotes(text string, in rune) ([]quoteSpan, rune) {
	var spans []quoteSpan
	cur := quoteSpan{}
	prev := ' '
	for i, n := 0, 0; i < len(text); i += n {
		var r rune
		r, n = utf8.DecodeRuneInString(text[i:])
		next, _ := utf8.DecodeRuneInString(text[i+n:])
		switch {
		case in != 0 && closes(r, in, prev, next):
			cur.end, cur.closed = i, true
			spans = append(spans, cur)
			cur, in = quoteSpan{}, 0
		case in == 0 || closeFor(r) == in:
			if c := opens(r, prev, next); c != 0 {
				if in != 0 && i > cur.start { // opened again, as each paragraph of a long quotation is
					cur.end = i
					spans = append(spans, cur)
				}
				in = c
				cur = quoteSpan{start: i + n, open: true}
			}
		}
		prev = r
	}
	if in != 0 && cur.start < len(text) {
		cur.end = len(text)
		spans = append(spans, cur)
	}
	return spans, in
}

// closeFor returns the mark that closes what r opens; 0 if r opens nothing.
func closeFor(r rune) rune {
	switch r {
	case '“':
		return '”'
	case '„':
		return '“'
	case '«':
		return '»'
	case '»':
		return '«'
	case '‘':
		return '’'
	case '‚':
		return '‘'
	case '"', '\'':
		return r
	case '”':
		return '“'
	}
	return 0
}

func opens(r, prev, next rune) rune {
	c := closeFor(r)
	if c == 0 {
		return 0
	}
	if r == '\'' && unicode.IsDigit(next) {
		return 0 // the '90s
	}
	free := !unicode.IsLetter(prev) && !unicode.IsDigit(prev)
	if r == '«' {
		return c
	}
	if !free || !unicode.IsLetter(next) && !unicode.IsDigit(next) && next != '¿' && next != '¡' && next != '[' {
		return 0
	}
	return c
}

func closes(r, in, prev, next rune) bool {
	if r != in && !(in == '“' && r == '”') {
		return false
	}
	if r == '\'' || r == '’' {
		return !unicode.IsLetter(next) && !unicode.IsDigit(next) && !unicode.IsSpace(prev)
	}
	if r == '"' {
		return !unicode.IsSpace(prev) || !unicode.IsLetter(next)
	}
	return true
}

// inQuote reports whether byte i lies in one of the spans.
func inQuote(spans []quoteSpan, i int) bool {
	for _, q := range spans {
		if i >= q.start && i < q.end {
			return true
		}
	}
	return false
}
