package writer

import (
	"fmt"
	"strconv"

	"colloquy/bot"
)

// Topics of [Extractive.Sensitive].
const (
	TopicSuicide  = "suicide"         // suicide and self-harm
	TopicSexual   = "sexual_violence" // sexual violence and abuse
	TopicKilling  = "mass_killing"    // attacks, massacres and the like with several dead
	TopicMinor    = "named_minor"     // somebody under 18 is named as victim, suspect or patient
	TopicObituary = "obituary"        // a death that has just happened
)

// sensitiveTopics are the topics in the order in which they are looked for.
var sensitiveTopics = []struct {
	name, about string
	find        func(*sensitive) (phrase string, found bool)
}{
	{TopicSuicide, "it seems to be about a suicide or self-harm", func(s *sensitive) (string, bool) { return s.about("suicide", "fiction") }},
	{TopicSexual, "it seems to be about sexual violence", func(s *sensitive) (string, bool) { return s.about("sexual", "fiction") }},
	{TopicKilling, "it seems to be about the killing of several people", (*sensitive).killing},
	{TopicMinor, "it seems to name somebody under 18 as a victim, suspect or patient", (*sensitive).minor},
	{TopicObituary, "it seems to be about a death that has just happened", (*sensitive).obituary},
}

// Sensitive reports whether a is about a topic under which no discussion should
// be opened before a person has looked: one of the Topic constants, and why in a
// line that holds a phrase of prompts/ and nothing else of the article. It weighs
// title, beginning, categories and repetition; what is only mentioned does not
// count. In a language without a file in prompts/ nothing is found.
func (w *Extractive) Sensitive(a bot.Article) (topic, why string, ok bool) {
	doc := read(a)
	book, ok := newTopicBook(doc.lex)
	if !ok {
		return "", "", false
	}
	s := newSensitive(doc, book)
	for _, t := range sensitiveTopics {
		if phrase, found := t.find(s); found {
			return t.name, fmt.Sprintf("%s (“%s”)", t.about, shownPattern(phrase)), true
		}
	}
	return "", "", false
}

// Where an article says what it is about, in words: the beginning of a sentence
// in openWords, or in leadWords.
const (
	openWords = 40
	leadWords = 120
	// teaserWords is the longest text in which one mention anywhere is enough:
	// there is no room for more.
	teaserWords = 80
	// denseWords is how many words there may be for each mention, if they are
	// spread over the text.
	denseWords = 160
)

// sensitive is an article in which topics are looked for.
type sensitive struct {
	book  *topicBook
	title []token
	cats  [][]token
	toks  [][]token // of the first maxClaimSentences sentences
	year  int       // of publication; 0 if unknown
}

func newSensitive(doc document, book *topicBook) *sensitive {
	s := &sensitive{book: book, title: tokenize(doc.title), toks: tokensOf(doc)}
	for _, c := range doc.article.Categories {
		s.cats = append(s.cats, tokenize(c))
	}
	if at := doc.article.Published; !at.IsZero() {
		s.year = at.Year()
	}
	return s
}

// maxTokens is how much of one sentence is looked at; no real one is longer.
const maxTokens = 300

// tokensOf divides the sentences at the beginning of an article.
func tokensOf(doc document) [][]token {
	sents := doc.sentences[:min(len(doc.sentences), maxClaimSentences)]
	out := make([][]token, len(sents))
	for i, s := range sents {
		t := tokenize(s.Text)
		out[i] = t[:min(len(t), maxTokens)]
	}
	return out
}

// mentions are how often something is mentioned in an article.
type mentions struct {
	title, categories int
	sentences         []int
	words             []int // before each sentence
	all               int   // words
}

// countMentions counts with what count finds in the tokens of one sentence.
func countMentions(title []token, cats, toks [][]token, count func([]token) int) mentions {
	m := mentions{title: count(title)}
	for _, c := range cats {
		m.categories += count(c)
	}
	for _, t := range toks {
		m.sentences, m.words = append(m.sentences, count(t)), append(m.words, m.all)
		m.all += countWords(t)
	}
	return m
}

// within counts the mentions in sentences that begin before so many words.
func (m mentions) within(words int) int {
	n := 0
	for i, c := range m.sentences {
		if m.words[i] < words {
			n += c
		}
	}
	return n
}

// dense reports whether there are several mentions and many for the length.
func (m mentions) dense() bool {
	n := m.total() - m.categories
	return n >= 3 && n*denseWords >= m.all
}

// total counts all mentions, the title aside.
func (m mentions) total() int { return m.within(m.all+1) + m.categories }

// central reports whether the article is about what is mentioned: its title or
// its first sentence says so; its opening or a category does, and something
// repeats it; or much of the text does.
func (m mentions) central() bool {
	open := m.within(openWords) + m.categories
	return m.title > 0 || m.within(1) > 0 || m.dense() || open > 0 && m.total() >= 2 || m.total() > 0 && m.all <= teaserWords
}

// about reports whether the article is about what the patterns of a topic name.
// What stands in a sentence with a word of the lists aside does not count.
func (s *sensitive) about(topic string, aside ...string) (string, bool) {
	m, phrase := s.count(topic, aside...)
	return phrase, m.central()
}

// count counts the patterns of a topic that stand for it, and returns the first.
func (s *sensitive) count(topic string, aside ...string) (m mentions, phrase string) {
	yes, no := s.book.patterns(topic), s.book.patterns(topic+"-not")
	m = countMentions(s.title, s.cats, s.toks, func(toks []token) int {
		for _, name := range aside {
			if s.book.list(name).in(toks) || name == "past" && s.longAgo(toks) {
				return 0
			}
		}
		n := 0
		for i := 0; i < len(toks); {
			if k, _ := no.at(toks, i); k > 0 {
				i += k
				continue
			}
			k, text := yes.at(toks, i)
			if k > 0 {
				if n++; phrase == "" {
					phrase = text
				}
			}
			i += max(1, k)
		}
		return n
	})
	return m, phrase
}

// longAgo reports whether the sentence names a year that lies back: three years
// before the article was published, or before 2000 where that is unknown.
func (s *sensitive) longAgo(toks []token) bool {
	recent := 2000
	if s.year > 0 {
		recent = s.year - 2
	}
	for _, t := range toks {
		if len(t.low) == 4 {
			if y, err := strconv.Atoi(t.low); err == nil && y >= 1000 && y < recent {
				return true
			}
		}
	}
	return false
}

// killing looks for a massacre by its name, not in a headline alone, where it
// may be one of sport; or for several dead together with an attack in title and
// beginning.
func (s *sensitive) killing() (string, bool) {
	if m, phrase := s.count("killing", "past", "fiction", "figurative"); m.central() && m.total() > 0 {
		return phrase, true
	}
	if s.book.list("statistics").in(s.title) {
		return "", false
	}
	toll, phrase := s.count("toll", "past", "fiction", "figurative")
	attack, _ := s.count("attack", "past", "fiction")
	return phrase, toll.title+toll.within(leadWords) > 0 && attack.title+attack.within(leadWords) > 0
}

// obituary looks for somebody who has just died: in title or opening.
func (s *sensitive) obituary() (string, bool) {
	m, phrase := s.count("obituary")
	title, titled := s.count("obituary-title")
	if title.title > 0 {
		return titled, true
	}
	return phrase, m.title+m.categories+m.within(openWords) > 0
}
