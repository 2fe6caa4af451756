package writer

import (
	"maps"
	"slices"
	"sort"
	"strings"

	"colloquy/bot"
)

// A claim is a complete clause of the article that can be argued about.
type claim struct {
	text    string // verbatim
	sent    int    // index of its sentence
	kind    string // as the sections "[cue KIND]" of prompts/ are called; "" if only its speaker makes it one
	voice   string // "author", "speaker", "indirect", "article"; "reported" and "authorreported": a sentence that says itself who said it
	who     speaker
	vp      string // of a recommendation to "us": what is recommended, as it follows "to"
	a, b    string // of a likeness: what is likened to what
	first   bool   // speaks in the first person
	words   int
	score   float64
	content map[string]bool // stems of its content words
}

// maxQuoted is how many words of the article a question may quote.
const maxQuoted = 22

// A finder looks for claims in one article.
type finder struct {
	doc     document
	lex     *lexicon
	sents   []sentence // the first maxClaimSentences
	toks    [][]token
	spans   [][]quoteSpan
	names   nameIndex
	said    []utterance
	title   map[string]bool // stems of the headline
	known   map[string]bool // and of the summary
	common  map[string]int  // stems and how many sentences hold them
	grave   bool            // about a death or a crime: the checker knows
	sport   bool            // about a match or a race
	culture bool            // about films, music, books and those who make them
	lower   map[string]bool // words that stand in lower case somewhere
	lead    map[int]bool    // sentences that tell what happened: the summary and the first
}

func newFinder(doc document, summary []bot.Statement, lex *lexicon) *finder {
	f := &finder{doc: doc, lex: lex, sents: doc.sentences}
	if len(f.sents) > maxClaimSentences {
		f.sents = f.sents[:maxClaimSentences]
	}
	f.toks = make([][]token, len(f.sents))
	f.common, f.lower = map[string]int{}, map[string]bool{}
	for i, s := range f.sents {
		f.toks[i] = tokenize(s.Text)
		seen := map[string]bool{}
		for _, t := range f.toks[i] {
			if !t.cap {
				f.lower[t.low] = true
			}
		}
		for _, t := range terms(s.Words, doc.lang) {
			if !seen[t] {
				seen[t] = true
				f.common[t]++
			}
		}
	}
	f.title = stems(doc.title, doc.lang)
	f.known = maps.Clone(f.title)
	for _, s := range summary {
		for t := range stems(s.Text, doc.lang) {
			f.known[t] = true
		}
	}
	f.spans = quoteSpans(f.sents)
	f.names = indexNames(f.toks, lex)
	f.said = f.utterances()
	if !f.full("digital", 100) {
		f.sport, f.culture = f.full("sport", 100), f.full("culture", 60)
	}
	f.lead = map[int]bool{0: true}
	for _, s := range summary {
		for _, i := range s.Evidence {
			f.lead[i] = true
		}
	}
	return f
}

// stems returns the stems of the content words of s.
func stems(s, lang string) map[string]bool {
	out := map[string]bool{}
	for _, t := range terms(wordsOf(s), lang) {
		out[t] = true
	}
	return out
}

// claims returns what can be asked about, best first, one claim a sentence.
func (f *finder) claims() []claim {
	var out []claim
	for i, s := range f.sents {
		if s.Heading {
			continue
		}
		best := -1
		var found []claim
		for _, p := range f.pieces(i) {
			if c, ok := f.assess(p); ok {
				found = append(found, c)
				if best < 0 || c.score > found[best].score {
					best = len(found) - 1
				}
			}
		}
		if best >= 0 {
			out = append(out, found[best])
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].score > out[j].score })
	return out
}

// assess decides whether a piece is a claim, of which kind, and how good.
func (f *finder) assess(p piece) (claim, bool) {
	toks := p.toks
	n := countWords(toks)
	if n < 5 || n > maxQuoted {
		return claim{}, false
	}
	c := claim{sent: p.sent, voice: p.voice, who: p.who, words: n, kind: f.kindOf(toks)}
	c.first = f.lex.list("first").in(toks)
	if c.advises() && len(f.lex.list("say").single) > 0 && (c.voice == "article" || c.voice == "reported") {
		c.kind = "" // what news says must be done is a fact, and "should" a guess
	}
	if c.kind == "prediction" && f.lex.list("announced").in(toks) {
		c.kind = "future" // who announces what will be does not guess
	}
	if f.weak(c, toks) {
		c.kind = ""
	}
	if c.kind == "" && (c.voice == "speaker" || c.voice == "indirect") && !c.first && !f.lex.list("past").in(toks) {
		c.kind = "assertion"
	}
	if c.kind == "" && f.lead[p.sent] && (c.voice == "article" || c.voice == "reported") && !f.doc.opinion && !f.grave && !f.sport {
		c.kind = f.happened(p)
	}
	if c.kind == "" || f.lex.list("unfit").in(toks) || !f.complete(p, c.kind) || !f.standsAlone(p) {
		return claim{}, false
	}
	text := f.sents[p.sent].Text[toks[0].start:toks[len(toks)-1].end]
	c.content = stems(text, f.doc.lang)
	if len(c.content) < 3 || !plainSigns(text, toks) || !quotable(text) {
		return claim{}, false
	}
	c.text = f.inner(text)
	c.vp = f.recommendedPhrase(p, c)
	c.score = f.score(p, c)
	return c, true
}

// advises reports whether c says what should or should not be done.
func (c claim) advises() bool { return c.kind == "recommendation" || c.kind == "restraint" }

// tells reports whether c is no more than what happened.
func (c claim) tells() bool { return c.kind == "event" || c.kind == "deed" || c.kind == "statement" }

// plainSigns reports whether a clause holds no other signs than a clause in
// quotation marks should, and its own quotations whole.
func plainSigns(text string, toks []token) bool {
	spans, open := scanQuotes(text, 0)
	if open != 0 || strings.Contains(text, "--") || strings.Contains(text, " - ") {
		return false
	}
	for _, q := range spans {
		if !q.open || !q.closed {
			return false
		}
	}
	for i, t := range toks {
		if !t.sign {
			continue
		}
		switch t.text {
		case ",", "،", "£", "$", "€", "%", "&", "-", "–", "—", "/", "+":
		case "“", "”", "„", "«", "»", "‘", "\"":
			if len(spans) == 0 {
				return false
			}
		case "'", "’": // a mark, or of a plural's possessive
			if len(spans) == 0 && (i == 0 || toks[i-1].end != t.start || !strings.HasSuffix(toks[i-1].low, "s")) {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// weak reports whether the cue of a claim says less than its kind promises:
// what "I" must do is no advice, what "we" never do no rule, and figures that
// disagree no dispute.
func (f *finder) weak(c claim, toks []token) bool {
	past := f.lex.list("past")
	if c.voice == "author" && c.first && past.in(toks) {
		return true // a story, not an argument
	}
	switch c.kind {
	case "reason":
		return c.voice != "speaker" && c.voice != "author" && !f.lead[c.sent] && f.pastEvent(toks)
	case "cause":
		return len(f.lex.list("finite").single) > 0 && c.voice != "speaker" && c.voice != "author" && f.pastEvent(toks)
	case "prediction", "future":
		return past.in(toks) || f.lex.list("hardly").in(toks) // "could" and "would" of a story
	case "recommendation", "restraint":
		return f.lex.list("alone").has(toks[0].low)
	case "generalisation":
		return f.lex.list("first").has(toks[0].low) || f.lex.list("remark").at(toks, 0) > 0
	case "success":
		return !f.culture
	case "trend", "change":
		return countWords(toks) < 7 // "Debt is falling": whose, and since when?
	case "dispute", "opposition", "comparison":
		return slices.ContainsFunc(toks, func(t token) bool { return hasDigit(t.text) })
	}
	return false
}

// pastEvent reports whether a causal clause tells what once happened: its verb,
// before the cue, is none of those that prompts/ lists.
func (f *finder) pastEvent(toks []token) bool {
	finite := f.lex.list("finite")
	for i := 1; i < len(toks); i++ {
		switch {
		case finite.has(toks[i].low):
			return false
		case f.lex.kinds[toks[i].low] == "cause", f.lex.kinds[toks[i].low] == "reason":
			return true
		}
	}
	return false
}

func (f *finder) anyKnown(text string) bool {
	for t := range stems(text, f.doc.lang) {
		if f.known[t] {
			return true
		}
	}
	return false
}

// kindOf returns the kind of the most telling cue in toks, "" if there is none.
func (f *finder) kindOf(toks []token) string {
	best := ""
	if f.lex.kinds[toks[0].low] == "conditional" && !f.noCue(toks, 0, 1) {
		return "conditional"
	}
	for i := range toks {
		n := f.lex.cues.at(toks, i)
		if n == 0 || f.noCue(toks, i, n) {
			continue
		}
		phrase := toks[i].low
		for _, t := range toks[i+1 : i+n] {
			phrase += " " + t.low
		}
		k := f.lex.kinds[phrase]
		if (k == "cause" || k == "reason") && i > 0 && f.lex.list("modalbefore").has(toks[i-1].low) {
			if k = "prediction"; toks[i-1].low == "to" {
				continue
			}
		}
		if f.lex.rank(k) < f.lex.rank(best) {
			best = k
		}
	}
	return best
}

// noCue reports whether the cue at toks[i:i+n] is part of a phrase that says
// something else: "rather than", "would have", "more than 20".
func (f *finder) noCue(toks []token, i, n int) bool {
	no := f.lex.list("nocue")
	for k := max(0, i-3); k <= i; k++ {
		if m := no.at(toks, k); m > n && k+m >= i+n {
			return true
		}
	}
	if i > 0 && f.lex.list("relative").has(toks[i-1].low) {
		return true // "questions which need to be answered"
	}
	j := i + n
	return f.lex.list("beforenumber").has(toks[i+n-1].low) && j < len(toks) && hasDigit(toks[j].text)
}

func hasDigit(s string) bool { return strings.ContainsFunc(s, isDigit) }
