package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"colloquy/bot"
)

// modelJobs is how many articles are before a model at the same time, where
// nothing is said.
const modelJobs = 4

// mostJobs is the largest number of articles that can be written about at once.
const mostJobs = 64

// An evaluation is one run of a writer over articles.
type evaluation struct {
	brief    bot.Brief
	jobs     int
	format   string
	baseline string
}

func (a *app) evalCommand() *cobra.Command {
	e := evaluation{}
	format := choice{value: "text", options: outputFormats}
	audience := choice{options: bot.Audiences()}
	cmd := &cobra.Command{
		Use:   "eval DIR|FILE…",
		Short: "Measure a writer on articles of your own",
		Long: `Write the digest of every article and print what came out: how many sentences and
questions passed the checks and why others did not, how long the digests are, how
long they took, and with a model how many tokens. Nothing is posted or stored.

FILE is an article as for 'colloquy digest' (.txt, .md, .html), or has one as JSON
on each line (.jsonl): {"title","text","url"}, or "paras", a list of paragraphs, in
the place of "text". Folders are read with those in them. What cannot be read is
named and left out.

--format json keeps a run in a file, with which --baseline compares a later one.`,
		Example: `  colloquy eval articles/
  colloquy eval articles/ --writer anthropic --format json > before.json
  colloquy eval articles/ --writer anthropic --prompts mine --baseline before.json`,
		GroupID: groupTry,
		Args:    takesSome("DIR or FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkBrief(cmd, &e.brief); err != nil {
				return err
			}
			if cmd.Flags().Changed("jobs") && (e.jobs < 1 || e.jobs > mostJobs) {
				return usagef("--jobs cannot be %d: give a number between 1 and %d", e.jobs, mostJobs)
			}
			e.format, e.brief.Audience = format.value, audience.value
			return a.eval(cmd.Context(), e, args)
		},
	}
	f := cmd.Flags()
	addBrief(f, &e.brief)
	addAudience(f, &audience)
	f.IntVar(&e.jobs, "jobs", 0, fmt.Sprintf("articles at the same time (default %d with a model, else one for each processor)", modelJobs))
	f.StringVar(&e.baseline, "baseline", "", "`FILE` with an earlier run, to compare with")
	addFormat(cmd, &format)
	return cmd
}

// takesSome checks that there is at least one argument.
func takesSome(name string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) > 0 {
			return nil
		}
		return takes(name)(cmd, args)
	}
}

func (a *app) eval(ctx context.Context, e evaluation, paths []string) error {
	var before *evalJSON
	if e.baseline != "" {
		var err error
		if before, err = readBaseline(e.baseline); err != nil {
			return err
		}
	}
	w, err := a.desk(a.logger(slog.LevelError))
	if err != nil {
		return err
	}
	done := a.progress("reading the articles")
	articles, refused, err := a.evalArticles(ctx, paths)
	done()
	if err != nil {
		return err
	}
	a.tellRefused(refused)
	if len(articles) == 0 {
		return bot.Problemf("no_articles", "there is no article to write about: give files that end in %s, or a folder with some", strings.Join(evalEndings, ", "))
	}
	results := a.evalAll(ctx, e, w, articles)
	now := measure(e, w.Version(), articles, results)
	now.Skipped = len(refused)
	if err := a.showEval(now, before, e.format); err != nil {
		return err
	}
	if n := len(articles) - len(results); n > 0 {
		return bot.Problemf("stopped", "it was stopped before %s of %d were written about: the figures are those of the others", plural(n, "article", "articles"), len(articles))
	}
	return nil
}

// Written is what a writer made of one article.
type written struct {
	n       int // which article
	digest  bot.Digest
	filling map[string]bool // texts that the extractive writer offers for it
	took    time.Duration
	err     error
}

// evalAll writes about articles, several at a time, and gives what is done when
// ctx ends, in the order of the articles.
func (a *app) evalAll(ctx context.Context, e evaluation, w desk, articles []evalArticle) []written {
	jobs := e.jobs
	if jobs == 0 {
		jobs = runtime.GOMAXPROCS(0)
		if w.model != nil {
			jobs = modelJobs
		}
	}
	var mu sync.Mutex
	var all []written
	show := a.counter(w.asking(), len(articles))
	defer show(-1)
	next := make(chan int)
	var workers sync.WaitGroup
	for range min(jobs, len(articles)) {
		workers.Go(func() {
			for n := range next {
				r := a.evalOne(ctx, e, w, articles[n].article)
				if ctx.Err() != nil {
					continue // it was not written to its end
				}
				r.n = n
				mu.Lock()
				all = append(all, r)
				show(len(all))
				mu.Unlock()
			}
		})
	}
	for n := range articles {
		select {
		case next <- n:
		case <-ctx.Done():
		}
	}
	close(next)
	workers.Wait()
	slices.SortFunc(all, func(a, b written) int { return a.n - b.n })
	return all
}

func (a *app) evalOne(ctx context.Context, e evaluation, w desk, art bot.Article) written {
	within, cancel := a.writing(ctx)
	defer cancel()
	began := a.now()
	d, err := w.Digest(within, art, e.brief)
	r := written{digest: d, err: err, took: a.now().Sub(began)}
	if w.model == nil || err != nil {
		return r
	}
	brief := e.brief
	base, err := w.offline.Digest(within, art, brief)
	if err != nil {
		return r
	}
	r.filling = map[string]bool{}
	for _, q := range slices.Concat(base.Questions, base.Spares) {
		r.filling[q.Text] = true
	}
	if slices.EqualFunc(base.Summary, d.Summary, func(x, y bot.Statement) bool { return x.Text == y.Text }) {
		for _, s := range base.Summary {
			r.filling[s.Text] = true
		}
	}
	return r
}

// counter tells a person at a terminal how far something has come. The function
// is called with how many are done, and with -1 at the end.
func (a *app) counter(what string, of int) func(done int) {
	f, ok := a.stderr.(*os.File)
	if !ok || !onTerminal(f) {
		return func(int) {}
	}
	return func(done int) {
		if done < 0 {
			fmt.Fprint(f, "\r\x1b[K")
			return
		}
		fmt.Fprintf(f, "\r\x1b[K%s: %d of %d", inline(what), done, of)
	}
}
