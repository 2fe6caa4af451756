package slack

import (
	"cmp"
	"context"
	"errors"
	"net/url"
	"strings"
	"sync"
	"time"

	"colloquy/adapters/internal/text"
	"colloquy/bot"
)

const (
	mostNames   = 4096             // in each of two generations
	keepName    = 6 * time.Hour    // people are rarely renamed
	keepNoName  = time.Hour        // what Slack does not tell us
	keepFailed  = 10 * time.Second // what could not be asked
	longestName = 80               // units; Slack's own limit for display names
)

// names remembers what people and channels are called, by workspace and id. It
// holds at most twice mostNames; what was not used for long goes first. Its zero
// value is ready.
type names struct {
	mu         sync.Mutex
	young, old map[string]knownName
	asking     map[string]chan struct{} // closed when the answer is there
}

type knownName struct {
	name  string // empty: it has none that we may know
	err   error  // why it is not known, for now
	until time.Time
}

// get returns what is remembered, and moves it to the young generation.
func (n *names) get(key string, now time.Time) (knownName, bool) {
	k, ok := n.young[key]
	if !ok {
		if k, ok = n.old[key]; ok {
			n.set(key, k)
		}
	}
	return k, ok && now.Before(k.until)
}

// known is a name that need not be asked for; empty and known is that of somebody
// who has none that we may know.
func (n *names) known(key string, now time.Time) (string, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	k, ok := n.get(key, now)
	return k.name, ok && k.err == nil
}

func (n *names) set(key string, k knownName) {
	if n.young == nil || len(n.young) >= mostNames {
		n.young, n.old = map[string]knownName{}, n.young
	}
	n.young[key] = k
}

// put remembers a name that came by itself.
func (n *names) put(key, name string, until time.Time) { n.keep(key, knownName{name, nil, until}) }

func (n *names) keep(key string, k knownName) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.set(key, k)
}

// look gives a name, and asks for it if need be: one asks for all who want it at
// the same time. An error is that of ctx or of ask; then the name is empty.
func (n *names) look(ctx context.Context, key string, now func() time.Time, ask func(context.Context) (string, error)) (string, error) {
	for {
		n.mu.Lock()
		k, ok := n.get(key, now())
		if ok {
			n.mu.Unlock()
			return k.name, k.err
		}
		wait, busy := n.asking[key]
		if !busy {
			return n.asked(ctx, key, now, ask)
		}
		n.mu.Unlock()
		select {
		case <-wait:
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
}

// asked is called with the lock, which it gives back before it asks.
func (n *names) asked(ctx context.Context, key string, now func() time.Time, ask func(context.Context) (string, error)) (string, error) {
	if n.asking == nil {
		n.asking = map[string]chan struct{}{}
	}
	done := make(chan struct{})
	n.asking[key] = done
	n.mu.Unlock()
	defer func() {
		n.mu.Lock()
		delete(n.asking, key)
		n.mu.Unlock()
		close(done)
	}()
	name, err := ask(ctx)
	switch {
	case err == nil:
		n.put(key, name, now().Add(keepName))
	case codeOf(err) != "" && bot.IsPermanent(err):
		n.put(key, "", now().Add(keepNoName))
		return "", nil
	case !errors.Is(ctx.Err(), context.Canceled):
		n.keep(key, knownName{"", err, now().Add(keepFailed)}) // so that not each message of theirs waits for it
	}
	return name, err
}

// slackbot is Slack's own voice in every workspace, though not marked as a bot.
const slackbot = "USLACKBOT"

// account asks what Slack says of somebody now: that is what rights rest on. It is
// asked in bulk where nobody waits.
func (t *team) account(ctx context.Context, id string, bulk bool) (account, error) {
	var got struct {
		User account `json:"user"`
	}
	if err := t.do(ctx, call{method: "users.info", args: url.Values{"user": {id}}, bulk: bulk}, &got); err != nil {
		return account{}, err
	}
	if got.User.ID != id {
		return account{}, errors.New("slack users.info: it told of nobody, or of somebody else")
	}
	t.app.a.names.put(t.nameKey(id), got.User.shown(), t.app.a.o.Clock().Add(keepName))
	return got.User, nil
}

// person is somebody with the name that they have in the workspace. With an error,
// which means that Slack could not be asked now, the name is empty; it is empty
// as well for whom we may not know.
func (t *team) person(ctx context.Context, userID string, bulk bool) (bot.Person, error) {
	name, err := t.userName(ctx, userID, bulk)
	return bot.Person{Platform: Platform, Workspace: t.id, ID: userID, Name: name}, err
}

func (t *team) userName(ctx context.Context, id string, bulk bool) (string, error) {
	return t.look(ctx, id, func(ctx context.Context) (string, error) {
		u, err := t.account(ctx, id, bulk)
		return u.shown(), err
	})
}

// channelName is what a channel is called, without "#"; empty for one that we may
// not know.
func (t *team) channelName(ctx context.Context, id string, bulk bool) (string, error) {
	return t.look(ctx, id, func(ctx context.Context) (string, error) {
		var got struct {
			Channel struct {
				Name string `json:"name"`
			} `json:"channel"`
		}
		err := t.do(ctx, call{method: "conversations.info", args: url.Values{"channel": {id}}, bulk: bulk}, &got)
		return oneLine(got.Channel.Name), err
	})
}

func (t *team) look(ctx context.Context, id string, ask func(context.Context) (string, error)) (string, error) {
	return t.app.a.names.look(ctx, t.nameKey(id), t.app.a.o.Clock, ask)
}

func (t *team) nameKey(id string) string { return t.id + "/" + id }

func (p profile) name() string { return cmp.Or(oneLine(p.DisplayName), oneLine(p.RealName)) }

// oneLine is a name that somebody gave, as it may be shown and stored.
func oneLine(s string) string {
	return text.Cut(text.Inline(strings.TrimPrefix(s, "@")), longestName, text.Units)
}
