package discord

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"colloquy/adapters/internal/text"
	"colloquy/bot"
)

// Limits of what stands under a message, from Discord's reference on components
// and on embeds.
const (
	mostRows    = 5
	mostInRow   = 5
	mostLabel   = 80
	mostEmbeds  = 10
	mostCustom  = 100
	mostAddress = 2048 // of an embed
	mostHead    = 256  // the title of an embed
)

// Arguments of buttons that only this adapter reads, and those of a form.
const (
	formArg = "form" // what the form asks for
	pickArg = "pick" // "NAME:N": the argument NAME is the address of embed N, from 0
	textArg = "text" // what stands in the form
)

type buttonRow struct {
	Type       int         `json:"type"`
	Components []buttonOut `json:"components"`
}

type buttonOut struct {
	Type     int    `json:"type"`
	Style    int    `json:"style"`
	Label    string `json:"label"`
	CustomID string `json:"custom_id"`
}

// answerButtons are the choices of an answer and the buttons of its message, in
// rows. An address that is too long for a button stands in an embed, and the
// button names that. What has no place is left, as lines to type.
func answerButtons(choices []bot.Choice, buttons []bot.Button) (rows []buttonRow, links []embedLink, left []string) {
	rows, links = []buttonRow{}, []embedLink{}
	all := slices.Clone(choices)
	for _, b := range buttons {
		c := bot.Choice{Label: b.Label, Command: b.Command, Args: b.Args}
		if b.Form != "" {
			c.Args = maps.Clone(b.Args)
			if c.Args == nil {
				c.Args = map[string]string{}
			}
			c.Args[formArg] = shorten(text.Inline(b.Form), mostFormLabel)
		}
		all = append(all, c)
	}
	used := map[string]bool{}
	for _, c := range all {
		id, link, ok := choiceID(c, len(links))
		if !ok || used[id] || len(used) == mostRows*mostInRow {
			left = append(left, text.Inline(c.Label)+": "+typed(c))
			continue
		}
		used[id] = true
		if link.URL != "" {
			links = append(links, link)
		}
		if n := len(rows); n == 0 || len(rows[n-1].Components) == mostInRow {
			rows = append(rows, buttonRow{Type: componentRow})
		}
		row := &rows[len(rows)-1]
		row.Components = append(row.Components, buttonOut{Type: componentButton, Style: 2, Label: shorten(cmp.Or(text.Inline(c.Label), c.Command), mostLabel), CustomID: id})
	}
	return rows, links, left
}

// choiceID is the id of a choice's button. Where its one long argument is an
// address, that goes to an embed, which is the n-th of its message.
func choiceID(c bot.Choice, n int) (id string, link embedLink, ok bool) {
	if id := customID("", c.Command, c.Args); fits(id, c) {
		return id, link, true
	}
	names := slices.SortedFunc(maps.Keys(c.Args), func(a, b string) int { return len(c.Args[b]) - len(c.Args[a]) })
	if len(names) == 0 || n == mostEmbeds {
		return "", link, false
	}
	name := names[0]
	link = embedLink{Title: shorten(escape(text.Inline(c.Label)), mostHead), URL: c.Args[name]}
	if webLink(link.URL) != link.URL || units(link.URL) > mostAddress {
		return "", link, false
	}
	short := bot.Choice{Command: c.Command, Args: maps.Clone(c.Args)}
	delete(short.Args, name)
	short.Args[pickArg] = name + ":" + strconv.Itoa(n)
	id = customID("", short.Command, short.Args)
	return id, link, fits(id, short)
}

// fits reports whether an id holds a choice, whole.
func fits(id string, c bot.Choice) bool {
	_, command, args, ok := parseCustomID(id)
	return ok && units(id) <= mostCustom && command == c.Command && maps.Equal(args, c.Args)
}

// pick gives the argument back that stands in an embed of the message.
func (in *interaction) pick(args map[string]string) bool {
	name, n, ok := strings.Cut(args[pickArg], ":")
	if !ok {
		return true
	}
	delete(args, pickArg)
	i, err := strconv.Atoi(n)
	if err != nil || i < 0 || i >= len(in.message.Embeds) || in.message.Embeds[i].URL == "" {
		return false
	}
	args[name] = in.message.Embeds[i].URL
	return true
}

// typed is a choice as it is typed.
func typed(c bot.Choice) string {
	words := []string{bot.CommandPrefix, c.Command}
	for _, name := range slices.Sorted(maps.Keys(c.Args)) {
		words = append(words, name+":"+text.Inline(c.Args[name]))
	}
	return strings.Join(words, " ")
}
