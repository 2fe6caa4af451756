package writer

import "strings"

// A nameIndex knows the people and bodies an article names.
type nameIndex struct {
	known map[string]bool   // lower-cased words that are capitalised in the middle of a sentence
	full  map[string]string // lower-cased last word of a name: the whole name; "" when several people share it
	role  map[string]string // whole name: with the office that some place of the article gives
}

// indexNames collects the names of two and three words and their offices.
func indexNames(sents [][]token, lex *lexicon) nameIndex {
	x := nameIndex{known: map[string]bool{}, full: map[string]string{}, role: map[string]string{}}
	no, office := lex.list("nonames"), lex.list("office")
	for _, toks := range sents {
		for i := 0; i < len(toks); i++ {
			if !toks[i].cap {
				continue
			}
			if i > 0 && !toks[i-1].sign {
				x.known[toks[i].low] = true
			}
			j := i
			for j < len(toks) && toks[j].cap && !no.has(toks[j].low) {
				j++
			}
			run := toks[i:j]
			for k := len(run) - 1; k >= 0; k-- { // "Economy Minister Heizo Takenaka"
				if office.has(run[k].low) {
					run = run[k+1:]
					break
				}
			}
			if len(run) == 2 || len(run) == 3 {
				x.add(toks, j-len(run), j, lex)
			}
			if j > i {
				i = j - 1
			}
		}
	}
	return x
}

func (x nameIndex) add(toks []token, i, j int, lex *lexicon) {
	name := joinTokens(toks[i:j])
	last := possessive(toks[j-1].low)
	name = possessiveName(name)
	old, seen := x.full[last]
	switch {
	case !seen:
		x.full[last] = name
	case old != name && !strings.HasSuffix(old, " "+name) && !strings.HasSuffix(name, " "+old):
		x.full[last] = ""
	}
	for k := i; k < j; k++ {
		x.known[toks[k].low] = true
	}
	if x.role[name] != "" {
		return
	}
	if role := apposition(toks, j, lex); role != "" {
		x.role[name] = name + ", " + role
		return
	}
	if k := officeBefore(toks, i, lex); k < i {
		role := joinTokens(toks[k:i])
		if k == 0 || toks[k-1].sign && toks[k-1].text != "," {
			role = strings.ToLower(role[:1]) + role[1:]
			if toks[k].text == strings.ToUpper(toks[k].text) || x.known[toks[k].low] {
				role = joinTokens(toks[k:i])
			}
		}
		x.role[name] = role + " " + name
	}
}

// isPerson reports whether name is one of the whole names that were found.
func (x nameIndex) isPerson(name string) bool {
	f := strings.Fields(name)
	return len(f) > 1 && x.full[strings.ToLower(f[len(f)-1])] == name
}

// apposition returns the office that follows a name: ", head of strategy at
// Bank of America,". toks[i] is the token after the name. It must begin with
// a lower-case word or a name in the possessive, name an office, and end with a sign.
func apposition(toks []token, i int, lex *lexicon) string {
	if i+2 >= len(toks) || toks[i].text != "," {
		return ""
	}
	office, seen := lex.list("office"), false
	for k := i + 1; k < len(toks) && k <= i+13; k++ {
		t := toks[k]
		if t.sign {
			if t.text != "," && t.text != "." && t.text != ";" || k == i+1 {
				return ""
			}
			if !seen {
				return ""
			}
			return joinTokens(toks[i+1 : k])
		}
		if lex.list("finite").has(t.low) || lex.list("say").has(t.low) || lex.list("relative").has(t.low) {
			return ""
		}
		seen = seen || office.has(t.low) || strings.HasSuffix(t.low, "'s")
		if k == i+1 && t.cap && !strings.HasSuffix(t.low, "'s") && !office.has(t.low) {
			return ""
		}
	}
	return ""
}

// officeBefore returns where the office begins that stands right before the
// name at toks[i]: "England coach", "chief executive"; i if there is none.
func officeBefore(toks []token, i int, lex *lexicon) int {
	office, mod := lex.list("office"), lex.list("officemod")
	if i == 0 || !office.has(toks[i-1].low) {
		return i
	}
	k := i - 1
	for k > 0 && i-k < 5 && !toks[k-1].sign {
		t := toks[k-1]
		if !(t.cap && !lex.list("nonames").has(t.low)) && !mod.has(t.low) && !office.has(t.low) {
			break
		}
		k--
	}
	return k
}

// joinTokens gives the text of toks as it reads: words and hyphens as they stand.
func joinTokens(toks []token) string {
	var b strings.Builder
	for i, t := range toks {
		if i > 0 && t.start > toks[i-1].end {
			b.WriteByte(' ')
		}
		b.WriteString(t.text)
	}
	return b.String()
}

func possessive(w string) string {
	w = strings.ReplaceAll(w, "’", "'")
	return strings.TrimSuffix(strings.TrimSuffix(w, "'s"), "'")
}

func possessiveName(s string) string {
	return strings.TrimSuffix(strings.TrimSuffix(s, "'s"), "’s")
}
