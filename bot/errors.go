package bot

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// A Problem is an error that a person can act on. Its text says in one line
// what is wrong, why, and what to do; the error inside is for the log only.
type Problem struct {
	Code string // stable, lower case with underscores; stored as a reason
	Text string
	Err  error // may be nil
}

func (p *Problem) Error() string { return p.Text }
func (p *Problem) Unwrap() error { return p.Err }

// Problemf makes a [Problem] from a code and a formatted text. An error given
// for %w is kept for the log as well.
func Problemf(code, format string, args ...any) error {
	err := fmt.Errorf(format, args...)
	return &Problem{Code: code, Text: err.Error(), Err: errors.Unwrap(err)}
}

// about is err with what it is about put before its text, where that is for
// people. The log gets no more than before.
func about(what string, err error) error {
	var p *Problem
	if errors.As(err, &p) {
		return &Problem{Code: p.Code, Text: what + ": " + p.Text, Err: p.Err}
	}
	return fmt.Errorf("%s: %w", what, err)
}

// Explain gives what a person may read of err: the text of the [Problem] in
// it, or a general line that leaves the detail to the log.
func Explain(err error) string {
	var p *Problem
	switch {
	case errors.As(err, &p):
		return p.Text
	case errors.Is(err, context.DeadlineExceeded):
		return "it took too long and was stopped"
	case errors.Is(err, context.Canceled):
		return "it was stopped before it was done"
	}
	return "something went wrong inside Colloquy; the log has the detail"
}

// ReasonCode gives the code of the [Problem] in err, or "internal".
func ReasonCode(err error) string {
	var p *Problem
	if errors.As(err, &p) {
		return p.Code
	}
	return "internal"
}

type permanentError struct{ err error }

func (e *permanentError) Error() string { return e.err.Error() }
func (e *permanentError) Unwrap() error { return e.err }

// Permanent marks an error of [Adapter.Post] that means: surely not posted,
// and trying again is useless.
func Permanent(err error) error { return &permanentError{err} }

// IsPermanent reports whether err is marked by [Permanent].
func IsPermanent(err error) bool {
	var p *permanentError
	return errors.As(err, &p)
}

type retryError struct {
	after time.Duration
	err   error
}

func (e *retryError) Error() string { return e.err.Error() }
func (e *retryError) Unwrap() error { return e.err }

// RetryAfter marks an error of [Adapter.Post] that means: surely not posted,
// and worth another try after d.
func RetryAfter(d time.Duration, err error) error { return &retryError{d, err} }

// RetryDelay returns the wait that [RetryAfter] put on err.
func RetryDelay(err error) (time.Duration, bool) {
	var r *retryError
	if errors.As(err, &r) {
		return r.after, true
	}
	return 0, false
}

// Errors that a [Store] returns and the engine acts on.
var (
	// ErrNotFound: no row has that id or ending.
	ErrNotFound = errors.New("not found")
	// ErrLeaseLost: another worker holds the lease, or ours ran out; nothing was written.
	ErrLeaseLost = errors.New("lease lost")
	// ErrAlreadyPosted: this article was posted in this channel before; nothing was written.
	ErrAlreadyPosted = errors.New("already posted in this channel")
)
