package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"colloquy/bot"
)

// A yamlFile reads YAML strictly. It is the file's name, which begins each of
// its errors, followed by the line.
type yamlFile string

// fields says how the value of each key of an object is read.
type fields map[string]func(*yaml.Node) error

func (f yamlFile) errorf(n *yaml.Node, format string, args ...any) error {
	return fmt.Errorf("%s:%d: %s", string(f), n.Line, fmt.Sprintf(format, args...))
}

var yamlErrorLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?`)

// parse gives the top of the document; nil if there is nothing in it.
func (f yamlFile) parse(data []byte) (*yaml.Node, error) {
	var doc, more yaml.Node
	dec := yaml.NewDecoder(bytes.NewReader(data))
	err := dec.Decode(&doc)
	if errors.Is(err, io.EOF) {
		return nil, nil
	}
	if err == nil {
		if err = dec.Decode(&more); errors.Is(err, io.EOF) {
			return doc.Content[0], nil
		}
		if err == nil {
			return nil, f.errorf(&more, "a second document begins here, and one is read: remove the line ---")
		}
	}
	line, text := "1", strings.Join(strings.Fields(err.Error()), " ")
	if m := yamlErrorLine.FindStringSubmatch(text); m != nil {
		text = strings.TrimPrefix(text, m[0])
		if m[1] != "" {
			line = m[1]
		}
	}
	return nil, fmt.Errorf(`%s:%s: this is no YAML, %s: check the indentation, and put quotes around values that begin with * or @ or have ": " in them`, string(f), line, text)
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!null" }

// object reads an object. what names it in messages; every key is one of known,
// comes once, and each of needed is there.
func (f yamlFile) object(n *yaml.Node, what string, known fields, needed ...string) error {
	if isNull(n) && len(needed) == 0 {
		return nil
	}
	if n.Kind != yaml.MappingNode {
		return f.errorf(n, "%s is not written as keys with values: write \"key: value\", one a line", what)
	}
	seen := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		read, ok := known[key.Value]
		if !ok || key.Kind != yaml.ScalarNode {
			return f.errorf(key, "%s has no key %q: %s", what, shorten(key.Value), meant(key.Value, known))
		}
		if line, twice := seen[key.Value]; twice {
			return f.errorf(key, "%s is already on line %d: keep one of them", key.Value, line)
		}
		seen[key.Value] = key.Line
		if err := read(value); err != nil {
			return err
		}
	}
	for _, key := range needed {
		if seen[key] == 0 {
			return f.errorf(n, "%s needs a %s: add \"%s: …\"", what, key, key)
		}
	}
	return nil
}

// meant says what to write instead of an unknown key.
func meant(key string, known fields) string {
	var keys []string
	for k := range known {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	if near := bot.Nearest(shorten(key), keys); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return "it may have " + strings.Join(keys, ", ")
}

// list reads a list, item by item.
func (f yamlFile) list(n *yaml.Node, what string, item func(*yaml.Node) error) error {
	if isNull(n) {
		return nil
	}
	if n.Kind != yaml.SequenceNode {
		return f.errorf(n, "%s is no list: write each item on a line of its own that begins with \"- \"", what)
	}
	for _, n := range n.Content {
		if err := item(n); err != nil {
			return err
		}
	}
	return nil
}

// text reads a single value that is not empty.
func (f yamlFile) text(to *string) func(*yaml.Node) error {
	return func(n *yaml.Node) error {
		switch {
		case n.Kind == yaml.AliasNode:
			return f.errorf(n, "aliases (*%s) are not read: write the value out, or put it in quotes", shorten(n.Value))
		case n.Kind != yaml.ScalarNode:
			return f.errorf(n, "a single value belongs here, not a list or keys")
		case isNull(n) || n.Value == "":
			return f.errorf(n, "the value is missing: write one, or remove the key")
		}
		*to = n.Value
		return nil
	}
}

func (f yamlFile) number(to *int, least, most int) func(*yaml.Node) error {
	return func(n *yaml.Node) error {
		var s string
		if err := f.text(&s)(n); err != nil {
			return err
		}
		v, err := strconv.Atoi(s)
		if err != nil || v < least || v > most {
			return f.errorf(n, "%q cannot be used here: write a whole number from %d to %d", shorten(s), least, most)
		}
		*to = v
		return nil
	}
}

func (f yamlFile) yes(to *bool) func(*yaml.Node) error {
	return func(n *yaml.Node) error {
		if n.Kind != yaml.ScalarNode || n.Tag != "!!bool" {
			return f.errorf(n, "this is neither true nor false: write one of them")
		}
		return n.Decode(to)
	}
}

func (f yamlFile) duration(to *time.Duration, least, most time.Duration) func(*yaml.Node) error {
	return func(n *yaml.Node) error {
		var s string
		if err := f.text(&s)(n); err != nil {
			return err
		}
		d, err := bot.ParseDuration(s)
		if err != nil {
			return f.errorf(n, "%v", err)
		}
		if d < least || d > most {
			return f.errorf(n, "%s cannot be used here: give a time from %s to %s", s, bot.FormatDuration(least), bot.FormatDuration(most))
		}
		*to = d
		return nil
	}
}

// shorten cuts what is repeated in a message.
func shorten(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}
