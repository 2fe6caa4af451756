package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"sync"
)

// interruptible is standard input whose Read ends when ctx is done, also while
// it waits for somebody to type. The read that waits then is left behind, with
// what it gets, until the process ends.
type interruptible struct {
	ctx context.Context
	r   io.Reader
}

func (in interruptible) Read(p []byte) (int, error) {
	if err := in.ctx.Err(); err != nil {
		return 0, err
	}
	type result struct {
		n   int
		err error
	}
	done, buf := make(chan result, 1), make([]byte, len(p))
	go func() {
		n, err := in.r.Read(buf)
		done <- result{n, err}
	}()
	select {
	case <-in.ctx.Done():
		return 0, in.ctx.Err()
	case r := <-done:
		return copy(p, buf[:r.n]), r.err
	}
}

// typed is standard input of which several read one after another, and what one
// left behind unread is there for the next.
type typed struct {
	in    io.Reader
	begin sync.Once
	lines chan []byte
}

// longestPiece is how many bytes of a line are handed on at once.
const longestPiece = 64 << 10

// until is the input for who reads until ctx is done.
func (t *typed) until(ctx context.Context) io.Reader { return &typedUntil{ctx: ctx, t: t} }

// read hands on what is typed, a line at a time, until the input or the process ends.
func (t *typed) read() {
	t.lines = make(chan []byte)
	go func() {
		defer close(t.lines)
		r := bufio.NewReaderSize(t.in, longestPiece)
		for {
			line, err := r.ReadSlice('\n')
			if len(line) > 0 {
				t.lines <- bytes.Clone(line)
			}
			if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
				return
			}
		}
	}()
}

type typedUntil struct {
	ctx  context.Context
	t    *typed
	rest []byte // of a line
}

func (u *typedUntil) Read(p []byte) (int, error) {
	u.t.begin.Do(u.t.read)
	if len(u.rest) == 0 {
		select {
		case <-u.ctx.Done():
			return 0, u.ctx.Err()
		case line, ok := <-u.t.lines:
			if !ok {
				return 0, io.EOF
			}
			u.rest = line
		}
	}
	n := copy(p, u.rest)
	u.rest = u.rest[n:]
	return n, nil
}
