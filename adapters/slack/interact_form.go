package slack

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/url"

	"github.com/slack-go/slack"

	"colloquy/adapters/internal/text"
	"colloquy/bot"
)

// Limits of a form, from Slack's reference on views and blocks.
const (
	mostTitle    = 24
	mostLabel    = 2000
	mostWords    = 3000
	mostMetadata = 3000
	mostBefore   = 600 // ours, of what is asked
	mostError    = 500 // ours, of what is wrong
)

// formInput is the block and the action of the one input of our forms.
const formInput = "text"

// formCallback tells our forms from what else may be sent.
const formCallback = "colloquy_form"

// A formOf is what a form is for, which Slack keeps while people write.
type formOf struct {
	Command string            `json:"command"`
	Args    map[string]string `json:"args,omitempty"`
	Channel string            `json:"channel"`
	Thread  string            `json:"thread,omitempty"`
	Message string            `json:"message,omitempty"`
}

const (
	oldButton = "This button is of another version of Colloquy and does nothing any more."
	oldForm   = "This form is of another version of Colloquy: it is not stored. Copy what you wrote, and press the button again."
)

// pressed is a button: it asks for words first, or is carried out at once.
func (q *asked) pressed(ctx context.Context, in interaction) {
	a := in.Actions[0]
	_, name, args, ok := parseAction(a.ID, a.Value)
	if !ok || specOf(name).Name == "" {
		q.refuse(ctx, oldButton)
		return
	}
	if label, form := args[formArgument]; form {
		delete(args, formArgument)
		q.open(ctx, name, args, label, a.Text.Text, in.Message.Text)
		return
	}
	if q.trigger == "" {
		q.trigger = "press/" + q.place.ID + "/" + q.message + "/" + q.user.ID + "/" + a.ID + "/" + a.TS
	}
	q.replace = in.Container.Ephemeral
	q.carryOut(ctx, q.command(name, args))
}

// open shows the form of a button. It has 3 s for that from when it was pressed.
func (q *asked) open(ctx context.Context, command string, args map[string]string, label, title, about string) {
	of, err := json.Marshal(formOf{Command: command, Args: args, Channel: q.place.ID, Thread: q.place.Thread, Message: q.message})
	if err != nil || text.Units(string(of)) > mostMetadata {
		q.refuse(ctx, oldButton)
		return
	}
	view, err := json.Marshal(form(string(of), label, title, about))
	if err == nil {
		within, cancel := context.WithTimeout(ctx, readyWithin)
		defer cancel()
		err = q.t.do(within, call{method: "views.open", args: url.Values{"trigger_id": {q.trigger}, "view": {string(view)}}}, nil)
	}
	if err == nil {
		return
	}
	code := codeOf(err)
	q.p.a.o.Log.WarnContext(ctx, "form not opened", "command", command, "workspace", q.t.id, "slack_code", code, "err", err)
	switch code {
	case "exchanged_trigger_id", "trigger_exchanged": // by the same press, delivered to another process
	case "expired_trigger_id", "trigger_expired", "":
		q.refuse(ctx, "The form did not open in time, and nothing is stored. Press the button again.")
	default:
		q.refuse(ctx, "The form could not be opened: "+bot.Explain(err)+".")
	}
}

// form is one with a single input. It is called what its button is; about is what
// people are asked, as Slack has it in the message.
func form(of, label, title, about string) slack.ModalViewRequest {
	words := func(s string) *slack.TextBlockObject {
		return slack.NewTextBlockObject(slack.PlainTextType, s, false, false)
	}
	input := slack.NewPlainTextInputBlockElement(nil, formInput)
	input.Multiline, input.MinLength, input.MaxLength, input.FocusOnLoad = true, 1, mostWords, true
	if label = text.Inline(label); label == "1" || !text.Visible(label) {
		label = "What you want to say"
	}
	if title = text.Inline(unescape.Replace(title)); !text.Visible(title) {
		title = "Colloquy"
	}
	var blocks []slack.Block
	if about = text.Cut(text.Clean(unescape.Replace(about)), mostBefore, text.Units); text.Visible(about) {
		blocks = append(blocks, slack.NewSectionBlock(words(about), nil, nil))
	}
	blocks = append(blocks, slack.NewInputBlock(formInput, words(text.Cut(label, mostLabel, text.Units)), nil, input))
	return slack.ModalViewRequest{Type: slack.VTModal, CallbackID: formCallback, PrivateMetadata: of,
		Title: words(text.Cut(title, mostTitle, text.Units)), Submit: words("Send"), Close: words("Cancel"),
		Blocks: slack.Blocks{BlockSet: blocks}}
}

// sent is a form that was filled in. What is wrong is said in it, and it stays
// open: nobody else has what its person wrote.
func (q *asked) sent(ctx context.Context, in interaction) {
	var of formOf
	said := in.View.written()
	if err := json.Unmarshal([]byte(in.View.Metadata), &of); err != nil || specOf(of.Command).Name == "" || of.Channel == "" {
		q.reopen(ctx, oldForm, said)
		return
	}
	q.place.ID, q.place.Thread, q.message = of.Channel, of.Thread, of.Message
	if !text.Visible(said) {
		q.reopen(ctx, "There is nothing in it. Write a few words, and send it again.", said)
		return
	}
	if of.Args == nil {
		of.Args = map[string]string{}
	}
	of.Args[textArg] = said
	c := q.command(of.Command, of.Args)
	c.ID = sentID(in.View.ID, said)
	r := q.wait(ctx, c)
	switch {
	case r.err != nil:
		q.reopen(ctx, "That is not stored: "+bot.Explain(r.err)+".", said)
	case r.answer.Refused:
		q.reopen(ctx, plainWords(q.p.ownWords(r.answer.Message)), said)
	default:
		_ = q.acknowledge(nil)
		q.answer(ctx, r.answer)
	}
}

// sentID is the same for the same words in the same form: when Slack had no
// answer in time, its person sends them again.
func sentID(view, said string) string {
	sum := sha256.Sum256([]byte(said))
	return "form/" + view + "/" + hex.EncodeToString(sum[:8])
}

// reopen says in a form what is wrong, or elsewhere if it is closed already, and
// then gives its person back what they wrote.
func (q *asked) reopen(ctx context.Context, why, said string) {
	if !q.acked {
		body := map[string]any{"response_action": "errors", "errors": map[string]string{formInput: text.Cut(why, mostError, text.Units)}}
		if q.acknowledge(body) == nil {
			return
		}
	}
	q.answer(ctx, bot.Answer{Private: true, Message: bot.Message{Paragraphs: []string{why + " Here is what you wrote:"}, Quotation: []bot.Quoted{{Text: said}}}})
}
