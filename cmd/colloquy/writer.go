package main

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"math"
	"strings"
	"time"

	"colloquy/bot"
	"colloquy/bot/writer"
	"colloquy/bot/writer/model"
	"colloquy/prompts"
)

// Variables that concern the writer, beside those of --writer and --prompts.
const (
	writerURLVariable   = "COLLOQUY_WRITER_URL"
	writerKeyVariable   = "COLLOQUY_WRITER_KEY"
	writerModelVariable = "COLLOQUY_WRITER_MODEL"
)

// writingTime is how long one digest or recap may take, where nothing is said.
const writingTime = 75 * time.Second

// A desk is who writes in this run.
type desk struct {
	bot.Writer                    // the one that was chosen
	offline    *writer.Extractive // writes where no model may be asked, and judges
	model      model.Model        // nil for the extractive writer
}

// asking says who is asked for a digest, for people who wait for it.
func (d desk) asking() string {
	if d.model == nil {
		return "writing"
	}
	return "asking " + d.model.Name()
}

// desk makes the writer that the settings choose. What is wrong with them is
// wrong usage, and the desk then has the offline writer alone. Nothing is asked of
// a server yet, and for the extractive writer nothing but it is made.
func (a *app) desk(log *slog.Logger) (desk, error) {
	offline, err := writer.NewExtractive()
	if err != nil {
		return desk{}, err
	}
	if use := a.set.writer.value; use == "" || use == extractive {
		return desk{Writer: offline, offline: offline}, nil
	}
	o, at, err := a.modelOptions()
	if err != nil {
		return desk{offline: offline}, err
	}
	o.Clock, o.Log = a.now, log
	m, err := model.New(o)
	if err != nil {
		_, part, _ := strings.Cut(bot.ReasonCode(err), "_")
		return desk{offline: offline}, usagef("%s: %w", cmp.Or(at[part], a.said["writer"]), err)
	}
	templates, err := prompts.LoadTemplates(a.set.prompts)
	if err != nil {
		return desk{offline: offline}, usagef("%s: %w", cmp.Or(a.said["prompts"], "the built-in prompts"), err)
	}
	w := writer.NewLLM(writer.LLMOptions{Model: m, Prompts: templates, Offline: offline, Log: log})
	return desk{w, offline, m}, nil
}

// modelOptions gathers what is said of the model: by variables, else by the file.
// What one of them says beside the name of a provider belongs to that provider,
// and is not used when another one was chosen before it: no key reaches a server
// that it was not meant for. at is where each part stands, by the end of the code
// of an error about it.
func (a *app) modelOptions() (o model.Options, at map[string]string, err error) {
	use := a.set.writer.value
	meant := func(provider string) bool { return provider == "" || provider == extractive || provider == use }
	var c WriterConfig
	if meant(a.config.flags["writer"]) {
		c = a.config.Writer
	}
	if meant(a.getenv(variable("writer"))) {
		for name, to := range map[string]*Said{writerURLVariable: &c.URL, writerModelVariable: &c.Model} {
			if value := strings.TrimSpace(a.getenv(name)); value != "" {
				*to = Said{value, name}
			}
		}
		key, err := secret(a.getenv, writerKeyVariable)
		if err != nil {
			return o, nil, err
		}
		if key = strings.TrimSpace(key); key != "" {
			c.Key = Said{key, writerKeyVariable}
		}
	}
	o = model.Options{
		Provider: use, URL: c.URL.Text, Key: c.Key.Text, Model: c.Model.Text, Proxy: c.Proxy.Text,
		Stream: c.Stream, Context: c.Context, Prices: c.Prices,
	}
	return o, map[string]string{"url": c.URL.At, "key": c.Key.At, "model": c.Model.At, "proxy": c.Proxy.At}, nil
}

// writing is ctx with the time that one digest or recap may take.
func (a *app) writing(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, cmp.Or(a.config.Writer.Timeout, writingTime))
}

// money shows millionths, with two digits or as many as there are.
func money(millionths int64) string {
	s := strings.TrimRight(fmt.Sprintf("%d.%06d", millionths/1e6, millionths%1e6), "0")
	if _, cents, _ := strings.Cut(s, "."); len(cents) < 2 {
		s += "00"[len(cents):]
	}
	return s
}

// millionths is an amount as budgets and costs are counted.
func millionths(v float64) int64 { return int64(math.Round(v * 1e6)) }
