package slack

import (
	"cmp"
	"context"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"colloquy/adapters/internal/text"
	"colloquy/bot"
)

// mostMessages is how many messages an answer has: so often can be answered by
// one response_url.
const mostMessages = 5

// wholeFile is the name of an answer that is too long for messages.
const wholeFile = "answer.txt"

// answer shows an answer to who asked.
func (q *asked) answer(ctx context.Context, a bot.Answer) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), replyWithin)
	defer cancel()
	all, long := q.messages(ctx, a)
	for i, m := range all {
		if err := q.tell(ctx, m, !a.Private, i == 0); err != nil {
			q.unanswered(ctx, err)
			return
		}
	}
	for _, f := range []*bot.Document{long, a.File} {
		if f != nil {
			q.hand(ctx, *f)
		}
	}
}

// messages are what an answer is shown as; if it is too long for that, its
// beginning and its end, and all of it as a file.
func (q *asked) messages(ctx context.Context, a bot.Answer) (all []outgoing, file *bot.Document) {
	m := q.p.ownWords(a.Message)
	var left []string
	m.Buttons, left = answerButtons(a.Choices, m.Buttons, q.p.asks.called())
	m.Lines = slices.Concat(m.Lines, left)
	if all = q.p.a.renderAll(ctx, m, a.Private); len(all) <= mostMessages {
		return all, nil
	}
	last := all[len(all)-1]
	return append(all[:mostMessages-1:mostMessages-1], last), &bot.Document{Name: wholeFile, Data: []byte(whole(m))}
}

// whole is all that a message says, as a text.
func whole(m bot.Message) string {
	said := []string{m.Title, m.Link, m.Source}
	said = append(said, m.Paragraphs...)
	for _, q := range m.Quotation {
		said = append(said, q.Text, q.By)
	}
	said = append(said, strings.Join(m.Lines, "\n"), m.Footer, m.FooterLink)
	said = slices.DeleteFunc(said, func(s string) bool { return !text.Visible(s) })
	return text.Clean(strings.Join(said, "\n\n")) + "\n"
}

// answerButtons are the choices of an answer, before the buttons of its message.
// What has no place among them is left, as lines to be typed.
func answerButtons(choices []bot.Choice, buttons []bot.Button, called string) (all []bot.Button, left []string) {
	for _, c := range choices {
		all = append(all, bot.Button{Label: c.Label, Command: c.Command, Args: c.Args})
	}
	fits := all[:0:0]
	for _, b := range append(all, buttons...) {
		if len(fits) == maxButtons || text.Units(buttonValue(b)) > maxValue {
			left = append(left, text.Inline(b.Label)+": "+toType(b, called))
			continue
		}
		fits = append(fits, b)
	}
	return fits, left
}

// toType is what a button stands for, to be typed.
func toType(b bot.Button, called string) string {
	words := []string{called, b.Command}
	flags := map[string]bool{}
	for _, p := range specOf(b.Command).Params {
		flags[p.Name] = p.Flag
		if v := b.Args[p.Name]; v != "" && !p.Flag {
			words = append(words, text.Inline(v))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(b.Args)) {
		if flags[name] {
			words = append(words, "--"+name+" "+text.Inline(b.Args[name]))
		}
	}
	return strings.Join(words, " ")
}

// refuse answers that something is not done.
func (q *asked) refuse(ctx context.Context, why string) {
	q.replace = false
	q.answer(ctx, bot.Answer{Private: true, Message: bot.Message{Paragraphs: []string{why}}})
}

// say adds a sentence to an answer.
func (q *asked) say(ctx context.Context, s string) {
	m := q.p.a.renderAll(ctx, bot.Message{Paragraphs: []string{s}}, true)[0]
	if err := q.tell(ctx, m, false, false); err != nil {
		q.unanswered(ctx, err)
	}
}

func (q *asked) unanswered(ctx context.Context, err error) {
	q.p.a.o.Log.WarnContext(ctx, "not answered", "kind", q.kind, "workspace", q.place.Workspace, "code", bot.ReasonCode(err), "slack_code", codeOf(err), "err", err)
}

// failed says that a command was not carried out.
func failed(err error) bot.Answer {
	return bot.Answer{Private: true, Message: bot.Message{Paragraphs: []string{"That was not done: " + bot.Explain(err) + "."}}}
}

// notAsked says that nobody knows whether somebody may do what they want.
func notAsked(err error) error {
	if bot.ReasonCode(err) != "internal" {
		return bot.Problemf("not_asked", "Slack could not be asked whether you may manage Colloquy: %w", err)
	}
	return bot.Problemf("not_asked", "Slack could not be asked whether you may manage Colloquy; try again in a minute")
}

// prefix finds our command in a text: not what is a part of an address.
var prefix = regexp.MustCompile(`(^|[\s("'“„‘«])` + regexp.QuoteMeta(bot.CommandPrefix) + `\b`)

// ownWords calls the command in our own words what it is called in the app. What
// is others' stays as it is.
func (p *app) ownWords(m bot.Message) bot.Message {
	called := p.asks.called()
	if called == bot.CommandPrefix {
		return m
	}
	rename := func(s string) string { return prefix.ReplaceAllString(s, "${1}"+called) }
	all := func(list []string) []string {
		list = slices.Clone(list)
		for i := range list {
			list[i] = rename(list[i])
		}
		return list
	}
	m.Paragraphs, m.Lines, m.Footer = all(m.Paragraphs), all(m.Lines), rename(m.Footer)
	return m
}

// plainWords are our words in a message, where only words have a place.
func plainWords(m bot.Message) string {
	return strings.Join(slices.Concat(m.Paragraphs, m.Lines), " ")
}

// sentence makes what a problem says stand by itself.
func sentence(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	s = string(unicode.ToUpper(r)) + s[size:]
	if strings.HasSuffix(s, ".") || strings.HasSuffix(s, "?") {
		return s
	}
	return s + "."
}

// hand gives somebody a file in their private chat with us, since there are none
// that only one person in a channel sees, and says so.
func (q *asked) hand(ctx context.Context, f bot.Document) {
	name := cmp.Or(text.FileName(f.Name, maxLabel), "file.txt")
	what := "The file " + name + " is in your private chat with Colloquy."
	chat, err := q.chat(ctx)
	if err == nil {
		err = q.t.upload(ctx, chat, "", name, f.Data)
	}
	if err != nil {
		q.p.a.o.Log.WarnContext(ctx, "file not handed over", "workspace", q.place.Workspace, "code", bot.ReasonCode(err), "slack_code", codeOf(err), "err", err)
		what = "The file could not be sent to you: " + bot.Explain(err) + "."
	}
	q.say(ctx, what)
}
