package bot

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"time"
)

// An ID names a row of ours: a UUID of version 7 (RFC 9562) in its usual text
// form. People see and may type its last eight characters, or any ending that
// is unique.
type ID string

// NewID makes an ID for the given moment. IDs made at different milliseconds
// sort by time; within one millisecond their order is random.
func NewID(now time.Time) ID {
	var b [16]byte
	_, _ = rand.Read(b[6:]) // never fails: crypto/rand aborts the program instead
	var ms [8]byte
	binary.BigEndian.PutUint64(ms[:], uint64(now.UnixMilli()))
	copy(b[:6], ms[2:])
	b[6] = b[6]&0x0f | 0x70
	b[8] = b[8]&0x3f | 0x80
	s := hex.EncodeToString(b[:])
	return ID(s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:])
}

// Short is what people see of an ID: its last eight characters.
func (id ID) Short() string {
	if len(id) <= 8 {
		return string(id)
	}
	return string(id[len(id)-8:])
}

// A Clock tells the time. The engine never calls time.Now itself, so that a
// test can move it.
type Clock func() time.Time
