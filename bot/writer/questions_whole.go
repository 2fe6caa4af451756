package writer

import "strings"

// asWhole asks about the article as a whole, by its headline or by those whom
// it quotes, with the wanted move if one is given. One such question is enough
// for a set.
func (s *setter) asWhole(move string) bool {
	if s.f.grave && len(s.chosen) == 0 || s.whole || len(s.f.sents) < 6 {
		return false
	}
	var about []claim
	if c, ok := s.f.headline(); ok {
		about = append(about, c)
	}
	if c, ok := s.f.voices(); ok && move != "" && !s.f.doc.opinion {
		about = append(about, c)
	}
	if len(about) == 2 && s.seed%2 == 1 {
		about[0], about[1] = about[1], about[0]
	}
	for _, c := range about {
		if s.try(c, move, &s.chosen) {
			s.whole = true
			return true
		}
	}
	return false
}

// voices names two people whom the article quotes word for word.
func (f *finder) voices() (claim, bool) {
	var long, name []string
	first := -1
	for i, u := range f.said {
		if len(f.spans[i]) == 0 || f.partial(i) || !f.names.isPerson(u.who.name) || len(name) > 0 && name[0] == u.who.name {
			continue
		}
		if first < 0 {
			first = i
		}
		long, name = append(long, u.who.long), append(name, u.who.name)
		if len(name) == 2 {
			break
		}
	}
	if len(name) < 2 {
		return claim{}, false
	}
	for k, l := range long {
		if strings.Contains(l, ",") { // an office behind the name would run into the "and"
			long[k] = name[k]
		}
		if long[k] == name[k] && !f.anyKnown(name[k]) {
			return claim{}, false // nobody knows who that is
		}
	}
	return claim{text: long[0] + " " + long[1], sent: -1 - first, kind: "voices", voice: "article", a: long[0], b: long[1]}, true
}

// whole reports whether a claim is about the article as a whole.
func (c claim) whole() bool { return isHeadline(c.kind) || c.kind == "voices" }

// evidenceOf returns the sentences that a question about c rests on. A headline
// stands over the first.
func evidenceOf(c claim) []int {
	if c.sent < 0 {
		return []int{-1 - c.sent}
	}
	return []int{c.sent}
}
