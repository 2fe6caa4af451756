package writer

import (
	"cmp"
	"math/bits"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"colloquy/bot"
	"colloquy/prompts"
)

// How much of a discussion a model gets to read.
const (
	maxSent      = 150   // replies
	maxSentRunes = 30000 // characters of them
	maxReplySent = 800   // characters of one; what goes on is cut
)

// repliesToSend are the replies that a model gets to read, oldest first, with
// the text that it gets. Those that are no text, or speak to a machine, are not
// among them. Of a long discussion everybody is heard before anybody is heard
// twice, those who disagree first, evenly over its questions and its time.
func repliesToSend(in bot.RecapInput) []bot.Reply {
	hide := newHider(in)
	opposed := dissenters(in.Replies)
	var at []int // of replies that can be sent
	texts := make([]string, len(in.Replies))
	for i, r := range in.Replies {
		if texts[i] = hide.text(r.Text); quotable(texts[i]) && len(wordsOf(texts[i])) > 0 {
			at = append(at, i)
		}
	}
	var sent []int
	runes := 0
	for _, i := range byTurns(in.Replies, at, opposed) {
		n := utf8.RuneCountInString(texts[i])
		if len(sent) == maxSent || runes+n > maxSentRunes {
			break
		}
		sent = append(sent, i)
		runes += n
	}
	slices.Sort(sent)
	out := make([]bot.Reply, 0, len(sent))
	for _, i := range sent {
		r := in.Replies[i]
		r.Text, r.Files, r.Author.Name = texts[i], nil, ""
		out = append(out, r)
	}
	return out
}

// byTurns puts replies into the order in which they are sent while there is room.
func byTurns(replies []bot.Reply, at []int, opposed []bool) []int {
	groups := map[int][]int{}
	for _, i := range at {
		groups[replies[i].Question] = append(groups[replies[i].Question], i)
	}
	type turn struct {
		reply, round int  // round: the place among the replies to its question
		opposed      bool // it disagrees
		again        int  // how often its author was heard before
	}
	var turns []turn
	for _, group := range groups {
		for round, k := range evenly(len(group)) {
			turns = append(turns, turn{reply: group[k], round: round, opposed: opposed[group[k]]})
		}
	}
	slices.SortFunc(turns, func(a, b turn) int {
		return cmp.Or(order(b.opposed, a.opposed), cmp.Compare(a.round, b.round), cmp.Compare(a.reply, b.reply))
	})
	heard := map[string]int{}
	for i := range turns {
		who := author(replies[turns[i].reply])
		turns[i].again = heard[who]
		heard[who]++
	}
	slices.SortStableFunc(turns, func(a, b turn) int { return cmp.Compare(a.again, b.again) })
	out := make([]int, len(turns))
	for i, t := range turns {
		out[i] = t.reply
	}
	return out
}

// order compares what is true or not; false comes first.
func order(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// evenly lists 0 to n-1 so that whatever number is taken from its front lies
// evenly between them.
func evenly(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	slices.SortFunc(out, func(a, b int) int { return cmp.Compare(bits.Reverse32(uint32(a)), bits.Reverse32(uint32(b))) })
	return out
}

// numbered gives each author a number from 1, in the order in which they wrote.
func numbered(replies []bot.Reply) map[string]int {
	out := map[string]int{}
	for _, r := range replies {
		if who := author(r); out[who] == 0 {
			out[who] = len(out) + 1
		}
	}
	return out
}

// placeholder is how a statement would show that it speaks of one person.
var placeholder = regexp.MustCompile(`(?i)\[|\]|\b(?:person|persona|personne|user|speaker|teilnehmer|participant)s?\s*#?\d|شخص\s*\d`)

// commandLike is what a platform may take for a command or a channel.
var commandLike = regexp.MustCompile(`(?:^|[\s("'“„«])/\pL\S*|\pL+:\w+/\S+`)

// What is taken out of replies before they are sent, whoever it is about.
var (
	linkInText    = regexp.MustCompile(`(?i)\b(?:https?|ftp)://\S+|\bwww\.\S+|\b[a-z0-9][a-z0-9.-]*\.[a-z]{2,}/\S*`)
	mailInText    = regexp.MustCompile(`[\pL\pN._%+-]+@[\pL\pN-]+(?:\.[\pL\pN-]+)+`)
	tokenInText   = regexp.MustCompile(`<(?:@[!&]?|#|a?:\w+:|!)[\w^.|-]*>`)                   // a platform's own, of people, channels and emoji
	mentionInText = regexp.MustCompile(`@[\pL\pN_][\pL\pN\pM_.'’-]*(\s+\p{Lu}[\pL\pM'’-]+)?`) // a second name too
)

// somebodyElse stands where a name or a mention stood. It has no word in it that a model could repeat.
const somebodyElse = "[…]"

// A hider takes names, mentions, links and addresses out of texts.
type hider struct {
	lang  string
	whole []*regexp.Regexp // of names, longest first
	parts map[string]bool  // of names, lower-case
}

func newHider(in bot.RecapInput) *hider {
	h := &hider{lang: in.Language, parts: map[string]bool{}}
	names := slices.Clone(in.Names)
	for _, r := range in.Replies {
		names = append(names, r.Author.Name)
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(len(b), len(a)), strings.Compare(a, b)) })
	for _, name := range slices.Compact(names) {
		words := strings.Fields(name)
		if utf8.RuneCountInString(name) < 2 || !strings.ContainsFunc(name, unicode.IsLetter) || len(words) == 1 && stopword(in.Language, strings.ToLower(name)) {
			continue
		}
		for i, w := range words {
			words[i] = regexp.QuoteMeta(w)
		}
		h.whole = append(h.whole, regexp.MustCompile(`(?i)@?`+strings.Join(words, `\s+`)))
		for _, part := range wordsOf(name) {
			if utf8.RuneCountInString(part) > 2 && !stopword(in.Language, part) {
				h.parts[part] = true
			}
		}
	}
	return h
}

// text is what a model gets to read of a reply.
func (h *hider) text(s string) string {
	s = prompts.Clean(s)
	if cut := []rune(s); len(cut) > 4*maxReplySent {
		s = string(cut[:4*maxReplySent])
	}
	s = linkInText.ReplaceAllString(s, " ")
	s = mailInText.ReplaceAllString(s, " ")
	s = tokenInText.ReplaceAllString(s, somebodyElse)
	for _, name := range h.whole {
		s = replaceWords(s, name)
	}
	s = mentionInText.ReplaceAllStringFunc(s, h.mention)
	s = h.withoutParts(s)
	words := slices.DeleteFunc(strings.Fields(s), linked) // what is a link all the same
	return cutAt(strings.Join(words, " "), maxReplySent)
}

// mention is what stands for a mention, which may have taken the word behind it
// for a second name.
func (h *hider) mention(s string) string {
	i := strings.IndexFunc(s, unicode.IsSpace)
	if i < 0 || !stopword(h.lang, strings.ToLower(strings.TrimSpace(s[i:]))) {
		return somebodyElse
	}
	return somebodyElse + s[i:]
}

// replaceWords replaces what matches where it stands as whole words.
func replaceWords(s string, name *regexp.Regexp) string {
	var b strings.Builder
	from := 0
	for _, m := range name.FindAllStringIndex(s, -1) {
		before, _ := utf8.DecodeLastRuneInString(s[:m[0]])
		first, _ := utf8.DecodeRuneInString(s[m[0]:])
		after, _ := utf8.DecodeRuneInString(s[m[1]:])
		if wordRune(before) && first != '@' && !unspacedRune(first) || wordRune(after) && !unspacedRune(first) {
			continue
		}
		b.WriteString(s[from:m[0]])
		b.WriteString(somebodyElse)
		from = m[1]
	}
	b.WriteString(s[from:])
	return b.String()
}

// withoutParts replaces parts of names that are written like names.
func (h *hider) withoutParts(s string) string {
	if len(h.parts) == 0 {
		return s
	}
	var b strings.Builder
	from := 0
	for _, t := range tokenize(s) {
		if t.sign || !t.cap || !h.parts[possessive(t.low)] {
			continue
		}
		b.WriteString(s[from:t.start])
		b.WriteString(somebodyElse)
		from = t.end
	}
	b.WriteString(s[from:])
	return b.String()
}

// cutAt cuts s at a space, after at most n characters.
func cutAt(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	s = string(r[:n])
	if i := strings.LastIndexByte(s, ' '); i > 0 {
		s = s[:i]
	}
	return s + " …"
}
