package writer

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"colloquy/prompts"
)

// render fills the slots of a template. lead is the template of the lead that
// it used, if any. ok is false where a slot cannot be filled in good grammar.
func (s *setter) render(a prompts.Ask, c claim) (text, lead string, ok bool) {
	text = a.Text
	if strings.Contains(text, "{claim}") {
		lead, ok = s.lead(c, text)
		if !ok {
			return "", "", false
		}
		text = strings.Replace(text, "{claim}", lead, 1)
	}
	if strings.Contains(text, "{q}") && (c.voice != "author" && c.first || c.voice == "speaker" && strings.HasPrefix(text, "What is the strongest")) {
		return "", "", false // "holds that “we …”" would make the article's reader one of them
	}
	if strings.Contains(text, "{vp}") && c.vp == "" || strings.Contains(text, "{a}") && (c.a == "" || c.b == "") {
		return "", "", false
	}
	return s.fillSlots(text, c), lead, true
}

// fillSlots puts the claim into the slots of a template.
func (s *setter) fillSlots(text string, c claim) string {
	return strings.NewReplacer(
		"{Q}", upperFirst(c.text),
		"{q}", s.midClause(c),
		"{vp}", c.vp, "{a}", c.a, "{b}", c.b,
		"{who}", c.who.long, "{Who}", upperFirst(c.who.name),
	).Replace(text)
}

// lead picks the lead of the claim's voice: one that the set has not used and
// with which the question keeps its length, by turns.
func (s *setter) lead(c claim, ask string) (string, bool) {
	leads := s.f.lex.words.Leads(c.voice)
	best, found := "", false
	for k := range leads {
		l := leads[(k+int(s.seed)+len(s.chosen))%len(leads)]
		if strings.Contains(l, "{q}") && c.first && c.voice != "author" || s.texts[l] {
			continue
		}
		if first, _, _ := strings.Cut(c.text, " "); strings.HasPrefix(strings.ToLower(l), strings.ToLower(first)+" ") {
			continue // "According to the article, “according to …"
		}
		if i := strings.Index(l, "{who}"); i >= 0 && strings.Contains(c.who.long, ",") && !strings.ContainsAny(l[i+5:min(i+6, len(l))], ".,") {
			continue // "what Ada Roe, head of sales says"
		}
		if strings.Contains(l, "{Who}") && c.who.long != c.who.name && !s.f.anyKnown(c.who.name) {
			continue // nobody knows who that is
		}
		if !found || tooLong(c, best, ask) && !tooLong(c, l, ask) {
			best, found = l, true
		}
	}
	if found && !tooLong(c, best, ask) {
		return best, true
	}
	for _, l := range leads { // one that begins with the quotation may come again: the quotations differ
		if i := strings.Index(l, "{Q}"); i >= 0 && i <= 4 && !tooLong(c, l, ask) {
			return l, true
		}
	}
	return "", false
}

func tooLong(c claim, lead, ask string) bool {
	n := c.words + len(strings.Fields(lead)) + len(strings.Fields(ask)) - 2
	if strings.Contains(lead, "{who}") {
		n += len(strings.Fields(c.who.long)) - 1
	} else if strings.Contains(lead, "{Who}") {
		n += len(strings.Fields(c.who.name)) - 1
	}
	return n > maxQuestionWords
}

// midClause is the claim as it stands in the middle of a sentence.
func (s *setter) midClause(c claim) string {
	toks := tokenize(c.text)
	if len(toks) == 0 || !toks[0].cap {
		return c.text
	}
	t := toks[0]
	lower := s.f.lex.list("lowerable").has(t.low)
	if !lower && s.f.lex.lang != "de" {
		alone := len(toks) == 1 || !toks[1].cap && !(len(toks) > 2 && toks[2].cap && s.f.lex.list("particle").has(toks[1].low))
		lower = alone && (s.f.lower[t.low] || s.f.lex.list("common").has(t.low)) && !s.f.names.known[t.low] && !s.f.names.known[possessive(t.low)] && possessive(t.low) == t.low && t.text != strings.ToUpper(t.text) && !strings.HasPrefix(t.low, "i'")
	}
	if !lower {
		return c.text
	}
	r, n := utf8.DecodeRuneInString(c.text)
	return string(unicode.ToLower(r)) + c.text[n:]
}

func upperFirst(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}
