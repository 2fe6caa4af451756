package writer

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"colloquy/bot"
	"colloquy/bot/writer/model"
	"colloquy/bot/writer/model/modeltest"
)

// longArticle has so many sentences of about a dozen words, no two alike.
func longArticle(sentences int) bot.Article {
	places := []string{"Maren", "Ostrand", "Vellmar", "Harlow", "Ahlbruck", "Velm", "Orsby", "Eastfield"}
	things := []string{"bridges", "schools", "harbours", "libraries", "reservoirs", "theatres", "orchards", "lighthouses", "bakeries", "stations", "markets"}
	deeds := []string{"repaired", "closed", "opened", "sold", "visited", "measured", "painted", "insured", "praised", "criticised", "inherited", "rented", "flooded"}
	reasons := []string{"the winter", "the drought", "an election", "a strike", "the harvest", "a court ruling", "the census"}
	var b strings.Builder
	for i := range sentences {
		fmt.Fprintf(&b, "The council of %s %s %d %s after %s and before the session number %d.", places[i%8], deeds[i%13], i%90+2, things[i%11], reasons[i%7], i)
		b.WriteString([]string{" ", " ", " ", "\n\n"}[i%4])
	}
	return bot.Article{ID: "long", Title: "The councils of the coast and what they did", Text: b.String()}
}

// numbersOf are the numbers of the sentences that a prompt holds.
func numbersOf(c modeltest.Call) (out []int) {
	for _, s := range c.Article().Sentences {
		out = append(out, s.N)
	}
	return out
}

func TestALongArticleIsReadInSections(t *testing.T) {
	const provider = model.Ollama // of them all the one with the shortest context
	s := modeltest.New(t, modeltest.Options{Context: 16_384})
	a := longArticle(20_000) // more than 200,000 words
	var mu sync.Mutex
	cited := map[int]bool{}
	var inFlight, most atomic.Int64
	first := make(chan struct{})
	s.Behave(func(c modeltest.Call) modeltest.Reply {
		if c.SchemaName != "notes" {
			return modeltest.Good()(c)
		}
		if n := inFlight.Add(1); n > most.Load() {
			if most.Store(n); n == sectionsAtOnce {
				close(first)
			}
		}
		<-first // so many come at once
		defer inFlight.Add(-1)
		r := modeltest.Good()(c)
		mu.Lock()
		defer mu.Unlock()
		for _, n := range notesIn(t, r.Text) {
			for _, k := range n.Sentences {
				cited[k] = true
			}
		}
		return r
	})
	w := newLLM(t, s, provider)
	d, err := w.Digest(t.Context(), a, bot.Brief{})
	if err != nil {
		t.Fatal(err)
	}
	checkModelDigest(t, a, bot.Brief{}, d)
	if d.Writer.Name != provider || d.Fallback.Code != "" {
		t.Errorf("%s: %+v %+v", provider, d.Writer, d.Fallback)
	}
	read := map[int]bool{}
	for _, c := range s.Calls() {
		if c.Truncated || c.Status != 200 {
			t.Errorf("%s: a prompt was too long: %d", provider, c.Status)
		}
		if c.SchemaName != "notes" {
			for _, n := range numbersOf(c) {
				if !cited[n] {
					t.Errorf("sentence %d is shown, and no note cites it", n)
				}
			}
			continue
		}
		for _, n := range numbersOf(c) {
			if read[n] {
				t.Errorf("sentence %d is in two sections", n)
			}
			read[n] = true
		}
	}
	if len(read) != len(d.Sentences) || most.Load() != sectionsAtOnce {
		t.Errorf("%d of %d sentences read, %d sections at once", len(read), len(d.Sentences), most.Load())
	}
	for _, st := range d.Summary {
		for _, i := range st.Evidence {
			if !cited[i+1] {
				t.Errorf("%q rests on sentence %d, which no note cites", st.Text, i+1)
			}
		}
	}
	t.Logf("%s: %d sentences, %d calls, %+v", provider, len(d.Sentences), len(s.Calls()), d.Spent)
}

func notesIn(t *testing.T, answer string) []modeltest.Statement {
	t.Helper()
	var in struct {
		Notes []modeltest.Statement `json:"notes"`
	}
	if err := decodeStrict([]byte(answer), &in); err != nil {
		t.Error(err)
	}
	return in.Notes
}

// What a model falsely notes of a section is not carried into the digest.
func TestNotesAreChecked(t *testing.T) {
	s := modeltest.New(t, modeltest.Options{})
	a := longArticle(700)
	s.Behave(func(c modeltest.Call) modeltest.Reply {
		if c.SchemaName != "notes" {
			return modeltest.Good()(c)
		}
		in := c.Article().Sentences
		o := modeltest.Output{Notes: []modeltest.Statement{
			{Text: "Quillon Drabwell bought all of it.", Sentences: []int{in[0].N}},
			{Text: in[1].Text, Sentences: []int{in[1].N}},
			{Text: in[2].Text, Sentences: []int{in[2].N%700 + 350}},
			{Text: in[3].Text, Sentences: []int{9999}},
		}}
		return modeltest.Reply{Text: o.JSON("notes")}
	})
	d := write(t, s, a, bot.Brief{Questions: -1})
	last := s.Calls()[len(s.Calls())-1]
	if got := strings.Join(wordsOf(last.Turns[0].Text), " "); strings.Contains(got, "drabwell") || last.SchemaName != "digest" {
		t.Error("a false note is in the prompt of the digest")
	}
	codes := map[string]int{}
	for _, x := range d.Dropped {
		codes[x.Reason]++
	}
	if codes["name_not_in_article"] != 1 || codes["evidence"] == 0 || len(s.Calls()) < 3 || d.Writer.Name != model.Anthropic {
		t.Errorf("%v, %d calls", codes, len(s.Calls()))
	}
}

func TestASectionThatFailsIsLeftOut(t *testing.T) {
	s := modeltest.New(t, modeltest.Options{})
	a := longArticle(900)
	refuse := func(from int) func(modeltest.Call) modeltest.Reply {
		return func(c modeltest.Call) modeltest.Reply {
			if c.SchemaName == "notes" && numbersOf(c)[0] >= from {
				return modeltest.Reply{Stop: modeltest.StopRefusal}
			}
			return modeltest.Good()(c)
		}
	}
	s.Behave(refuse(2))
	d := write(t, s, a, bot.Brief{})
	if d.Writer.Name != model.Anthropic || !slices.ContainsFunc(d.Dropped, func(x bot.Dropped) bool { return x.Reason == "section" && strings.Contains(x.Detail, model.Refused) }) {
		t.Errorf("%+v %+v", d.Writer, d.Dropped)
	}
	s.Behave(refuse(0))
	if d := write(t, s, a, bot.Brief{}); d.Fallback.Code != model.Refused || len(d.Summary) == 0 {
		t.Errorf("%+v", d.Fallback)
	}
}

// A model that can read less than we think gets less.
func TestATextThatIsTooLongIsHalved(t *testing.T) {
	a := longArticle(250)
	for _, tokens := range []int{100_000, 8_000, 5_000} {
		s := modeltest.New(t, modeltest.Options{Context: tokens})
		d := write(t, s, a, bot.Brief{Questions: -1})
		long := 0
		for _, c := range s.Calls() {
			if c.Status != 200 {
				long++
			}
		}
		if d.Writer.Name != model.Anthropic || (long > 0) != (tokens < 100_000) {
			t.Errorf("%d tokens: %+v, %d calls were too long", tokens, d.Fallback, long)
		}
		t.Logf("%d tokens: %d calls, %d too long", tokens, len(s.Calls()), long)
	}
	s := modeltest.New(t, modeltest.Options{Context: 100})
	if d := write(t, s, a, bot.Brief{}); d.Fallback.Code != model.TooLong || d.Fallback.Passing || len(d.Summary) == 0 || len(s.Calls()) > 12 {
		t.Errorf("%+v, %d calls", d.Fallback, len(s.Calls()))
	}
}

func TestSectionsAreAboutEqual(t *testing.T) {
	w := newLLM(t, modeltest.New(t, modeltest.Options{}), model.Ollama)
	for _, n := range []int{10, 300, 500, 1_200} {
		a := longArticle(n)
		base, err := w.offline.Digest(t.Context(), a, bot.Brief{})
		if err != nil {
			t.Fatal(err)
		}
		task := w.newTask(a, bot.Brief{}, base)
		at := 0
		var sizes []int
		for _, s := range task.sections(sectionBytes) {
			size := 0
			for i := s.from; i < s.to; i++ {
				size += task.bytesOf(i)
			}
			if s.from != at || size > sectionBytes || size == 0 {
				t.Errorf("%d sentences: section %v of %d bytes", n, s, size)
			}
			at = s.to
			sizes = append(sizes, size)
		}
		if at != len(base.Sentences) || slices.Max(sizes) > 2*slices.Min(sizes) {
			t.Errorf("%d sentences: %v", n, sizes)
		}
	}
}
