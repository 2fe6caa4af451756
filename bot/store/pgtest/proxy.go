package pgtest

import (
	"net"
	"sync"
	"testing"
	"time"
)

// A Proxy stands between one replica and a cluster, and does to their connections
// what networks do. Its methods may be called at the same time.
type Proxy struct {
	listener net.Listener
	served   sync.WaitGroup

	mu     sync.Mutex
	target string
	delay  time.Duration // of every byte, in each direction
	cut    bool
	thaw   chan struct{} // closed when bytes flow; a new one while they do not
	conns  map[net.Conn]bool
	closed bool
}

// NewProxy listens before a cluster. It ends with the test.
func NewProxy(t testing.TB, c *Cluster) *Proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	flows := make(chan struct{})
	close(flows)
	p := &Proxy{listener: l, target: c.address(), thaw: flows, conns: map[net.Conn]bool{}}
	p.served.Go(p.serve)
	t.Cleanup(p.close)
	return p
}

// URL is where a database of the cluster is, through the proxy.
func (p *Proxy) URL(database string) string {
	return "postgres://colloquy@" + p.listener.Addr().String() + "/" + database
}

// Delay makes every byte come later by d, in each direction; 0 ends that.
func (p *Proxy) Delay(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.delay = d
}

// Cut ends all connections, and new ones as soon as they are made, until [Proxy.Heal].
func (p *Proxy) Cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cut = true
	p.drop()
}

// Freeze stops all bytes, and ends nothing, until [Proxy.Heal]: new connections
// are made, and nobody answers.
func (p *Proxy) Freeze() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.frozen() {
		p.thaw = make(chan struct{})
	}
}

// Heal ends [Proxy.Cut], [Proxy.Freeze] and [Proxy.Delay]. What was frozen arrives.
func (p *Proxy) Heal() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cut, p.delay = false, 0
	if p.frozen() {
		close(p.thaw)
	}
}

// Point leads new connections to another cluster, and ends those that there are,
// as when one fails over.
func (p *Proxy) Point(c *Cluster) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.target = c.address()
	p.drop()
}

func (p *Proxy) frozen() bool {
	select {
	case <-p.thaw:
		return false
	default:
		return true
	}
}

func (p *Proxy) drop() {
	for c := range p.conns {
		_ = c.Close()
	}
}

func (p *Proxy) close() {
	_ = p.listener.Close()
	p.mu.Lock()
	p.closed = true
	p.drop()
	p.mu.Unlock()
	p.Heal()
	p.served.Wait()
}

func (p *Proxy) serve() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		p.served.Go(func() { p.connect(client) })
	}
}

// hold remembers a connection, unless there are to be none.
func (p *Proxy) hold(c net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cut || p.closed {
		_ = c.Close()
		return false
	}
	p.conns[c] = true
	return true
}

func (p *Proxy) forget(c net.Conn) {
	_ = c.Close()
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.conns, c)
}

// connect serves one client.
func (p *Proxy) connect(client net.Conn) {
	if !p.hold(client) {
		return
	}
	defer p.forget(client)
	p.mu.Lock()
	target := p.target
	p.mu.Unlock()
	server, err := net.Dial("tcp", target)
	if err != nil {
		return
	}
	if !p.hold(server) {
		return
	}
	defer p.forget(server)
	var both sync.WaitGroup
	both.Go(func() { p.forward(client, server) })
	both.Go(func() { p.forward(server, client) })
	both.Wait()
}

// A chunk is what was read, and when it is to be written.
type chunk struct {
	data []byte
	due  time.Time
}

// forward brings what comes from one end to the other, and ends both after.
func (p *Proxy) forward(from, to net.Conn) {
	chunks := make(chan chunk, 256)
	p.served.Go(func() {
		defer close(chunks)
		for {
			data := make([]byte, 32<<10)
			n, err := from.Read(data)
			p.mu.Lock()
			due := time.Now().Add(p.delay)
			p.mu.Unlock()
			if n > 0 {
				chunks <- chunk{data[:n], due}
			}
			if err != nil {
				return
			}
		}
	})
	for c := range chunks {
		time.Sleep(time.Until(c.due))
		p.mu.Lock()
		thaw := p.thaw
		p.mu.Unlock()
		<-thaw
		if _, err := to.Write(c.data); err != nil {
			break
		}
	}
	_ = from.Close()
	_ = to.Close()
	for range chunks { // until the reader has ended
	}
}
