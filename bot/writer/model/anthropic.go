package model

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	"colloquy/bot"

	"github.com/anthropics/anthropic-sdk-go"
	"github.com/anthropics/anthropic-sdk-go/option"
)

// anthropicProvider speaks the Messages API.
type anthropicProvider struct {
	*wire
	messages anthropic.MessageService
}

func newAnthropic(w *wire) *anthropicProvider {
	return &anthropicProvider{w, anthropic.NewMessageService(
		option.WithBaseURL(w.base+"/"), option.WithHTTPClient(w.client()), option.WithMaxRetries(0),
		option.WithRequestTimeout(longest), option.WithoutOpenTelemetry(),
	)}
}

func (p *anthropicProvider) once(ctx context.Context, r Request) (Answer, error) {
	sent := bot.Spent{Calls: 1}
	params, err := p.params(r)
	if err != nil {
		return Answer{}, err
	}
	var m *anthropic.Message
	if p.stream {
		m, err = p.read(ctx, params)
	} else {
		m, err = p.messages.New(ctx, params)
	}
	if m != nil {
		sent = sent.Plus(bot.Spent{
			Input: count(m.Usage.InputTokens), CacheRead: count(m.Usage.CacheReadInputTokens),
			CacheWrite: count(m.Usage.CacheCreationInputTokens), Output: count(m.Usage.OutputTokens),
		})
	}
	if err != nil {
		return Answer{Spent: sent}, p.broken(err)
	}
	if m.StopReason == "" && len(m.Content) == 0 {
		return Answer{Spent: sent}, p.noServer(http.StatusOK, "an answer without a text")
	}
	switch m.StopReason {
	case anthropic.StopReasonEndTurn, anthropic.StopReasonStopSequence:
	case anthropic.StopReasonMaxTokens, anthropic.StopReasonPauseTurn:
		return Answer{Spent: sent}, p.failure(Truncated, http.StatusOK)
	case anthropic.StopReasonRefusal:
		return Answer{Spent: sent}, p.failure(Refused, http.StatusOK)
	case anthropic.StopReasonModelContextWindowExceeded:
		return Answer{Spent: sent}, p.failure(TooLong, http.StatusOK)
	default:
		return Answer{Spent: sent}, p.failure(BadAnswer, http.StatusOK)
	}
	var text strings.Builder
	for _, b := range m.Content {
		if b.Type == "text" {
			text.WriteString(b.Text)
		}
	}
	return p.answer(text.String(), sent)
}

func (p *anthropicProvider) params(r Request) (anthropic.MessageNewParams, error) {
	var parts map[string]json.RawMessage
	if err := json.Unmarshal(r.Schema, &parts); err != nil {
		return anthropic.MessageNewParams{}, err
	}
	schema := make(map[string]any, len(parts))
	for name, part := range parts { // raw, so that properties keep the order in which they are to be written
		schema[name] = part
	}
	params := anthropic.MessageNewParams{
		Model:        p.model,
		MaxTokens:    int64(r.MaxTokens),
		OutputConfig: anthropic.OutputConfigParam{Format: anthropic.JSONOutputFormatParam{Schema: schema}},
	}
	if r.System != "" {
		params.System = []anthropic.TextBlockParam{{Text: r.System, CacheControl: anthropic.NewCacheControlEphemeralParam()}}
	}
	for _, t := range r.Turns {
		say := anthropic.NewUserMessage
		if t.Assistant {
			say = anthropic.NewAssistantMessage
		}
		params.Messages = append(params.Messages, say(anthropic.NewTextBlock(t.Text)))
	}
	return params, nil
}

// read puts a message together from its pieces. What it returns besides an
// error tells the tokens that were spent by then.
func (p *anthropicProvider) read(ctx context.Context, params anthropic.MessageNewParams) (*anthropic.Message, error) {
	stream := p.messages.NewStreaming(ctx, params)
	defer stream.Close()
	var m anthropic.Message
	ended := false
	for stream.Next() {
		event := stream.Current()
		if err := m.Accumulate(event); err != nil {
			return &m, err
		}
		ended = ended || event.Type == "message_stop"
	}
	err := stream.Err()
	var said *anthropic.Error
	switch {
	case errors.As(err, &said):
		return &m, p.refused(http.StatusOK, []byte(said.RawJSON()), 0)
	case err == nil && !ended:
		err = p.cut(io.ErrUnexpectedEOF)
	}
	return &m, err
}

func (p *anthropicProvider) check(ctx context.Context) error {
	_, err := p.ask(ctx, http.MethodGet, "/v1/models/"+url.PathEscape(p.model), nil)
	return p.orAccept(err)
}

// orAccept lets a server pass that has no list of models: that it has none says
// nothing about whether it answers.
func (w *wire) orAccept(err error) error {
	var e *Error
	var d detail
	if !w.own && errors.As(err, &e) && errors.As(e.Err, &d) && (d.status == http.StatusNotFound || d.status == http.StatusMethodNotAllowed) && e.Code == BadServer {
		return nil
	}
	return err
}
