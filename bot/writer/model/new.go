package model

import (
	"cmp"
	"log/slog"
	"math"
	"strings"
	"time"
	"unicode"

	"colloquy/bot"

	"github.com/anthropics/anthropic-sdk-go"
	"github.com/openai/openai-go/v3"
)

// ownContext is how many tokens of context Ollama is asked for when nobody said
// how many. Its own default is too few for an article and what is asked of it.
const ownContext = 16384

// defaults are the models asked where the operator names none: fast and cheap
// ones, since a digest is short. Ollama has what its owner pulled.
var defaults = map[string]string{
	Anthropic: anthropic.ModelClaudeHaiku5_5,
	OpenAI:    openai.ChatModelGPT5_4Mini,
}

// New makes a [Model]. Nothing is sent yet. An error is a [bot.Problem]: an
// unknown provider, a missing key or model, or a setting that can't be right.
func New(o Options) (Model, error) {
	if _, ok := standard[o.Provider]; !ok {
		return nil, bot.Problemf("bad_provider", "there is no provider %q: write anthropic, openai or ollama", o.Provider)
	}
	where, err := readAddress(o.Provider, o.URL)
	if err != nil {
		return nil, bot.Problemf("bad_url", "the writer's url %w", err)
	}
	proxy, err := readProxy(o.Proxy)
	if err != nil {
		return nil, bot.Problemf("bad_proxy", "the writer's proxy %w", err)
	}
	key, err := readKey(o.Key, where)
	if err != nil {
		return nil, bot.Problemf("bad_key", "the writer's key %w", err)
	}
	if key == "" && (o.Provider == Anthropic || o.Provider == OpenAI && where.own) {
		return nil, bot.Problemf("no_key", "%s needs a key: set COLLOQUY_WRITER_KEY, or COLLOQUY_WRITER_KEY_FILE to a file that holds it", title(o.Provider))
	}
	name, err := readModel(o, where)
	if err != nil {
		return nil, err
	}
	for _, p := range []float64{o.Prices.Input, o.Prices.CacheRead, o.Prices.CacheWrite, o.Prices.Output} {
		if !(p >= 0 && p <= 1e6) {
			return nil, bot.Problemf("bad_prices", "a price of the writer's model is none: write what a million tokens cost, such as 0.8")
		}
	}
	if o.Context < 0 || o.Context > math.MaxInt32 {
		return nil, bot.Problemf("bad_context", "a context of %d tokens can't be: leave it out, or write one like 16384", o.Context)
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	w := newWire(o, where, proxy, key, name)
	c := &client{
		name: o.Provider, model: name, who: w.who, prices: o.Prices, log: o.Log,
		breaker: breaker{clock: o.Clock}, wait: sleep,
	}
	switch o.Provider {
	case Anthropic:
		c.provider = newAnthropic(w)
	case OpenAI:
		c.provider = newOpenAI(w)
	case Ollama:
		c.provider = &ollamaProvider{wire: w, context: cmp.Or(o.Context, ownContext)}
	}
	return c, nil
}

// readModel is the model's name as it is sent.
func readModel(o Options, where address) (string, error) {
	name := strings.TrimSpace(o.Model)
	if name == "" && (o.Provider == Anthropic || where.own) {
		name = defaults[o.Provider]
	}
	switch {
	case name == "" && o.Provider == Ollama:
		return "", bot.Problemf("no_model", "no model is named for Ollama: set COLLOQUY_WRITER_MODEL to one that \"ollama list\" shows")
	case name == "":
		return "", bot.Problemf("no_model", "no model is named for %s: set COLLOQUY_WRITER_MODEL to one that it has", where.host)
	case len(name) > 200 || strings.ContainsFunc(name, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }):
		return "", bot.Problemf("bad_model", "the name of the writer's model has a space or a sign that can't be in it: copy it again")
	}
	return name, nil
}

// title is a provider's name as it writes it itself.
func title(provider string) string {
	switch provider {
	case Anthropic:
		return "Anthropic"
	case OpenAI:
		return "OpenAI"
	}
	return "Ollama"
}
