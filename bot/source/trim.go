package source

import (
	"regexp"
	"strings"

	"golang.org/x/net/html/atom"
)

// What stands between and around the paragraphs of an article without being
// part of it, by its wording. Only whole paragraphs are judged.
var (
	// noise is dropped wherever it stands.
	noise = regexp.MustCompile(`(?i)^(` + strings.Join([]string{
		`advert(isement)?s?`, `anzeige`, `publicité`, `publicidad`, `publicidade`, `iklan`, `sponsored( content)?`,
		`(click|tap|scroll) (here )?to (read|see|view|continue|tweet|expand)\b.*`, `continue reading( below)?`,
		`(story|article) continues( below)?.*`, `read (more|next|also|full story)`, `(see|learn|show|load|view) more`,
		`share( this)?( (article|story|post|page))?( on .*)?`, `(print|email|comments?|close|caption|enlarge image|skip to content|sign in)`,
		`(image|photo|slide|picture) \d+ (of|/)( /)? ?\d+`, `\d+ (of|/) \d+`, `this slideshow requires javascript\.?`,
		`(view|more from|follow) (this )?author.*`, `breaking news`, `related (news|stories|articles|topics|content|links|coverage)?:?`,
		`you (may|might) also (like|be interested in).*`, `don'?t miss:?`, `more:?`, `recommended( for you)?:?`,
		`(trending|most (read|popular|viewed))( now| stories)?:?`, `https?://\S+`, `get (the )?(quiz|app|newsletter)\b.*`,
		`mehr zum thema:?`, `lesen sie auch:?`, `(à )?lire aussi ?:?`, `lea también:?`, `te puede interesar:?`, `leia (também|mais):?`, `leggi anche:?`,
	}, "|") + `)[.…!]*$`)
	// pointer begins a paragraph that sends the reader elsewhere; it counts
	// where a good part of the paragraph is a link.
	pointer = regexp.MustCompile(`(?i)^(related|see (also|more)|read (also|more|next)|also( see| read)?|more|watch|listen|video|photos?|gallery|next|` +
		`don'?t miss|must read|in pictures|opinion|explained|mehr( zum thema)?|lesen sie (auch|mehr)|siehe auch|(à )?lire( aussi)?|voir aussi|lea( también)?|` +
		`le[ae] más|leia (também|mais)|leggi anche|baca juga)( [^:]{0,40})?\s?[:|–-]`)
	// dateline is a line that says when something appeared.
	dateline = regexp.MustCompile(`(?i)^(first )?(posted|published|updated|last (updated|modified)|created|veröffentlicht|aktualisiert|stand|publié|mis à jour|publicado|actualizado|atualizado)\b[^.!?]{0,30}\d`)
	aDate    = regexp.MustCompile(`(?i)\b(19|20)\d\d\b.{0,12}\b\d{1,2}\b|\b\d{1,2}\b.{0,16}\b(19|20)\d\d\b|\b\d+ (minutes?|hours?|days?|weeks?) ago\b`)
	byline   = regexp.MustCompile(`(?i)^(by|von|par|por|di|written by|posted by|story by)[: ]\s*\pL`)
	credit   = regexp.MustCompile(`(?i)^\W*(photo|image|picture|video|foto|bild|photograph|illustration|credit|source|screenshot)s?( credits?| by| courtesy| via)?\s?[:©]|^(via|©|copyright)\s|^(getty images|reuters|\(?ap( photo)?\)?|afp|istock|shutterstock)\W*$`)
	readTime = regexp.MustCompile(`(?i)^(tempo de leitura|lesezeit|temps de lecture|reading time|tiempo de lectura)\b|^\d+ min(ute)?s? read$`)
	// tail begins paragraphs that close a page after its article.
	tail = regexp.MustCompile(`(?i)^(follow (us|me|him|her|them|\S+( \S+)?) (on|at)\b|listen to .* live|subscribe (to|now|today)|sign up (for|to)|join (our|us|the conversation|the discussion)|` +
		`get (the latest|our|more|access|.* delivered)|have (a tip|a story|you)|if you (enjoyed|liked|have (a|any) (tip|question|story))|tell us what|what do you think|leave a (comment|reply)|` +
		`additional reporting|(this|the) (article|story|post|piece) (was|has been|is|may|contains)\b|originally published|copyright|©|all rights reserved|filed under|tags?:|topics?:|categor(y|ies):|` +
		`about the authors?|more (from|news|stories|on)\b|related\b|disclaimer|disclosure|updated? (at|on)\b|need more|something to consider|share your|contact (us|the (author|reporter|writer))|` +
		`click here|download (the|our)|comments?\b.{0,40}$|your email address|(follow|read) .* full coverage|source:|reporting by|editing by|(\*\s*)?via \S+$|` +
		`folgen sie|abonnieren|quelle:|suivez|abonnez|síguenos|suscríbe|siga |fonte:|fuente:)`)
	// endHeading is a heading after which nothing of the article comes.
	endHeading = regexp.MustCompile(`(?i)^(about the authors?|(leave|post|add) a (comment|reply)|comments?|related( \w+){0,2}|more (from|news|stories|on)\b.*|recommended.*|you (may|might) also like.*|trending.*|` +
		`most (read|popular).*|latest (news|stories|headlines).*|share this.*|join the (conversation|discussion).*|read (more|next).*|kommentare|mehr zum thema|comentarios|commentaires|deixe .* comentário)[.…:]*$`)
)

// trim drops what the extractor left around and between the paragraphs of the
// article, and the title where it is repeated as the first paragraph.
func trim(in []block, title string) []block {
	out := dropLinks(in)
	out = keep(out, func(b block) bool { return b.letters > 0 && !noise.MatchString(b.text) && !isPointer(b) })
	out = trimHead(out, title)
	out = trimTail(out)
	if letters(out)*2 < letters(in) && letters(out) < 1000 { // the rules misfire: rather too much than nothing
		return keep(in, func(b block) bool { return b.letters > 0 })
	}
	return dropBareHeadings(out)
}

// dropLinks takes out paragraphs that are hardly more than a link, unless the
// page is made of them.
func dropLinks(in []block) []block {
	out := keep(in, func(b block) bool {
		return !b.linkOnly() || b.heading() || endsSentence(b.text) && b.letters > 40
	})
	if letters(out)*10 < letters(in)*6 {
		return in
	}
	return out
}

func isPointer(b block) bool {
	return b.letters < 250 && b.linked*2 > b.letters && pointer.MatchString(b.text) && !b.heading()
}

// prose reports whether a paragraph reads like running text.
func prose(b block) bool {
	return !b.heading() && (endsSentence(b.text) && b.letters >= 30 || b.letters >= 120)
}

// trimHead drops datelines, bylines and labels before the first running text.
func trimHead(in []block, title string) []block {
	first := 0
	for first < len(in) && first < 12 && !(prose(in[first]) && !label(in[first])) {
		first++
	}
	if first == len(in) || first == 12 {
		return keep(in, func(b block) bool { return !label(b) })
	}
	head := keep(in[:first], func(b block) bool {
		return !label(b) && !sameText(b.text, title) && (b.tag == atom.Li || b.letters >= 25)
	})
	return append(head, in[first:]...)
}

// label reports whether a paragraph only says who, when or from where.
func label(b block) bool {
	t := b.text
	if b.letters > 160 {
		return false
	}
	return dateline.MatchString(t) || readTime.MatchString(t) || b.letters < 80 && (byline.MatchString(t) || credit.MatchString(t)) ||
		b.letters < 60 && aDate.MatchString(t) && !endsSentence(t)
}

// trimTail cuts what follows the article: at a closing heading in its last
// third, then paragraph by paragraph from the end.
func trimTail(in []block) []block {
	total, sum := letters(in), 0
	for i, b := range in {
		if sum*3 > total*2 && b.letters < 60 && !prose(b) && endHeading.MatchString(b.text) {
			in = in[:i]
			break
		}
		sum += b.letters
	}
	for len(in) > 1 {
		last := in[len(in)-1]
		if !tail.MatchString(last.text) && !label(last) && !last.heading() || last.letters > 600 {
			break
		}
		in = in[:len(in)-1]
	}
	return in
}

// dropBareHeadings drops headings with nothing under them.
func dropBareHeadings(in []block) []block {
	out := in[:0:0]
	for i, b := range in {
		if b.heading() && (i+1 == len(in) || in[i+1].heading() && in[i+1].tag == b.tag) && len(in) > 1 {
			continue
		}
		out = append(out, b)
	}
	return out
}

func sameText(a, b string) bool { return b != "" && wordsOnly(a) == wordsOnly(b) }

// wordsOnly gives the letters and digits of s in lower case, for comparing.
func wordsOnly(s string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(s), notWord), " ")
}

func letters(in []block) int {
	n := 0
	for _, b := range in {
		n += b.letters
	}
	return n
}

func keep(in []block, ok func(block) bool) []block {
	var out []block
	for _, b := range in {
		if ok(b) {
			out = append(out, b)
		}
	}
	return out
}
