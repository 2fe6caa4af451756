package main

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"gopkg.in/yaml.v3"

	"colloquy/bot/writer/model"
)

// extractive is the writer that asks no model.
const extractive = "extractive"

// writers are those that can be chosen, the default first.
var writers = []string{extractive, model.Anthropic, model.OpenAI, model.Ollama}

// A WriterConfig is what the configuration file says about the writer. Which one
// it is, and where its prompts are, is among the flags.
type WriterConfig struct {
	URL, Key, Model, Proxy Said
	Stream                 bool
	Context                int           // tokens, for Ollama
	Timeout                time.Duration // of one digest or recap; 0: nothing is said
	DailyTokens            int64         // a day and installation; 0: no limit
	DailyCost              float64       // in the currency of the prices; 0: no limit
	Prices                 model.Prices  // zero: not known
}

// Said is a text and where it stands: a variable, or the line of a file. It is
// checked where it is used.
type Said struct{ Text, At string }

// said reads a text that is checked later.
func (f yamlFile) said(to *Said) func(*yaml.Node) error {
	return func(n *yaml.Node) error {
		to.At = fmt.Sprintf("%s:%d", string(f), n.Line)
		return f.text(&to.Text)(n)
	}
}

// anywhere is what it says, wherever in the file that stands.
func (w WriterConfig) anywhere() WriterConfig {
	for _, s := range []*Said{&w.URL, &w.Key, &w.Model, &w.Proxy} {
		s.At = ""
	}
	return w
}

const (
	shortestWriting = 10 * time.Second
	longestWriting  = 10 * time.Minute
	leastContext    = 2048    // tokens: less holds no prompt
	mostContext     = 1 << 21 // tokens
	mostTokens      = 1_000_000_000_000
	mostMoney       = 1_000_000 // of a price or a budget, in its currency
)

// readWriter reads the part about the writer.
func (c *Config) readWriter(f yamlFile) func(*yaml.Node) error {
	return func(n *yaml.Node) error {
		w := &c.Writer
		tokens, cost := 0, (*yaml.Node)(nil)
		err := f.object(n, "writer", fields{
			"use":          c.flag(f, "writer", &choice{options: writers}),
			"prompts":      c.flag(f, "prompts", &text{}),
			"url":          f.said(&w.URL),
			"key":          f.said(&w.Key),
			"model":        f.said(&w.Model),
			"proxy":        f.said(&w.Proxy),
			"stream":       f.yes(&w.Stream),
			"context":      f.number(&w.Context, leastContext, mostContext),
			"timeout":      f.duration(&w.Timeout, shortestWriting, longestWriting),
			"daily_tokens": f.number(&tokens, 1, mostTokens),
			"daily_cost": func(n *yaml.Node) error {
				cost = n
				return f.money(&w.DailyCost)(n)
			},
			"prices": func(n *yaml.Node) error { return f.prices(&w.Prices, n) },
		})
		w.DailyTokens = int64(tokens)
		if err == nil && cost != nil && w.DailyCost <= 0 {
			err = f.errorf(cost, "daily_cost is nothing: give what a day may cost, or choose the writer %s", extractive)
		}
		if err == nil && cost != nil && w.Prices == (model.Prices{}) {
			err = f.errorf(cost, "daily_cost needs to know what tokens cost: add prices with input and output, for a million tokens each, in the same currency")
		}
		return err
	}
}

// prices reads what a million tokens of each kind cost. What nothing is said of
// in a cache costs as much as elsewhere.
func (f yamlFile) prices(p *model.Prices, n *yaml.Node) error {
	read, written := false, false
	err := f.object(n, "prices", fields{
		"input":  f.money(&p.Input),
		"output": f.money(&p.Output),
		"cache_read": func(n *yaml.Node) error {
			read = true
			return f.money(&p.CacheRead)(n)
		},
		"cache_write": func(n *yaml.Node) error {
			written = true
			return f.money(&p.CacheWrite)(n)
		},
	}, "input", "output")
	if !read {
		p.CacheRead = p.Input
	}
	if !written {
		p.CacheWrite = p.Input
	}
	return err
}

// money reads an amount in some currency.
func (f yamlFile) money(to *float64) func(*yaml.Node) error {
	return func(n *yaml.Node) error {
		var s string
		if err := f.text(&s)(n); err != nil {
			return err
		}
		v, err := strconv.ParseFloat(s, 64)
		if err != nil || math.IsNaN(v) || v < 0 || v > mostMoney {
			return f.errorf(n, "%q is no amount: write a number from 0 to %d, such as 0.25, without a currency", shorten(s), mostMoney)
		}
		*to = v
		return nil
	}
}
