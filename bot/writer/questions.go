package writer

import (
	"hash/fnv"
	"slices"
	"sort"
	"strings"

	"colloquy/bot"
	"colloquy/prompts"
)

// maxSpares is how many questions a digest holds in reserve.
const maxSpares = 2

// ask makes up to n questions about the checker's article and up to two spares. Each asks about
// one claim of the article, quoted, and passes every check; where the article
// gives fewer claims there are fewer questions, and none in a language without
// templates. dropped tells which questions were made and failed which check.
func (w *Extractive) ask(check *checker, summary []bot.Statement, n int) (questions, spares []bot.Question, dropped []bot.Dropped) {
	doc, lex := check.doc, check.lex
	if len(lex.ranks) == 0 || n <= 0 || len(doc.sentences) == 0 {
		return nil, nil, nil
	}
	f := newFinder(doc, summary, lex)
	s := newSetter(f, check)
	if doc.article.Snippet != 0 {
		s.quoteOnly(summary)
	}
	s.fill(n)
	return s.chosen, s.spares, s.dropped
}

// A setter puts a set of questions together.
type setter struct {
	f       *finder
	check   *checker
	claims  []claim
	whole   bool // a question is about the article as a whole
	events  int  // questions about what the article says happened
	asks    []prompts.Ask
	seed    uint32
	used    map[int]bool    // sentences that a question of the set is about
	texts   map[string]bool // templates and leads in use
	moves   map[string]int
	set     []asked // chosen and spares
	chosen  []bot.Question
	spares  []bot.Question
	dropped []bot.Dropped
}

func newSetter(f *finder, c *checker) *setter {
	s := &setter{f: f, check: c, asks: f.lex.words.Asks(), used: map[int]bool{}, texts: map[string]bool{}, moves: map[string]int{}}
	f.grave = c.grave
	h := fnv.New32a()
	h.Write([]byte(f.sents[0].Text))
	s.seed = h.Sum32()
	for _, cl := range f.claims() {
		if cl.score >= f.leastScore(cl) && !(f.grave && cl.first) {
			s.claims = append(s.claims, cl)
		}
	}
	for i := range f.sents {
		if cl, ok := f.likeness(i); ok {
			s.claims = append([]claim{cl}, s.claims...)
		}
	}
	return s
}

// quoteOnly leaves only claims about which a question quotes what the summary
// shows anyway.
func (s *setter) quoteOnly(summary []bot.Statement) {
	shown := map[int]bool{}
	for _, st := range summary {
		for _, i := range st.Evidence {
			shown[i] = true
		}
	}
	s.claims = slices.DeleteFunc(s.claims, func(c claim) bool { return !c.whole() && !shown[c.sent] })
}

// leastScore is what a claim must reach to be asked about: below it there is
// too little to argue about, or too few readers would know what it is about. In
// a report of a match only what people there argue, or quarrel about, is worth it.
func (f *finder) leastScore(c claim) float64 {
	lead, titled := f.lead[c.sent], f.doc.title != ""
	comment := c.kind == "judgement" || c.kind == "recommendation"
	sport := f.sport && !(comment && len(f.lex.list("say").single) == 0) // where no speakers are found, a column speaks as the article
	quarrel := c.kind == "reaction" || c.kind == "opposition" || c.kind == "dispute"
	if sport && (c.voice != "speaker" && c.voice != "author" && !quarrel || c.kind == "assertion" || c.kind == "future") {
		return 99
	}
	least := 2.1
	switch c.kind {
	case "judgement":
		if c.voice != "speaker" {
			least = 2.5
		}
		if c.voice == "reported" {
			least = 2.2
		}
	case "decision", "trend":
		least = 2
	case "event", "deed", "statement":
		if least = 1.9; titled {
			least = 2.6
		}
	case "assertion", "quantity", "dispute", "comparison":
		least = 2.4
	case "future": // merely planned
		if least = 2.9; lead {
			least = 2.3
		}
	}
	if c.voice == "author" {
		least -= 0.3
	}
	if sport {
		least += 0.8
	}
	return least
}

// fill chooses the questions: first the one that argues against the author or
// looks for what is missing, then the best claims, each with a move that the
// set lacks if there is one.
func (s *setter) fill(n int) {
	must := "missing"
	if s.f.doc.opinion && !s.f.grave {
		must = "counter"
	}
	limit := n
	if s.f.grave {
		limit = min(n, graveQuestions)
	}
	// The obligatory question needs no claim of a special kind: it is asked about
	// the third best, or a worse one, but it does not take the only claim there is.
	argued := 0
	for _, c := range s.claims {
		if argued == 2 || c.tells() {
			break
		}
		argued++
		if len(s.chosen) < max(1, limit-1) && !(must == "counter" && c.vp != "") {
			s.try(c, "", &s.chosen)
		}
	}
	if len(s.chosen) < 2 && !s.f.doc.opinion && len(s.chosen) < limit {
		s.asWhole("")
	}
	if len(s.chosen) < limit && (s.f.doc.opinion || len(s.chosen) > 0 && (len(s.claims) > 4 || s.f.sport || !s.asWhole(must))) {
		for _, c := range s.claims {
			if s.try(c, must, &s.chosen) {
				break
			}
		}
	}
	for _, c := range s.claims {
		if len(s.chosen) >= limit {
			break
		}
		s.try(c, "", &s.chosen)
	}
	if len(s.chosen) < limit && (len(s.chosen) == 0 || !s.f.doc.opinion) {
		s.asWhole("")
	}
	if c, ok := s.f.voices(); ok && len(s.chosen) == 2 && limit > 2 && must == "missing" && s.moves[must] == 0 {
		s.try(c, must, &s.chosen)
	}
	var few []bot.Question
	s.chosen, few = enoughMoves(s.chosen)
	s.spares = append(s.spares, few[:min(len(few), maxSpares)]...)
	for _, c := range s.claims {
		if len(s.spares) >= maxSpares || len(s.chosen) == 0 {
			break
		}
		s.try(c, "", &s.spares)
	}
	sort.SliceStable(s.chosen, func(i, j int) bool { return moveOrder(s.chosen[i].Move) < moveOrder(s.chosen[j].Move) })
}

// moveOrder is the order in which moves are best made: from what is said to
// what speaks against it.
func moveOrder(move string) int {
	for i, m := range []string{"clarify", "evidence", "assumption", "compare", "viewpoint", "implication", "decide", "counter", "missing"} {
		if m == move {
			return i
		}
	}
	return 9
}

// try asks about c, with the wanted move if one is given, and adds the first
// question that passes every check to one of the lists.
func (s *setter) try(c claim, move string, to *[]bot.Question) bool {
	if s.used[c.sent] || c.tells() && s.events > 0 {
		return false
	}
	for _, a := range s.fitting(c, move) {
		if s.texts[a.Text] {
			continue
		}
		text, lead, ok := s.render(a, c)
		if !ok {
			continue
		}
		if length(wordsOf(text)) > maxQuestionWords {
			continue
		}
		q := bot.Question{Text: text, Move: a.Move, Evidence: evidenceOf(c)}
		mine := s.check.asked(text)
		f := s.check.besides(mine, s.set)
		if !f.failed() {
			f = s.check.question(q)
		}
		if f.failed() {
			if f.code != "length" && f.code != "opening" && f.code != "second_general" && f.code != "similar" && len(s.dropped) < 20 {
				s.dropped = append(s.dropped, dropped(text, f))
			}
			continue
		}
		*to, s.set = append(*to, q), append(s.set, mine)
		s.used[c.sent], s.texts[a.Text], s.texts[lead] = true, true, true
		s.moves[a.Move]++
		if c.tells() {
			s.events++
		}
		return true
	}
	return false
}

// fitting returns the templates that fit a claim: those of its kind before
// those for any, moves that the set lacks before those it has, else by turns.
func (s *setter) fitting(c claim, move string) []prompts.Ask {
	var out []prompts.Ask
	for _, a := range s.asks {
		last := a.Move == "missing" || a.Move == "counter"
		switch {
		case last && (move == "" && !s.f.grave || s.moves[a.Move] > 0):
		case a.Opinion && !s.f.doc.opinion, a.News && s.f.doc.opinion, s.f.grave && !a.Sober, move != "" && a.Move != move:
		case a.Kind == c.kind, a.Kind == "headline" && isHeadline(c.kind) && c.kind != "headline-how", a.Kind == "any" && c.kind != "likeness" && !c.whole() && (move != "" || !s.f.grave), a.Kind == "vp" && c.vp != "":
			out = append(out, a)
		}
	}
	rank := func(i int, a prompts.Ask) int {
		r := 10 * s.moves[a.Move]
		if a.Kind == "any" || a.Kind == "headline" {
			r += 15
		}
		if a.Kind == "vp" {
			r -= 5
		}
		return r*100 + int((uint32(i)*2654435761^s.seed)*2246822519>>16)%97 // any order, but the same each time
	}
	index := make(map[string]int, len(out))
	for i, a := range out {
		index[a.Text] = rank(i, a)
	}
	sort.SliceStable(out, func(i, j int) bool { return index[out[i].Text] < index[out[j].Text] })
	return out
}

// sameQuestion reports whether two questions ask the same thing: most of their
// content words are the same, quotations included.
func sameQuestion(a, b string) bool {
	return strings.EqualFold(a, b) || jaccard(contentStems(a), contentStems(b)) >= 0.6
}
