package main

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"colloquy/bot"
)

// evalJSON is one run of 'colloquy eval'. These names, and those of figures, are
// a contract: a run is a baseline for later versions.
type evalJSON struct {
	Version  string         `json:"version"` // of Colloquy
	Writer   bot.WriterInfo `json:"writer"`
	Brief    briefJSON      `json:"brief"`
	Articles int            `json:"articles"` // that were written about
	Skipped  int            `json:"skipped"`  // files and lines that could not be read
	Complete bool           `json:"complete"` // false: it was stopped before the last one
	Set      string         `json:"set"`      // the same for the same articles
	Figures  []figure       `json:"figures"`
}

type briefJSON struct {
	Sentences int    `json:"sentences"`
	Questions int    `json:"questions"`
	Audience  string `json:"audience"`
}

// A figure is one thing that was measured.
type figure struct {
	ID    string  `json:"id"`
	Value float64 `json:"value"`
	Unit  string  `json:"unit"` // "%", "ms" or ""
}

// labels say for people what is measured. An id that ends with "_" begins those
// of a family, with a figure for each name that came up: what a run has none of is 0.
var labels = map[string]string{
	"articles":           "articles",
	"digests":            "digests",
	"none_":              "no digest:",
	"by_":                "written by",
	"fallback_":          "taken over:",
	"offered":            "sentences and questions offered",
	"passed":             "passed every check",
	"failed_":            "failed:",
	"filled":             "filled up by the extractive writer",
	"sentences":          "sentences in a summary",
	"summary_words":      "words in a summary",
	"questions":          "questions",
	"question_words":     "words in a question",
	"move_":              "move of the questions:",
	"time_median":        "time, median",
	"time_95":            "time, 95 of 100",
	"calls":              "requests to the model",
	"tokens_input":       "tokens read, from no cache",
	"tokens_cache_read":  "tokens read from a cache",
	"tokens_cache_write": "tokens put into a cache",
	"tokens_output":      "tokens written",
	"cached":             "read from a cache, of all read",
	"cost_1000":          "cost of 1,000 digests",
}

// family is the beginning that f shares with others; empty if it stands alone.
func (f figure) family() string {
	name, _, _ := strings.Cut(f.ID, "_")
	if _, alone := labels[f.ID]; alone || labels[name+"_"] == "" {
		return ""
	}
	return name + "_"
}

// label says what f is, for people.
func (f figure) label() string {
	if begin := f.family(); begin != "" {
		return labels[begin] + " " + strings.ReplaceAll(strings.TrimPrefix(f.ID, begin), "_", " ")
	}
	return cmp.Or(labels[f.ID], f.ID)
}

// A gauge gathers figures.
type gauge struct{ figures []figure }

func (t *gauge) add(id string, value float64, unit string) {
	t.figures = append(t.figures, figure{id, value, unit})
}

// each adds a figure for each name of counts, to a family.
func (t *gauge) each(family string, counts map[string]int, value func(int) float64, unit string) {
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		t.add(family+name, value(counts[name]), unit)
	}
}

func count(n int) float64 { return float64(n) }

// ratio is a of b, and 0 of nothing.
func ratio(a, b float64) float64 {
	if b == 0 {
		return 0
	}
	return a / b
}

// measure makes figures of what was written.
func measure(e evaluation, by bot.WriterInfo, articles []evalArticle, all []written) evalJSON {
	out := evalJSON{
		Version: readBuild().Version, Writer: by, Set: setOf(articles), Articles: len(all), Complete: len(all) == len(articles),
		Brief: briefJSON{e.brief.Sentences, max(0, e.brief.Questions), e.brief.Audience},
	}
	t := &gauge{}
	var digests []bot.Digest
	nothing, writers, fallbacks := map[string]int{}, map[string]int{}, map[string]int{}
	var took []time.Duration
	for _, r := range all {
		took = append(took, r.took)
		if r.err != nil {
			nothing[bot.ReasonCode(r.err)]++
			continue
		}
		digests = append(digests, r.digest)
		writers[r.digest.Writer.Name]++
		if code := r.digest.Fallback.Code; code != "" {
			fallbacks[code]++
		}
	}
	t.add("articles", count(len(all)), "")
	t.add("digests", count(len(digests)), "")
	t.each("none_", nothing, count, "")
	t.each("by_", writers, count, "")
	t.each("fallback_", fallbacks, count, "")
	if len(digests) > 0 {
		t.checks(digests)
		t.filled(all)
		t.lengths(digests)
	}
	t.add("time_median", milliseconds(quantile(took, 0.5)), "ms")
	t.add("time_95", milliseconds(quantile(took, 0.95)), "ms")
	t.spent(digests)
	out.Figures = t.figures
	return out
}

// checks says how much of what was offered passed, and why the rest did not.
func (t *gauge) checks(digests []bot.Digest) {
	kept, failed, codes := 0, 0, map[string]int{}
	for _, d := range digests {
		kept += len(d.Summary) + len(d.Questions) + len(d.Spares)
		for _, x := range d.Dropped {
			codes[x.Reason]++
			failed++
		}
	}
	offered := float64(kept + failed)
	share := func(n int) float64 { return 100 * ratio(float64(n), offered) }
	t.add("offered", offered, "")
	t.add("passed", share(kept), "%")
	t.each("failed_", codes, share, "%")
}

// filled says how much of the digests is the extractive writer's where a model
// was to write.
func (t *gauge) filled(all []written) {
	mine, texts := 0, 0
	for _, r := range all {
		if r.filling == nil {
			continue
		}
		for _, s := range r.digest.Summary {
			texts++
			mine += one(r.filling[s.Text])
		}
		for _, q := range r.digest.Questions {
			texts++
			mine += one(r.filling[q.Text])
		}
	}
	if texts > 0 {
		t.add("filled", 100*ratio(float64(mine), float64(texts)), "%")
	}
}

func one(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// lengths says how much there is to read in a digest.
func (t *gauge) lengths(digests []bot.Digest) {
	sentences, questions, summaryWords, questionWords, moves := 0, 0, 0, 0, map[string]int{}
	for _, d := range digests {
		sentences += len(d.Summary)
		questions += len(d.Questions)
		for _, s := range d.Summary {
			summaryWords += len(strings.Fields(s.Text))
		}
		for _, q := range d.Questions {
			questionWords += len(strings.Fields(q.Text))
			moves[q.Move]++
		}
	}
	n := float64(len(digests))
	t.add("sentences", ratio(float64(sentences), n), "")
	t.add("summary_words", ratio(float64(summaryWords), n), "")
	t.add("questions", ratio(float64(questions), n), "")
	t.add("question_words", ratio(float64(questionWords), float64(questions)), "")
	t.each("move_", moves, func(k int) float64 { return 100 * ratio(float64(k), float64(questions)) }, "%")
}

// spent says what a model took for a digest.
func (t *gauge) spent(digests []bot.Digest) {
	var sum bot.Spent
	for _, d := range digests {
		sum = sum.Plus(d.Spent)
	}
	if sum.Calls == 0 {
		return
	}
	n := float64(len(digests))
	read := float64(sum.Input + sum.CacheRead + sum.CacheWrite)
	t.add("calls", ratio(float64(sum.Calls), n), "")
	t.add("tokens_input", ratio(float64(sum.Input), n), "")
	t.add("tokens_cache_read", ratio(float64(sum.CacheRead), n), "")
	t.add("tokens_cache_write", ratio(float64(sum.CacheWrite), n), "")
	t.add("tokens_output", ratio(float64(sum.Output), n), "")
	t.add("cached", 100*ratio(float64(sum.CacheRead), read), "%")
	if sum.Cost > 0 {
		t.add("cost_1000", ratio(float64(sum.Cost), n)/1000, "")
	}
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// quantile is the time within which a share of all was done.
func quantile(all []time.Duration, share float64) time.Duration {
	if len(all) == 0 {
		return 0
	}
	all = slices.Sorted(slices.Values(all))
	return all[min(len(all)-1, int(share*float64(len(all))))]
}
