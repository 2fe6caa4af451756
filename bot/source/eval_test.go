package source

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"colloquy/bot"
)

// evalDir holds pages with the text that a reader would call the article. It
// is no part of the project.
const evalDir = "../../../shared/eval/extract"

type evalPage struct {
	id, url, truth string
	html           []byte
}

func evalPages(t testing.TB) []evalPage {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(evalDir, "ground-truth.json"))
	if err != nil {
		t.Skipf("the pages to measure extraction on are not here: %v", err)
	}
	var truth map[string]struct {
		ArticleBody string `json:"articleBody"`
		URL         string `json:"url"`
	}
	if err := json.Unmarshal(data, &truth); err != nil {
		t.Fatal(err)
	}
	var pages []evalPage
	for id, v := range truth {
		f, err := os.Open(filepath.Join(evalDir, "html", id+".html.gz"))
		if err != nil {
			t.Fatal(err)
		}
		z, err := gzip.NewReader(f)
		if err != nil {
			t.Fatal(err)
		}
		html, err := io.ReadAll(z)
		if err != nil {
			t.Fatal(err)
		}
		f.Close()
		pages = append(pages, evalPage{id, v.URL, v.ArticleBody, html})
	}
	return pages
}

// TestExtractionQuality reads every page as a file, as the command line does,
// and asks for F1 ≥ 0.960 over 4-word shingles. With COLLOQUY_EVAL_OUT set it
// writes the predictions there, for the script beside the data.
func TestExtractionQuality(t *testing.T) {
	pages := evalPages(t)
	r := New(Options{AllowFiles: true})
	dir := t.TempDir()
	type prediction struct {
		ArticleBody string `json:"articleBody"`
	}
	predictions := map[string]prediction{}
	var precision, recall []float64
	for _, p := range pages {
		path := filepath.Join(dir, p.id+".html")
		if err := os.WriteFile(path, p.html, 0o600); err != nil {
			t.Fatal(err)
		}
		a, err := r.Article(context.Background(), bot.Source{Ref: path})
		if err != nil || a.Text == "" {
			t.Errorf("%s (%s): no text: %v", p.id[:8], p.url, err)
		}
		predictions[p.id] = prediction{a.Text}
		truth, got := shingles(p.truth), shingles(a.Text)
		if n := total(got); n > 0 {
			precision = append(precision, shared(truth, got)/n)
		}
		if n := total(truth); n > 0 {
			recall = append(recall, shared(truth, got)/n)
		}
	}
	pr, re := mean(precision), mean(recall)
	f1 := 2 * pr * re / (pr + re)
	t.Logf("%d pages: precision %.3f, recall %.3f, F1 %.4f", len(pages), pr, re, f1)
	if f1 < 0.960 {
		t.Errorf("F1 is %.4f, and should be at least 0.960", f1)
	}
	if out := os.Getenv("COLLOQUY_EVAL_OUT"); out != "" {
		data, err := json.Marshal(predictions)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(out, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// shingles counts runs of four words; a shorter text is one run.
func shingles(text string) map[string]float64 {
	w := strings.FieldsFunc(text, func(r rune) bool { return r != '_' && notWord(r) })
	out := map[string]float64{}
	if len(w) > 0 && len(w) < 4 {
		out[strings.Join(w, " ")]++
	}
	for i := 0; i+4 <= len(w); i++ {
		out[strings.Join(w[i:i+4], " ")]++
	}
	return out
}

func shared(a, b map[string]float64) float64 {
	sum := 0.0
	for s, n := range a {
		sum += min(n, b[s])
	}
	return sum
}

func total(m map[string]float64) float64 {
	sum := 0.0
	for _, n := range m {
		sum += n
	}
	return sum
}

func mean(list []float64) float64 {
	sum := 0.0
	for _, x := range list {
		sum += x
	}
	return sum / float64(len(list))
}

// BenchmarkExtract reads pages from bytes to article.
func BenchmarkExtract(b *testing.B) {
	run := func(b *testing.B, pages [][]byte) {
		r := New(Options{})
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			if _, err := r.document(pages[i%len(pages)], "text/html", "page", false); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.Run("own", func(b *testing.B) { run(b, [][]byte{fixture(b, "article.html")}) })
	b.Run("eval", func(b *testing.B) {
		var pages [][]byte
		for _, p := range evalPages(b) {
			pages = append(pages, p.html)
		}
		run(b, pages)
	})
}

func fixture(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}
