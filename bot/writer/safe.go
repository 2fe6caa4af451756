package writer

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// quotable reports whether a sentence of an article or a reply may be shown as
// a quotation. It is false for one that holds a link, an address, a mention,
// markup or code, for one that speaks to a reader's software or begs for
// clicks, and for what pages print around their articles.
func quotable(s string) bool {
	if s == "" || linked(s) || marked(s) || toSoftware(s) {
		return false
	}
	low := strings.ToLower(strings.ReplaceAll(s, "’", "'"))
	for _, p := range orders {
		if i := strings.Index(low, p); i >= 0 && !letterAt(low, i+len(p)) {
			return false
		}
	}
	for _, p := range boilerplate {
		if strings.HasPrefix(low, p) {
			return false
		}
	}
	return true
}

// letterAt reports whether a letter stands at byte i of s.
func letterAt(s string, i int) bool {
	r, _ := utf8.DecodeRuneInString(s[i:])
	return unicode.IsLetter(r)
}

// linked reports whether s holds an address or mentions somebody.
func linked(s string) bool {
	if strings.Contains(s, "://") || strings.Contains(s, "www.") {
		return true
	}
	for i, r := range s {
		if r == '@' || r == '＠' {
			return true
		}
		if r == '.' && i > 0 && i+3 <= len(s) && domain(s[:i], s[i+1:]) {
			return true
		}
	}
	return false
}

// domain reports whether a full stop stands between the parts of a host name
// that chat platforms would make a link of: "example.com", "bit.ly/x".
func domain(before, after string) bool {
	last := before[len(before)-1]
	if last|0x20 < 'a' || last|0x20 > 'z' {
		if last < '0' || last > '9' {
			return false
		}
	}
	end := strings.IndexFunc(after, func(r rune) bool { return r < 'a' || r > 'z' })
	if end < 0 {
		end = len(after)
	}
	if end < len(after) && (after[end] >= 'A' && after[end] <= 'Z' || after[end] >= '0' && after[end] <= '9') {
		return false
	}
	switch after[:end] {
	case "com", "org", "net", "edu", "gov", "info", "io", "ly", "co", "uk", "de", "fr", "es", "pk", "ru", "cn",
		"eu", "us", "me", "gg", "tv", "app", "dev", "xyz", "biz", "in", "html", "htm", "php":
		return true
	}
	return end < len(after) && after[end] == '/' && end >= 2
}

// addressLike returns the first word of s that platforms may take for an address: a
// full stop in the middle with two small letters or more behind it, or four
// numbers with full stops; "" if there is none. A capital there is the beginning
// of the next sentence, before which a space was forgotten.
func addressLike(s string) string {
	for w := range strings.FieldsSeq(s) {
		w = strings.Trim(w, ".,;:!?…()\"'“”„«»‘’؟۔")
		parts := strings.FieldsFunc(w, func(r rune) bool { return r == '.' || r == '．' })
		numbers := 0
		for i, p := range parts {
			if strings.Trim(p, "0123456789") == "" {
				numbers++
			}
			first, _ := utf8.DecodeRuneInString(p)
			if letters := strings.IndexFunc(p, func(r rune) bool { return !unicode.IsLetter(r) }); i > 0 && unicode.IsLetter(first) && !unicode.IsUpper(first) &&
				(letters < 0 && utf8.RuneCountInString(p) > 1 || letters > 1) {
				return w
			}
		}
		if numbers == 4 && len(parts) == 4 {
			return w
		}
	}
	return ""
}

// marked reports whether s holds markup, code, a platform's own tokens or
// characters that change how other text is shown.
func marked(s string) bool {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '<', '`', '{', '}', '\\':
			return true
		case '*', '_', '~', '|':
			if i+1 < len(s) && s[i+1] == s[i] {
				return true
			}
		case ']':
			if i+1 < len(s) && s[i+1] == '(' {
				return true
			}
		case '#':
			if i+1 < len(s) && (s[i+1] == '#' || i == 0 && s[i+1] == ' ') {
				return true
			}
		case '&':
			if j := strings.IndexByte(s[i:], ';'); j > 1 && j < 9 && !strings.Contains(s[i:i+j], " ") {
				return true // &lt;
			}
		}
	}
	return strings.ContainsFunc(s, func(r rune) bool {
		return unicode.Is(unicode.Cc, r) || r == '\uFFFD' ||
			r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069' || r >= 0xe0000 && r <= 0xe007f
	})
}

// orders are phrases of texts that speak to the software that reads them, or
// that want something from a page's visitor. Lower case, straight apostrophes.
var orders = [...]string{
	"ignore previous", "ignore all previous", "ignore any previous", "ignore the previous", "ignore all prior",
	"ignore your instructions", "ignore the above", "ignore these instructions", "ignore all instructions",
	"disregard previous", "disregard all previous", "disregard the above", "disregard your instructions",
	"previous instructions", "prior instructions", "forget everything above", "forget all previous", "new instructions:",
	"system prompt", "as an ai ", "as an ai,", "as a language model", "as a large language model", "you are an ai",
	"if you are a language model", "you are chatgpt", "you are now a", "note to ai", "attention ai", "ai assistants reading",
	"do not summarize", "do not summarise", "instead of summarizing", "instead of summarising",
	"click here", "click the link", "click below", "tap here", "subscribe to our", "subscribe now", "subscribe today",
	"subscribe to the newsletter", "sign up for our", "sign up to our", "our newsletter", "follow us on",
	"share this article", "enable javascript", "javascript is disabled", "enable cookies", "we use cookies",
	"this site uses cookies", "this website uses cookies", "accept cookies", "cookie policy", "our privacy policy",
	"our terms of use", "our terms of service", "all rights reserved", "scroll down for", "to continue reading",
	"log in to continue", "sign in to continue", "create a free account", "download our app", "leave a comment below",
	"instrucciones anteriores", "como una ia", "haz clic", "haga clic", "suscríbete", "suscríbase", "boletín de noticias",
	"nuestro boletín", "todos los derechos reservados", "política de privacidad", "utilizamos cookies", "síguenos en",
	"vorherigen anweisungen", "vorherige anweisungen", "bisherigen anweisungen", "als ki-", "klicken sie", "klick hier",
	"hier klicken", "newsletter abonnieren", "unseren newsletter", "abonnieren sie", "alle rechte vorbehalten",
	"datenschutzerklärung", "verwendet cookies", "verwenden cookies", "folgen sie uns",
	"instructions précédentes", "en tant qu'ia", "cliquez ici", "cliquez sur", "abonnez-vous", "notre newsletter",
	"inscrivez-vous", "tous droits réservés", "politique de confidentialité", "utilise des cookies",
	"utilisons des cookies", "suivez-nous",
	"پچھلی ہدایات", "سابقہ ہدایات", "یہاں کلک", "کلک کریں", "سبسکرائب", "نیوز لیٹر", "جملہ حقوق", "کوکیز",
}

// boilerplate are beginnings of lines that belong to the page. Lower case.
var boilerplate = [...]string{
	"advertisement", "continue reading", "system:", "assistant:", "[inst]", "photo:", "photos:", "photo by", "photograph:", "image:", "images:", "image credit", "picture:", "pictures:", "video:",
	"watch:", "listen:", "read more", "read also", "read:", "see also", "related:", "more on this", "also read",
	"source:", "credit:", "by ap ", "copyright", "©", "(c) ", "file photo", "editor's note", "correction:",
	"this article was originally", "this article first appeared", "this story was", "for more information",
	"reporting by", "editing by", "additional reporting", "written by", "published:", "updated:", "last updated",
	"foto:", "fotos:", "lee también", "lea también", "leer más", "ver también", "vídeo:", "fuente:",
	"bild:", "lesen sie", "mehr zum thema", "siehe auch", "quelle:", "lire aussi", "lire la suite", "à lire",
	"voir aussi", "crédit photo", "légende", "vidéo:", "مزید پڑھیں", "یہ بھی پڑھیں", "فوٹو:", "تصویر:", "ویڈیو:",
}
