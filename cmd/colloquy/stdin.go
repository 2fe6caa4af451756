package main

import (
	"context"
	"io"
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
