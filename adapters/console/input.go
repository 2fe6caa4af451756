package console

import (
	"bufio"
	"io"
	"time"
)

// longestLine is how many bytes of a typed line count.
const longestLine = 64 << 10

type typedLine struct {
	text string
	cut  bool // something of it is missing
}

// readLines reads in until it ends or stop is called, in a goroutine that ends
// with either. A terminal cannot be interrupted while it is read: stop closes
// in and then waits for a moment only, and the goroutine ends with the next
// line or with the process; nothing that it reads then is lost to anybody, as
// it was never taken from the channel.
func readLines(in io.Reader) (lines <-chan typedLine, stop func()) {
	out := make(chan typedLine)
	stopped, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		defer close(out)
		r := bufio.NewReader(in)
		for {
			line, err := readLine(r)
			if err != nil {
				return
			}
			select {
			case out <- line:
			case <-stopped:
				return
			}
		}
	}()
	return out, func() {
		close(stopped)
		if closer, ok := in.(io.Closer); ok {
			_ = closer.Close()
		}
		select {
		case <-ended:
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// readLine reads to the end of the line and keeps its first longestLine bytes.
// What stands before the end of input is a line too.
func readLine(r *bufio.Reader) (typedLine, error) {
	var line typedLine
	var kept []byte
	for {
		part, more, err := r.ReadLine()
		if err != nil && len(kept) == 0 {
			return line, err
		}
		if room := longestLine - len(kept); len(part) > room {
			part, line.cut = part[:room], true
		}
		kept = append(kept, part...)
		if !more || err != nil {
			line.text = string(kept)
			return line, nil
		}
	}
}
