package model

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"

	"colloquy/bot"
)

// showPath is the method of Ollama that describes a model.
const showPath = "/api/show"

// ollamaProvider speaks Ollama's own language: the compatible one can't set how
// long a context is.
type ollamaProvider struct {
	*wire
	context int
	// thoughtless: the server does not let thinking be turned off, so that it is not told to.
	thoughtless atomic.Bool
}

type ollamaMessage struct {
	Role    string `json:"role"`
	Content string `json:"content"`
}

// An ollamaRequest is the body of /api/chat. Truncate and shift are false: a
// text that is too long must be an error, not be cut without a word.
type ollamaRequest struct {
	Model    string          `json:"model"`
	Messages []ollamaMessage `json:"messages"`
	Stream   bool            `json:"stream"`
	Format   json.RawMessage `json:"format"`
	Think    *bool           `json:"think,omitempty"`
	Truncate bool            `json:"truncate"`
	Shift    bool            `json:"shift"`
	Options  ollamaOptions   `json:"options"`
}

type ollamaOptions struct {
	Context     int     `json:"num_ctx"`
	MaxTokens   int     `json:"num_predict"`
	Temperature float64 `json:"temperature"` // low: an article is retold, nothing made up
}

// An ollamaPiece is the answer, or one line of it.
type ollamaPiece struct {
	Message         *ollamaMessage `json:"message"`
	Done            bool           `json:"done"`
	DoneReason      string         `json:"done_reason"`
	PromptEvalCount int64          `json:"prompt_eval_count"`
	EvalCount       int64          `json:"eval_count"`
}

func (p *ollamaProvider) once(ctx context.Context, r Request) (Answer, error) {
	answer, err := p.try(ctx, r)
	var e *Error
	if errors.As(err, &e) && e.refers == "think" && p.thoughtless.CompareAndSwap(false, true) {
		spent := answer.Spent
		answer, err = p.try(ctx, r)
		answer.Spent = answer.Spent.Plus(spent)
	}
	return answer, err
}

func (p *ollamaProvider) try(ctx context.Context, r Request) (Answer, error) {
	sent := bot.Spent{Calls: 1}
	body, err := json.Marshal(p.request(r))
	if err != nil {
		return Answer{}, err
	}
	text, last, err := p.read(ctx, body)
	if err != nil {
		return Answer{Spent: sent}, err
	}
	sent.Input, sent.Output = count(last.PromptEvalCount), count(last.EvalCount)
	switch {
	case sent.Input >= int64(p.context), // cut without a word, by a server that knows no truncate
		last.DoneReason == "length" && sent.Input+sent.Output >= int64(p.context):
		return Answer{Spent: sent}, p.failure(TooLong, http.StatusOK)
	case last.DoneReason == "length":
		return Answer{Spent: sent}, p.failure(Truncated, http.StatusOK)
	}
	return p.answer(text, sent)
}

func (p *ollamaProvider) request(r Request) ollamaRequest {
	q := ollamaRequest{
		Model: p.model, Stream: p.stream, Format: r.Schema,
		Options: ollamaOptions{Context: p.context, MaxTokens: r.MaxTokens, Temperature: 0.2},
	}
	if !p.thoughtless.Load() {
		q.Think = new(bool)
	}
	if r.System != "" {
		q.Messages = append(q.Messages, ollamaMessage{"system", r.System})
	}
	for _, t := range r.Turns {
		role := "user"
		if t.Assistant {
			role = "assistant"
		}
		q.Messages = append(q.Messages, ollamaMessage{role, t.Text})
	}
	return q
}

// read asks, and puts the answer together from its lines; in one piece it is
// one line. An answer without the line that ends it was cut.
func (p *ollamaProvider) read(ctx context.Context, body []byte) (string, ollamaPiece, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, p.base+"/api/chat", bytes.NewReader(body))
	if err != nil {
		return "", ollamaPiece{}, err
	}
	answer, err := p.client().Do(r)
	if err != nil {
		return "", ollamaPiece{}, err
	}
	defer answer.Body.Close()
	var text strings.Builder
	for lines := json.NewDecoder(answer.Body); ; {
		var line json.RawMessage
		if err := lines.Decode(&line); errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return "", ollamaPiece{}, p.cut(err)
		} else if err != nil {
			return "", ollamaPiece{}, p.broken(err)
		}
		if failedInside(line) {
			return "", ollamaPiece{}, p.refused(http.StatusOK, line, 0)
		}
		var piece ollamaPiece
		if err := json.Unmarshal(line, &piece); err != nil {
			return "", ollamaPiece{}, p.broken(err)
		}
		if piece.Message == nil && !piece.Done {
			return "", ollamaPiece{}, p.noServer(http.StatusOK, "an answer without a text")
		}
		if piece.Message != nil {
			text.WriteString(piece.Message.Content)
		}
		if piece.Done && piece.DoneReason != "" {
			return text.String(), piece, nil
		}
	}
}

func (p *ollamaProvider) check(ctx context.Context) error {
	body, err := json.Marshal(map[string]string{"model": p.model})
	if err != nil {
		return err
	}
	if body, err = p.ask(ctx, http.MethodPost, showPath, body); err != nil {
		return err
	}
	var shown struct{ Capabilities []string }
	if json.Unmarshal(body, &shown) == nil && len(shown.Capabilities) > 0 && !slices.Contains(shown.Capabilities, "completion") {
		return &Error{Code: UnknownModel, Text: p.model + " can't write texts: name another model"}
	}
	return nil
}
