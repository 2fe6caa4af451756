package slacktest

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"time"

	"colloquy/adapters/internal/fake"
)

// Options say how this Slack differs from an ordinary one. The zero value is fine.
type Options struct {
	Speed          float64          // multiplies all rates that are allowed and shortens the waits before retries; 0 means 1
	PostsPerMinute int              // of one app in one workspace, all channels together; an assumption, see limits.go; 0 means 300
	HistoryRule    bool             // conversations.history and .replies: one request a minute, 15 objects at most
	MetadataScope  bool             // metadata is given back only with the scope metadata:read or metadata.message:read
	TokensFirst    bool             // an uninstalled app is told tokens_revoked before app_uninstalled
	NoTombstone    bool             // a deleted parent vanishes although it has replies
	NoRetries      bool             // a delivery that fails is lost at once
	Pace           time.Duration    // between two pings of a Socket Mode connection; 0 means 5 s
	Patience       time.Duration    // of Await and of everything that waits; 0 means 30 s
	Now            func() time.Time // for timestamps, signatures and what expires; nil means time.Now
}

// A Server is one Slack with its workspaces and apps. Its methods may be called
// at the same time.
type Server struct {
	fake.Watch
	URL string // "http://127.0.0.1:…"; the page for installing is at URL + "/oauth/v2/authorize"
	API string // base of the Web API: for Options.API and COLLOQUY_SLACK_API

	t  testing.TB
	o  Options
	mu sync.Mutex // guards all below

	lastID   uint64
	lastTS   int64 // µs
	apps     map[string]*app
	teams    map[string]*team
	users    map[string]*user
	channels map[string]*channel
	tokens   map[string]*token
	codes    map[string]*code
	views    map[string]*view
	acts     acts
	uploads  map[string]*upload
	tickets  map[string]*app // of Socket Mode, good once
	limits   limiter
	faults   faults
	log      []Call
	counts   Counts
	mail     mail

	ctx    context.Context
	end    context.CancelFunc
	addr   string
	http   *http.Server
	served sync.WaitGroup
}

// New starts a Slack. It ends with the test, which fails if the client broke a
// rule that Slack would not mend; see [Server.Violations].
func New(t testing.TB, o Options) *Server {
	t.Helper()
	if o.Speed == 0 {
		o.Speed = 1
	}
	if o.PostsPerMinute == 0 {
		o.PostsPerMinute = 300
	}
	if o.Pace == 0 {
		o.Pace = 5 * time.Second
	}
	if o.Patience == 0 {
		o.Patience = 30 * time.Second
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	s := &Server{
		t: t, o: o, addr: "127.0.0.1:0",
		apps: map[string]*app{}, teams: map[string]*team{}, users: map[string]*user{}, channels: map[string]*channel{},
		tokens: map[string]*token{}, codes: map[string]*code{}, views: map[string]*view{}, uploads: map[string]*upload{},
		tickets: map[string]*app{}, limits: limiter{buckets: map[string]*bucket{}}, acts: newActs(), mail: newMail(),
	}
	s.Watch = fake.NewWatch(t, &s.mu, o.Patience)
	s.ctx, s.end = context.WithCancel(context.Background())
	s.users[slackbot] = &user{id: slackbot, name: "slackbot", bot: true}
	if err := s.listen(); err != nil {
		t.Fatalf("the fake Slack does not start: %v", err)
	}
	s.URL = "http://" + s.addr
	s.API = s.URL + "/api"
	t.Cleanup(s.close)
	return s
}

// listen opens the address, the same one again after an outage, and serves it.
func (s *Server) listen() error {
	ln, err := fake.Listen(s.addr)
	if err != nil {
		return err
	}
	s.addr = ln.Addr().String()
	srv := &http.Server{Handler: s, ReadHeaderTimeout: time.Minute}
	s.http = srv
	s.served.Go(func() { _ = srv.Serve(ln) })
	return nil
}

// close ends everything and reports what the client should not have done.
func (s *Server) close() {
	s.mu.Lock()
	srv := s.http
	s.mail.closed = true
	s.dropConnections()
	s.end()
	s.mu.Unlock()
	_ = srv.Close()
	s.served.Wait()
	s.mail.client.CloseIdleConnections()
	for _, v := range s.Violations() {
		s.t.Errorf("Slack's rules: %s", v)
	}
}

func (s *Server) set(do func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	do()
	s.Touch()
}

// scaled is how long a wait of Slack's takes here.
func (s *Server) scaled(d time.Duration) time.Duration { return time.Duration(float64(d) / s.o.Speed) }
