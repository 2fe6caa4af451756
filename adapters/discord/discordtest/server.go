package discordtest

import (
	"encoding/base64"
	"net/http"
	"sync"
	"testing"
	"time"

	"colloquy/adapters/internal/fake"
)

// Options say how this Discord differs from an ordinary one. The zero value is fine.
type Options struct {
	Token          string           // of the bot; empty means one that names its application, as Discord's do
	Shards         int              // that /gateway/bot recommends; 0 means one for 1000 servers
	MaxConcurrency int              // shards that may identify in the same 5 s; 0 means 1
	Identifies     int              // how many more IDENTIFYs there may be today; 0 means 1000
	NoContent      bool             // the Message Content toggle is off: asking for the intent is refused (4014)
	Resume         bool             // sessions can be resumed; otherwise RESUME is answered by Invalid Session
	OneSession     bool             // a shard that is connected twice for longer than a second breaks a rule
	Heartbeat      time.Duration    // that HELLO asks for; 0 means 41.25 s
	Speed          float64          // multiplies all rates that are allowed; 0 means 1
	ActiveThreads  int              // cap of a server's threads that are not archived; 0 means 1000
	Patience       time.Duration    // of Await and of everything that waits; 0 means 30 s
	Now            func() time.Time // for ids, timestamps and what expires; nil means time.Now
}

// A Server is one Discord with one application and its bot. Its methods may be
// called at the same time.
type Server struct {
	fake.Watch
	URL   string // base of the REST API, without version: for Options.API and COLLOQUY_DISCORD_API
	Token string // of the bot
	AppID string // of the application; its bot has the same id

	t  testing.TB
	o  Options
	mu sync.Mutex // guards all below

	lastID     uint64
	guildCount uint64
	users      map[string]*user
	guilds     map[string]*guild
	channels   map[string]*channel // threads and direct channels too
	bulk       []bulk
	nonces     map[string]nonced // by author and nonce

	gate   gate
	acts   acts
	limits limiter
	faults faults
	log    []Call
	counts Counts

	addr   string
	http   *http.Server
	served sync.WaitGroup
}

// New starts a Discord. It ends with the test, which fails if the client broke
// a rule that Discord does not answer for but that we keep; see [Server.Violations].
func New(t testing.TB, o Options) *Server {
	t.Helper()
	s := &Server{
		t: t, o: o,
		users: map[string]*user{}, guilds: map[string]*guild{}, channels: map[string]*channel{},
		nonces: map[string]nonced{}, addr: "127.0.0.1:0",
		gate:   gate{conns: map[*conn]bool{}, sessions: map[string]*session{}, started: map[int]start{}},
		limits: limiter{buckets: map[string]*window{}}, acts: acts{byToken: map[string]*Interaction{}, hidden: map[string]*message{}, allowed: map[string]bool{}},
	}
	s.defaults()
	s.Watch = fake.NewWatch(t, &s.mu, s.o.Patience)
	s.AppID = s.pastID()
	s.users[s.AppID] = &user{id: s.AppID, name: "colloquy", global: "Colloquy", bot: true}
	if s.Token = o.Token; s.Token == "" {
		s.Token = base64.RawStdEncoding.EncodeToString([]byte(s.AppID)) + ".Gx4kLm.test-token-that-is-good-for-nothing"
	}
	if err := s.listen(); err != nil {
		t.Fatalf("the fake Discord does not start: %v", err)
	}
	s.URL = "http://" + s.addr + "/api"
	if _, err := document(); err != nil {
		t.Logf("requests are not checked against Discord's OpenAPI document: %v", err)
	}
	t.Cleanup(s.close)
	return s
}

func (s *Server) defaults() {
	o := &s.o
	if o.MaxConcurrency == 0 {
		o.MaxConcurrency = 1
	}
	if o.Identifies == 0 {
		o.Identifies = 1000
	}
	if o.Heartbeat == 0 {
		o.Heartbeat = 41250 * time.Millisecond
	}
	if o.Speed == 0 {
		o.Speed = 1
	}
	if o.ActiveThreads == 0 {
		o.ActiveThreads = 1000
	}
	if o.Patience == 0 {
		o.Patience = 30 * time.Second
	}
	if o.Now == nil {
		o.Now = time.Now
	}
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
	s.faults.closed = true
	s.dropConnections()
	s.mu.Unlock()
	_ = srv.Close()
	s.served.Wait()
	for _, v := range s.Violations() {
		s.t.Errorf("Discord's rules: %s", v)
	}
}
