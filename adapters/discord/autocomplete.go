package discord

import (
	"cmp"
	"context"

	"colloquy/adapters/internal/text"
	"colloquy/bot"
)

// Limits of what is offered while somebody types.
const (
	mostChoices = 25
	mostChoice  = 100 // characters of a name and of a value
)

// An optionChoice is one thing that an option can be.
type optionChoice struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// complete offers what the option can be that somebody is typing. There are no
// errors in Discord's protocol for it: where nothing is known, nothing is offered.
func (a *Adapter) complete(window context.Context, h bot.Handler, in *interaction) {
	choices := []optionChoice{}
	words, options := in.data.path()
	for _, o := range options {
		if !o.Focused {
			continue
		}
		name := specName(words, bot.Commands())
		answer, err := h.Command(window, a.command(in, bot.CompleteCommand, map[string]string{"command": name, "param": o.Name, "text": o.text()}))
		if err != nil {
			a.o.Log.InfoContext(window, "nothing is offered", "command", name, "interaction", in.ID, "err", err)
			break
		}
		choices = optionChoices(answer.Choices)
		break
	}
	a.acknowledge(window, in, callback{Type: answerChoices, Data: map[string]any{"choices": choices}})
}

// optionChoices leaves out what Discord cannot hold: a value that is cut would
// be another.
func optionChoices(from []bot.Choice) []optionChoice {
	out := []optionChoice{}
	for _, c := range from {
		value := c.Args["value"]
		if value == "" || text.Units(value) > mostChoice || len(out) == mostChoices {
			continue
		}
		out = append(out, optionChoice{Name: text.Cut(cmp.Or(text.Inline(c.Label), value), mostChoice, text.Units), Value: value})
	}
	return out
}
