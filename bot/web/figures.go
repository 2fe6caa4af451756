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
		byName: []labelled{
			{desc("discussions", "Discussions by state.", "state"), func(f bot.Figures) map[string]int { return f.Discussions }},
			{desc("posts", "Posts by state.", "state"), func(f bot.Figures) map[string]int { return f.Posts }},
			{desc("schedules", "Schedules by state.", "state"), func(f bot.Figures) map[string]int { return f.Schedules }},
			{desc("installations", "Servers and workspaces that have the bot, by platform.", "platform"), func(f bot.Figures) map[string]int { return f.Installations }},
			{desc("troubles", "What fails and goes on, by cause.", "cause"), func(f bot.Figures) map[string]int { return f.Troubles }},
			{desc("gaps", "Times in which replies may have been missed: listed afterwards, or not.", "state"), func(f bot.Figures) map[string]int { return f.Gaps }},
			{desc("work_overdue", "What was due more than a minute ago and nobody began with, by kind.", "kind"), func(f bot.Figures) map[string]int { return f.Overdue }},
		},
	}
}

// Describe implements [prometheus.Collector].
func (c *figures) Describe(out chan<- *prometheus.Desc) {
	out <- c.up
	out <- c.single
	for _, l := range c.byName {
		out <- l.desc
	}
}

// Collect implements [prometheus.Collector].
func (c *figures) Collect(out chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, n int, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, float64(n), labels...)
	}
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
