package adaptertest

import (
	"cmp"
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"colloquy/bot"
)

var errStore = errors.New("the store is down, as the test wants it")

// A recorder is the engine as an adapter sees it. It keeps what it is told, the
// highest version of each reply with the author's name that came with any, and
// forgets nothing that was removed.
type recorder struct {
	mu       sync.Mutex
	changed  chan struct{} // closed and replaced with each event
	up       bool
	replies  map[string]bot.Reply
	versions map[string][]int64
	removed  map[string]bool
	commands []bot.Command
	failing  int // so many events are refused
	refused  int
}

func newRecorder() *recorder {
	return &recorder{changed: make(chan struct{}), replies: map[string]bot.Reply{},
		versions: map[string][]int64{}, removed: map[string]bool{}}
}

// take runs f, or refuses the event.
func (r *recorder) take(f func()) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	defer func() {
		close(r.changed)
		r.changed = make(chan struct{})
	}()
	if r.failing > 0 {
		r.failing--
		r.refused++
		return errStore
	}
	f()
	return nil
}

func (r *recorder) ReplyChanged(_ context.Context, reply bot.Reply) (bool, error) {
	err := r.take(func() {
		id := reply.Ref.MessageID
		r.versions[id] = append(r.versions[id], reply.Version)
		old, ok := r.replies[id]
		named := reply.Version == old.Version && old.Author.Name == ""
		if !ok || reply.Version > old.Version || named {
			reply.Author.Name = cmp.Or(reply.Author.Name, old.Author.Name)
			r.replies[id] = reply
		}
	})
	return err == nil, err
}

func (r *recorder) ReplyRemoved(_ context.Context, ref bot.MessageRef) error {
	return r.take(func() { r.removed[ref.MessageID] = true })
}

func (r *recorder) Command(_ context.Context, c bot.Command) (bot.Answer, error) {
	return bot.Answer{}, r.take(func() { r.commands = append(r.commands, c) })
}

func (r *recorder) Connected(_ context.Context, _ string, up bool) error {
	return r.take(func() { r.up = up })
}

func (r *recorder) Silent(context.Context, string, time.Time) error {
	return r.take(func() { r.up = false })
}

func (r *recorder) InstallationChanged(context.Context, bot.Installation) error { return nil }

func (r *recorder) Places(context.Context, string) ([]bot.Channel, error) { return nil, nil }
func (r *recorder) Installations(context.Context, string, []bot.Installation, func(string) bool) error {
	return nil
}

func (r *recorder) ChannelLost(context.Context, bot.Channel, error) error { return nil }

func (r *recorder) refuseNext(n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failing, r.refused = n, 0
}

// wait returns once an event made ok true.
func (r *recorder) wait(t *testing.T, what string, ok func(*recorder) bool) {
	t.Helper()
	deadline := time.NewTimer(Patience)
	defer deadline.Stop()
	for {
		r.mu.Lock()
		done, changed := ok(r), r.changed
		r.mu.Unlock()
		if done {
			return
		}
		select {
		case <-changed:
		case <-deadline.C:
			t.Fatalf("the handler was never told: %s", what)
		}
	}
}

// reply waits for a message in a certain text, with a name, and returns it.
func (r *recorder) reply(t *testing.T, ref bot.MessageRef, text string) bot.Reply {
	t.Helper()
	r.wait(t, "the reply "+text, func(r *recorder) bool {
		got := r.replies[ref.MessageID]
		return got.Text == text && got.Author.Name != ""
	})
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.replies[ref.MessageID]
}

func (r *recorder) Missed(context.Context, bot.Channel, time.Time) error { return nil }
