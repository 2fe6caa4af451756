package discord

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"colloquy/adapters/internal/text"
	"colloquy/bot"
)

// mostEmbeds is how many embeds a message has at most.
const mostEmbeds = 10

// Arguments of a button that only this adapter reads, and that of a form.
const (
	pickArg = "pick" // "NAME:N": the argument NAME is the N-th link of an embed, from 0
	textArg = "text" // what stands in the form
)

// answerRows are the choices of an answer and the buttons of its message. An
// address that is too long for a button stands in an embed, and the button names
// that. What has no place is left, as lines.
func answerRows(choices []bot.Choice, buttons []bot.Button) (rows []row, links []embed, left []string) {
	all := []bot.Button{}
	for _, c := range choices {
		all = append(all, bot.Button{Label: c.Label, Command: c.Command, Args: c.Args})
	}
	rows = []row{}
	taken := map[string]bool{"": true}
	for _, b := range slices.Concat(all, buttons) {
		id, link := answerID(b, len(links))
		if taken[id] || len(taken) > maxRows*perRow {
			left = append(left, text.Inline(b.Label)+": "+typed(b))
			continue
		}
		taken[id] = true
		if link != nil {
			links = append(links, *link)
		}
		if n := len(rows); n == 0 || len(rows[n-1].Components) == perRow {
			rows = append(rows, row{Type: typeRow})
		}
		last := &rows[len(rows)-1]
		last.Components = append(last.Components, makeButton(b, id))
	}
	return rows, links, left
}

// answerID is the custom_id of a button of an answer; "" if it can have none.
// Where its longest argument is an address, that may be the link of an embed,
// of which there are n before.
func answerID(b bot.Button, n int) (id string, link *embed) {
	if b.Command == "" {
		return "", nil
	}
	if id = buttonID("", b); text.Units(id) <= maxCustomID {
		return id, nil
	}
	longest := ""
	for _, name := range slices.Sorted(maps.Keys(b.Args)) {
		if longest == "" || len(b.Args[name]) > len(b.Args[longest]) {
			longest = name
		}
	}
	if linkURL(b.Args[longest]) != b.Args[longest] || n == mostEmbeds-1 || longest == "" {
		return "", nil
	}
	short := b
	short.Args = maps.Clone(b.Args)
	delete(short.Args, longest)
	short.Args[pickArg] = longest + ":" + strconv.Itoa(n)
	if id = buttonID("", short); text.Units(id) > maxCustomID {
		return "", nil
	}
	return id, &embed{Color: accent, Title: escape(text.Cut(text.Inline(b.Label), maxTitle/2, escaped)), URL: b.Args[longest]}
}

// pick gives the argument back that is the link of an embed of the message; false
// if that is not there.
func (in *interaction) pick(args map[string]string) bool {
	given, ok := args[pickArg]
	if !ok {
		return true
	}
	delete(args, pickArg)
	name, n, _ := strings.Cut(given, ":")
	var links []string
	for _, e := range in.message.Embeds {
		if e.URL != "" {
			links = append(links, e.URL)
		}
	}
	i, err := strconv.Atoi(n)
	if err != nil || i < 0 || i >= len(links) || name == "" {
		return false
	}
	args[name] = links[i]
	return true
}

// typed is what a button stands for, to be typed.
func typed(b bot.Button) string {
	words := []string{bot.CommandPrefix, b.Command}
	for _, name := range slices.Sorted(maps.Keys(b.Args)) {
		words = append(words, name+":"+text.Inline(b.Args[name]))
	}
	return strings.Join(words, " ")
}
