package web

import (
	"context"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"colloquy/bot"
)

// Counting takes a while in a large database. A count is shown again until it
// is as old as keepFigures, or restful times what it took, if that is longer.
const (
	keepFigures = 10 * time.Second
	restful     = 50
	countWithin = 10 * time.Second
)

// figures are what is stored, counted when somebody looks.
type figures struct {
	o      Options
	up     *prometheus.Desc
	single *prometheus.Desc
	byName []labelled
	calls  *prometheus.Desc
	tokens *prometheus.Desc
	cost   *prometheus.Desc
	posts  *prometheus.Desc
	jobs   *prometheus.Desc
	oldest *prometheus.Desc

	mu   sync.Mutex // one counts at a time
	last bot.Figures
	ok   bool
	till time.Time
}

// labelled is one metric with a value for each of its label.
type labelled struct {
	desc *prometheus.Desc
	of   func(bot.Figures) map[string]int
}

func newFigures(o Options) *figures {
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc("colloquy_"+name, help, labels, nil)
	}
	return &figures{
		o:      o,
		up:     desc("figures_up", "1 if what is stored could be counted; without it, the other figures are missing."),
		single: desc("replies", "Replies that are kept."),
		calls:  desc("model_calls", "Requests to language models in the last 400 days, failed ones included.", "writer", "kind"),
		tokens: desc("model_tokens", "Tokens that language models took in the last 400 days, by how they were read or written.", "writer", "kind", "part"),
		cost:   desc("model_cost", "What language models cost in the last 400 days, in the currency of the prices that were set.", "writer", "kind"),
		posts:  desc("posts", "Posts by state and platform.", "state", "platform"),
		jobs:   desc("jobs", "Jobs that wait or are at work, by state and queue.", "state", "queue"),
		oldest: desc("work_oldest_seconds", "How long the oldest of what is overdue waits, by kind.", "kind"),
		byName: []labelled{
			{desc("discussions", "Discussions by state.", "state"), func(f bot.Figures) map[string]int { return f.Discussions }},
			{desc("threads_to_list", "Discussions whose thread is to be read again after a gap, by platform.", "platform"), func(f bot.Figures) map[string]int { return f.ToList }},
			{desc("schedules", "Schedules by state.", "state"), func(f bot.Figures) map[string]int { return f.Schedules }},
			{desc("installations", "Servers and workspaces that have the bot, by platform.", "platform"), func(f bot.Figures) map[string]int { return f.Installations }},
			{desc("troubles", "What fails and goes on, by cause.", "cause"), func(f bot.Figures) map[string]int { return f.Troubles }},
			{desc("gaps", "Times in which replies may have been missed: listed afterwards, or not.", "state"), func(f bot.Figures) map[string]int { return f.Gaps }},
			{desc("work_overdue", "What was due more than a minute ago and nobody began with, by kind.", "kind"), func(f bot.Figures) map[string]int { return f.Overdue }},
			{desc("digests", "Digests by who wrote them.", "writer"), func(f bot.Figures) map[string]int { return f.Digests }},
			{desc("fallbacks", "Discussions whose digest the extractive writer wrote in place of a model, by the reason.", "code"), func(f bot.Figures) map[string]int { return f.Fallbacks }},
		},
	}
}

// Describe implements [prometheus.Collector].
func (c *figures) Describe(out chan<- *prometheus.Desc) {
	out <- c.up
	out <- c.single
	out <- c.calls
	out <- c.tokens
	out <- c.cost
	out <- c.posts
	out <- c.jobs
	out <- c.oldest
	for _, l := range c.byName {
		out <- l.desc
	}
}

// Collect implements [prometheus.Collector].
func (c *figures) Collect(out chan<- prometheus.Metric) {
	value := func(d *prometheus.Desc, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	gauge := func(d *prometheus.Desc, n int, labels ...string) { value(d, float64(n), labels...) }
	f, ok := c.count()
	if !ok {
		gauge(c.up, 0)
		return
	}
	gauge(c.up, 1)
	gauge(c.single, f.Replies)
	for _, l := range c.byName {
		for name, n := range l.of(f) {
			gauge(l.desc, n, name)
		}
	}
	for by, n := range f.Posts {
		gauge(c.posts, n, by[:]...)
	}
	for by, n := range f.Jobs {
		gauge(c.jobs, n, by[:]...)
	}
	for kind, d := range f.Oldest {
		value(c.oldest, d.Seconds(), kind)
	}
	for _, s := range f.Spent {
		gauge(c.calls, s.Calls, s.Writer, s.Kind)
		for part, n := range map[string]int64{"input": s.Input, "cache_read": s.CacheRead, "cache_write": s.CacheWrite, "output": s.Output} {
			value(c.tokens, float64(n), s.Writer, s.Kind, part)
		}
		value(c.cost, float64(s.Cost)/1e6, s.Writer, s.Kind)
	}
}

// count gives the figures, counted not long ago.
func (c *figures) count() (bot.Figures, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.o.Clock()
	if now.Before(c.till) {
		return c.last, c.ok
	}
	ctx, cancel := context.WithTimeout(context.Background(), countWithin)
	defer cancel()
	f, err := c.o.Figures(ctx, now)
	if err != nil {
		c.o.Log.Warn("figures not counted", "code", bot.ReasonCode(err), "err", err)
	}
	c.last, c.ok = f, err == nil
	c.till = now.Add(max(keepFigures, restful*c.o.Clock().Sub(now)))
	return c.last, c.ok
}
