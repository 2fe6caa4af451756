package writer

// isOpinion reports whether the article argues in its author's own voice: it
// recommends, speaks of "us", or judges outside quotations, again and again or
// plainly. What other people say in it does not count. A mistake here puts
// words into a mouth, so that in doubt an article is news.
func isOpinion(doc document) bool {
	lex := doc.lex
	if lex == nil {
		return false
	}
	sents := doc.sentences
	if len(sents) > maxClaimSentences {
		sents = sents[:maxClaimSentences]
	}
	spans := quoteSpans(sents)
	soft, strong, say := lex.list("opinion"), lex.list("opinion-strong"), lex.list("say")
	own, leaning, firm, reported, person := 0, 0, 0, 0, 0
	third, early := (len(sents)+2)/3, false
	for i, s := range sents {
		if i == third && reported*2 > own {
			return false // it begins as a report: what argues later are readers' letters and the like
		}
		if s.Heading {
			continue
		}
		toks := tokenize(s.Text)
		if len(spans[i]) > 0 {
			reported++
			continue
		}
		if heldSpeech(toks, say, lex.list("first")) {
			reported++
			continue
		}
		own++
		early = early || i < third && soft.in(toks)
		if strong.in(toks) {
			firm++
		}
		if soft.in(toks) {
			leaning++
		}
		if lex.list("first").in(toks) {
			person++
		}
	}
	all := own + reported
	switch {
	case all == 0 || !early || reported*3 > all:
		return false
	case firm >= 1 && leaning*5 >= own && leaning >= 2:
		return true
	case firm >= 3 && leaning*8 >= own:
		return true
	}
	return person*4 >= own && leaning*4 >= own && leaning >= 4 && reported*5 <= all
}

// heldSpeech reports whether the sentence tells what somebody said: not what
// the author says with "I think" and the like.
func heldSpeech(toks []token, say, first phraseSet) bool {
	for i, t := range toks {
		if i > 0 && !t.cap && say.has(t.low) && !first.has(toks[i-1].low) {
			return true
		}
	}
	return false
}

// isGrave reports whether the article is about a death, a crime against a
// person or the like: nobody is asked to argue against anybody under it.
func isGrave(doc document, lex *lexicon) bool {
	m := countMentions(tokenize(doc.title), nil, tokensOf(doc), lex.list("harm").count)
	return m.title > 0 || m.within(leadWords) >= 2 || m.dense()
}
