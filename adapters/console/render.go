package console

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"colloquy/adapters/internal/text"
	"colloquy/bot"
)

// A style says how blocks look. Every text that goes through it is cleaned
// first, so that the only escape sequences are its own.
type style struct {
	color bool
	width int
}

func (s style) paint(code, line string) string {
	if !s.color || line == "" {
		return line
	}
	return "\x1b[" + code + "m" + line + "\x1b[0m"
}

func (s style) bold(line string) string { return s.paint("1", line) }
func (s style) dim(line string) string  { return s.paint("2", line) }

// block wraps t and puts first before its first line, rest before the others,
// both dim and equally wide.
func (s style) block(t, first, rest string, paint func(string) string) string {
	var b strings.Builder
	indent := first
	for _, line := range text.Wrap(t, s.width-text.Width(first)) {
		if paint != nil {
			line = paint(line)
		}
		if line == "" {
			indent = strings.TrimRight(indent, " ")
		}
		b.WriteString(s.dim(indent) + line + "\n")
		indent = rest
	}
	return b.String()
}

// renderMessage shows a message as it would look in a channel: parts divided by
// empty lines, the last line ended. Images are left out, a role is named, and a
// button for managers is the command that it stands for. Others are left out: the
// small print names what everybody can do, and a line that is typed is an answer.
func renderMessage(m bot.Message, s style) string {
	var parts []string
	add := func(part string) {
		if part != "" {
			parts = append(parts, part)
		}
	}
	add(renderHead(m, s))
	for _, p := range m.Paragraphs {
		if p = strings.TrimSpace(text.Clean(p)); p != "" {
			add(s.block(p, "", "", nil))
		}
	}
	for _, q := range m.Quotation {
		add(renderQuoted(q, s))
	}
	list := ""
	for _, l := range m.Lines {
		if l = text.Inline(l); l != "" {
			list += s.block(l, "", "  ", nil)
		}
	}
	add(list)
	if q := text.Inline(m.Question); q != "" {
		number := ""
		if m.Number > 0 {
			number = strconv.Itoa(m.Number) + "  "
		}
		add(s.block(q, number, strings.Repeat(" ", len(number)), s.bold))
	}
	foot := ""
	if f := text.Inline(m.Footer); f != "" {
		foot = s.block(f, "", "", s.dim)
	}
	if l := text.Link(m.FooterLink); l != "" {
		foot += s.dim(l) + "\n"
	}
	add(foot)
	buttons := ""
	for _, b := range m.Buttons {
		if !forManagers(b.Command) {
			continue
		}
		buttons += s.block(text.Inline(b.Label)+": "+text.Inline(typed(bot.Choice{Label: b.Label, Command: b.Command, Args: b.Args})), "", "  ", s.dim)
	}
	add(buttons)
	return strings.Join(parts, "\n")
}

func forManagers(command string) bool {
	return slices.ContainsFunc(bot.Commands(), func(s bot.CommandSpec) bool { return s.Name == command && s.Manage })
}

func renderHead(m bot.Message, s style) string {
	var b strings.Builder
	if r := text.Inline(m.Ping); r != "" {
		b.WriteString(s.block("role "+r, "→ ", "  ", nil))
	}
	if t := text.Inline(m.Title); t != "" {
		b.WriteString(s.block(t, "", "", s.bold))
	}
	if t := text.Inline(m.Source); t != "" {
		b.WriteString(s.block(t, "", "", s.dim))
	}
	if l := text.Link(m.Link); l != "" {
		b.WriteString(s.dim(l) + "\n") // whole, so that a terminal can open it
	}
	return b.String()
}

func renderQuoted(q bot.Quoted, s style) string {
	t := strings.TrimSpace(text.Clean(q.Text))
	if t == "" {
		return ""
	}
	block := s.block(t, "│ ", "│ ", nil)
	by := text.Isolate(text.Clean(text.Truncate(text.Inline(q.By), 60))) // again: what was isolated may be cut
	if q.ID != "" {
		by = strings.TrimSpace(by + " (" + text.Inline(q.ID) + ")")
	}
	if l := text.Link(q.Link); l != "" {
		by = strings.TrimSpace(by + " " + l)
	}
	if by != "" {
		block += s.block("— "+by, "│ ", "│ ", s.dim)
	}
	return block
}

// renderReply shows what somebody wrote, cleaned already.
func renderReply(author, words string, s style) string {
	name := text.Isolate(author) + ": "
	return s.block(words, name, strings.Repeat(" ", text.Width(name)), nil)
}

// renderAnswer shows an answer and how to type what it lets people choose from.
func renderAnswer(a bot.Answer, s style) string {
	shown := renderMessage(a.Message, s)
	if len(a.Choices) > 0 && shown != "" {
		shown += "\n"
	}
	for i, choice := range a.Choices {
		number := fmt.Sprintf("%2d  ", i+1)
		shown += s.block(text.Inline(choice.Label), number, "    ", nil)
		shown += "    " + s.dim(text.Inline(typed(choice))) + "\n"
	}
	if a.File != nil {
		shown += "\n" + s.dim(text.Inline(a.File.Name)) + "\n"
		for line := range strings.Lines(string(a.File.Data)) {
			shown += text.Inline(line) + "\n" // not wrapped: it is for programs
		}
	}
	return shown
}

// typed is the command line that makes a choice.
func typed(choice bot.Choice) string {
	words := []string{bot.CommandPrefix, choice.Command}
	for _, spec := range bot.Commands() {
		if spec.Name != choice.Command {
			continue
		}
		for _, p := range spec.Params {
			value := choice.Args[p.Name]
			if value == "" {
				continue
			}
			if p.Flag {
				words = append(words, "--"+p.Name)
			}
			if strings.ContainsAny(value, " \t'\"") && !p.Rest {
				value = `"` + strings.ReplaceAll(value, `"`, "") + `"`
			}
			words = append(words, value)
		}
	}
	return strings.Join(words, " ")
}
