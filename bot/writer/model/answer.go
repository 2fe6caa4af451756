package model

import (
	"bytes"
	"encoding/json"
	"strings"

	"colloquy/bot"
)

// mostStarts bounds how often it is tried to find JSON in a text.
const mostStarts = 16

// answer takes the JSON out of what a model wrote.
func (w *wire) answer(text string, spent bot.Spent) (Answer, error) {
	if raw := findObject(text); raw != nil && len(text) <= mostBytes {
		return Answer{JSON: raw, Spent: spent}, nil
	}
	e := w.failure(BadAnswer, 200)
	e.again = true
	return Answer{Spent: spent}, e
}

// findObject finds the JSON object that a text is, or holds: behind a sentence,
// between fences, after a model's thoughts. It returns nil if there is none.
func findObject(text string) json.RawMessage {
	text = strings.TrimSpace(text)
	if strings.HasPrefix(text, "{") && json.Valid([]byte(text)) {
		return json.RawMessage(text)
	}
	if i := strings.LastIndex(text, "</think>"); i >= 0 {
		text = text[i:]
	}
	for range mostStarts {
		i := strings.IndexByte(text, '{')
		if i < 0 {
			return nil
		}
		text = text[i:]
		var raw json.RawMessage
		if json.NewDecoder(strings.NewReader(text)).Decode(&raw) == nil {
			return bytes.Clone(raw)
		}
		text = text[1:]
	}
	return nil
}

// count makes a number of tokens that a server named one that can be summed.
func count(n int64) int64 { return min(max(n, 0), 1e9) }
