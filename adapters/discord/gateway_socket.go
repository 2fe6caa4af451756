package discord

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"time"
)

const (
	idleLimit   = 90 * time.Second // without a byte from Discord; it acknowledges a heartbeat every 41 s
	ackGrace    = 5 * time.Second  // beyond two heartbeats without an acknowledgement
	writeLimit  = 15 * time.Second
	longestRead = 16 << 20 // bytes of one payload; the largest servers send a few MB
)

// Why a connection ended, besides what Discord's close codes say.
var (
	errAskedBack = errors.New("discord asked for a new connection (op 7)")
	errInvalid   = errors.New("discord refused the session (op 9)")
	errCut       = errors.New("the connection was cut")
	errSilent    = errors.New("discord acknowledged no heartbeat in time")
)

// A socket is the connection under discordgo's websocket. It reads along, and
// hands up only what discordgo needs to identify and to send heartbeats:
//
//   - Events go to take, in order, and discordgo gets their bare sequence
//     numbers. It would decode each into structs that nobody looks at, and ends
//     the process by a nil pointer where a server holds a null.
//   - Op 7 and op 9 end the connection. discordgo waits for ever on a lock of its
//     own if op 7 comes before READY, and after op 9 identifies again at once.
//   - It ends after two heartbeats that were not acknowledged, or when nothing
//     comes at all. discordgo waits for five, or for ever.
type socket struct {
	net.Conn
	in     *bufio.Reader
	take   func(name string, data json.RawMessage) error // may wait for a moment; an error ends the connection
	unread func(err error, start []byte)                 // told of a payload that is none
	end    func(error)                                   // ends the connection for that reason
	hello  func() error                                  // told when discordgo is about to identify; an error ends the connection before
	heard  func()                                        // told of each payload
	upper  []byte                                        // for discordgo, and not read by it yet
	frames bool                                          // the answer to the handshake is over
	parts  []byte                                        // of a message in several frames
	beat   time.Duration                                 // interval of heartbeats; 0 before hello
	acked  time.Time                                     // when one was acknowledged last
	left   chan struct{}                                 // closed by leave
}

func newSocket(conn net.Conn, end func(error)) *socket {
	s := &socket{Conn: conn, end: end, heard: func() {}, left: make(chan struct{})}
	s.in = bufio.NewReader(deadlined{s})
	return s
}

// deadlined reads from the connection and gives up in time.
type deadlined struct{ s *socket }

func (d deadlined) Read(p []byte) (int, error) {
	limit := time.Now().Add(idleLimit)
	if ack := d.s.acked.Add(2*d.s.beat + ackGrace); d.s.beat > 0 && ack.Before(limit) {
		limit = ack
	}
	if err := d.s.Conn.SetReadDeadline(limit); err != nil {
		return 0, err
	}
	return d.s.Conn.Read(p)
}

// Read gives discordgo what it may see. It is called by one goroutine at a time.
func (s *socket) Read(p []byte) (int, error) {
	for len(s.upper) == 0 {
		if err := s.fill(); err != nil {
			if errors.Is(err, os.ErrDeadlineExceeded) {
				err = errSilent
			} else if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
				err = errCut
			}
			s.end(err)
			return 0, err
		}
	}
	n := copy(p, s.upper)
	s.upper = s.upper[n:]
	return n, nil
}

// Write fails rather than wait for a peer that does not read.
func (s *socket) Write(p []byte) (int, error) {
	if err := s.SetWriteDeadline(time.Now().Add(writeLimit)); err != nil {
		return 0, err
	}
	return s.Conn.Write(p)
}

// fill reads a line of the answer to the handshake, or a frame.
func (s *socket) fill() error {
	if s.frames {
		return s.frame()
	}
	line, err := s.in.ReadSlice('\n')
	if err != nil {
		return fmt.Errorf("handshake with the gateway: %w", err)
	}
	if _, status, _ := bytes.Cut(line, []byte(" ")); bytes.HasPrefix(line, []byte("HTTP/")) && !bytes.HasPrefix(status, []byte("101")) {
		return fmt.Errorf("the gateway answered the handshake with HTTP %.3s", status)
	}
	s.upper = append(s.upper[:0], line...)
	s.frames = len(bytes.TrimSpace(line)) == 0
	return nil
}

// Kinds of frames (RFC 6455, section 5.2).
const (
	frameMore  = 0x0
	frameText  = 0x1
	frameClose = 0x8
	frameFinal = 0x80

	longestControl = 125 // bytes
)

// frame reads one frame and decides what goes up. Events go on to take.
func (s *socket) frame() error {
	var head [10]byte
	if _, err := io.ReadFull(s.in, head[:2]); err != nil {
		return err
	}
	final, kind, size := head[0]&frameFinal != 0, head[0]&0xf, uint64(head[1])
	switch size {
	case 126:
		if _, err := io.ReadFull(s.in, head[2:4]); err != nil {
			return err
		}
		size = uint64(binary.BigEndian.Uint16(head[2:]))
	case 127:
		if _, err := io.ReadFull(s.in, head[2:10]); err != nil {
			return err
		}
		size = binary.BigEndian.Uint64(head[2:])
	}
	if size > longestRead-uint64(len(s.parts)) || head[1]&0x80 != 0 {
		return fmt.Errorf("a payload of the gateway has %d bytes, or is masked", size)
	}
	if kind >= frameClose {
		return s.control(kind, head[0], int(size))
	}
	if kind != frameText && kind != frameMore {
		return errors.New("the gateway sent a compressed payload that nobody asked for")
	}
	for size > 0 { // in parts, so that only what comes takes room
		from, part := len(s.parts), min(size, 64<<10)
		s.parts = append(s.parts, make([]byte, part)...)
		if _, err := io.ReadFull(s.in, s.parts[from:]); err != nil {
			return err
		}
		size -= part
	}
	if !final {
		return nil
	}
	payload := s.parts
	if s.parts = s.parts[:0]; cap(s.parts) > 1<<20 {
		s.parts = nil
	}
	return s.payload(payload)
}

// control passes pings on, and notes why Discord closes.
func (s *socket) control(kind, first byte, size int) error {
	if size > longestControl {
		return fmt.Errorf("a control frame of the gateway has %d bytes", size)
	}
	body := make([]byte, size)
	if _, err := io.ReadFull(s.in, body); err != nil {
		return err
	}
	if kind == frameClose {
		code := 1005 // none given
		if size >= 2 {
			code = int(binary.BigEndian.Uint16(body))
		}
		return closedError(code)
	}
	s.up(first, body)
	return nil
}

// up lays a small frame ready for discordgo.
func (s *socket) up(first byte, body []byte) {
	s.upper = append(append(s.upper[:0], first, byte(len(body))), body...)
}

// payload looks at what Discord sent.
func (s *socket) payload(data []byte) error {
	var p struct {
		Op   *int            `json:"op"`
		Seq  int64           `json:"s"`
		Name string          `json:"t"`
		Data json.RawMessage `json:"d"`
	}
	if err := json.Unmarshal(data, &p); err != nil || p.Op == nil {
		if err == nil {
			err = errors.New("it has no op")
		}
		s.unread(err, data[:min(len(data), 200)])
		return nil
	}
	s.heard()
	switch *p.Op {
	case 0:
		if err := s.take(p.Name, p.Data); err != nil {
			return err
		}
		s.text(`{"op":0,"s":` + strconv.FormatInt(p.Seq, 10) + `}`)
	case 1:
		s.text(`{"op":1}`)
	case 7:
		return errAskedBack
	case 9:
		return errInvalid
	case 10:
		var hello struct {
			Interval float64 `json:"heartbeat_interval"` // ms
		}
		if err := json.Unmarshal(p.Data, &hello); err != nil || hello.Interval < 1 || hello.Interval > 3.6e6 {
			return errors.New("the gateway began without a heartbeat interval")
		}
		s.beat, s.acked = time.Duration(hello.Interval)*time.Millisecond, time.Now()
		if err := s.hello(); err != nil {
			return err
		}
		s.text(`{"op":10,"d":{"heartbeat_interval":` + strconv.Itoa(int(hello.Interval)) + `}}`)
	case 11:
		s.acked = time.Now()
		s.text(`{"op":11}`)
	}
	return nil
}

func (s *socket) text(body string) { s.up(frameFinal|frameText, []byte(body)) }

// leave says good-bye, so that the bot is seen to be gone at once, and closes. It is
// called once.
func (s *socket) leave() {
	// A close frame with code 1000, masked by zeros as a client's must be masked.
	_ = s.SetWriteDeadline(time.Now().Add(time.Second))
	_, _ = s.Conn.Write([]byte{frameFinal | frameClose, 0x82, 0, 0, 0, 0, 0x03, 0xe8})
	_ = s.Close()
	close(s.left)
}

// closedError is the code with which Discord closed a connection.
type closedError int

func (e closedError) Error() string {
	return fmt.Sprintf("discord closed the connection (code %d)", int(e))
}
