// Package web is the one HTTP server of Colloquy. It mounts what adapters bring
// and knows no platform; beside that it says whether the process lives, whether
// it is ready, and what there is to watch.
//
//	web.go      the server, from its options to its end
//	limits.go   what every request is held to
//	health.go   /healthz and /readyz
//	metrics.go  /metrics, for Prometheus
//	figures.go  what is stored, as metrics
//	observer.go what this process does, as metrics
package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"colloquy/bot"
)

// How long things may take. A platform waits three seconds for an answer.
const (
	readHeader = 5 * time.Second
	readAll    = 15 * time.Second // head and body
	writeAll   = 30 * time.Second // from the end of the head to the end of the answer
	idle       = 90 * time.Second // between two requests of a connection
	grace      = 10 * time.Second // for what is under way when the server ends
	headBytes  = 16 << 10
)

// Options say what is served. The zero value serves health alone.
type Options struct {
	// Routes are handlers by pattern of [http.ServeMux], as each adapter gives
	// them. No pattern may come twice. [Server.Mount] puts others in their place.
	Routes []map[string]http.Handler
	// Ready is nil when what is needed answers, and Alive unless this process can no
	// longer help itself. The [bot.ReasonCode] of their errors is shown; nil: always.
	Ready, Alive func(context.Context) error
	// Figures are shown as metrics; nil: none of what is stored.
	Figures func(ctx context.Context, now time.Time) (bot.Figures, error)
	// Observer is what this process counts; nil: nothing.
	Observer *Observer
	Version  string // of the program, and
	Commit   string // what it was built from; both shown by the metrics
	Clock    bot.Clock
	Log      *slog.Logger // nil: nothing is logged
}

// A Server serves HTTP. Make one with [New], and let it serve once.
type Server struct {
	o       Options
	log     *slog.Logger
	metrics *metrics
	handler http.Handler
	routes  atomic.Pointer[http.ServeMux]
	said    sayings       // what /healthz and /readyz answered last
	head    time.Duration // readHeader, and
	grace   time.Duration // grace, unless a test is in a hurry
}

// New mounts everything. The error names a pattern that comes twice, or is none.
func New(o Options) (*Server, error) {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s := &Server{o: o, log: o.Log, metrics: newMetrics(o), head: readHeader, grace: grace}
	if err := s.Mount(o.Routes...); err != nil {
		return nil, err
	}
	s.handler = s.limit(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.routes.Load().ServeHTTP(w, r) }))
	return s, nil
}

// Mount puts routes in the place of those that were there, also while the server
// serves. After an error, which is one of [New], nothing has changed.
func (s *Server) Mount(all ...map[string]http.Handler) error {
	mux := http.NewServeMux()
	own := map[string]http.Handler{
		"GET /healthz": http.HandlerFunc(s.healthz),
		"GET /readyz":  http.HandlerFunc(s.readyz),
		"GET /metrics": s.metrics.handler(),
	}
	for _, routes := range append([]map[string]http.Handler{own}, all...) {
		for pattern, h := range routes {
			if err := mount(mux, pattern, h); err != nil {
				return err
			}
		}
	}
	s.routes.Store(mux)
	return nil
}

// mount is [http.ServeMux.Handle] with an error in place of a panic.
func mount(mux *http.ServeMux, pattern string, h http.Handler) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("web: the route %q cannot be served: %v", pattern, p)
		}
	}()
	mux.Handle(pattern, h)
	return nil
}

// Serve serves a listener until ctx is done, and closes it. What is under way
// then has ten seconds to end; the error says if that was not enough.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	requests, cut := context.WithCancel(context.WithoutCancel(ctx)) // they end in their own time
	defer cut()
	server := &http.Server{
		Handler:           s.handler,
		ReadHeaderTimeout: s.head,
		ReadTimeout:       readAll,
		WriteTimeout:      writeAll,
		IdleTimeout:       idle,
		MaxHeaderBytes:    headBytes,
		BaseContext:       func(net.Listener) context.Context { return requests },
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }() // ends with Shutdown or Close, below
	s.log.InfoContext(ctx, "http server listens", "addr", l.Addr().String())
	select {
	case err := <-ended:
		return fmt.Errorf("web: %w", err)
	case <-ctx.Done():
	}
	last, cancel := context.WithTimeout(requests, s.grace)
	defer cancel()
	err := server.Shutdown(last)
	if err != nil {
		cut()
		err = fmt.Errorf("web: requests were cut off: %w", errors.Join(err, server.Close()))
	}
	if stopped := <-ended; err == nil && !errors.Is(stopped, http.ErrServerClosed) {
		err = fmt.Errorf("web: %w", stopped)
	}
	return err
}
