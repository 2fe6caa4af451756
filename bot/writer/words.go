package writer

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/words"
)

// wordsOf returns the lower-cased words of s by Unicode word boundaries (UAX
// 29), without punctuation. Typographic apostrophes become straight ones. In
// scripts without spaces every character is a word.
func wordsOf(s string) []string {
	out := make([]string, 0, len(s)/6+1)
	for it := words.FromString(s); it.Next(); {
		w := it.Value()
		if !isWord(w) {
			continue
		}
		w = strings.ToLower(w)
		if strings.Contains(w, "’") {
			w = strings.ReplaceAll(w, "’", "'")
		}
		out = append(out, w)
	}
	return out
}

func isWord(w string) bool {
	for _, r := range w {
		if r < 0x80 {
			if r|0x20 >= 'a' && r|0x20 <= 'z' || r >= '0' && r <= '9' {
				return true
			}
		} else if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return true
		}
	}
	return false
}

// length measures words as a reader does: a character of a script without
// spaces is about half a word.
func length(words []string) int {
	half := 0
	for _, w := range words {
		if unspaced(w) {
			half++
		}
	}
	return len(words) - half + (half+1)/2
}

// unspaced reports whether the word begins with a letter of a script that is
// written without spaces between words.
func unspaced(w string) bool {
	r, _ := utf8.DecodeRuneInString(w)
	return unspacedRune(r)
}

func unspacedRune(r rune) bool {
	return r >= 0x0e00 && (r <= 0x0eff || // Thai, Lao
		r >= 0x1000 && r <= 0x109f || // Burmese
		r >= 0x1780 && r <= 0x17ff || // Khmer
		r >= 0x3040 && r <= 0x30ff || // kana
		r >= 0x3400 && r <= 0x9fff || // Han
		r >= 0x20000 && r <= 0x3ffff)
}

// stopword reports whether w, lower-cased, is so common in the language that
// it says nothing about a text's subject. It knows the languages of prompts/;
// of any other language no word is a stop word.
func stopword(lang, w string) bool {
	switch lang {
	case "en":
		return stopEnglish(w)
	case "es":
		return stopSpanish(w)
	case "de":
		return stopGerman(w)
	case "fr":
		return stopFrench(w)
	case "ur":
		return stopUrdu(w)
	}
	return false
}

func stopEnglish(w string) bool {
	switch w {
	case "a", "about", "after", "again", "against", "all", "also", "am", "an", "and", "any", "are", "as", "at",
		"be", "because", "been", "before", "being", "below", "between", "both", "but", "by", "can", "could",
		"did", "do", "does", "doing", "down", "during", "each", "few", "for", "from", "further", "had", "has",
		"have", "having", "he", "her", "here", "hers", "herself", "him", "himself", "his", "how", "i", "if", "in",
		"into", "is", "it", "its", "itself", "just", "may", "me", "might", "more", "most", "must", "my", "myself", "no",
		"nor", "not", "now", "of", "off", "on", "once", "only", "or", "other", "our", "ours", "ourselves", "out",
		"over", "own", "said", "same", "say", "says", "she", "should", "so", "some", "such", "than", "that", "the", "their",
		"theirs", "them", "themselves", "then", "there", "these", "they", "this", "those", "through", "to",
		"too", "under", "until", "up", "us", "very", "was", "we", "were", "what", "when", "where", "which", "while",
		"who", "whom", "whose", "why", "will", "with", "would", "you", "your", "yours", "yourself",
		"it's", "he's", "she's", "that's", "i'm", "we're", "they're", "don't", "doesn't", "didn't", "isn't",
		"wasn't", "aren't", "weren't", "can't", "won't", "wouldn't", "couldn't", "i've", "we've", "s", "t", "mr", "mrs", "ms":
		return true
	}
	return false
}

func stopSpanish(w string) bool {
	switch w {
	case "a", "al", "algo", "ante", "antes", "así", "aunque", "bajo", "bien", "cada", "como", "cómo", "con",
		"contra", "cual", "cuando", "de", "del", "desde", "donde", "dos", "durante", "e", "el", "él", "ella",
		"ellas", "ellos", "en", "entre", "era", "eran", "es", "esa", "esas", "ese", "eso", "esos", "esta", "está",
		"están", "estar", "estas", "este", "esto", "estos", "fue", "fueron", "ha", "han", "hasta", "hay", "la",
		"las", "le", "les", "lo", "los", "más", "me", "mi", "mientras", "muy", "nada", "ni", "no", "nos",
		"nosotros", "o", "otra", "otras", "otro", "otros", "para", "pero", "poco", "por", "porque", "pues", "que",
		"qué", "quien", "se", "sea", "según", "ser", "si", "sí", "sido", "sin", "sobre", "son", "su", "sus",
		"también", "tan", "tanto", "tiene", "tienen", "toda", "todas", "todo", "todos", "tras", "un", "una",
		"unas", "uno", "unos", "y", "ya", "yo":
		return true
	}
	return false
}

func stopGerman(w string) bool {
	switch w {
	case "aber", "alle", "allem", "allen", "aller", "alles", "als", "also", "am", "an", "andere", "anderen",
		"auch", "auf", "aus", "bei", "beim", "bin", "bis", "da", "damit", "dann", "das", "dass", "daß", "dem",
		"den", "denn", "der", "des", "die", "dies", "diese", "diesem", "diesen", "dieser", "dieses", "doch",
		"dort", "durch", "ein", "eine", "einem", "einen", "einer", "eines", "er", "es", "etwa", "etwas", "für",
		"gegen", "hat", "hatte", "hatten", "haben", "hier", "ich", "ihm", "ihn", "ihnen", "ihr", "ihre", "ihrem",
		"ihren", "ihrer", "im", "in", "ins", "ist", "ja", "jede", "jeder", "jedoch", "kann", "können", "kein",
		"keine", "man", "mehr", "mit", "muss", "nach", "nicht", "noch", "nun", "nur", "ob", "oder", "ohne",
		"schon", "sehr", "sei", "sein", "seine", "seinem", "seinen", "seiner", "seit", "sich", "sie", "sind",
		"so", "soll", "sollen", "über", "um", "und", "uns", "unter", "vom", "von", "vor", "war", "waren", "was",
		"weil", "wenn", "wer", "werden", "wie", "wieder", "will", "wir", "wird", "wo", "wurde", "wurden", "zu",
		"zum", "zur", "zwischen":
		return true
	}
	return false
}

func stopFrench(w string) bool {
	switch w {
	case "a", "à", "afin", "ai", "ainsi", "alors", "après", "au", "aussi", "autre", "autres", "aux", "avait", "avant",
		"avec", "avoir", "car", "ce", "cela", "celle", "celui", "ces", "cet", "cette", "ceux", "chez", "comme",
		"contre", "dans", "de", "depuis", "des", "deux", "donc", "dont", "du", "elle", "elles", "en", "encore",
		"entre", "est", "et", "été", "être", "eu", "fait", "il", "ils", "je", "la", "le", "les", "leur", "leurs",
		"lors", "lui", "mais", "même", "mes", "moins", "mon", "ne", "ni", "non", "nos", "notre", "nous", "on",
		"ont", "ou", "où", "par", "pas", "pendant", "peu", "peut", "plus", "pour", "qu", "quand", "que", "quel",
		"quelle", "qui", "sa", "sans", "se", "selon", "sera", "ses", "si", "son", "sont", "sous", "sur", "ta",
		"tous", "tout", "toute", "toutes", "très", "un", "une", "vers", "vos", "votre", "vous", "y", "c'est",
		"n'est", "qu'il", "qu'elle", "qu'un", "qu'une", "d'un", "d'une", "s'est", "l'on":
		return true
	}
	return false
}

func stopUrdu(w string) bool {
	switch w {
	case "کے", "کی", "کا", "کو", "نے", "سے", "میں", "پر", "اور", "ہے", "ہیں", "تھا", "تھی", "تھے", "یہ", "وہ",
		"اس", "ان", "کہ", "بھی", "تو", "ہی", "کر", "کیا", "گیا", "گئی", "گئے", "ہو", "ہوا", "ہوئی", "ہوئے", "جو",
		"جس", "جن", "تک", "ایک", "لیے", "لئے", "ساتھ", "بعد", "اپنے", "اپنی", "اپنا", "نہیں", "کوئی", "کسی", "یا",
		"اگر", "پھر", "جب", "اب", "ہم", "آپ", "انہوں", "انھوں", "اسے", "انہیں", "والے", "والی", "والا", "رہا",
		"رہی", "رہے", "کرنے", "کیے", "کئے", "دیا", "دی", "دیے", "کہا", "جا", "جائے", "جاتا", "جاتی", "جاتے",
		"ہوتا", "ہوتی", "ہوتے", "ہونے", "کچھ", "مگر", "لیکن", "بہت", "سب", "ہر", "وغیرہ", "یعنی", "کرتے", "کرتا",
		"کرتی", "کریں", "ہوں", "گا", "گی", "گے", "چاہیے", "متعلق", "دوران", "خلاف", "حوالے", "طرف", "طرح":
		return true
	}
	return false
}
