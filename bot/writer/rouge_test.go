package writer

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"colloquy/bot"
)

// An evalItem is a line of an evaluation set: an article and human summaries.
type evalItem struct {
	ID    string   `json:"id"`
	Title string   `json:"title"`
	Paras []string `json:"paras"`
	Ref   []string `json:"ref"`
}

func (it evalItem) article() bot.Article {
	return bot.Article{ID: bot.ID(it.ID), Title: it.Title, TitleMade: it.Title == "", Text: strings.Join(it.Paras, "\n\n")}
}

// sharedFile opens a file of the shared data, or skips the test.
func sharedFile(tb testing.TB, parts ...string) *os.File {
	tb.Helper()
	f, err := os.Open(filepath.Join(append([]string{"..", "..", "..", "shared"}, parts...)...))
	if err != nil {
		tb.Skipf("no shared data here: %v", err)
	}
	tb.Cleanup(func() { _ = f.Close() })
	return f
}

func evalSet(tb testing.TB, name string) []evalItem {
	tb.Helper()
	var out []evalItem
	sc := bufio.NewScanner(sharedFile(tb, "eval", "summary", name))
	sc.Buffer(nil, 16<<20)
	for sc.Scan() {
		var it evalItem
		if err := json.Unmarshal(sc.Bytes(), &it); err != nil {
			tb.Fatal(err)
		}
		out = append(out, it)
	}
	if err := sc.Err(); err != nil {
		tb.Fatal(err)
	}
	return out
}

// rouge holds ROUGE-1, ROUGE-2 and summary-level ROUGE-L, F1 in percent
// (Lin 2004). Words are lower-cased runs of letters and digits, not stemmed.
type rouge [3]float64

func (r rouge) mean() float64 { return (r[0] + r[1] + r[2]) / 3 }

func (r *rouge) add(s rouge, share float64) {
	for i := range r {
		r[i] += s[i] * share
	}
}

// rougeOf scores a summary against the reference that suits it best; a
// reference has one sentence a line.
func rougeOf(refs, summary []string) rouge {
	var best rouge
	for _, ref := range refs {
		var lines []string
		for line := range strings.SplitSeq(ref, "\n") {
			if strings.TrimSpace(line) != "" {
				lines = append(lines, line)
			}
		}
		rw, hw := rougeWords(strings.Join(lines, " ")), rougeWords(strings.Join(summary, " "))
		got := rouge{rougeN(rw, hw, 1), rougeN(rw, hw, 2), rougeL(lines, summary)}
		for i := range got {
			if got[i] != best[i] {
				if got[i] > best[i] {
					best = got
				}
				break
			}
		}
	}
	return best
}

func rougeWords(s string) []string {
	return strings.FieldsFunc(strings.ToLower(s), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsNumber(r)
	})
}

func f1(match, a, b int) float64 {
	if match == 0 {
		return 0
	}
	return 200 * float64(match) / float64(a+b)
}

func rougeN(ref, hyp []string, n int) float64 {
	count := func(words []string) (map[string]int, int) {
		m, total := map[string]int{}, 0
		for i := 0; i+n <= len(words); i++ {
			m[strings.Join(words[i:i+n], " ")]++
			total++
		}
		return m, total
	}
	r, rn := count(ref)
	h, hn := count(hyp)
	match := 0
	for g, k := range r {
		match += min(k, h[g])
	}
	return f1(match, rn, hn)
}

func rougeL(ref, hyp []string) float64 {
	var hw [][]string
	left := [2]map[string]int{{}, {}}
	total := [2]int{}
	for _, s := range hyp {
		w := rougeWords(s)
		hw = append(hw, w)
		for _, x := range w {
			left[1][x]++
			total[1]++
		}
	}
	for _, s := range ref {
		for _, x := range rougeWords(s) {
			left[0][x]++
			total[0]++
		}
	}
	match := 0
	for _, s := range ref {
		w := rougeWords(s)
		hit := make([]bool, len(w))
		for _, h := range hw {
			markLCS(w, h, hit)
		}
		for i, x := range w {
			if hit[i] && left[0][x] > 0 && left[1][x] > 0 {
				match++
				left[0][x]--
				left[1][x]--
			}
		}
	}
	return f1(match, total[0], total[1])
}

// markLCS marks the positions in a of one longest common subsequence with b.
func markLCS(a, b []string, hit []bool) {
	t := make([][]int, len(a)+1)
	for i := range t {
		t[i] = make([]int, len(b)+1)
	}
	for i := range a {
		for j := range b {
			if a[i] == b[j] {
				t[i+1][j+1] = t[i][j] + 1
			} else {
				t[i+1][j+1] = max(t[i][j+1], t[i+1][j])
			}
		}
	}
	for i, j := len(a), len(b); i > 0 && j > 0; {
		switch {
		case a[i-1] == b[j-1]:
			hit[i-1] = true
			i, j = i-1, j-1
		case t[i-1][j] >= t[i][j-1]:
			i--
		default:
			j--
		}
	}
}

// TestSummaryAgainstLeadThree holds the summary to its target: better than the
// first three sentences of the same segmentation. Fifty articles cannot show
// more than that. COLLOQUY_SUMMARIES names a file for the summaries, a JSON
// line each, so that another program can score them.
func TestSummaryAgainstLeadThree(t *testing.T) {
	items := evalSet(t, "cnndm.jsonl")
	var ours, lead rouge
	var lines []byte
	for _, it := range items {
		d := read(it.article())
		var sum, first []string
		for _, i := range summarize(d, quotaOf(d, bot.Brief{})) {
			sum = append(sum, d.sentences[i].Text)
		}
		for _, s := range d.sentences[:min(3, len(d.sentences))] {
			first = append(first, s.Text)
		}
		ours.add(rougeOf(it.Ref, sum), 1/float64(len(items)))
		lead.add(rougeOf(it.Ref, first), 1/float64(len(items)))
		line, err := json.Marshal(map[string]any{"id": it.ID, "summary": sum})
		if err != nil {
			t.Fatal(err)
		}
		lines = append(append(lines, line...), '\n')
	}
	t.Logf("summary %.2f / %.2f / %.2f, mean %.2f", ours[0], ours[1], ours[2], ours.mean())
	t.Logf("lead-3  %.2f / %.2f / %.2f, mean %.2f", lead[0], lead[1], lead[2], lead.mean())
	if ours.mean() <= lead.mean() {
		t.Errorf("mean %.2f is not above Lead-3's %.2f", ours.mean(), lead.mean())
	}
	for i := range ours {
		if ours[i] < lead[i]-0.8 {
			t.Errorf("measure %d: %.2f is more than 0.8 below Lead-3's %.2f", i, ours[i], lead[i])
		}
	}
	if name := os.Getenv("COLLOQUY_SUMMARIES"); name != "" {
		if err := os.WriteFile(name, lines, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
