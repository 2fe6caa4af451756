package writer

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"colloquy/bot"
)

// The same news, told anew, copied and continued.
var (
	portReport = bot.Article{Title: "Vellmar port to close its northern basin", Text: `The port of Vellmar will close its northern basin in October, the city council decided on Monday by 31 votes to 12. The basin handles a third of the grain that leaves the region, about 400,000 tonnes a year. Farmers' unions said that the closure came at the worst time of the year.

Mayor Ines Okafor called the decision painful but right. The quay walls date from 1928, and a survey in March found cracks in 14 of 20 sections. Repairs would have cost 90 million crowns. The council expects savings of 12 million crowns a year.

Grain traders have begun to look for other ports. Two of them told the council that they would move to Ostrand for good. The dockers' union, which has 230 members at the basin, wants talks about pensions.`}
	portRewrite = bot.Article{Title: "Council votes to shut grain basin", Text: `Vellmar's northern basin will be closed in October. The city council decided on Monday, by 31 votes to 12, to close the basin of the port, which handles a third of the grain that leaves the region, about 400,000 tonnes a year. The closure came at the worst time of the year, farmers' unions complained.

The decision was painful but right, said mayor Ines Okafor. A survey in March found cracks in 14 of 20 sections of the quay walls, which date from 1928. Repairs would have cost 90 million crowns, while savings of 12 million crowns a year are expected.

Two grain traders told the council that they would move to Ostrand for good.`}
	portFollowUp = bot.Article{Title: "Dockers block gates over basin closure", Text: `Dockers in Vellmar blocked the gates of the port for six hours on Thursday. They demand early pensions for everybody over 58 and a place at the southern terminal for all others. Lorries stood in a queue of four kilometres on the coast road.

Union leader Bo Lind said that the blockade would be repeated every week until the council answers. Police took the names of 17 people. A ship with timber from Finland was sent on to Ostrand.

The council had decided on Monday to close the northern basin in October. Mayor Ines Okafor invited the union to talks next Tuesday. She ruled out that the decision could be reversed, as the quay walls were not safe.`}
)

func TestSameStory(t *testing.T) {
	urdu := bot.Article{Title: "بندرگاہ", Text: opinionUrdu().Text}
	shouted := portReport
	shouted.Title, shouted.Text = "", strings.ToUpper(portReport.Text)
	made := portReport
	made.Title, made.TitleMade = "The port of Vellmar will close…", true
	for _, c := range []struct {
		name string
		a, b bot.Article
		want bool
	}{
		{"itself", portReport, portReport, true},
		{"without its title", portReport, made, true},
		{"in capitals", portReport, shouted, true},
		{"a rewrite", portReport, portRewrite, true},
		{"what came of it", portReport, portFollowUp, false},
		{"what came of it, after the rewrite", portRewrite, portFollowUp, false},
		{"another subject", portReport, graveEnglish(), false},
		{"another language", portReport, newsGerman(), false},
		{"itself in Urdu", urdu, urdu, true},
		{"nothing and nothing", bot.Article{}, bot.Article{}, false},
		{"two headlines", bot.Article{Title: "Port", Text: "Port to close."}, bot.Article{Title: "Port", Text: "Port to close."}, false},
		{"rubbish", bot.Article{Text: strings.Repeat("\xff\x00 ", 900)}, portReport, false},
	} {
		if got := SameStory(c.a, c.b); got != c.want || SameStory(c.b, c.a) != got {
			x, y := newStory(c.a), newStory(c.b)
			t.Errorf("%s: %v (all %.2f, beginning %.2f, copied %.2f)", c.name, got, likeness(x.terms, y.terms), likeness(x.lead, y.lead), x.copied(y))
		}
	}
	names := "Okafor Lind Vellmar Ostrand Reed Ellery Hartog Amsel Lindt 400 1928 Eastfield Orme Hale Brink"
	if SameStory(bot.Article{Text: names, Language: "en"}, bot.Article{Text: names, Language: "de"}) {
		t.Error("names alone are in the language that their origin says")
	}
	if !newWriter(t).SameStory(portReport, portRewrite) {
		t.Error("the writer's method says otherwise")
	}
}

// naturalArticles are those of three evaluation sets.
func naturalArticles(t *testing.T) []bot.Article {
	var out []bot.Article
	for _, name := range []string{"bbc.jsonl", "cnndm.jsonl", "urdu.jsonl"} {
		for _, it := range evalSet(t, name) {
			out = append(out, it.article())
		}
	}
	var pages map[string]struct {
		Text string `json:"articleBody"`
	}
	if err := json.NewDecoder(sharedFile(t, "eval", "extract", "ground-truth.json")).Decode(&pages); err != nil {
		t.Fatal(err)
	}
	for id, p := range pages {
		out = append(out, bot.Article{ID: bot.ID("page/" + id[:6]), TitleMade: true, Text: p.Text})
	}
	slices.SortFunc(out, func(a, b bot.Article) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return out
}

// Of all pairs of evaluation articles only those tell the same story that were
// judged to do so: three outlets on one announcement of a tour.
func TestSameStoryAmongTheEvaluationArticles(t *testing.T) {
	same := [][2]string{{"page/9cb822", "page/ac1bfd"}, {"page/35b158", "page/ac1bfd"}, {"page/35b158", "page/9cb822"}}
	articles := naturalArticles(t)
	stories := make([]story, len(articles))
	for i, a := range articles {
		stories[i] = newStory(a)
	}
	type near struct {
		like float64
		text string
	}
	var others []near
	var copied near // of the different ones, where the beginnings are alike
	pairs, found := 0, 0
	for i, x := range stories {
		for j := i + 1; j < len(stories); j++ {
			y := stories[j]
			if x.lang != y.lang {
				continue
			}
			pairs++
			like := likeness(x.terms, y.terms)
			if like < 0.3 {
				continue // both rules need more
			}
			ids := [2]string{string(articles[i].ID), string(articles[j].ID)}
			line := fmt.Sprintf("%s and %s: all %.2f, beginning %.2f, copied %.3f", ids[0], ids[1], like, likeness(x.lead, y.lead), x.copied(y))
			switch got, want := SameStory(articles[i], articles[j]), slices.Contains(same, ids); {
			case got && want:
				found++
				t.Log("the same: " + line)
			case got:
				t.Error("taken for the same: " + line)
			case want:
				t.Log("not recognised: " + line)
			default:
				others = append(others, near{like, line})
				if c := x.copied(y); like >= copiedWords && likeness(x.lead, y.lead) >= copiedLead && c > copied.like {
					copied = near{c, line}
				}
			}
		}
	}
	slices.SortFunc(others, func(a, b near) int { return int(1000 * (b.like - a.like)) })
	for _, o := range others[:min(5, len(others))] {
		t.Log("different: " + o.text)
	}
	t.Log("different, and most copied: " + copied.text)
	t.Logf("%d pairs, %d of %d same ones recognised", pairs, found, len(same))
	if found < 2 {
		t.Errorf("%d of %d", found, len(same))
	}
}

// An article is recognised when it comes back shortened, rearranged, with words
// and numbers exchanged, or with more behind it, under another headline.
func TestSameStoryThoughChanged(t *testing.T) {
	oneByOne(t)
	r := rand.New(rand.NewPCG(1, 2))
	exchange := func(sents, other []string, every int) []string {
		words := strings.Fields(strings.Join(other, " "))
		var out []string
		for _, s := range sents {
			f := strings.Fields(s)
			for i := range f {
				if r.IntN(every) == 0 {
					f[i] = words[r.IntN(len(words))]
				}
			}
			out = append(out, strings.Join(f, " "))
		}
		return out
	}
	for _, c := range []struct {
		name   string
		least  int // percent that must be recognised
		change func(sents, other []string) []string
	}{
		{"every second sentence left out", 99, func(s, _ []string) (out []string) {
			for i := 0; i < len(s); i += 2 {
				out = append(out, s[i])
			}
			return out
		}},
		{"the first third alone", 99, func(s, _ []string) []string { return s[:max(3, len(s)/3)] }},
		{"sentences in another order", 98, func(s, _ []string) []string {
			out := slices.Clone(s)
			r.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
			return out
		}},
		{"every fifth word exchanged", 99, func(s, o []string) []string { return exchange(s, o, 5) }},
		{"every third word exchanged", 98, func(s, o []string) []string { return exchange(s, o, 3) }},
		{"half as much again behind it", 98, func(s, o []string) []string { return slices.Concat(s, o[:min(len(o), len(s)/2)]) }},
		{"a fifth exchanged, a third left out", 95, func(s, o []string) (out []string) {
			for i := range s {
				if i%3 != 1 {
					out = append(out, s[i])
				}
			}
			return exchange(out, o, 5)
		}},
	} {
		n, ok, lowest, which := 0, 0, 2.0, ""
		for _, set := range []string{"bbc.jsonl", "cnndm.jsonl"} {
			items := evalSet(t, set)
			for i, it := range items {
				sents, other := textsOf(it.article()), textsOf(items[(i+5)%len(items)].article())
				b := bot.Article{Title: "What is known so far", Text: strings.Join(c.change(sents, other), " ")}
				n++
				if SameStory(it.article(), b) {
					ok++
				}
				if like := likeness(newStory(it.article()).terms, newStory(b).terms); like < lowest {
					lowest, which = like, it.ID
				}
			}
		}
		t.Logf("%s: %d of %d recognised, least alike %.2f (%s)", c.name, ok, n, lowest, which)
		if ok*100 < n*c.least {
			t.Errorf("%s: %d of %d", c.name, ok, n)
		}
	}
}

func textsOf(a bot.Article) (out []string) {
	for _, s := range read(a).sentences {
		out = append(out, s.Text)
	}
	return out
}

func FuzzJudge(f *testing.F) {
	f.Add("Singer dies", "A singer has died aged 84. Police found 12 people dead after an attack.", portReport.Text)
	f.Add("", "Ann Lee, 12, was hurt. 7 سالہ زینب", "\xff\x00")
	f.Add("x\x00", "N A .. * killed N-year-old", "12 12 12 12")
	w, err := NewExtractive()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, title, text, other string) {
		a, b := bot.Article{Title: title, Text: text, Categories: []string{other}}, bot.Article{Title: other, Text: other, Language: "ur"}
		for _, x := range []bot.Article{a, b} {
			if topic, why, ok := w.Sensitive(x); ok != (topic != "") || ok != (why != "") || strings.ContainsAny(why, "\n\r") {
				t.Errorf("%q, %q, %v", topic, why, ok)
			}
		}
		if SameStory(a, b) != SameStory(b, a) {
			t.Error("the order counts")
		}
	})
}

func BenchmarkSameStory(b *testing.B) {
	texts := []string{harbour, newsEnglish().Text, opinionEnglish().Text, graveEnglish().Text, portReport.Text, portRewrite.Text, portFollowUp.Text}
	x := bot.Article{Title: "x", Text: strings.Join(texts, "\n\n")}
	slices.Reverse(texts)
	y := bot.Article{Title: "y", Text: strings.Join(texts, "\n\n")}
	for b.Loop() {
		SameStory(x, y)
	}
	b.ReportMetric(float64(len(wordsOf(x.Text))), "words/op")
}
