package slacktest

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// answerTime is how long an app has to answer. Options.Speed does not shorten it.
const answerTime = 3 * time.Second

// retryAfter is how long Slack waits before it sends an event again.
var retryAfter = []time.Duration{0, time.Minute, 5 * time.Minute}

// A Delivery is an event on its way to an app, or what became of it.
type Delivery struct {
	EventID       string
	App, Team     string
	Channel       string // empty if it is about none
	Type, Subtype string // of the event: "message", "message_changed"
	TS            string // of the message that it is about
	Body          []byte
	Attempts      []Attempt
	Accepted      bool // answered 2xx, or acknowledged
	Over          bool // accepted, or lost
}

// An Attempt is one try to deliver an event.
type Attempt struct {
	Time   time.Time
	Status int    // of HTTP; 200 for an acknowledgement, 0 for none
	Reason string // why it failed: "http_timeout", "http_error", "connection_failed", "timeout"
}

type delivery struct {
	Delivery
	app  *app
	over *conn // over which it went last
}

// mail are the deliveries. Those about one channel begin in their order.
type mail struct {
	all    []*delivery
	lanes  map[string][]*delivery // what waits behind the first, which is under way
	client *http.Client
	slots  chan struct{} // so many at the same time
	open   int           // not over yet
	closed bool

	held    bool
	waiting []*delivery // while held
	twice   int         // so many more come twice
	badSign bool
	oldTime bool
	giveUp  chan struct{} // closed to end all waits before retries
}

func newMail() mail {
	return mail{lanes: map[string][]*delivery{}, slots: make(chan struct{}, 32), giveUp: make(chan struct{}),
		client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 32},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// post begins a delivery. The lock is held.
func (s *Server) post(d *delivery) {
	s.mail.all = append(s.mail.all, d)
	s.mail.open++
	if s.mail.held {
		s.mail.waiting = append(s.mail.waiting, d)
		return
	}
	s.dispatch(d)
}

func (s *Server) dispatch(d *delivery) {
	if s.mail.closed {
		return
	}
	n := 1
	if s.mail.twice > 0 {
		s.mail.twice--
		n = 2
	}
	lane := d.App + "/" + d.Team + "/" + d.Channel
	for range n {
		waiting, running := s.mail.lanes[lane]
		s.mail.lanes[lane] = append(waiting, d)
		if !running {
			s.served.Go(func() { s.runLane(lane) })
		}
	}
}

// runLane delivers what is about one channel, until nothing waits.
func (s *Server) runLane(lane string) {
	for {
		s.mu.Lock()
		waiting := s.mail.lanes[lane]
		if len(waiting) == 0 || s.mail.closed {
			delete(s.mail.lanes, lane)
			idle := len(s.mail.lanes) == 0
			s.mu.Unlock()
			if idle {
				s.mail.client.CloseIdleConnections()
			}
			return
		}
		d := waiting[0]
		s.mail.lanes[lane] = waiting[1:]
		s.mu.Unlock()
		s.deliver(d)
	}
}

// deliver tries until the app took it, the first two times at once and later
// beside what comes after.
func (s *Server) deliver(d *delivery) {
	for try := range 1 + len(retryAfter) {
		if try > 0 {
			wait := s.scaled(retryAfter[try-1])
			if wait > 0 {
				s.served.Go(func() { s.deliverLater(d, try) })
				return
			}
		}
		if !s.attempt(d, try) {
			return
		}
	}
}

func (s *Server) deliverLater(d *delivery, try int) {
	for ; try <= len(retryAfter); try++ {
		s.mu.Lock()
		giveUp := s.mail.giveUp
		s.mu.Unlock()
		t := time.NewTimer(s.scaled(retryAfter[try-1]))
		select {
		case <-t.C:
		case <-giveUp:
			t.Stop()
			s.set(func() { s.over(d) })
			return
		case <-s.ctx.Done():
			t.Stop()
			return
		}
		if !s.attempt(d, try) {
			return
		}
	}
}

func (s *Server) over(d *delivery) {
	if !d.Over {
		d.Over = true
		s.mail.open--
	}
}

// attempt delivers once, and says whether to try again.
func (s *Server) attempt(d *delivery, try int) bool {
	select {
	case s.mail.slots <- struct{}{}:
	case <-s.ctx.Done():
		return false
	}
	a, final := s.transport(d, try)
	<-s.mail.slots
	again := a.Status/100 != 2 && !final && try < len(retryAfter) && !s.o.NoRetries && s.ctx.Err() == nil
	s.set(func() {
		d.Attempts = append(d.Attempts, a)
		if a.Status/100 == 2 {
			d.Accepted = true
		}
		if !again {
			s.over(d)
		}
	})
	return again
}

func (s *Server) transport(d *delivery, try int) (Attempt, bool) {
	s.mu.Lock()
	socket, url := d.app.SocketMode, d.app.EventsURL
	reason := "http_error"
	if n := len(d.Attempts); n > 0 {
		reason = d.Attempts[n-1].Reason
	}
	s.mu.Unlock()
	if socket {
		return s.viaSocket(d, try, reason), false
	}
	h := http.Header{"Content-Type": {"application/json"}}
	if try > 0 {
		h.Set("X-Slack-Retry-Num", strconv.Itoa(try))
		h.Set("X-Slack-Retry-Reason", reason)
	}
	at := time.Now()
	res := s.signedPost(d.app, url, h, d.Body)
	return Attempt{Time: at, Status: res.status, Reason: res.reason}, res.noRetry
}

// answered is what an app answered to a request of ours.
type answered struct {
	status  int // 0: nothing
	reason  string
	noRetry bool
	kind    string
	body    []byte
}

// signedPost sends something to an app, signed with its secret.
func (s *Server) signedPost(a *app, url string, h http.Header, body []byte) answered {
	ctx, cancel := context.WithTimeout(s.ctx, answerTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if url == "" || err != nil {
		return answered{reason: "connection_failed"}
	}
	s.mu.Lock()
	secret, at := a.SigningSecret, s.o.Now()
	if s.mail.badSign {
		secret += "-of-somebody-else"
	}
	if s.mail.oldTime {
		at = at.Add(-6 * time.Minute)
	}
	s.mu.Unlock()
	req.Header = h
	req.Header.Set("User-Agent", "Slackbot 1.0 (+https://api.slack.com/robots)")
	req.Header.Set("X-Slack-Request-Timestamp", strconv.FormatInt(at.Unix(), 10))
	req.Header.Set("X-Slack-Signature", Sign(secret, at, body))
	res, err := s.mail.client.Do(req)
	if err != nil {
		if ctx.Err() != nil {
			return answered{reason: "http_timeout"}
		}
		return answered{reason: "connection_failed"}
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err != nil {
		return answered{reason: "http_timeout"}
	}
	out := answered{status: res.StatusCode, noRetry: res.Header.Get("X-Slack-No-Retry") == "1", kind: res.Header.Get("Content-Type"), body: b}
	if out.status/100 != 2 {
		out.reason = "http_error"
	}
	return out
}

// Sign is the signature of a request's body at a time.
func Sign(secret string, at time.Time, body []byte) string {
	m := hmac.New(sha256.New, []byte(secret))
	_, _ = m.Write([]byte("v0:" + strconv.FormatInt(at.Unix(), 10) + ":"))
	_, _ = m.Write(body)
	return "v0=" + hex.EncodeToString(m.Sum(nil))
}

// Deliveries are all events so far that were to be delivered, oldest first.
func (s *Server) Deliveries() []Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Delivery, len(s.mail.all))
	for i, d := range s.mail.all {
		out[i] = d.Delivery
		out[i].Attempts = slices.Clone(d.Attempts)
	}
	return out
}
