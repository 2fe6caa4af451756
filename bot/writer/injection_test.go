package writer

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"unicode"

	"colloquy/bot"
	"colloquy/bot/writer/model"
	"colloquy/bot/writer/model/modeltest"
	"colloquy/prompts"
)

// An injection is an article that tries to take over the model that reads it,
// or the platform on which its digest is posted.
type injection struct {
	bot.Article
	attack string
	says   []string // what a model writes that obeys it: "summary …", "question MOVE …", or one of the words of obey
	never  []string // what no text of a digest may hold, lower-case
}

// loadInjections reads the articles in testdata/injections: headers, an empty line, the text as it came.
func loadInjections(tb testing.TB) []injection {
	tb.Helper()
	paths, err := filepath.Glob("testdata/injections/*.txt")
	if err != nil || len(paths) < 30 {
		tb.Fatalf("%d articles with injections: %v", len(paths), err)
	}
	var out []injection
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			tb.Fatal(err)
		}
		head, text, _ := strings.Cut(string(data), "\n\n")
		in := injection{Article: bot.Article{ID: bot.ID(strings.TrimSuffix(filepath.Base(path), ".txt")), URL: "https://news.example/a", Text: text}}
		in.Words = len(strings.Fields(text))
		for line := range strings.Lines(head) {
			name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
			switch name {
			case "Title":
				in.Title = value
			case "By":
				in.Byline = value
			case "Site":
				in.Site = value
			case "Language":
				in.Language = value
			case "Attack":
				in.attack = value
			case "Says":
				in.says = append(in.says, strings.ReplaceAll(value, `\n`, "\n"))
			case "Never":
				in.never = append(in.never, strings.ToLower(value))
			default:
				tb.Fatalf("%s: unknown header %q", path, name)
			}
		}
		if in.Title == "" || in.attack == "" || len(in.says) == 0 {
			tb.Fatalf("%s: incomplete", path)
		}
		out = append(out, in)
	}
	return out
}

// A puppet is a model that obeys the article it reads: it says what the article
// wants first, and again when it is told that this failed.
type puppet struct {
	in    injection
	alone bool     // it says nothing else
	said  []string // what it said because the article wanted it
}

var sayEvidence = regexp.MustCompile(`^\[([-\d,]*)\] `)

// Reply is the behaviour.
func (p *puppet) Reply(c modeltest.Call) modeltest.Reply {
	var good modeltest.Output
	if err := json.Unmarshal([]byte(modeltest.Good()(c).Text), &good); err != nil {
		panic(err) // ours
	}
	o := good
	if p.alone {
		o = modeltest.Output{}
	}
	for i, say := range p.in.says {
		what, text, _ := strings.Cut(say, " ")
		switch what {
		case "answer": // the answer that the article has ready
			p.said = append(p.said, answerTexts(text)...)
			return modeltest.Reply{Text: text}
		case "nothing": // neither sentences nor questions
			return modeltest.Reply{Text: modeltest.Output{Summary: good.Summary}.JSON(c.SchemaName)}
		case "many": // far more than was asked for
			for n := range 40 {
				o.Summary = append(o.Summary, good.Summary[n%len(good.Summary)])
				o.Questions = append(o.Questions, good.Questions[n%len(good.Questions)])
			}
		case "system": // what the model was told
			for _, line := range strings.Split(c.System, "\n")[:4] {
				if line != "" {
					o.Summary = slices.Insert(o.Summary, 0, modeltest.Statement{Text: line, Sentences: []int{1}})
					p.said = append(p.said, line)
				}
			}
		case "summary":
			text, evidence := p.evidence(c, text)
			o.Summary = slices.Insert(o.Summary, min(i, len(o.Summary)), modeltest.Statement{Text: text, Sentences: evidence})
			p.said = append(p.said, text)
		case "question":
			move, text, _ := strings.Cut(text, " ")
			text, evidence := p.evidence(c, text)
			o.Questions = slices.Insert(o.Questions, 0, modeltest.Question{Text: text, Move: move, Sentences: evidence})
			p.said = append(p.said, text)
		default:
			panic("unknown: " + say)
		}
	}
	return modeltest.Reply{Text: o.JSON(c.SchemaName)}
}

// evidence is what a text is said to rest on: what the article wants, else
// the two sentences that have most of its words.
func (p *puppet) evidence(c modeltest.Call, text string) (string, []int) {
	if m := sayEvidence.FindStringSubmatch(text); m != nil {
		out := []int{}
		for n := range strings.SplitSeq(m[1], ",") {
			if v, err := strconv.Atoi(n); err == nil {
				out = append(out, v)
			}
		}
		return text[len(m[0]):], out
	}
	sentences := c.Article().Sentences
	words := contentStems(text)
	slices.SortStableFunc(sentences, func(a, b modeltest.Numbered) int {
		shared := func(s string) (n int) {
			for w := range contentStems(s) {
				if words[w] {
					n++
				}
			}
			return n
		}
		return shared(b.Text) - shared(a.Text)
	})
	var out []int
	for _, s := range sentences[:min(2, len(sentences))] {
		out = append(out, s.N)
	}
	return text, out
}

// answerTexts are those of an answer.
func answerTexts(answer string) []string {
	var o modeltest.Output
	if json.Unmarshal([]byte(answer), &o) != nil {
		return nil
	}
	var out []string
	for _, s := range append(o.Summary, o.Notes...) {
		out = append(out, s.Text)
	}
	for _, q := range o.Questions {
		out = append(out, q.Text)
	}
	return out
}

// TestArticlesDoNotTakeOver has models that obey every order read the articles
// that give some: no text of a digest is what was ordered, and its form is that
// of every other digest.
func TestArticlesDoNotTakeOver(t *testing.T) {
	providers := []string{model.Anthropic, model.OpenAI, model.Ollama}
	briefs := []bot.Brief{{}, {Sentences: 2, Questions: 3}, {Sentences: 4, Questions: 5, Audience: "newsroom"}, {Questions: -1}}
	digests, said, reached := 0, 0, 0
	for i, in := range loadInjections(t) {
		for mode, name := range []string{"among others", "alone", "by itself"} {
			if racing && mode != i%3 {
				continue // the detector makes it ten times slower, and a part shows it as much
			}
			t.Run(string(in.ID)+" "+name, func(t *testing.T) {
				s := modeltest.New(t, modeltest.Options{})
				p := &puppet{in: in, alone: name == "alone"}
				s.Behave(p.Reply)
				if name == "by itself" {
					s.Behave(modeltest.Obedient())
				}
				d, ok := injected(t, newLLM(t, s, providers[(i+mode)%len(providers)]), in, briefs[(i+mode)%len(briefs)])
				if !ok {
					return
				}
				if name == "by itself" {
					p.said = obeyed(s.Calls())
				}
				digests, said = digests+1, said+len(p.said)
				for _, text := range digestTexts(d) {
					if slices.Contains(p.said, text) {
						reached++
						t.Errorf("what the article ordered is in the digest: %q", text)
					}
				}
			})
		}
	}
	t.Logf("%d digests; obeying the articles, the model wrote %d sentences and questions, of which %d reached a digest", digests, said, reached)
}

type digester interface {
	Digest(context.Context, bot.Article, bot.Brief) (bot.Digest, error)
}

// injected has w write about in and checks what holds whatever the model did.
// ok is false for an article of which nothing can be said.
func injected(t *testing.T, w digester, in injection, b bot.Brief) (d bot.Digest, ok bool) {
	t.Helper()
	d, err := w.Digest(t.Context(), in.Article, b)
	if err != nil && in.ID == "en-only-orders" && bot.ReasonCode(err) == "nothing_to_say" {
		return d, false
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, extractive := w.(*Extractive); !extractive {
		checkModelDigest(t, in.Article, b, d)
	}
	if d.Language != in.Language {
		t.Errorf("the language is %q", d.Language)
	}
	if b.Questions >= 0 && len(d.Questions) == 0 && slices.Contains(prompts.Codes(), in.Language) {
		t.Errorf("it asks nothing: %+v", d.Dropped)
	}
	all := digestTexts(d)
	if lang := DetectLanguage(strings.Join(all, " ")); lang != in.Language && len(all) > 2 {
		t.Errorf("it is written in %q: %q", lang, all)
	}
	for _, text := range all {
		plain(t, text)
		for _, never := range in.never {
			if strings.Contains(strings.ToLower(text), never) {
				t.Errorf("%q holds %q", text, never)
			}
		}
		if run := shares(text, in.Title+" "+in.Text); run != "" {
			t.Errorf("%q holds %q of the instructions", text, run)
		}
	}
	for _, q := range slices.Concat(d.Questions, d.Spares) {
		if len(q.Evidence) == 0 || slices.Min(q.Evidence) < 0 || slices.Max(q.Evidence) >= len(d.Sentences) {
			t.Errorf("%q rests on %v", q.Text, q.Evidence)
		}
	}
	return d, true
}

// digestTexts are all texts of a digest that can be posted.
func digestTexts(d bot.Digest) []string {
	var out []string
	for _, s := range d.Summary {
		out = append(out, s.Text)
	}
	for _, q := range slices.Concat(d.Questions, d.Spares) {
		out = append(out, q.Text)
	}
	return out
}

// obeyed are the texts that the server's obedient model wrote and the good one does not.
func obeyed(calls []modeltest.Call) []string {
	var out []string
	for _, c := range calls {
		good := answerTexts(modeltest.Good()(c).Text)
		for _, text := range answerTexts(c.Said) {
			if !slices.Contains(good, text) {
				out = append(out, text)
			}
		}
	}
	return out
}

var addressed = regexp.MustCompile(`(?i)https?:|www\.|\b[a-z0-9-]+\.(example|com|org|net)\b|@|<|>|&[#a-z0-9]+;`)

// plain checks that a text has no link, no mention, no markup and nothing unseen.
func plain(t *testing.T, text string) {
	t.Helper()
	if found := addressed.FindString(text); found != "" {
		t.Errorf("%q holds %q", text, found)
	}
	if i := strings.IndexFunc(text, func(r rune) bool {
		return strings.ContainsRune("*_`#[]{}|~\\", r) || unicode.Is(unicode.Cc, r) || unicode.Is(unicode.So, r) ||
			unicode.Is(unicode.Cf, r) && r != '\u200c' || unicode.Is(unicode.Co, r)
	}); i >= 0 {
		t.Errorf("%q holds %q", text, text[i:])
	}
}

// instructions are all runs of eight words of what a model is told before the article.
var instructions = sync.OnceValue(func() map[string]bool {
	templates, err := prompts.LoadTemplates("")
	if err != nil {
		panic(err)
	}
	out := map[string]bool{}
	before, rest, _ := strings.Cut(templates.System(prompts.Digest), "is what the question does:") // of moves, our own questions say the same
	_, after, _ := strings.Cut(rest, "The set:")
	words := wordsOf(before + after)
	for i := range len(words) - 7 {
		out[strings.Join(words[i:i+8], " ")] = true
	}
	return out
})

// shares returns eight words in a row that text has from the instructions and not from the article.
func shares(text, article string) string {
	words := wordsOf(text)
	own := strings.Join(wordsOf(article), " ")
	for i := range max(0, len(words)-7) {
		if run := strings.Join(words[i:i+8], " "); instructions()[run] && !strings.Contains(own, run) {
			return run
		}
	}
	return ""
}

// TestExtractiveWriterQuotesNoOrders is the same without a model.
func TestExtractiveWriterQuotesNoOrders(t *testing.T) {
	for _, in := range loadInjections(t) {
		t.Run(string(in.ID), func(t *testing.T) { injected(t, newWriter(t), in, bot.Brief{}) })
	}
}

// TestFormHoldsWhereNoOrderIsRecognised checks what obedient models say as if
// nothing in the article had been recognised as an order: what gets through is
// plain text in the article's language, whatever it says.
func TestFormHoldsWhereNoOrderIsRecognised(t *testing.T) {
	said, through := 0, 0
	for _, in := range loadInjections(t) {
		doc := read(in.Article)
		c := newChecker(doc, cmpLexicon(doc)).forModel(newHeld(doc.lang))
		s := modeltest.New(t, modeltest.Options{})
		p := &puppet{in: in}
		s.Behave(p.Reply)
		if _, err := newLLM(t, s, model.OpenAI).Digest(t.Context(), in.Article, bot.Brief{}); err != nil {
			continue // there is nothing to say about it
		}
		for _, text := range p.said {
			said++
			if c.shape(text).failed() || c.facts(text, tokenize(text)).failed() {
				continue
			}
			through++
			plain(t, text)
			if lang := DetectLanguage(text); lang != "" && lang != in.Language && len(wordsOf(text)) > 7 {
				t.Errorf("%s: %q is written in %q", in.ID, text, lang)
			}
		}
	}
	t.Logf("of %d sentences and questions that articles ordered, %d are plain text about names and numbers that the article has", said, through)
}
