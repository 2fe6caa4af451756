package writer

import (
	"strings"
	"unicode/utf8"

	"colloquy/bot"
)

// maxRead is how much of an article is read, in bytes: about 40,000 words. What
// lies behind is not looked at, so that time and memory stay bounded.
const maxRead = 256 << 10

// A document is an article as the writer sees it.
type document struct {
	article   bot.Article
	lang      string     // ISO 639-1; "" when unknown
	title     string     // "" when it was only made from the text
	sentences []sentence // in the order of the text, headings included
	lex       *lexicon   // of lang; nil when prompts/ has no file for it
	opinion   bool       // the article argues in its author's own voice
}

// read segments an article. Bytes that are no UTF-8 become U+FFFD. The language
// is what the text is reliably written in, else what its origin says: pages are
// often declared wrongly.
func read(a bot.Article) document {
	text := a.Text
	if len(text) > maxRead {
		cut := maxRead
		for cut > 0 && !utf8.RuneStart(text[cut]) {
			cut--
		}
		text = text[:cut]
	}
	text = strings.ToValidUTF8(text, "\uFFFD")
	a.Title = strings.ToValidUTF8(a.Title, "\uFFFD")
	d := document{article: a, lang: DetectLanguage(text)}
	if d.lang == "" {
		d.lang, _, _ = strings.Cut(strings.ToLower(a.Language), "-")
	}
	if !a.TitleMade {
		d.title = a.Title
	}
	d.sentences = segment(text, d.lang)
	d.lex = newLexicon(d.lang)
	d.opinion = isOpinion(d)
	return d
}
