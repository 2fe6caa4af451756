package console

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"colloquy/adapters/adaptertest"
	"colloquy/bot"
)

func TestConformance(t *testing.T) {
	adaptertest.Run(t, func(t *testing.T) adaptertest.Env {
		p := &people{files: files{dir: t.TempDir()}}
		return adaptertest.Env{
			Connect: p.connect,
			Channel: channel("general"), Other: channel("other"),
			Say: p.say, Edit: p.edit, Delete: p.remove, DeletePost: p.removePost, Exclude: p.exclude, Shown: p.shown,
			Role: "mods", Members: 1, // the terminal
		}
	})
}

func channel(name string) bot.Channel { return bot.Channel{Platform: Platform, ID: name} }

// people type into the terminal while a console runs, and otherwise write to
// the file, as another process on it would.
type people struct {
	files files
	keys  *io.PipeWriter
	out   screen
}

// A screen keeps what was written to it.
type screen struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *screen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func (p *people) connect(t *testing.T) bot.Adapter {
	in, keys := io.Pipe()
	p.keys = keys
	return New(Options{Dir: p.files.dir, In: in, Out: &p.out, Prefix: true})
}

// types reports whether anybody is there to read what is typed.
func (p *people) types(t *testing.T, lines string) bool {
	t.Helper()
	_, err := io.WriteString(p.keys, lines)
	if err != nil && !errors.Is(err, io.ErrClosedPipe) {
		t.Fatal(err)
	}
	return err == nil
}

func (p *people) append(t *testing.T, name string, rec record) {
	t.Helper()
	rec.ID, rec.At = string(bot.NewID(time.Now())), time.Now().UTC()
	if _, err := p.files.append(t.Context(), name, rec); err != nil {
		t.Fatal(err)
	}
}

func (p *people) list(t *testing.T, name string) []*reply {
	t.Helper()
	list, _, err := p.files.replies(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func (p *people) say(t *testing.T, thread bot.Channel, author, text string) bot.MessageRef {
	t.Helper()
	before := len(p.list(t, thread.ID))
	if !p.types(t, fmt.Sprintf("#%s /as %s\n#%s %s\n", thread.ID, author, thread.ID, text)) {
		p.append(t, thread.ID, record{Kind: kindReply, Thread: thread.Thread, Author: author, Text: text, Version: time.Now().UnixMicro()})
	}
	for end := time.Now().Add(adaptertest.Patience); time.Now().Before(end); time.Sleep(time.Millisecond) {
		if list := p.list(t, thread.ID); len(list) > before {
			return bot.MessageRef{Channel: thread, MessageID: list[len(list)-1].ID}
		}
	}
	t.Fatalf("%q never came to the file", text)
	return bot.MessageRef{}
}

func (p *people) author(t *testing.T, ref bot.MessageRef) string {
	t.Helper()
	list := p.list(t, ref.ID)
	return list[slices.IndexFunc(list, func(r *reply) bool { return r.ID == ref.MessageID })].Author
}

func (p *people) edit(t *testing.T, ref bot.MessageRef, text string) {
	t.Helper()
	if !p.types(t, fmt.Sprintf("#%s /as %s\n#%s /edit %s %s\n", ref.ID, p.author(t, ref), ref.ID, ref.MessageID, text)) {
		p.append(t, ref.ID, record{Kind: kindEdit, Ref: ref.MessageID, Text: text, Version: time.Now().UnixMicro()})
	}
}

func (p *people) remove(t *testing.T, ref bot.MessageRef) {
	t.Helper()
	if !p.types(t, fmt.Sprintf("#%s /as %s\n#%s /delete %s\n", ref.ID, p.author(t, ref), ref.ID, ref.MessageID)) {
		p.append(t, ref.ID, record{Kind: kindDelete, Ref: ref.MessageID})
	}
}

func (p *people) removePost(t *testing.T, ref bot.MessageRef) {
	t.Helper()
	if !p.types(t, fmt.Sprintf("#%s /delete %s\n", ref.ID, ref.MessageID)) {
		p.append(t, ref.ID, record{Kind: kindDelete, Ref: ref.MessageID})
	}
}

func (p *people) exclude(t *testing.T, ref bot.MessageRef) {
	t.Helper()
	p.types(t, fmt.Sprintf("#%s /react %s %s\n", ref.ID, ref.MessageID, bot.ExcludeEmoji))
}

// shown is what a post in the file looks like, if the screen has it. It
// notified the terminal if it named a role when it was posted.
func (p *people) shown(t *testing.T, ref bot.MessageRef) (string, int) {
	t.Helper()
	var m *bot.Message
	known, notified := false, 0
	for rec, err := range p.files.read(t.Context(), ref.ID) {
		switch {
		case err != nil:
			t.Fatal(err)
		case rec.ID == ref.MessageID, rec.Ref == ref.MessageID && rec.Kind == kindEdit:
			m, known = rec.Message, true
			if rec.ID == ref.MessageID && strings.HasPrefix(renderMessage(*m, style{width: 80}), "→ role "+m.Ping+"\n") && m.Ping != "" {
				notified = 1
			}
		case rec.Ref == ref.MessageID && rec.Kind == kindDelete:
			m = nil
		}
	}
	if !known {
		t.Fatalf("%s is not in the file", ref.MessageID)
	}
	if m == nil {
		return "", 0
	}
	text := renderMessage(*m, style{width: 80})
	if !strings.Contains(p.out.String(), text) {
		t.Errorf("not on the screen: %q", text)
	}
	return text, notified
}
