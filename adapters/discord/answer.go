package discord

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"colloquy/adapters/internal/once"
	"colloquy/adapters/internal/text"
	"colloquy/bot"
)

const (
	// mostFollowUps is how many messages follow the first one of an answer; what
	// does not fit comes as a file.
	mostFollowUps = 5
	// replyWithin bounds the sending of an answer, which goes on when the process
	// is told to stop: somebody waits for it.
	replyWithin = 20 * time.Second
	// mostTries is how often a part of an answer is sent that did not go out.
	mostTries = 3
)

// restFile is the name of what does not fit into an answer.
const restFile = "rest.txt"

// A part is one message of an answer.
type part struct {
	out  outgoing
	file *file // nil: none
}

// parts are the messages of an answer. Its buttons are below the last one with
// words, where the eye ends; what is longer than some messages is a file.
func (a *Adapter) parts(ctx context.Context, answer bot.Answer) []part {
	m := answer.Message
	rows, links, left := answerRows(answer.Choices, m.Buttons)
	m.Buttons, m.Lines = nil, append(m.Lines[:len(m.Lines):len(m.Lines)], left...)
	all := a.renderAll(ctx, m)
	var out []part
	var files []*file
	if len(all) > 1+mostFollowUps {
		files = append(files, &file{name: restFile, data: []byte(words(all[1+mostFollowUps:]))})
		all = all[:1+mostFollowUps]
	}
	if answer.File != nil {
		files = append(files, &file{name: cmp.Or(text.FileName(answer.File.Name, maxLabel), "file.txt"), data: answer.File.Data})
	}
	for _, o := range all {
		out = append(out, part{out: o})
	}
	if crowded(out[len(out)-1].out.Embeds, links) {
		out = append(out, part{out: newOutgoing()})
	}
	last := &out[len(out)-1]
	last.out.Components = rows
	last.out.Embeds = append(last.out.Embeds, links...)
	for i, f := range files {
		if i > 0 {
			out = append(out, part{out: newOutgoing()})
		}
		out[len(out)-1].file = f
	}
	return out
}

// crowded reports whether links need a message of their own: where there is no
// room for them, or another link is in their way; see [interaction.pick].
func crowded(there, links []embed) bool {
	n := 0
	for _, e := range slices.Concat(there, links) {
		n += e.units()
	}
	return len(links) > 0 && (n > maxEmbeds || slices.ContainsFunc(there, func(e embed) bool { return e.URL != "" }))
}

// words are what messages say, as it stands in them.
func words(all []outgoing) string {
	var b strings.Builder
	for _, o := range all {
		b.WriteString(o.Content + "\n")
		for _, e := range o.Embeds {
			b.WriteString(e.Description + "\n")
		}
	}
	return strings.TrimSpace(b.String()) + "\n"
}

// answer shows an answer to who asked, and to nobody else: its first message
// takes the place of the sign that one comes, the others follow.
func (a *Adapter) answer(ctx context.Context, in *interaction, answer bot.Answer) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), replyWithin)
	defer cancel()
	path := "/webhooks/" + url.PathEscape(in.AppID) + "/" + url.PathEscape(in.Token)
	for i, p := range a.parts(ctx, answer) {
		k := call{method: http.MethodPatch, path: path + "/messages/@original", body: p.out, file: p.file, free: true}
		if i > 0 {
			p.out.Flags = flagPrivate
			k.method, k.path, k.body = http.MethodPost, path, p.out
		}
		if err := a.deliver(ctx, k, i == 0); err != nil {
			a.unanswered(ctx, in, err)
			return
		}
	}
}

// deliver sends an answer, or the first sign of one. It is sent again if it surely
// did not go out, or if harmless, which means that sending it twice changes nothing.
func (a *Adapter) deliver(ctx context.Context, k call, harmless bool) error {
	for try := 1; ; try++ {
		err := a.rest.do(ctx, k, nil)
		if try > 1 && codeOf(err) == codeAnswered {
			return nil // the one before did arrive
		}
		wait, surely := bot.RetryDelay(err)
		if err == nil || try == mostTries || !surely && !(harmless && unclear(err)) {
			return err
		}
		if !once.Sleep(ctx, wait) {
			return err
		}
	}
}

// unclear reports whether nobody knows if a call was carried out.
func unclear(err error) bool {
	var e *apiError
	return !bot.IsPermanent(err) && (!errors.As(err, &e) || e.Status >= 500)
}

// refuse answers at once and asks the engine nothing. words are what a person
// wrote, given back to them.
func (a *Adapter) refuse(window context.Context, in *interaction, why, words string) {
	m := a.parts(window, bot.Answer{Message: bot.Message{Paragraphs: []string{why}, Quotation: given(words)}})[0].out
	m.Flags = flagPrivate
	a.acknowledge(window, in, callback{Type: answerMessage, Data: m})
}

// failed says that a command was not carried out.
func failed(err error, form bool) bot.Answer {
	why := "That was not done: " + bot.Explain(err) + "."
	if form {
		why = "That is not stored: " + bot.Explain(err) + ". Here is what you wrote:"
	}
	return bot.Answer{Message: bot.Message{Paragraphs: []string{why}}, Private: true}
}

// given are the words that somebody wrote, to show to them: where their form is
// refused nobody else has them.
func given(words string) []bot.Quoted {
	if !text.Visible(words) {
		return nil
	}
	return []bot.Quoted{{Text: words}}
}
