package writer

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// abbreviated reports whether the full stop after before ends an abbreviation
// rather than a sentence, given what follows it.
func abbreviated(before, after, lang string) bool {
	cut := strings.LastIndexAny(before, " (\"'“”‘’«»„[/–—") // every one of them ends a word
	if cut >= 0 {
		_, n := utf8.DecodeRuneInString(before[cut:])
		cut += n
	}
	cut = max(cut, 0)
	word := before[cut:]
	before = strings.TrimRight(before[:cut], " ")
	if word == "" {
		return false
	}
	next := firstWord(after)
	switch {
	case digits(word) && before == "":
		return len(word) <= 2 // the number of a list's item
	case digits(word):
		// "3. Oktober", "am 12. Mai": an ordinal number where the language writes it so.
		return (lang == "de" || lang == "da" || lang == "nb" || lang == "cs") && len(word) <= 2 && !starter(lang, next)
	case dotted(word):
		return !starter(lang, next) // U.S., z.B., a.m.
	case initial(word):
		return !starter(lang, next) && !strings.HasSuffix(strings.ToLower(before), "vitamin")
	}
	w := strings.ToLower(word)
	if always(lang, w) {
		return true
	}
	first, _ := utf8.DecodeRuneInString(next)
	switch w {
	case "no", "nr", "vol", "pp", "fig", "art", "núm", "p", "abs", "ch":
		return unicode.IsDigit(first) // "No. 10", but "He said no. Ten men left."
	case "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec", "okt", "dez", "ene":
		return unicode.IsDigit(first)
	}
	return sometimes(lang, w) && !starter(lang, next)
}

func firstWord(s string) string {
	s = strings.TrimLeft(s, " \"'“”‘’«»„([")
	w, _, _ := strings.Cut(s, " ")
	return strings.TrimRight(w, ".,;:!?")
}

func digits(w string) bool {
	return strings.IndexFunc(w, func(r rune) bool { return r < '0' || r > '9' }) < 0
}

// dotted reports whether w is letters with full stops between: "U.S", "z.B".
func dotted(w string) bool {
	if !strings.Contains(w, ".") || len(w) > 12 {
		return false
	}
	for part := range strings.SplitSeq(w, ".") {
		if n := utf8.RuneCountInString(part); n == 0 || n > 2 || strings.ContainsFunc(part, notLetter) {
			return false
		}
	}
	return true
}

func notLetter(r rune) bool { return !unicode.IsLetter(r) }

// initial reports whether w is one letter, as in "John F. Kennedy" and "z. B.".
func initial(w string) bool {
	r, n := utf8.DecodeRuneInString(w)
	return n == len(w) && (unicode.IsUpper(r) || unicode.IsLower(r))
}

// always lists abbreviations that a name or a word follows at once, so that
// they hardly ever end a sentence. w is in lower case.
func always(lang, w string) bool {
	switch w {
	case "dr", "prof", "mr", "mrs", "ms", "st", "sr", "sra", "gen", "col", "lt", "capt", "cmdr", "sgt", "maj",
		"rev", "hon", "gov", "sen", "rep", "pres", "mgr", "vs", "messrs", "mme", "mlle", "mm", "ing", "mag":
		// "Sr." also closes an English name: "John Smith Sr. He …".
		return w != "sr" || lang != "en"
	}
	switch lang {
	case "de":
		switch w {
		case "bzw", "ca", "evtl", "ggf", "inkl", "hr", "fr", "hl", "sog", "vgl", "dipl", "abt":
			return true
		}
	case "es":
		switch w {
		case "srta", "srs", "sres", "dra", "d", "dña", "ud", "uds", "av", "avda", "art", "pág":
			return true
		}
	case "fr":
		switch w {
		case "mlles", "mmes", "av", "art", "env", "cf", "réf":
			return true
		}
	}
	return false
}

// sometimes lists abbreviations that also end sentences: the next word decides.
func sometimes(lang, w string) bool {
	switch w {
	case "inc", "ltd", "co", "corp", "jr", "sr", "etc", "al", "approx", "dept", "est", "min", "max", "mt", "ft",
		"plc", "bros", "ave", "blvd", "rd", "cf", "ph.d", "bn", "tel":
		return true
	}
	switch lang {
	case "de":
		switch w {
		case "usw", "mio", "mrd", "str", "tsd", "jh", "geb", "gest", "dt", "sen", "chr":
			return true
		}
	case "es":
		switch w {
		case "ee", "uu", "aprox", "depto", "cía":
			return true
		}
	case "fr":
		switch w {
		case "env", "bd", "éd", "ex", "apr":
			return true
		}
	}
	return false
}

// starter reports whether w is a capitalised word that rarely follows an
// abbreviation within a sentence but often begins one.
func starter(lang, w string) bool {
	r, _ := utf8.DecodeRuneInString(w)
	if !unicode.IsUpper(r) {
		return false
	}
	w = strings.ToLower(w)
	if lang == "en" || lang == "" {
		switch w {
		case "however", "although", "meanwhile", "despite", "since", "according", "yesterday", "today", "last", "two",
			"one", "many", "earlier", "later", "police", "officials", "another", "even", "still", "like", "within":
			return true
		}
		return stopEnglish(w)
	}
	return stopword(lang, w)
}
