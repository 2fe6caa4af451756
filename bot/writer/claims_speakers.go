package writer

import "strings"

// A speaker is whom the article quotes.
type speaker struct {
	name string // "Robert Sinche", "the OECD"; "" if unknown
	long string // with the office, if the article gives one
}

// An utterance is what a sentence tells about who speaks in it.
type utterance struct {
	verb    int     // index of the verb of saying outside quotations; 0 if none
	who     speaker // of the quotations, or of words
	words   []token // of indirect speech: what was said
	pronoun bool    // the speaker is called "he" or "she"
	broken  bool    // the attribution cuts the quoted sentence in two
}

// utterances finds for each sentence who speaks in it. A quotation without an
// attribution belongs to the speaker before it only when nothing but
// quotations stands between.
func (f *finder) utterances() []utterance {
	out := make([]utterance, len(f.sents))
	for i := range f.sents {
		out[i] = f.attribution(i)
	}
	for i := 1; i < len(out); i++ {
		if prev := out[i-1].who; out[i].pronoun && f.sents[i].Para <= f.sents[i-1].Para+1 && f.names.isPerson(prev.name) {
			out[i].who = prev
		}
	}
	for i := range f.sents {
		if len(f.spans[i]) == 0 || out[i].who.name != "" || out[i].verb > 0 || f.outside(i) > 0 {
			continue
		}
		// Forward: a quotation that goes on into the next sentence, where its speaker is named.
		for k := i; f.runsOn(k); k++ {
			if w := out[k+1].who; w.name != "" {
				out[i].who = w
				break
			}
			if f.outside(k+1) > 0 {
				break
			}
		}
		if out[i].who.name != "" || i == 0 || f.sents[i].Para > f.sents[i-1].Para+1 {
			continue
		}
		prev := out[i-1]
		if prev.who.name != "" && len(f.spans[i-1]) > 0 && !f.runsOn(i) {
			out[i].who = prev.who
		}
	}
	return out
}

// runsOn reports whether sentence k ends inside a quotation that the next one goes on with.
func (f *finder) runsOn(k int) bool {
	s := f.spans[k]
	return k+1 < len(f.sents) && len(s) > 0 && !s[len(s)-1].closed && f.sents[k+1].Para == f.sents[k].Para && len(f.spans[k+1]) > 0 && !f.spans[k+1][0].open
}

// outside counts the words of sentence i that stand outside its quotations.
func (f *finder) outside(i int) int {
	n := 0
	for _, t := range f.toks[i] {
		if !t.sign && !inQuote(f.spans[i], t.start) {
			n++
		}
	}
	return n
}

// attribution reads who speaks in sentence i from its own words.
func (f *finder) attribution(i int) utterance {
	toks, spans := f.toks[i], f.spans[i]
	say := f.lex.list("say")
	for v, t := range toks {
		if t.sign || t.cap || !say.has(t.low) || inQuote(spans, t.start) || v+1 < len(toks) && f.lex.list("tonot").has(toks[v+1].low) ||
			v > 0 && len(spans) == 0 && f.lex.list("first").has(toks[v-1].low) {
			continue
		}
		u := utterance{verb: max(v, 1)}
		if len(spans) > 0 {
			u.who = f.speakerAround(i, v)
			he := f.lex.list("hesaid")
			u.pronoun = u.who.name == "" && (v > 0 && he.has(toks[v-1].low) || v+1 < len(toks) && he.has(toks[v+1].low))
			u.broken = f.isBroken(i, v)
			return u
		}
		return f.indirect(i, v)
	}
	return utterance{}
}

// speakerAround reads the speaker beside the verb of saying toks[v] of a
// sentence with quotations: behind it when the quotation ends right before it,
// else before it.
func (f *finder) speakerAround(i, v int) speaker {
	toks := f.toks[i]
	k := v - 1
	aux := f.lex.list("sayaux")
	for k >= 0 && (toks[k].sign || aux.has(toks[k].low)) && !inQuote(f.spans[i], toks[k].start) {
		k--
	}
	if k >= 0 && inQuote(f.spans[i], toks[k].start) {
		return f.nameAt(toks, v+1, i)
	}
	from := v
	for from > 0 && !inQuote(f.spans[i], toks[from-1].start) {
		from--
	}
	return f.nameBefore(trimSigns(toks[from:v]))
}

// isBroken reports whether the attribution interrupts a quoted sentence:
// “I think,” said Ms Ali, “that …”.
func (f *finder) isBroken(i, v int) bool {
	for _, q := range f.spans[i] {
		if q.start > f.toks[i][v].end {
			for _, t := range f.toks[i] {
				if t.start >= q.start && !t.sign {
					return !f.startsSentence(t)
				}
			}
		}
	}
	return false
}

// indirect reads "X said that …" and "…, X said".
func (f *finder) indirect(i, v int) utterance {
	toks := f.toks[i]
	u := utterance{verb: max(v, 1)}
	that := f.lex.list("saythat")
	rest := toks[v+1:]
	if len(rest) > 5 && that.has(toks[v].low) && f.lex.lang == "en" && v > 0 {
		u.who = f.nameBefore(trimSigns(toks[:v]))
		if rest[0].low == "that" {
			rest = rest[1:]
		}
		u.words = rest
		return u
	}
	if len(rest) <= 1 { // ", the OECD said."
		k := v
		for k > 0 && !isComma(toks[k-1].text) {
			k--
		}
		if k > 4 && v-k <= 6 {
			if who := f.nameBefore(toks[k:v]); f.names.isPerson(who.name) || strings.Contains(who.name, " ") || who.name == strings.ToUpper(who.name) || f.lex.list("collective").has(who.name) {
				u.who = who
			}
			u.words = toks[:k]
		}
	}
	return u
}

// nameBefore reads the noun phrase that ends before a verb of saying. An
// apposition between commas is left away: "Mr Ali, a baker from Leeds, said".
func (f *finder) nameBefore(toks []token) speaker {
	aux := f.lex.list("sayaux")
	for len(toks) > 0 && (aux.has(toks[len(toks)-1].low) || toks[len(toks)-1].sign) {
		toks = toks[:len(toks)-1]
	}
	for k, t := range toks {
		if !t.sign {
			continue
		}
		if t.text != "," {
			return speaker{}
		}
		return f.person(toks[:k])
	}
	return f.person(toks)
}

// nameAt reads the noun phrase that begins at toks[k] of sentence i, and the
// office behind it.
func (f *finder) nameAt(toks []token, k, i int) speaker {
	end, stop := k, f.lex.list("nameend")
	for end < len(toks) && end-k < 9 && !toks[end].sign {
		if stop.has(toks[end].low) && !(end == k && f.lex.list("determiner").has(toks[end].low)) && !(f.lex.list("and").has(toks[end].low) && end > k && toks[end-1].cap && end+1 < len(toks) && toks[end+1].cap) {
			break
		}
		end++
	}
	return f.person(toks[k:end])
}

// person turns a noun phrase into a speaker; empty when it names nobody: a
// pronoun, "the company", or a clause.
func (f *finder) person(np []token) speaker {
	if len(np) == 0 || len(np) > 8 {
		return speaker{}
	}
	text := joinTokens(np)
	low := strings.ToLower(text)
	if f.lex.list("collective").at(np, 0) == len(np) {
		return speaker{name: low, long: low}
	}
	caps, last, whole := 0, np[len(np)-1], true
	for k, t := range np {
		if t.sign || k == 0 && f.lex.list("badname").has(t.low) && len(np) < 3 {
			return speaker{}
		}
		whole = whole && (t.cap || f.partOfName(t.low, k)) && !(k == 0 && f.lex.list("badname").has(t.low))
		if t.cap && (k > 0 || f.names.known[t.low] || f.lex.list("titles").has(t.low)) && !f.lex.list("determiner").has(t.low) {
			caps++
		}
	}
	if caps == 0 {
		return speaker{}
	}
	full, known := f.names.full[possessive(last.low)]
	if known && full != "" && strings.HasSuffix(text, " "+full) {
		k := len(np) - len(strings.Fields(full))
		switch {
		case k > 0 && (np[k-1].sign || f.lex.list("particle").has(np[k-1].low)):
			known = false // "a spokesman for Mark Oaten"
		case !whole:
			return speaker{name: full, long: f.withRole(full)}
		}
	}
	if !whole {
		return speaker{}
	}
	named := len(np) == 1 || len(np) == 2 && f.lex.list("titles").has(np[0].low)
	switch {
	case named && known && full != "":
		return speaker{name: full, long: f.withRole(full)}
	case named && known:
		return speaker{} // several people have that name
	case named && !last.cap:
		return speaker{}
	case known && full != "" && strings.HasSuffix(text, full):
		long := text
		if text == full {
			long = f.withRole(full)
		}
		return speaker{name: full, long: f.articleLow(long, np[0])}
	}
	return speaker{name: f.articleLow(text, np[0]), long: f.articleLow(text, np[0])}
}

// partOfName reports whether a lower-case word may stand in the name of a speaker.
func (f *finder) partOfName(w string, k int) bool {
	return k == 0 && f.lex.list("determiner").has(w) || k > 0 && f.lex.list("particle").has(w) ||
		f.lex.list("office").has(w) || f.lex.list("officemod").has(w) || strings.HasSuffix(w, "'s") && f.names.known[w]
}

func (f *finder) withRole(full string) string {
	if r := f.names.role[full]; r != "" && len(strings.Fields(r)) <= 11 {
		return r
	}
	return full
}

// articleLow lower-cases the article, the office or the common noun that a noun
// phrase begins with.
func (f *finder) articleLow(text string, first token) string {
	rest := text[len(first.text):]
	second := tokenize(rest)
	common := first.cap && len(second) > 0 && !second[0].cap && !second[0].sign && !f.names.known[first.low] &&
		!strings.HasSuffix(first.low, "'s") && first.text != strings.ToUpper(first.text) && f.lex.lang != "de"
	if common || f.lex.list("determiner").has(first.low) || f.lex.list("officemod").has(first.low) || f.lex.list("office").has(first.low) {
		return strings.ToLower(first.text) + rest
	}
	return text
}
