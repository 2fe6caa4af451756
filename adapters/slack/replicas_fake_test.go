package slack

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"colloquy/adapters/adaptertest"
	"colloquy/adapters/slack/slacktest"
	"colloquy/bot"
)

// Parts are divided among processes that a test starts and ends: those of one name go
// round all that take part in it, in the order in which they came.
type parts struct {
	mu  sync.Mutex
	all map[string]*divided
}

type divided struct {
	members []*member
	parts   []*onePart
}

// A member is one process that takes part in one name.
type member struct {
	ctx     context.Context
	run     func(context.Context, int)
	running sync.WaitGroup
}

type onePart struct {
	by  *member // nil: it is free
	end context.CancelCauseFunc
}

// Share implements [bot.Sharer].
func (p *parts) Share(ctx context.Context, name string, n int, run func(context.Context, int)) {
	m := &member{ctx: ctx, run: run}
	p.change(name, n, func(s *divided) { s.members = append(s.members, m) })
	<-ctx.Done()
	p.change(name, n, func(s *divided) {
		s.members = slices.DeleteFunc(s.members, func(x *member) bool { return x == m })
	})
	m.running.Wait()
}

func (p *parts) change(name string, n int, how func(*divided)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.all == nil {
		p.all = map[string]*divided{}
	}
	s := p.all[name]
	if s == nil {
		s = &divided{parts: make([]*onePart, n)}
		for i := range s.parts {
			s.parts[i] = &onePart{}
		}
		p.all[name] = s
	}
	how(s)
	for i := range s.parts {
		p.deal(name, s, i)
	}
}

// deal gives a part to whose it is, once who has it has ended. The lock is held.
func (p *parts) deal(name string, s *divided, i int) {
	h := s.parts[i]
	var to *member
	if len(s.members) > 0 {
		to = s.members[i%len(s.members)]
	}
	switch {
	case h.by == to:
		return
	case h.by != nil:
		h.end(nil)
		return
	}
	ctx, end := context.WithCancelCause(to.ctx)
	h.by, h.end = to, end
	to.running.Go(func() {
		to.run(ctx, i)
		end(nil)
		p.mu.Lock()
		defer p.mu.Unlock()
		if h.by == to {
			h.by = nil
			p.deal(name, s, i)
		}
	})
}

// lose takes a part away from whoever has it, as if that had been frozen for long, and
// gives it to the next at once.
func (p *parts) lose(name string, i int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.all[name]
	h := s.parts[i]
	h.end(bot.ErrLeaseLost)
	h.by = nil
	s.members = append(s.members[1:], s.members[0])
	p.deal(name, s, i)
}

// A party is one app in several processes, which may come and go.
type party struct {
	*slacktest.Server
	t       *testing.T
	app     slacktest.App
	team    string
	people  []string
	in      slacktest.Install
	channel string
	root    slacktest.Ref
	socket  bool
	parts   *parts

	turn atomic.Int64 // whose HTTP requests come next
	mu   sync.Mutex
	all  []*guest
}

// A guest is one of the processes.
type guest struct {
	*hearer
	a    *Adapter
	mux  *http.ServeMux
	log  *adaptertest.Log
	end  context.CancelFunc
	over chan struct{}
}

func newParty(t *testing.T, socket bool, o slacktest.Options) *party {
	t.Helper()
	o.Speed = 60
	s := slacktest.New(t, o)
	p := &party{Server: s, t: t, app: s.AddApp(slacktest.App{SocketMode: socket, Scopes: ScopeNames()}), team: s.AddTeam("Readers"), parts: &parts{}, socket: socket}
	p.people = append(p.people, s.AddUser(p.team, "Ada", slacktest.Admin))
	p.in = s.InstallApp(p.app.ID, p.team, p.people[0])
	p.channel = s.AddChannel(p.team, slacktest.Channel{Name: "reading", Members: []string{p.people[0], p.in.BotUser}})
	s.AwaitDelivered()
	p.root = s.Say(p.channel, p.people[0], "A root")
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		all := slices.Clone(p.all)
		p.mu.Unlock()
		if len(all) == 0 {
			http.Error(w, "no upstream", http.StatusBadGateway)
			return
		}
		all[int(p.turn.Add(1))%len(all)].mux.ServeHTTP(w, r)
	}))
	t.Cleanup(site.Close)
	s.Point(p.app.ID, site.URL+"/slack/readers")
	return p
}

// join starts one more process.
func (p *party) join(h bot.Handler) *guest {
	p.t.Helper()
	app := App{Name: "readers", BotToken: p.in.Token}
	if p.socket {
		app.AppToken = p.app.AppToken
	} else {
		app.SigningSecret = p.app.SigningSecret
	}
	g := &guest{hearer: &hearer{}, log: &adaptertest.Log{}, mux: http.NewServeMux(), over: make(chan struct{})}
	if h == nil {
		h = g.hearer
	}
	g.a = New(Options{Apps: []App{app}, API: p.API, Sharer: p.parts, Log: slog.New(slog.NewTextHandler(g.log, nil))})
	g.a.speed = 60
	for pattern, to := range g.a.Routes() {
		g.mux.Handle(pattern, to)
	}
	ctx, end := context.WithCancel(context.Background())
	g.end = end
	go func() {
		defer close(g.over)
		if err := g.a.Run(ctx, h); err != nil {
			p.t.Errorf("a process ended with %v", err)
		}
	}()
	p.t.Cleanup(func() { p.leave(g) })
	p.Await("it runs", func() bool {
		_, _, leave, ok := g.a.apps[0].desk.enter()
		if ok {
			leave()
		}
		return ok
	})
	p.mu.Lock()
	p.all = append(p.all, g)
	p.mu.Unlock()
	return g
}

// leave ends a process: no more requests come to it first.
func (p *party) leave(g *guest) {
	p.mu.Lock()
	p.all = slices.DeleteFunc(p.all, func(x *guest) bool { return x == g })
	p.mu.Unlock()
	g.end()
	<-g.over
}

func (p *party) has(what string, of ...*guest) bool {
	for _, g := range of {
		found := false
		g.hearer.set(func() {
			found = slices.ContainsFunc(g.heard, func(line string) bool { return strings.Contains(line+"\n", what) })
		})
		if found {
			return true
		}
	}
	return false
}

// says is what Ada writes, as engines hear of it.
func (p *party) says(words string) string {
	ref := p.Server.Reply(p.root, p.people[0], words)
	return "reply slack:" + p.team + "/" + p.channel + "/" + ref.TS + "\n"
}

var _ bot.Sharer = (*parts)(nil)
