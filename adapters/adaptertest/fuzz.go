package adaptertest

import (
	"encoding/json"
	"strings"

	"colloquy/bot"
)

// Made makes a message of what a fuzzer gave: parts are the fields that are set,
// and many how often what there may be several of is repeated.
func Made(s, link, ping string, parts uint16, many uint8) bot.Message {
	has := func(bit int) bool { return parts&(1<<bit) != 0 }
	m := bot.Message{Number: int(many) % 9}
	for bit, set := range []func(){
		func() { m.Title = s }, func() { m.Link = link }, func() { m.Source = s }, func() { m.Image = link },
		func() { m.Paragraphs = []string{"", s, "after"} }, func() { m.Lines = []string{s, "1. " + s} },
		func() { m.Quotation = []bot.Quoted{{Text: s, By: s, ID: s}, {Text: s, By: s, Link: link}} }, func() { m.Question = s },
		func() { m.Asks = []string{s, s} }, func() { m.Footer = s }, func() { m.FooterLink = link }, func() { m.Ping = ping },
		func() {
			m.Buttons = []bot.Button{{Label: s, Command: "why", Args: map[string]string{s: s}}, {Label: s, Command: s, Form: s}}
		},
	} {
		if has(bit) {
			set()
		}
	}
	for range many % 6 {
		m.Paragraphs = append(m.Paragraphs, m.Paragraphs[:min(1, len(m.Paragraphs))]...)
		m.Lines = append(m.Lines, m.Lines[:min(2, len(m.Lines))]...)
		m.Asks = append(m.Asks, m.Asks[:min(1, len(m.Asks))]...)
		m.Quotation = append(m.Quotation, m.Quotation[:min(1, len(m.Quotation))]...)
		m.Buttons = append(m.Buttons, m.Buttons[:min(1, len(m.Buttons))]...)
	}
	return m
}

// Tidied is a payload as a platform could write it, with every field once and in
// lower case, since Go reads "ID" as "id"; nil if it is no object.
func Tidied(raw []byte) (map[string]any, []byte) {
	var v map[string]any
	if json.Unmarshal(raw, &v) != nil || v == nil {
		return nil, nil
	}
	lower := true
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			for key, x := range v {
				lower = lower && !strings.ContainsFunc(key, func(r rune) bool { return r >= 'A' && r <= 'Z' || r > '~' })
				walk(x)
			}
		case []any:
			for _, x := range v {
				walk(x)
			}
		}
	}
	walk(v)
	out, err := json.Marshal(v)
	if err != nil || !lower {
		return nil, nil
	}
	return v, out
}
