package model

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"sync/atomic"

	"colloquy/bot"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"github.com/openai/openai-go/v3/packages/ssestream"
	"github.com/openai/openai-go/v3/shared"
)

// openAIProvider speaks Chat Completions, with OpenAI itself or with another
// server. What another one turns out not to know is not sent to it again.
type openAIProvider struct {
	*wire
	chat   openai.ChatCompletionService
	plain  atomic.Bool // knows no schemas, only JSON
	newest atomic.Bool // wants the length under its newer name
}

func newOpenAI(w *wire) *openAIProvider {
	return &openAIProvider{wire: w, chat: openai.NewChatCompletionService(
		option.WithBaseURL(w.base+"/"), option.WithHTTPClient(w.client()), option.WithMaxRetries(0),
	)}
}

func (p *openAIProvider) once(ctx context.Context, r Request) (Answer, error) {
	answer, err := p.try(ctx, r)
	var e *Error
	if p.own || !errors.As(err, &e) {
		return answer, err
	}
	switch {
	case e.refers == "response_format" && p.plain.CompareAndSwap(false, true):
	case e.refers == "max_tokens" && p.newest.CompareAndSwap(false, true):
	default:
		return answer, err
	}
	spent := answer.Spent
	answer, err = p.try(ctx, r)
	answer.Spent = answer.Spent.Plus(spent)
	return answer, err
}

func (p *openAIProvider) try(ctx context.Context, r Request) (Answer, error) {
	var c *openai.ChatCompletion
	var err error
	if p.stream {
		c, err = p.read(ctx, p.params(r))
	} else {
		c, err = p.chat.New(ctx, p.params(r))
	}
	sent := bot.Spent{Calls: 1}
	if c != nil {
		cached, stored := count(c.Usage.PromptTokensDetails.CachedTokens), count(c.Usage.PromptTokensDetails.CacheWriteTokens)
		sent.CacheRead, sent.CacheWrite, sent.Output = cached, stored, count(c.Usage.CompletionTokens)
		sent.Input = max(0, count(c.Usage.PromptTokens)-cached-stored)
	}
	if err != nil {
		return Answer{Spent: sent}, p.broken(err)
	}
	if len(c.Choices) == 0 {
		return Answer{Spent: sent}, p.noServer(http.StatusOK, "an answer without a text")
	}
	switch first := c.Choices[0]; {
	case first.FinishReason == "content_filter" || first.Message.Refusal != "":
		return Answer{Spent: sent}, p.failure(Refused, http.StatusOK)
	case first.FinishReason == "length":
		return Answer{Spent: sent}, p.failure(Truncated, http.StatusOK)
	default: // others than OpenAI have words of their own for the end
		return p.answer(first.Message.Content, sent)
	}
}

func (p *openAIProvider) params(r Request) openai.ChatCompletionNewParams {
	params := openai.ChatCompletionNewParams{Model: p.model}
	system := r.System
	if p.plain.Load() {
		params.ResponseFormat.OfJSONObject = &shared.ResponseFormatJSONObjectParam{}
		system += "\n\nAnswer with one JSON object and nothing else. It has to follow this JSON schema:\n" + string(r.Schema)
	} else {
		params.ResponseFormat.OfJSONSchema = &shared.ResponseFormatJSONSchemaParam{
			JSONSchema: shared.ResponseFormatJSONSchemaJSONSchemaParam{Name: r.Name, Strict: openai.Bool(true), Schema: json.RawMessage(r.Schema)},
		}
	}
	if p.own || p.newest.Load() {
		params.MaxCompletionTokens = openai.Int(int64(r.MaxTokens))
	} else {
		params.MaxTokens = openai.Int(int64(r.MaxTokens))
	}
	if p.own {
		params.Store, params.PromptCacheKey = openai.Bool(false), openai.String("colloquy-"+r.Name)
	}
	if p.stream {
		params.StreamOptions.IncludeUsage = openai.Bool(true)
	}
	if system != "" {
		params.Messages = append(params.Messages, openai.SystemMessage(system))
	}
	for _, t := range r.Turns {
		if t.Assistant {
			params.Messages = append(params.Messages, openai.AssistantMessage(t.Text))
		} else {
			params.Messages = append(params.Messages, openai.UserMessage(t.Text))
		}
	}
	return params
}

// read puts an answer together from its pieces. What it returns besides an
// error tells the tokens that were spent by then.
func (p *openAIProvider) read(ctx context.Context, params openai.ChatCompletionNewParams) (*openai.ChatCompletion, error) {
	stream := p.chat.NewStreaming(ctx, params)
	defer stream.Close()
	var all openai.ChatCompletionAccumulator
	var usage openai.CompletionUsage // the last one: some servers count on in every piece
	ended := false
	for stream.Next() {
		piece := stream.Current()
		if !all.AddChunk(piece) {
			return nil, errUnreadable
		}
		if piece.JSON.Usage.Valid() {
			usage = piece.Usage
		}
		for _, c := range piece.Choices {
			ended = ended || c.FinishReason != ""
		}
	}
	whole := all.ChatCompletion
	whole.Usage = usage
	err := stream.Err()
	var said *ssestream.StreamError
	switch {
	case errors.As(err, &said):
		return &whole, p.refused(http.StatusOK, said.Event.Data, 0)
	case err == nil && !ended:
		err = p.cut(io.ErrUnexpectedEOF)
	}
	return &whole, err
}

// check asks for the model, and where the server has no such method, for the
// list of all.
func (p *openAIProvider) check(ctx context.Context) error {
	_, err := p.ask(ctx, http.MethodGet, "/models/"+url.PathEscape(p.model), nil)
	if err == nil || p.orAccept(err) != nil {
		return err
	}
	body, err := p.ask(ctx, http.MethodGet, "/models", nil)
	if err != nil {
		return p.orAccept(err)
	}
	var list struct{ Data []struct{ ID string } }
	if json.Unmarshal(body, &list) != nil || len(list.Data) == 0 {
		return nil
	}
	for _, m := range list.Data {
		if m.ID == p.model {
			return nil
		}
	}
	return p.failure(UnknownModel, http.StatusOK)
}
