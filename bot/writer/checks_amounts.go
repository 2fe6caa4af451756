package writer

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// amountWords are the words of a language by which amounts are given.
type amountWords struct {
	values  map[string]int      // "twenty"
	powers  map[string]int      // of ten: "million"
	classes map[string][]string // "half", "third": what they may mean
	units   map[string]string   // "percent", "per cent": one name for what is one unit
	none    map[string]bool     // "second half": two words that give no amount
}

func newAmountWords(lex, held *lexicon) *amountWords {
	a := &amountWords{values: map[string]int{}, powers: map[string]int{}, classes: map[string][]string{}, units: map[string]string{}, none: map[string]bool{}}
	for _, l := range []*lexicon{lex, held} {
		for w, digits := range l.numbers() {
			if n, err := strconv.Atoi(digits); err == nil {
				a.values[w] = n
			}
		}
	}
	pairs(held, "powers", func(w, v string) {
		a.powers[w], _ = strconv.Atoi(v)
		delete(a.values, w)
	})
	pairs(held, "amounts", func(w, v string) { a.classes[w] = append(a.classes[w], strings.Fields(v)...) })
	pairs(held, "units", func(w, v string) { a.units[w] = v })
	for _, p := range held.words.Words("noamount") {
		a.none[p] = true
	}
	return a
}

// pairs calls yield for every "word = value" of a list.
func pairs(l *lexicon, list string, yield func(word, value string)) {
	for _, line := range l.words.Words(list) {
		if w, v, ok := strings.Cut(line, "="); ok {
			yield(strings.TrimSpace(w), strings.TrimSpace(v))
		}
	}
}

// An amount is a number as a text gives it.
type amount struct {
	text   string   // as it stands
	means  []string // what it may be: a value without its power of ten, "1/2", "3rd"
	unit   string   // "%", "$", "kg"; "" if none is known
	tail   string   // the word behind it, where no words of amounts are known
	joined bool     // a word or sign of a range joins it to the next
}

// A chunk is a word, a number or a sign of a text in which amounts are looked for.
type chunk struct {
	text, low  string
	start, end int
	digits     bool
}

// chunksOf takes text apart more finely than tokenize: at hyphens, and between
// digits and letters.
func chunksOf(text string) []chunk {
	var out []chunk
	for _, t := range tokenize(text) {
		kind, from := 0, 0
		flush := func(i int) {
			if i > from && kind != 0 {
				w := t.text[from:i]
				if kind == 1 {
					w = strings.TrimRight(w, ".,٫٬:")
				}
				out = append(out, chunk{text: w, low: strings.ToLower(straight(w)), start: t.start + from, end: t.start + from + len(w), digits: kind == 1})
			}
			from = i
		}
		for i, r := range t.text {
			k := 2
			switch {
			case unicode.IsDigit(r):
				k = 1
			case kind == 1 && strings.ContainsRune(".,٫٬:", r):
				k = 1
			case r == '-' || r == '‑':
				k = 0
			case unspacedRune(r):
				k = 3
			}
			if k != kind || k == 0 || k == 3 && !(hanNumeral(r) && hanNumeral(lastRune(t.text[:i]))) {
				flush(i)
				kind = k
			}
			if k == 0 {
				from = i + utf8.RuneLen(r)
			}
		}
		flush(len(t.text))
		if t.sign && strings.Contains("%‰$£€¥₹", t.text) || t.text == "%" {
			out = append(out, chunk{text: t.text, low: t.text, start: t.start, end: t.end})
		}
	}
	return out
}

func lastRune(s string) rune {
	r, _ := utf8.DecodeLastRuneInString(s)
	return r
}

// amounts returns the numbers of text.
func (a *amountWords) amounts(text string) []amount {
	ps := chunksOf(text)
	var out []amount
	for i := 0; i < len(ps); {
		am, n := a.at(ps, i)
		if n == 0 {
			i++
			continue
		}
		am.text = text[ps[i].start:ps[i+n-1].end]
		am.unit = a.unitAround(ps, i, i+n)
		am.joined = joinsNext(text, ps, i+n)
		if j := i + n; len(a.powers) == 0 && j < len(ps) && near(ps[j-1], ps[j]) && !ps[j].digits {
			am.tail = ps[j].low
		}
		if len(am.means) > 0 {
			out = append(out, am)
		}
		i += n
	}
	return out
}

// joinsNext reports whether a word or a sign of a range, or a comma, stands
// between the amount that ends before ps[i] and another.
func joinsNext(text string, ps []chunk, i int) bool {
	for k := i; k < len(ps) && k <= i+1; k++ {
		between := strings.Trim(strings.ToLower(text[ps[i-1].end:ps[k].start]), " $£€¥₹%")
		switch between {
		case "-", "–", "‑", "to", "and", "or", "bis", "und", "oder", "a", "y", "o", "à", "et", "ou", "سے", "اور", "یا":
			return true
		}
	}
	return false
}

// at reads the amount that begins at ps[i] and how many chunks it has; 0 if none
// begins there.
func (a *amountWords) at(ps []chunk, i int) (amount, int) {
	p := ps[i]
	switch {
	case p.digits:
		means := canonical(p.text)
		if strings.Contains(p.text, ":") {
			means = []string{strings.Trim(p.text, ":")}
		}
		n := 1
		if i+1 < len(ps) && near(p, ps[i+1]) {
			if power, ok := a.powers[ps[i+1].low]; ok {
				means, n = scaled(means, power), 2
			} else if ps[i+1].start == p.end && ordinalEnd(ps[i+1].low) {
				means, n = append(means, means[0]+"th"), 2
			}
		}
		return amount{means: means}, n
	case hanNumeral(firstOfText(p.text)):
		if utf8.RuneCountInString(p.text) == 1 {
			if p.text == "一" || i+1 >= len(ps) || ps[i+1].start != p.end {
				return amount{}, 0
			}
			return amount{means: []string{p.text + ps[i+1].text}}, 1
		}
		return amount{means: []string{p.text}}, 1
	}
	if am, n := a.inWords(ps, i); n > 0 {
		if f, ok := a.fraction(ps, i, n, am.means); ok {
			return amount{means: []string{f}}, n + 1
		}
		return am, n
	}
	if c, ok := a.classes[p.low]; ok && !(i > 0 && a.none[ps[i-1].low+" "+p.low]) {
		return amount{means: c}, 1
	}
	return amount{}, 0
}

// fraction is "2/3" where the number of ps[i:i+n] counts parts: "two thirds".
func (a *amountWords) fraction(ps []chunk, i, n int, means []string) (string, bool) {
	if i+n >= len(ps) || !near(ps[i+n-1], ps[i+n]) || len(means) == 0 || means[0] == "1" {
		return "", false
	}
	for _, m := range a.classes[ps[i+n].low] {
		if part, ok := strings.CutPrefix(m, "1/"); ok && (len(a.classes[ps[i+n].low]) == 1) {
			return means[0] + "/" + part, true
		}
	}
	return "", false
}

// inWords reads a number in words: "two hundred and five", "three million".
func (a *amountWords) inWords(ps []chunk, i int) (amount, int) {
	total, cur, n, any := 0, 0, 0, false
	for j := i; j < len(ps); j++ {
		if j > i && !near(ps[j-1], ps[j]) {
			break
		}
		w := ps[j].low
		if v, ok := a.values[w]; ok {
			if v == 100 && cur > 0 {
				cur *= 100
			} else {
				cur += v
			}
			any, n = true, j-i+1
			continue
		}
		if power, ok := a.powers[w]; ok && len(w) > 2 {
			cur = max(cur, 1)
			for range power {
				cur *= 10
			}
			total, cur = min(total+cur, 1e15), 0
			any, n = true, j-i+1
			continue
		}
		if !any || w != "and" && w != "und" && w != "y" && w != "et" || j+1 >= len(ps) || a.values[ps[j+1].low] == 0 || a.values[ps[j+1].low] >= 100 || (total+cur)%100 != 0 && w == "and" {
			break
		}
	}
	if !any || n == 1 && (total+cur == 1 || a.values[ps[i].low] == 1) {
		return amount{}, 0 // "one" is rather a pronoun
	}
	return amount{means: []string{strconv.Itoa(min(total+cur, 1e15))}}, n
}

// near reports whether two chunks follow one another with nothing but a space
// or a hyphen between them.
func near(a, b chunk) bool { return b.start-a.end <= 1 }

func firstOfText(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}

// ordinalEnd reports whether what follows a number in digits makes it an ordinal.
func ordinalEnd(w string) bool {
	switch w {
	case "st", "nd", "rd", "th", "er", "ère", "re", "e", "ème", "º", "ª", "o", "a":
		return true
	}
	return false
}

// scaled moves the decimal points of numbers to the right.
func scaled(list []string, power int) []string {
	out := make([]string, 0, len(list))
	for _, n := range list {
		whole, part, _ := strings.Cut(n, ".")
		for range power {
			if part == "" {
				whole += "0"
				continue
			}
			whole, part = whole+part[:1], part[1:]
		}
		whole = strings.TrimLeft(whole, "0")
		if part = strings.TrimRight(part, "0"); part != "" {
			whole += "." + part
		}
		out = append(out, whole)
	}
	return out
}

// hanNumeral reports whether r is a Chinese numeral.
func hanNumeral(r rune) bool {
	return strings.ContainsRune("〇零一二三四五六七八九十百千万亿兆两億萬", r) && r != 0
}

// unitAround returns the unit of the amount of ps[i:j]: what follows it, or a
// sign of money before it.
func (a *amountWords) unitAround(ps []chunk, i, j int) string {
	if j+1 < len(ps) && near(ps[j-1], ps[j]) && (ps[j].low == "de" || ps[j].low == "d'") {
		j++ // "doce millones de euros"
	}
	if j+1 < len(ps) && near(ps[j-1], ps[j]) && near(ps[j], ps[j+1]) {
		if u := a.units[ps[j].low+" "+ps[j+1].low]; u != "" {
			return u
		}
	}
	if j < len(ps) && near(ps[j-1], ps[j]) {
		if u := a.unit(ps[j].low); u != "" {
			return u
		}
	}
	if i > 0 && near(ps[i-1], ps[i]) {
		if u := a.unit(ps[i-1].low); u != "" && strings.Contains("$£€¥₹", u) {
			return u
		}
	}
	return ""
}

func (a *amountWords) unit(w string) string {
	switch w {
	case "%", "‰", "$", "£", "€", "¥", "₹":
		return w
	}
	return a.units[w]
}
