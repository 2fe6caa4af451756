package writer

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/abadojack/whatlanggo"
)

// DetectLanguage returns the ISO 639-1 code of the language that text is
// written in, or "" when that cannot be told reliably. Of a long text it reads
// samples. Scripts with one language are told by the script, those of several
// by their own letters, by their commonest words or by trigrams.
func DetectLanguage(text string) string {
	// whatlanggo measures positions of trigrams against lists of 300, which
	// fails on more text than about this.
	const most = 1500
	if lang := detect(sample(text, 3, most/3)); lang != "" || len(text) <= most {
		return lang
	}
	// Lists and names say little: perhaps the text is elsewhere.
	half := len(text) / 2
	for half < len(text) && !utf8.RuneStart(text[half]) {
		half++
	}
	if lang := detect(sample(text[:half], 2, most/2)); lang != "" {
		return lang
	}
	return detect(sample(text[half:], 2, most/2))
}

func detect(s string) string {
	script, letters := mainScript(s)
	switch script {
	case nil:
		return ""
	case unicode.Arabic:
		return arabicScript(s)
	case unicode.Latin:
		return latinScript(s, letters)
	case unicode.Cyrillic, unicode.Devanagari, unicode.Hebrew, unicode.Ethiopic:
		if info := whatlanggo.Detect(s); letters >= 12 && info.IsReliable() {
			return info.Lang.Iso6391()
		}
		return ""
	}
	for _, sl := range scriptLanguages {
		if sl.script == script {
			return sl.lang
		}
	}
	return ""
}

// sample takes n pieces of about size bytes from evenly spread places of text,
// or all of a text that is not longer than they are together.
func sample(text string, n, size int) string {
	if len(text) <= n*size {
		return text
	}
	var b strings.Builder
	for i := range n {
		at := i * (len(text) - size) / (n - 1)
		for at > 0 && at < len(text) && !utf8.RuneStart(text[at]) {
			at++
		}
		end := min(at+size, len(text))
		for end < len(text) && !utf8.RuneStart(text[end]) {
			end++
		}
		b.WriteString(text[at:end])
		b.WriteByte(' ')
	}
	return b.String()
}

// scriptLanguages lists the scripts that are told apart. Those without a
// language are written by several, which takes a second look.
var scriptLanguages = []struct {
	script *unicode.RangeTable
	lang   string
}{
	{unicode.Latin, ""}, {unicode.Cyrillic, ""}, {unicode.Arabic, ""}, {unicode.Devanagari, ""},
	{unicode.Hebrew, ""}, {unicode.Ethiopic, ""}, {unicode.Han, "zh"}, {unicode.Hiragana, "ja"},
	{unicode.Katakana, "ja"}, {unicode.Hangul, "ko"}, {unicode.Greek, "el"}, {unicode.Thai, "th"},
	{unicode.Bengali, "bn"}, {unicode.Gujarati, "gu"}, {unicode.Gurmukhi, "pa"}, {unicode.Tamil, "ta"},
	{unicode.Telugu, "te"}, {unicode.Kannada, "kn"}, {unicode.Malayalam, "ml"}, {unicode.Sinhala, "si"},
	{unicode.Oriya, "or"}, {unicode.Armenian, "hy"}, {unicode.Georgian, "ka"}, {unicode.Khmer, "km"},
	{unicode.Lao, "lo"}, {unicode.Myanmar, "my"}, {unicode.Tibetan, "bo"},
}

// mainScript returns the script of most letters in s and how many there are.
// Japanese mixes three scripts: some kana among Han make it Hiragana.
func mainScript(s string) (*unicode.RangeTable, int) {
	var counts [32]int
	last := 0 // neighbours mostly share their script, so it is tried first
	for _, r := range s {
		switch {
		case r < 0x80:
			if r|0x20 >= 'a' && r|0x20 <= 'z' {
				counts[0]++
			}
			continue
		case !unicode.IsLetter(r):
			continue
		case unicode.Is(scriptLanguages[last].script, r):
			counts[last]++
			continue
		}
		for i, sl := range scriptLanguages {
			if unicode.Is(sl.script, r) {
				counts[i]++
				last = i
				break
			}
		}
	}
	best, kana := 0, 0
	for i, sl := range scriptLanguages {
		if sl.lang == "ja" {
			kana += counts[i]
		}
		if counts[i] > counts[best] {
			best = i
		}
	}
	switch {
	case counts[best] == 0:
		return nil, 0
	case scriptLanguages[best].script == unicode.Han && kana*10 > counts[best]:
		return unicode.Hiragana, kana
	}
	return scriptLanguages[best].script, counts[best]
}

// arabicScript tells the languages that share the Arabic script by letters that
// only some of them have. Fewer than ten letters tell nothing.
func arabicScript(s string) string {
	var urdu, pashto, sindhi, kurdish, uyghur, farsi, arabic, all int
	for _, r := range s {
		if !unicode.Is(unicode.Arabic, r) || !unicode.IsLetter(r) {
			continue
		}
		all++
		switch r {
		case 'ٹ', 'ڈ', 'ڑ', 'ں', 'ے', 'ہ', 'ۓ':
			urdu++
		case 'ښ', 'ګ', 'ړ', 'ځ', 'څ', 'ۍ', 'ډ', 'ټ', 'ڼ':
			pashto++
		case 'ڳ', 'ڄ', 'ٺ', 'ٻ', 'ڀ', 'ڏ', 'ڌ', 'ڪ', 'ڻ', 'ڃ':
			sindhi++
		case 'ڕ', 'ڵ', 'ێ', 'ۆ':
			kurdish++
		case 'ۈ', 'ۇ', 'ۋ', 'ې':
			uyghur++
		case 'ی', 'ک', 'پ', 'چ', 'گ', 'ژ':
			farsi++
		case 'ي', 'ك', 'ة', 'ى', 'أ', 'إ':
			arabic++
		}
	}
	if all < 10 {
		return ""
	}
	best, lang := 0, ""
	for _, c := range []struct {
		n    int
		lang string
	}{{uyghur, "ug"}, {kurdish, "ku"}, {sindhi, "sd"}, {pashto, "ps"}, {urdu, "ur"}} {
		if c.n*50 >= all && c.n > best { // at least 2 % of the letters: more than a foreign name brings
			best, lang = c.n, c.lang
		}
	}
	switch {
	case lang != "":
		return lang
	case farsi > arabic:
		return "fa"
	case arabic > 0:
		return "ar"
	}
	return ""
}

// latinScript tells languages in the Latin script. What prompts/ has words for
// must show its commonest words, whatever trigrams say: a list of names is soon
// taken for French, and a question in the wrong language is worse than none.
func latinScript(s string, letters int) string {
	words := wordsOf(s)
	var counts [len(latinPrompts)]int
	best, second := 0, -1
	for i, l := range latinPrompts {
		for _, w := range words {
			if stopword(l, w) {
				counts[i]++
			}
		}
		switch {
		case counts[i] > counts[best]:
			best, second = i, best
		case i > 0 && (second < 0 || counts[i] > counts[second]):
			second = i
		}
	}
	common, n, next := latinPrompts[best], counts[best], counts[second]
	share := 100 * n / max(1, len(words))
	clear := n >= 3 && n >= 2*next
	if clear && share >= 36 && len(words) >= 40 {
		return common // more than a neighbour (Portuguese, Dutch) shares; trigrams take a millisecond
	}
	info := whatlanggo.Detect(s)
	guess := info.Lang.Iso6391()
	switch {
	case letters >= 12 && info.IsReliable() && !slices.Contains(latinPrompts[:], guess):
		return guess
	case guess == common && n >= 2 && share >= 18:
		return common
	case clear && share >= 30:
		return common
	}
	return ""
}

// latinPrompts are the languages of prompts/ in the Latin script.
var latinPrompts = [...]string{"en", "es", "de", "fr"}
