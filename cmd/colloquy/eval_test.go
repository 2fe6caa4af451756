package main

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"colloquy/bot"
	"colloquy/bot/writer/model/modeltest"
)

// evalFolder makes a folder with four articles and some rubbish.
func evalFolder(t testing.TB) {
	t.Helper()
	for _, dir := range []string{"all/deep/er", "all/.git", "all/empty.txt"} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for i, name := range bundledNames() {
		title, text, err := bundledArticle(name)
		if err != nil {
			t.Fatal(err)
		}
		file := []string{"all/one.txt", "all/deep/two.md", "all/deep/er/three.html"}[i]
		if strings.HasSuffix(file, ".html") {
			text = "<html><body><article><h1>" + title + "</h1><p>" + strings.ReplaceAll(text, "\n\n", "</p><p>") + "</p></article></body></html>"
		}
		writeFile(t, file, title+"\n\n"+text)
	}
	line, err := json.Marshal(articleLine{Title: "Rivers", Paras: strings.Split(strings.TrimSpace(story), "\n"), URL: "https://example.org/rivers"})
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, "all/lines.jsonl", "\ufeff"+string(line)+"\n\nno JSON\n{\"title\":\"no text\"}\n")
	writeFile(t, "all/.git/hidden.txt", "not looked at")
	writeFile(t, "all/picture.txt", "\x89PNG\r\n\x1a\n\x00\x00")
	writeFile(t, "all/nothing.txt", "")
	writeFile(t, "all/script.py", "print()")
}

func evalOf(t testing.TB, r result) (e comparedJSON) {
	t.Helper()
	if err := json.Unmarshal([]byte(r.stdout), &e); r.code != exitDone || err != nil {
		t.Fatalf("%v: exit code %d\n%s%s", err, r.code, r.stdout, r.stderr)
	}
	return e
}

// figureOf is a figure of a run; a missing one fails the test.
func figureOf(t testing.TB, e comparedJSON, id string) float64 {
	t.Helper()
	v := e.value(figure{ID: id})
	if v == nil {
		t.Errorf("no figure %s in %+v", id, e.Figures)
		return 0
	}
	return *v
}

func TestEvalReadsWhatItCan(t *testing.T) {
	t.Chdir(t.TempDir())
	evalFolder(t)
	r := cli(t, nil, "", "eval", "all", "--format", "json")
	e := evalOf(t, r)
	if e.Articles != 4 || !e.Complete || e.Writer.Name != extractive || e.Brief != (briefJSON{3, 5, ""}) || figureOf(t, e, "digests") != 4 || figureOf(t, e, "by_extractive") != 4 {
		t.Errorf("%+v", e)
	}
	contains(t, r.stderr, "left out: all/lines.jsonl:3: the line is no JSON object", "left out: all/lines.jsonl:4: ", "left out: all/picture.txt: picture.txt is ",
		"left out: all/nothing.txt: ", "1 file without an ending of an article")
	if strings.Contains(r.stderr, "hidden") || e.Skipped != strings.Count(r.stderr, "left out: ") {
		t.Errorf("%d skipped\n%s", e.Skipped, r.stderr)
	}
	text := cli(t, nil, "", "eval", "all").stdout
	contains(t, text, "this run: extractive, prompts ", "4 articles, 3 sentences and 5 questions at most", "\npassed every check ", "\ntime, 95 of 100 ")
	if strings.Contains(text, "tokens") {
		t.Errorf("tokens of no model:\n%s", text)
	}
	// The order of files does not depend on that of the arguments' folders.
	again := evalOf(t, cli(t, nil, "", "eval", "all/", "--jobs", "1", "--format", "json"))
	if again.Set != e.Set {
		t.Errorf("the same articles are %s and %s", e.Set, again.Set)
	}
	if other := evalOf(t, cli(t, nil, "", "eval", "all/deep", "--format", "json")); other.Set == e.Set {
		t.Error("two of the articles count as all of them")
	}
}

func TestEvalOfNothing(t *testing.T) {
	t.Chdir(t.TempDir())
	evalFolder(t)
	for _, tt := range []struct {
		args string
		code int
		want string
	}{
		{"all/picture.txt all/nothing.txt", exitFailed, "there is no article to write about"},
		{"all/.git/none", exitUsage, "all/.git/none cannot be read: no such file or directory"},
		{"https://example.org/a", exitUsage, "is an address, and eval reads files"},
		{"", exitUsage, "eval needs a DIR or FILE"},
		{"all --jobs 0", exitUsage, "--jobs cannot be 0: give a number between 1 and 64"},
		{"all --audience kids", exitUsage, `--audience: "kids" is none of general, classroom, newsroom, team`},
		{"all --questions 11", exitUsage, "--questions cannot be 11"},
		{"all --baseline nowhere", exitUsage, "the baseline nowhere cannot be read: no such file"},
		{"all --baseline all/one.txt", exitUsage, "all/one.txt is no baseline: give a file that 'colloquy eval --format json' wrote"},
	} {
		r := cli(t, nil, "", append([]string{"eval"}, strings.Fields(tt.args)...)...)
		if r.code != tt.code || r.stdout != "" || !strings.Contains(r.stderr, tt.want) {
			t.Errorf("%s: exit code %d\n%s%s", tt.args, r.code, r.stdout, r.stderr)
		}
	}
}

func TestEvalOfAModelBesideABaseline(t *testing.T) {
	t.Chdir(t.TempDir())
	evalFolder(t)
	s, env := asked(t, "COLLOQUY_WRITER=anthropic")
	writeFile(t, "colloquy.yaml", "writer:\n  use: anthropic\n  prices: {input: 1, cache_read: 0.1, cache_write: 1.25, output: 5}\n")
	before := cli(t, nil, "", "eval", "all", "--writer", "extractive", "--format", "json")
	evalOf(t, before)
	writeFile(t, "before.json", before.stdout)

	e := evalOf(t, cli(t, env, "", "eval", "all", "--baseline", "before.json", "--format", "json"))
	if e.Writer.Model != "small-1" || e.Baseline.Writer.Name != extractive || e.Baseline.Version == "" {
		t.Errorf("writers %+v and %+v", e.Writer, e.Baseline.Writer)
	}
	u := s.Usage()
	for id, want := range map[string]float64{
		"calls": float64(u.Calls) / 4, "tokens_input": float64(u.Input) / 4, "tokens_cache_read": float64(u.CacheRead) / 4,
		"tokens_output": float64(u.Output) / 4, "cost_1000": (float64(u.Input) + 0.1*float64(u.CacheRead) + 1.25*float64(u.CacheWrite) + 5*float64(u.Output)) / 4 / 1000,
	} {
		if got := figureOf(t, e, id); got < want*0.999 || got > want*1.001 {
			t.Errorf("%s is %v, the server counted %v", id, got, want)
		}
	}
	if figureOf(t, e, "cached") <= 0 {
		t.Error("nothing came from the cache")
	}
	var by compared
	for _, d := range e.Differences {
		if d.ID == "by_extractive" {
			by = d
		}
	}
	if by.Difference == nil || *by.Difference != -4 {
		t.Errorf("written by the extractive writer: %+v", by)
	}

	r := cli(t, env, "", "eval", "all", "--baseline", "before.json")
	contains(t, r.stdout, "this run: anthropic, small-1, prompts ", "\nbaseline: extractive, prompts ", "\nFIGURE ", " BASELINE ", " DIFFERENCE", "\ncost of 1,000 digests ", "\nwritten by anthropic ", " +4\n")
	if strings.Contains(r.stderr, "baseline") {
		t.Errorf("the same articles and the same brief: %s", r.stderr)
	}
	r = cli(t, env, "", "eval", "all/deep", "--questions", "2", "--baseline", "before.json")
	contains(t, r.stderr, "warning: the baseline is of other articles", "warning: the baseline was asked for other digests: ")
}

// What could not be asked is counted by its code; what was falsified is failed.
func TestEvalCountsWhatFailed(t *testing.T) {
	t.Chdir(t.TempDir())
	evalFolder(t)
	s, env := asked(t, "COLLOQUY_WRITER=openai")
	s.Behave(func(modeltest.Call) modeltest.Reply { return modeltest.Reply{Status: 401} })
	e := evalOf(t, cli(t, env, "", "eval", "all", "--jobs", "1", "--format", "json"))
	if figureOf(t, e, "fallback_unauthorized") != 4 || figureOf(t, e, "by_extractive") != 4 || figureOf(t, e, "filled") != 100 {
		t.Errorf("%+v", e.Figures)
	}
	s.Behave(modeltest.NewLiar(1, 0.5).Reply)
	e = evalOf(t, cli(t, env, "", "eval", "all", "--jobs", "1", "--format", "json"))
	failed := 0.0
	for _, f := range e.Figures {
		if f.family() == "failed_" && f.Value > 0 {
			failed += f.Value
		}
	}
	if passed := figureOf(t, e, "passed"); figureOf(t, e, "failed_name_not_in_article") == 0 || passed > 90 || passed+failed < 99.9 || passed+failed > 100.1 {
		t.Errorf("%+v", e.Figures)
	}
}

// Ctrl-C shows what is done so far.
func TestEvalThatIsStopped(t *testing.T) {
	t.Chdir(t.TempDir())
	evalFolder(t)
	s, env := asked(t, "COLLOQUY_WRITER=ollama")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	good := modeltest.Good()
	s.Behave(func(c modeltest.Call) modeltest.Reply {
		if c.Article().Title == s.Calls()[0].Article().Title {
			return good(c)
		}
		cancel()
		return modeltest.Reply{Delay: time.Hour}
	})
	r := cliIn(ctx, env, "", "eval", "all", "--jobs", "1", "--format", "json")
	var e evalJSON
	if err := json.Unmarshal([]byte(r.stdout), &e); err != nil || e.Articles != 1 || e.Complete {
		t.Errorf("%v: %s", err, r.stdout)
	}
	if r.code != exitFailed || !strings.Contains(r.stderr, "it was stopped before 3 articles of 4 were written about") {
		t.Errorf("exit code %d, %s", r.code, r.stderr)
	}
}

func TestEvalFigures(t *testing.T) {
	now := evalJSON{Figures: []figure{{"articles", 4, ""}, {"failed_name", 2, "%"}, {"failed_zone", 1, "%"}, {"questions", 2.5, ""}}}
	before := evalJSON{Figures: []figure{{"articles", 4, ""}, {"failed_link", 1.5, "%"}, {"failed_name", 3, "%"}, {"calls", 1, ""}}}
	var lines []string
	for _, d := range differences(now, before) {
		value, was := "none", "none"
		if d.Value != nil {
			value = d.shown(*d.Value)
		}
		if d.Before != nil {
			was = d.shown(*d.Before)
		}
		lines = append(lines, strings.Join([]string{d.label(), value, was, d.difference()}, " | "))
	}
	want := []string{
		"articles | 4 | 4 | 0", "failed: name | 2.0 % | 3.0 % | -1.0 %", "failed: zone | 1.0 % | 0.0 % | +1.0 %",
		"failed: link | 0.0 % | 1.5 % | -1.5 %", "questions | 2.50 | none | ", "requests to the model | none | 1 | ",
	}
	if strings.Join(lines, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"))
	}
	times := []time.Duration{4, 1, 3, 2}
	if quantile(times, 0.5) != 3 || quantile(times, 0.95) != 4 || quantile(nil, 0.5) != 0 || times[0] != 4 {
		t.Errorf("quantiles of %v: %v, %v", times, quantile(times, 0.5), quantile(times, 0.95))
	}
}

// Every figure has words for people.
func TestEvalLabels(t *testing.T) {
	d := bot.Digest{
		Summary: []bot.Statement{{Text: "x"}}, Questions: []bot.Question{{Text: "y", Move: "clarify"}}, Dropped: []bot.Dropped{{Reason: "link"}},
		Spent: bot.Spent{Calls: 1, Input: 1, Cost: 1}, Fallback: bot.Fallback{Code: "budget"},
	}
	all := []written{{digest: d, filling: map[string]bool{}}, {err: bot.Problemf("nothing_to_say", "nothing")}}
	for _, f := range measure(evaluation{}, bot.WriterInfo{}, nil, all).Figures {
		if labels[f.ID] == "" && f.family() == "" {
			t.Errorf("%s has no label", f.ID)
		}
	}
}

func FuzzEvalLine(f *testing.F) {
	f.Add([]byte(`{"title":"a","paras":["Some text.","More of it."]}`))
	f.Add([]byte(`{"text":"<html>","url":"javascript:x"}`))
	f.Add([]byte(`[]`))
	a := &app{getenv: func(string) string { return "" }, now: time.Now, stderr: new(strings.Builder), config: &Config{}}
	reader := a.reader(0)
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, line []byte) {
		if _, err := lineArticle(reader, line); err != nil && strings.Contains(errorLine(err), "\n") {
			t.Errorf("%q: %v", line, err)
		}
		file := filepath.Join(dir, "b.json")
		if err := os.WriteFile(file, line, 0o600); err != nil {
			t.Fatal(err)
		}
		if b, err := readBaseline(file); err == nil {
			_ = differences(evalJSON{Figures: []figure{{"articles", 1, ""}}}, *b)
		}
	})
}
