// Package adaptertest is the conformance suite that every adapter passes.
//
// # Adding an adapter
//
// An adapter is a package of adapters/ whose type implements [bot.Adapter] and
// whichever of its capabilities the platform has ([bot.Threader], [bot.Finder],
// [bot.Editor], [bot.Reconciler], [bot.Doctor]); guard each by a line such as
// "var _ bot.Finder = (*Adapter)(nil)". It translates and decides nothing:
//
//   - It hands every event over as it comes and acknowledges it to the platform
//     only after the handler returned nil. What the platform would not send
//     again it hands over again itself, or leaves to Reconcile.
//   - Post sends once. Only what is surely not posted is marked by
//     [bot.Permanent] or [bot.RetryAfter]; it waits out rate limits under 30 s.
//   - Every text of a message is shown as text. It escapes or encodes, and
//     tells the platform that nothing in it may notify anybody but the role that
//     the message names, and that only when it is posted.
//   - It keeps the credentials and the rows of nobody, and logs ids, not texts.
//
// Then write a server, in the adapter's tests, that speaks the platform's wire
// format and keeps its rules, give it to [Run] as an [Env], and add the adapter
// to the list in cmd. Where a capability is missing, its tests are skipped by
// name, so the output of "go test -v" says what the platform cannot do.
package adaptertest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"colloquy/bot"
)

// Patience is how long the suite waits for what must happen. Nothing is
// measured by it: what works is seen at once.
const Patience = 10 * time.Second

// An Env is one platform, empty at first, and the people on it.
type Env struct {
	// Connect makes an adapter on the platform as it is now, like a process that
	// starts anew. The suite calls its Run. There is one at a time.
	Connect func(t *testing.T) bot.Adapter
	// Channel and Other are two channels in which the adapter may post.
	Channel, Other bot.Channel
	// Say makes a person write in a thread, whether or not an adapter is
	// connected, and returns the message as the platform names it. It does not
	// wait for the adapter.
	Say func(t *testing.T, thread bot.Channel, author, text string) bot.MessageRef
	// Edit and Delete make its author change or remove a message.
	Edit   func(t *testing.T, ref bot.MessageRef, text string)
	Delete func(t *testing.T, ref bot.MessageRef)
	// DeletePost makes a manager remove a post of ours on the platform, whether or
	// not an adapter is connected.
	DeletePost func(t *testing.T, ref bot.MessageRef)
	// Exclude makes a manager set [bot.ExcludeEmoji] on a message.
	Exclude func(t *testing.T, ref bot.MessageRef)
	// Shown is what people see of a post, and how many of them it notified. The
	// text is empty when it is gone.
	Shown func(t *testing.T, ref bot.MessageRef) (text string, notified int)
	// Role is the id of a role that so many Members have. Empty: there are no roles.
	Role    string
	Members int
}

// Run runs the suite. setup makes a fresh platform for each test.
func Run(t *testing.T, setup func(t *testing.T) Env) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, Env)
	}{
		{"Platform", testPlatform},
		{"Post", testPost},
		{"PostTwoChannels", testTwoChannels},
		{"PostHostileText", testHostileText},
		{"PostPing", testPing},
		{"PostAfterCancel", testPostCancelled},
		{"Finder", testFinder},
		{"Editor", testEditor},
		{"RootRemoved", testRootRemoved},
		{"Exclude", testExclude},
		{"LiveEvents", testLiveEvents},
		{"Versions", testVersions},
		{"NotAcknowledgedBeforeStored", testNotAcknowledged},
		{"OwnPostsAreNoReplies", testOwnPosts},
		{"Reconciler", testReconcile},
		{"ReconcilerAfterOutage", testOutage},
		{"ReconcilerStops", testReconcileStops},
		{"Doctor", testDoctor},
		{"RunEnds", testRunEnds},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.name != "RunEnds" { // it counts goroutines
				t.Parallel()
			}
			test.run(t, setup(t))
		})
	}
}

// A session is an adapter that is connected, and what it told the engine.
type session struct {
	bot.Adapter
	*recorder
	stop func() // ends Run and waits for it
}

// connect starts an adapter and waits until it says that events arrive.
func connect(t *testing.T, env Env) *session {
	t.Helper()
	s := &session{Adapter: env.Connect(t), recorder: newRecorder()}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx, s.recorder) }()
	stopped := false
	s.stop = func() {
		t.Helper()
		if stopped {
			return
		}
		stopped = true
		cancel()
		select {
		case err := <-ended:
			if err != nil {
				t.Errorf("Run ended with %v after its context was cancelled", err)
			}
		case <-time.After(Patience):
			t.Fatal("Run does not end after its context was cancelled")
		}
	}
	t.Cleanup(s.stop)
	s.wait(t, "Connected", func(r *recorder) bool { return r.up })
	return s
}

// digest is a root post as the engine makes it.
func digest(title string) bot.Message {
	return bot.Message{
		Title: title, Link: "https://example.org/story?a=1&b=2", Source: "Example · Ada",
		Quotation: []bot.Quoted{{Text: "A sentence of the article.", By: "Example"}},
		Footer:    "Replies are recorded.",
	}
}

// open posts a root and returns the thread in which replies to it are written.
func (s *session) open(t *testing.T, ch bot.Channel, title string) (root bot.MessageRef, thread bot.Channel) {
	t.Helper()
	posted := s.post(t, ch, digest(title), "key-"+title)
	thread = posted.Thread
	if threader, ok := s.Adapter.(bot.Threader); ok && thread.Thread == "" {
		var err error
		if thread, err = threader.StartThread(t.Context(), posted.Ref, title, "key-"+title); err != nil {
			t.Fatalf("StartThread: %v", err)
		}
	}
	if thread == (bot.Channel{}) {
		thread = ch
	}
	return posted.Ref, thread
}

func (s *session) post(t *testing.T, ch bot.Channel, m bot.Message, key string) bot.Posted {
	t.Helper()
	posted, err := s.Post(t.Context(), ch, m, key)
	if err != nil {
		t.Fatalf("Post: %v", err)
	}
	if posted.Ref.MessageID == "" || posted.Ref.Platform != s.Platform() || posted.Ref.Parent() != ch.Parent() {
		t.Fatalf("Post to %+v landed at %+v", ch, posted.Ref)
	}
	return posted
}

// list reads a thread completely and fails on an error. Our own posts in it are
// left out.
func (s *session) list(t *testing.T, thread bot.Channel, known ...bot.MessageRef) (replies map[string]bot.Reply, removed map[string]bool) {
	t.Helper()
	lister, ok := s.Adapter.(bot.Reconciler)
	if !ok {
		t.Skip("no Reconciler: gaps are not recoverable")
	}
	replies, removed = map[string]bot.Reply{}, map[string]bool{}
	for change, err := range lister.Reconcile(t.Context(), thread, known) {
		if err != nil {
			t.Fatalf("Reconcile: %v", err)
		}
		if id := change.Removed.MessageID; id != "" {
			removed[id] = true
			continue
		}
		if !change.Reply.Unread { // a post of ours
			replies[change.Reply.Ref.MessageID] = change.Reply
		}
	}
	return replies, removed
}

func key(n int) string { return fmt.Sprintf("conformancekey%08d", n) }
