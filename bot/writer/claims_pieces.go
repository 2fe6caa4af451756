package writer

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// A piece is a run of a sentence's tokens that may be a complete clause.
type piece struct {
	sent  int
	toks  []token
	voice string
	who   speaker
	cut   bool // something of the sentence was left away behind it
	whole bool // it ends where the sentence or its quotation ends
	after []token
}

func isDigit(r rune) bool { return unicode.IsDigit(r) }

// pieces returns what sentence i offers: its quotations if their speaker is
// known, what somebody is reported to have said, or the sentence itself and
// shorter beginnings of it.
func (f *finder) pieces(i int) []piece {
	toks := f.toks[i]
	if len(f.spans[i]) > 0 && !f.partial(i) {
		u := f.said[i]
		if u.who.name == "" {
			return nil
		}
		var out []piece
		for _, q := range f.spans[i] {
			if u.broken && q.open {
				continue
			}
			for _, part := range f.quotedSentences(i, q) {
				out = append(out, f.cuts(piece{sent: i, toks: part, voice: "speaker", who: u.who, whole: true})...)
			}
		}
		return out
	}
	toks = trimSigns(afterDateline(toks))
	if len(toks) == 0 {
		return nil
	}
	base := piece{sent: i, toks: toks, voice: "article", whole: true}
	if f.doc.opinion {
		base.voice = "author"
	}
	if u := f.said[i]; u.verb > 0 {
		// Somebody's words in the article's: the sentence names who, or the
		// speaker is known and what was said can be quoted without.
		whole := base
		whole.voice = "reported"
		if f.doc.opinion {
			whole.voice = "authorreported"
		}
		var out []piece
		for k, p := range f.cuts(whole) { // who says it must remain
			if k == 0 || p.toks[len(p.toks)-1].start > f.toks[i][u.verb].start {
				out = append(out, p)
			}
		}
		base.toks, base.voice, base.who = trimSigns(u.words), "indirect", u.who
		if u.who.name == "" || len(base.toks) == 0 {
			return out
		}
		return append(out, f.cuts(base)...)
	}
	out := f.cuts(base)
	for _, p := range f.brought(base) {
		out = append(out, f.cuts(p)...)
	}
	return out
}

// afterDateline cuts off where an agency says it writes from: "Oslo (AB) -- ".
func afterDateline(toks []token) []token {
	for k := 1; k+2 < len(toks) && k < 12; k++ {
		if toks[k].text == ")" && toks[k+1].sign && strings.ContainsAny(toks[k+1].text, "-–—") {
			return toks[k+2:]
		}
	}
	return toks
}

// partial reports whether the quotations of sentence i are only some of its
// words each: what it says is then the article's.
func (f *finder) partial(i int) bool {
	inner := f.lex.words.Words("innerquotes")
	for _, q := range f.spans[i] {
		if !q.open || !q.closed || len(inner) == 0 {
			return false
		}
		first := true
		n := 0
		for _, t := range f.toks[i] {
			if t.sign || t.start < q.start || t.end > q.end {
				continue
			}
			if first && t.cap {
				return false
			}
			first = false
			n++
		}
		if n == 0 || n > 12 {
			return false
		}
	}
	return true
}

// inner returns text with quotation marks as they stand inside a quotation.
func (f *finder) inner(text string) string {
	marks := f.lex.words.Words("innerquotes")
	spans, rest := scanQuotes(text, 0)
	if len(spans) == 0 || rest != 0 || len(marks) == 0 {
		return text
	}
	open, close, _ := strings.Cut(marks[0], " ")
	var b strings.Builder
	at := 0
	for _, q := range spans {
		_, n := utf8.DecodeLastRuneInString(text[:q.start])
		_, m := utf8.DecodeRuneInString(text[q.end:])
		b.WriteString(text[at:q.start-n] + open + text[q.start:q.end] + close)
		at = q.end + m
	}
	return b.String() + text[at:]
}

// quotedSentences returns the sentences of a quotation that are whole.
func (f *finder) quotedSentences(i int, q quoteSpan) [][]token {
	var out [][]token
	var cur []token
	text := f.sents[i].Text
	flush := func(ended bool) {
		cur = trimSigns(cur)
		if ended && len(cur) > 0 && f.startsSentence(cur[0]) {
			out = append(out, cur)
		}
		cur = nil
	}
	for _, t := range f.toks[i] {
		if t.start < q.start || t.end > q.end {
			continue
		}
		cur = append(cur, t)
		if !t.sign || !strings.ContainsAny(t.text, ".!?…") {
			continue
		}
		next, _ := utf8.DecodeRuneInString(text[t.end:])
		loose := len(cur) > 1 && cur[len(cur)-2].end < t.start // " ." of a broken line
		switch {
		case t.text != "." || loose || len(cur) > 1 && cur[len(cur)-2].sign:
			cur = nil // a question or an exclamation states nothing, "..." stops short
		case t.end >= len(text) || unicode.IsSpace(next) || t.end >= q.end:
			flush(true)
		}
	}
	flush(q.closed)
	return out
}

// startsSentence reports whether t can begin a sentence: where the script has
// capitals, only with one.
func (f *finder) startsSentence(t token) bool {
	r, _ := utf8.DecodeRuneInString(t.text)
	return t.cap || unicode.IsDigit(r) || !unicode.IsLower(r)
}

// trimSigns cuts signs off both ends.
func trimSigns(toks []token) []token {
	for len(toks) > 0 && toks[0].sign {
		toks = toks[1:]
	}
	for len(toks) > 0 && toks[len(toks)-1].sign {
		toks = toks[:len(toks)-1]
	}
	return toks
}

// cuts returns p without its opening connective, and what remains of it when
// an addition at its end is left away.
func (f *finder) cuts(p piece) []piece {
	if n := f.lex.list("connective").at(p.toks, 0); n > 0 && n < len(p.toks)-1 {
		rest := trimSigns(p.toks[n:])
		if p.toks[n].sign || n == 1 && f.lex.list("joint").has(p.toks[0].low) {
			p.toks = rest
		}
	}
	if n := f.lex.list("ownview").at(p.toks, 0); n > 0 && p.voice == "author" && len(trimSigns(p.toks[n:])) > 0 {
		p.toks = trimSigns(p.toks[n:])
	}
	out := []piece{p}
	cut := f.lex.list("cut")
	for k := 4; k+1 < len(p.toks); k++ {
		t := p.toks[k]
		var end int
		switch {
		case t.sign && isComma(t.text) && cut.at(p.toks, k+1) > 0 && !f.inserted(p.toks, k):
			end = k
		case t.sign && f.lex.list("and").has(p.toks[k+1].low), t.sign && k+2 < len(p.toks) && f.lex.list("and").has(p.toks[k+2].low):
			continue // "to name - and shame - them"
		case t.sign && (t.text == ";" || t.text == "–" || t.text == "—" || t.text == ":"), f.dash(p, k):
			end = k
		case f.lex.list("cutbare").at(p.toks, k) > 0 && !f.lex.list("cutneeds").has(p.toks[k-1].low) && !f.lex.list("negation").in(p.toks[:k]):
			end = k
		case k > 5 && f.lex.list("cutdoing").has(t.low) && strings.HasSuffix(p.toks[k+1].low, "ing"):
			end = k
		case f.lex.list("cutverb").has(t.low) && (f.lex.list("endfinite").has(p.toks[k-1].low) || isComma(p.toks[k-1].text) && f.lex.list("endfinite").has(p.toks[k-2].low)):
			end = k // where sentences end with their verb, a clause ends behind one
		default:
			continue
		}
		short := p
		short.toks, short.cut, short.whole, short.after = trimSigns(p.toks[:end]), true, false, p.toks[end:]
		if len(short.toks) > 0 {
			out = append(out, short)
		}
	}
	return out
}

// inserted reports whether the comma k begins a clause that is inserted, and
// behind which the verb follows of what stands before: "the country, which has
// reserves, had plans".
func (f *finder) inserted(toks []token, k int) bool {
	if !f.lex.list("relative").has(toks[k+1].low) {
		return false
	}
	for j := k + 2; j+1 < len(toks); j++ {
		if toks[j].sign && isComma(toks[j].text) {
			return f.lex.list("finite").has(toks[j+1].low)
		}
	}
	return false
}

// dash reports whether token k is a hyphen that stands for a dash.
func (f *finder) dash(p piece, k int) bool {
	t := p.toks[k]
	return t.sign && t.text == "-" && (p.toks[k+1].text == "-" || t.start > p.toks[k-1].end && p.toks[k+1].start > t.end)
}

// brought returns the clauses that p brings with phrases like "which means that".
func (f *finder) brought(p piece) []piece {
	var out []piece
	bring := f.lex.list("bring")
	for k := 1; k < len(p.toks); k++ {
		if n := bring.at(p.toks, k); n > 0 && k+n+4 < len(p.toks) {
			part := p
			part.toks, part.cut = trimSigns(p.toks[k+n:]), true
			if len(part.toks) > 0 {
				out = append(out, part)
			}
		}
	}
	return append(out, f.joined(p)...)
}

// joined returns the clause behind an "and" whose subject stands right behind
// it and is followed by a verb of recommendation: "… the world is changing and
// countries must …". What stands before the "and" must hold a finite verb, so
// that it is a clause that ends there, and not one that explains a noun.
func (f *finder) joined(p piece) []piece {
	finite, modal := f.lex.list("finite"), f.lex.list("modal")
	for k := 3; k+4 < len(p.toks); k++ {
		if !f.lex.list("and").has(p.toks[k].low) {
			continue
		}
		m := 0
		for j := k + 2; j <= k+4 && j < len(p.toks) && m == 0; j++ {
			if modal.at(p.toks, j) > 0 {
				m = j
			}
		}
		if m == 0 || f.lex.list("badstart").has(p.toks[k+1].low) {
			continue
		}
		clause := false
		for j := k - 1; j > 0 && !p.toks[j].sign; j-- {
			if f.lex.list("relative").has(p.toks[j].low) {
				clause = clause && !finite.has(p.toks[j+1].low)
				break
			}
			clause = clause || finite.has(p.toks[j].low)
		}
		if !clause {
			continue
		}
		part := p
		part.toks, part.cut = trimSigns(p.toks[k+1:]), true
		return []piece{part}
	}
	return nil
}
