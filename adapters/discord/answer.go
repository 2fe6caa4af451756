package discord

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"colloquy/adapters/internal/text"
	"colloquy/bot"
)

// mostFollowUps is how many messages follow the first one of an answer; what
// does not fit comes as a file.
const mostFollowUps = 5

// replyWithin bounds the sending of an answer, which goes on when the process is
// told to stop: its person waits for it.
const replyWithin = 15 * time.Second

// restFile is what does not fit into an answer.
const restFile = "rest.txt"

// An answerBody is one message of an answer.
type answerBody struct {
	Content    string          `json:"content"`
	Embeds     []embedLink     `json:"embeds"`
	Components []buttonRow     `json:"components"`
	Mentions   allowedMentions `json:"allowed_mentions"`
	Flags      int             `json:"flags,omitempty"`
}

// allowedMentions lets nobody be notified; see [bot.Message.Ping] for the one exception.
type allowedMentions struct {
	Parse []string `json:"parse"`
}

// answerBodies are the messages of an answer, and the files that go with the
// last of them. Its buttons stand under the last, where the eye ends.
func answerBodies(a bot.Answer) (bodies []answerBody, files []file) {
	m := a.Message
	rows, links, left := answerButtons(a.Choices, m.Buttons)
	m.Lines = slices.Concat(m.Lines, left)
	parts := answerTexts(m)
	if len(parts) > 1+mostFollowUps {
		rest := strings.Join(parts[1+mostFollowUps:], "\n")
		parts = parts[:1+mostFollowUps]
		files = append(files, file{name: restFile, data: []byte(rest)})
	}
	for _, p := range parts {
		bodies = append(bodies, answerBody{Content: p, Embeds: []embedLink{}, Components: []buttonRow{}, Mentions: allowedMentions{Parse: []string{}}, Flags: flagPrivate})
	}
	last := &bodies[len(bodies)-1]
	last.Components, last.Embeds = rows, links
	if a.File != nil {
		files = append(files, file{name: cmp.Or(text.Inline(a.File.Name), "file.txt"), data: a.File.Data})
	}
	return bodies, files
}

// answer shows an answer to who asked: it takes the place of the sign that one
// comes, and what is longer follows.
func (a *Adapter) answer(ctx context.Context, in *interaction, answer bot.Answer) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), replyWithin)
	defer cancel()
	bodies, files := answerBodies(answer)
	path := "/webhooks/" + url.PathEscape(in.AppID) + "/" + url.PathEscape(in.Token)
	for i, b := range bodies {
		k := call{method: http.MethodPost, path: path, body: b, free: true}
		if i == 0 {
			b.Flags = 0 // it is what the first sign was
			k = call{method: http.MethodPatch, path: path + "/messages/@original", body: b, free: true}
		}
		if i == len(bodies)-1 && len(files) > 0 {
			k.file = &files[0]
		}
		if !a.deliver(ctx, in, k) {
			return
		}
	}
	for i := 1; i < len(files); i++ {
		b := answerBody{Embeds: []embedLink{}, Components: []buttonRow{}, Mentions: allowedMentions{Parse: []string{}}, Flags: flagPrivate}
		if !a.deliver(ctx, in, call{method: http.MethodPost, path: path, body: b, file: &files[i], free: true}) {
			return
		}
	}
}

// deliver sends a part of an answer. What may have arrived is sent again only
// where that changes nothing.
func (a *Adapter) deliver(ctx context.Context, in *interaction, k call) bool {
	err := a.rest.do(ctx, k, nil)
	if err != nil && k.method == http.MethodPatch && unclear(err) && ctx.Err() == nil {
		err = a.rest.do(ctx, k, nil)
	}
	if err != nil {
		a.unanswered(ctx, in, err)
	}
	return err == nil
}

// refuse answers at once and asks the engine nothing. words are what the person
// wrote, given back to them.
func (a *Adapter) refuse(window context.Context, in *interaction, why string, words ...string) {
	answer := bot.Answer{Message: bot.Message{Paragraphs: []string{why}, Quotation: ownWritten(words...)}}
	bodies, _ := answerBodies(answer)
	a.acknowledge(window, in, callback{Type: answerMessage, Data: bodies[0]})
}

// failed says that a command was not carried out. Words that came in a form are
// given back, for nobody else has them.
func failed(err error, words string, form bool) bot.Answer {
	m := bot.Message{Paragraphs: []string{"That was not done: " + bot.Explain(err) + "."}}
	if form {
		m.Paragraphs = []string{"That is not stored: " + bot.Explain(err) + ". Here is what you wrote:"}
		m.Quotation = ownWritten(words)
	}
	return bot.Answer{Message: m, Private: true}
}

func ownWritten(words ...string) (out []bot.Quoted) {
	for _, w := range words {
		if strings.TrimSpace(w) != "" {
			out = append(out, bot.Quoted{Text: w})
		}
	}
	return out
}
