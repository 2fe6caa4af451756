package slack

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path"
	"strings"
	"sync"
	"testing"
	"time"

	"colloquy/bot"
)

const (
	teamID    = "T0TEAM"
	channelID = "C0TALK"
	rootTS    = "1767225600.000100"
	selfUser  = "U0SELF"
	selfBot   = "B0SELF"
)

var inThread = bot.Channel{Platform: Platform, Workspace: teamID, ID: channelID, Thread: rootTS}

// A keeper is the engine as events see it: the highest version of each reply, to
// which the same version can bring its author's name; no name is lost, and a
// removal is final.
type keeper struct {
	bot.Handler // what events do not use is nil
	mu          sync.Mutex
	replies     map[string]bot.Reply
	removed     map[bot.MessageRef]bool
	commands    []bot.Command
	calls       int
	fail        error
	only        string // the one thread that it keeps; empty: all
}

func newKeeper() *keeper {
	return &keeper{replies: map[string]bot.Reply{}, removed: map[bot.MessageRef]bool{}}
}

func (k *keeper) take(f func()) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.calls++; k.fail == nil {
		f()
	}
	return k.fail
}

func (k *keeper) ReplyChanged(_ context.Context, r bot.Reply) (bool, error) {
	if k.only != "" && r.Ref.Thread != k.only {
		return false, k.take(func() {})
	}
	return true, k.take(func() {
		old, ok := k.replies[r.Ref.MessageID]
		named := r.Version == old.Version && old.Author.Name == "" && r.Author.Name != ""
		if !k.removed[r.Ref] && (!ok || r.Version > old.Version || named) {
			r.Author.Name = cmp.Or(r.Author.Name, old.Author.Name)
			k.replies[r.Ref.MessageID] = r
		}
	})
}

func (k *keeper) ReplyRemoved(_ context.Context, ref bot.MessageRef) error {
	return k.take(func() { k.removed[ref] = true; delete(k.replies, ref.MessageID) })
}

func (k *keeper) Command(_ context.Context, c bot.Command) (bot.Answer, error) {
	return bot.Answer{}, k.take(func() { k.commands = append(k.commands, c) })
}

// A wireSlack answers the Web API with what a test writes down, byte for byte, so
// that it can say what a well-behaved server never would. "refused for 60" is an
// answer over a limit.
type wireSlack struct {
	t       testing.TB
	mu      sync.Mutex
	answers map[string]func(url.Values) string // by method
	asked   map[string]int
}

func (w *wireSlack) RoundTrip(r *http.Request) (*http.Response, error) {
	raw, err := io.ReadAll(r.Body)
	if err != nil || r.Context().Err() != nil {
		return nil, errors.Join(err, r.Context().Err())
	}
	args, _ := url.ParseQuery(string(raw))
	method := path.Base(r.URL.Path)
	w.mu.Lock()
	w.asked[method]++
	answer := w.answers[method]
	w.mu.Unlock()
	body, head, status := `{"ok":false,"error":"unknown_method"}`, http.Header{}, http.StatusOK
	if answer != nil {
		body = answer(args)
	}
	if after, ok := strings.CutPrefix(body, "refused for "); ok {
		status = http.StatusTooManyRequests
		head.Set("Retry-After", after)
	}
	return &http.Response{StatusCode: status, Header: head, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
}

func (w *wireSlack) on(method string, answer func(url.Values) string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.answers[method] = answer
}

func (w *wireSlack) times(method string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.asked[method]
}

// users makes Slack know people by these names.
func (w *wireSlack) users(names map[string]string) {
	w.on("users.info", func(args url.Values) string {
		id := args.Get("user")
		name, ok := names[id]
		if !ok {
			return `{"ok":false,"error":"user_not_found"}`
		}
		return fmt.Sprintf(`{"ok":true,"user":{"id":%q,"team_id":"T0TEAM","name":"handle","is_admin":%t,"profile":{"display_name":%q,"real_name":"Real Name"}}}`, id, id == "U0BOSS", name)
	})
}

// newWire is an adapter that has met one workspace, and the Slack that it asks.
func newWire(t testing.TB) (*team, *wireSlack) {
	w := &wireSlack{t: t, answers: map[string]func(url.Values) string{}, asked: map[string]int{}}
	w.users(map[string]string{"U0ADA": "Ada L.", "U0GRACE": "Grace\u202e H.", "U0BOSS": "boss", "U0TWO": "2 Chainz", selfUser: "Colloquy"})
	w.on("conversations.info", func(args url.Values) string { return `{"ok":true,"channel":{"id":"C0OTHER","name":"other-talk"}}` })
	a := New(Options{Apps: []App{{Name: "acme", BotToken: "xoxb-1", AppToken: "xapp-1"}}})
	a.speed, a.http = 1e6, &http.Client{Transport: w}
	return newTeam(a), w
}

// newTeam is a workspace that a has met.
func newTeam(a *Adapter) *team {
	t := &team{app: a.apps[0], id: teamID, userID: selfUser, botID: selfBot, token: "xoxb-1"}
	a.teams.byID[t.id] = t
	return t
}

// offline is a context in which no request is sent.
func offline() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

func (k *keeper) give(t *testing.T, in *team, payload string) {
	t.Helper()
	if err := in.event(t.Context(), k, json.RawMessage(payload)); err != nil {
		t.Fatalf("%v: %s", err, payload)
	}
}

// ts is the time of the nth message of the thread.
func ts(n int) string { return fmt.Sprintf("1767225%03d.000200", 600+n) }

func ref(n int) bot.MessageRef { return bot.MessageRef{Channel: inThread, MessageID: ts(n)} }

// said is the payload of a message in the thread, with more fields.
func said(n int, text, more string) string {
	quoted, _ := json.Marshal(text)
	return fmt.Sprintf(`{"type":"message","channel":%q,"user":"U0ADA","text":%s,"ts":%q,"thread_ts":%q,"team":%q,"event_ts":"1767225999.000900"%s}`,
		channelID, quoted, ts(n), rootTS, teamID, more)
}

func micro(us int64) time.Time { return time.UnixMicro(us).UTC() }
