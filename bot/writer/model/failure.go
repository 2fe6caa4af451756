package model

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A detail is what the log may have of a refusal: no text of the server's.
type detail struct {
	status int
	code   string // the server's own, if it looks like one
}

func (d detail) Error() string {
	if d.code == "" {
		return fmt.Sprintf("status %d", d.status)
	}
	return fmt.Sprintf("status %d, %s", d.status, d.code)
}

// A refusal is what a server wrote in place of an answer, in any of the forms in
// use: {"error": {"type", "code", "message", "param"}}, {"error": "message"} or
// the same without the outer object.
type refusal struct{ kind, code, message, param string }

func readRefusal(body []byte) (r refusal, status int) {
	var outer struct {
		Error  json.RawMessage
		Status any
	}
	if json.Unmarshal(body, &outer) != nil {
		return r, 0
	}
	if json.Unmarshal(outer.Error, &r.message) == nil && r.message != "" {
		return r, number(outer.Status)
	}
	inner := []byte(outer.Error)
	if len(inner) == 0 || inner[0] != '{' {
		inner = body
	}
	var said struct {
		Type, Code, Param, Status any
		Message, Detail           any
	}
	_ = json.Unmarshal(inner, &said)
	r = refusal{kind: text(said.Type), code: text(said.Code), message: text(said.Message) + text(said.Detail), param: text(said.Param)}
	return r, max(number(said.Code), number(said.Status))
}

func text(v any) string {
	s, _ := v.(string)
	return s
}

// number is a status that a server wrote into its answer, 0 if it is none.
func number(v any) int {
	f, ok := v.(float64)
	if s, is := v.(string); is {
		n, err := strconv.Atoi(s)
		f, ok = float64(n), err == nil
	}
	if !ok || f < 400 || f > 599 {
		return 0
	}
	return int(f)
}

// codesOf are the servers' own words for what went wrong.
var codesOf = map[string]string{
	"rate_limit_error":           RateLimited,
	"rate_limit_exceeded":        RateLimited,
	"insufficient_quota":         Quota,
	"billing_hard_limit_reached": Quota,
	"billing_not_active":         Quota,
	"billing_error":              Quota,
	"overloaded_error":           Overloaded,
	"authentication_error":       Unauthorized,
	"invalid_api_key":            Unauthorized,
	"permission_error":           Unauthorized,
	"model_not_found":            UnknownModel,
	"request_too_large":          TooLong,
	"context_length_exceeded":    TooLong,
	"content_filter":             Refused,
	"content_policy_violation":   Refused,
}

// Where servers have no word of their own, parts of their sentences tell.
var (
	tooLongWords = []string{"context length", "context window", "context size", "context_length", "prompt is too long", "input is too long", "input length", "too many tokens", "too many input tokens"}
	quotaWords   = []string{"credit balance", "insufficient balance", "insufficient credit", "insufficient funds", "exceeded your current quota"}
	formatWords  = []string{"response_format", "response format", "json_schema", "json schema", "structured output", "guided"}
	refusedWords = []string{"flagged", "content policy", "content management policy"}
	missingWords = []string{"not found", "does not exist", "not a valid", "unknown model", "invalid model", "no such model"}
)

// says reports whether one of the words is in what a server wrote.
func (r refusal) says(words []string) bool {
	s := strings.ToLower(r.message + " " + r.param)
	return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(s, w) })
}

// refused reads the answer of a server that refused a request, or failed.
func (w *wire) refused(status int, body []byte, after time.Duration) *Error {
	body = bytes.TrimSpace(body)
	switch {
	case status == http.StatusProxyAuthRequired:
		return w.proxyRefused(status)
	case status == http.StatusTooManyRequests: // that may be what stands before the server
	case len(body) > 0 && !json.Valid(body):
		e := w.noServer(status, kindOf(body))
		e.again, e.RetryAfter = status >= 500, after
		return e
	}
	said, inside := readRefusal(body)
	if inside != 0 && status == http.StatusOK {
		status = inside
	}
	code := w.codeOf(status, said)
	e := w.failure(code, status)
	e.RetryAfter, e.Err = after, detail{status, w.harmless(said)}
	e.again = code == RateLimited || code == Overloaded || code == ServerError
	switch {
	case code == BadRequest:
		e.refers = refersTo(said)
	case code == ServerError && w.provider == Ollama && strings.Contains(said.message, "memory"):
		e.again = false
		e.Text = fmt.Sprintf("there is not enough memory at %s for %s: choose a smaller model, or a shorter context", w.host, w.model)
	}
	return e
}

func (w *wire) codeOf(status int, r refusal) string {
	for _, word := range []string{r.code, r.kind} {
		if code, ok := codesOf[word]; ok {
			return code
		}
	}
	refusing := status >= 400 && status < 500 && status != http.StatusTooManyRequests && status != http.StatusUnauthorized
	switch {
	case r.says(quotaWords):
		return Quota
	case status != http.StatusTooManyRequests && r.says(tooLongWords):
		return TooLong
	case refusing && r.says(formatWords):
		return BadRequest
	case refusing && r.says(refusedWords):
		return Refused
	case refusing && r.says([]string{"model"}) && (status == http.StatusNotFound || r.says(missingWords)):
		return UnknownModel
	}
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden:
		return Unauthorized
	case http.StatusPaymentRequired:
		return Quota
	case http.StatusNotFound, http.StatusMethodNotAllowed:
		return BadServer
	case http.StatusRequestTimeout, http.StatusConflict:
		return ServerError
	case http.StatusRequestEntityTooLarge:
		return TooLong
	case http.StatusTooManyRequests:
		return RateLimited
	case http.StatusServiceUnavailable, 529:
		return Overloaded
	}
	if status >= 400 && status < 500 {
		return BadRequest
	}
	return ServerError
}

// refersTo is the part of a request that a server does not know.
func refersTo(r refusal) string {
	switch {
	case r.says(formatWords):
		return "response_format"
	case strings.Contains(r.message, "max_completion_tokens"):
		return "max_tokens"
	case strings.Contains(r.message, "think"):
		return "think"
	}
	return ""
}

var codeForm = regexp.MustCompile(`^[a-z][a-z_]{2,48}$`)

// harmless is a server's own code for the log, unless the key may hide in it.
func (w *wire) harmless(r refusal) string {
	for _, s := range []string{r.code, r.kind} {
		if codeForm.MatchString(s) && (w.key == "" || !strings.Contains(s, w.key) && !strings.Contains(w.key, s)) {
			return s
		}
	}
	return ""
}

// failure is an error with the line that people read.
func (w *wire) failure(code string, status int) *Error {
	return &Error{Code: code, Text: w.line(code, status), Err: detail{status: status}}
}

func (w *wire) line(code string, status int) string {
	switch code {
	case Unauthorized:
		if w.key == "" {
			return w.who + " wants a key: set COLLOQUY_WRITER_KEY"
		}
		if status == http.StatusForbidden {
			return w.who + " does not let this key use the model " + w.model + ": give it the right to, or choose another model"
		}
		return w.who + " does not accept the key: check it, and that it was not withdrawn"
	case UnknownModel:
		if w.provider == Ollama {
			return fmt.Sprintf("%s has no model %q: run \"ollama pull %s\" there, or name another", w.who, w.model, w.model)
		}
		return fmt.Sprintf("%s has no model %q, or not for this key: check its name", w.who, w.model)
	case Quota:
		return "the account at " + w.who + " is used up: add money to it, or raise its limit"
	case RateLimited:
		return w.who + " takes no more requests of this account for now: it is asked again later; a higher limit there helps"
	case Overloaded:
		return w.who + " is overloaded: it is asked again later"
	case ServerError:
		return fmt.Sprintf("%s failed (status %d): it is asked again later", w.who, status)
	case TooLong:
		if w.provider == Ollama {
			return "the text is longer than " + w.model + " is allowed to read at once: allow it a longer context, or choose another model"
		}
		return "the text is longer than " + w.model + " can read at once: choose a model with a longer context"
	case Refused:
		return w.model + " declined to write about this text"
	case Truncated:
		return w.model + " did not come to an end within the length allowed"
	case BadAnswer:
		return w.model + " did not answer in the form asked for: if that goes on, choose another model"
	case BadServer:
		return fmt.Sprintf("what answers at %s has no such service (status %d): check the writer's url", w.host, status)
	}
	return fmt.Sprintf("%s did not accept the request (status %d): %s may not know what is asked of it; choose another model", w.who, status, w.model)
}

// noServer says that what answers is not what the address promises.
func (w *wire) noServer(status int, sent string) *Error {
	return &Error{
		Code: BadServer, Err: detail{status: status},
		Text: fmt.Sprintf("what answers at %s is no model server: it sent %s (status %d); check the writer's url, and whether a proxy is in between", w.host, sent, status),
	}
}

// kindOf says in words what a body is that is no JSON.
func kindOf(body []byte) string {
	switch {
	case len(body) == 0:
		return "nothing"
	case body[0] == '<':
		return "a web page"
	}
	return "plain text"
}

// failedInside reports whether an answer with status 200 holds an error, as
// those of some gateways do.
func failedInside(body []byte) bool {
	var outer struct{ Error json.RawMessage }
	if json.Unmarshal(body, &outer) != nil {
		return false
	}
	return !slices.Contains([]string{"", "null", `""`, "{}", "false"}, string(outer.Error))
}
