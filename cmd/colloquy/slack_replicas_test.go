package main

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"colloquy/adapters/slack"
	"colloquy/adapters/slack/slacktest"
	"colloquy/bot"
	"colloquy/bot/store"
	"colloquy/bot/store/pgtest"
)

// An office is an app on Slack that several processes serve on one PostgreSQL; here
// they are parts of the test.
type office struct {
	*slacktest.Server
	t     *testing.T
	url   string // of the database
	site  string // of whoever is next
	app   slacktest.App
	x     slack.App
	team  string
	ada   string
	turn  atomic.Int64
	mu    sync.Mutex
	desks []*clerk
}

// A clerk is one process.
type clerk struct {
	db     *store.DB
	engine *bot.Engine
	a      *slack.Adapter
	mux    *http.ServeMux
	hears  atomic.Bool // it heard something at some time
	end    func()
}

// Write takes its log.
func (c *clerk) Write(line []byte) (int, error) {
	if bytes.Contains(line, []byte("msg=connected ")) {
		c.hears.Store(true)
	}
	return len(line), nil
}

func newOffice(t *testing.T, socket bool) *office {
	t.Helper()
	pgtest.Require(t)
	cluster, err := pgtest.Start(false)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cluster.Close() })
	o := &office{Server: slacktest.New(t, slacktest.Options{Speed: 60}), t: t, url: cluster.URL("postgres")}
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		o.mu.Lock()
		to := o.desks[int(o.turn.Add(1))%len(o.desks)]
		o.mu.Unlock()
		to.mux.ServeHTTP(w, r)
	}))
	t.Cleanup(site.Close)
	o.site = site.URL
	o.team = o.AddTeam("Readers")
	o.ada = o.AddUser(o.team, "Ada", slacktest.Admin)
	manifest, err := slack.Manifest(slack.ManifestOptions{App: "acme", URL: "https://bot.example.com", SocketMode: socket})
	if err != nil {
		t.Fatal(err)
	}
	o.app = o.AddAppFrom(manifest)
	o.Point(o.app.ID, o.site+"/slack/acme")
	o.x = slack.App{Name: "acme", ClientID: o.app.ClientID, ClientSecret: o.app.ClientSecret, SigningSecret: o.app.SigningSecret}
	if socket {
		o.x.AppToken = o.app.AppToken
	}
	return o
}

// open starts one more process.
func (o *office) open() *clerk {
	o.t.Helper()
	must := func(err error) {
		o.t.Helper()
		if err != nil {
			o.t.Fatal(err)
		}
	}
	db, err := store.Open(o.t.Context(), o.url, store.Options{Keys: [][]byte{make([]byte, store.KeySize)}})
	must(err)
	leave, err := db.Join(o.t.Context(), "test")
	must(err)
	c := &clerk{db: db, mux: http.NewServeMux()}
	log := slog.New(slog.NewTextHandler(c, nil))
	c.a = slack.New(slack.Options{Apps: []slack.App{o.x}, API: o.API, URL: o.site, Vault: db, Sharer: db, Clock: db.Now, Log: log})
	c.engine = bot.New(bot.Options{Store: db, Adapters: []bot.Adapter{c.a}, Clock: db.Now, Log: log})
	for pattern, h := range c.a.Routes() {
		c.mux.Handle(pattern, h)
	}
	ctx, cancel := context.WithCancel(context.Background())
	over := make(chan error, 1)
	go func() { over <- c.a.Run(ctx, c.engine) }()
	c.end = sync.OnceFunc(func() {
		o.mu.Lock()
		o.desks = slices.DeleteFunc(o.desks, func(x *clerk) bool { return x == c })
		o.mu.Unlock()
		cancel()
		if err := <-over; err != nil {
			o.t.Error(err)
		}
		leave()
		_ = db.Close()
	})
	o.t.Cleanup(c.end)
	o.Await("it runs", func() bool {
		r := httptest.NewRecorder()
		c.mux.ServeHTTP(r, httptest.NewRequest(http.MethodPost, "/slack/acme/install", nil))
		return r.Code == http.StatusSeeOther
	})
	o.mu.Lock()
	o.desks = append(o.desks, c)
	o.mu.Unlock()
	return c
}

// install installs the app with a browser, of which each request comes to another process.
func (o *office) install() {
	o.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		o.t.Fatal(err)
	}
	browser := &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	ask := func(method, address string) (int, string) {
		o.t.Helper()
		req, err := http.NewRequestWithContext(o.t.Context(), method, address, nil)
		if err != nil {
			o.t.Fatal(err)
		}
		res, err := browser.Do(req)
		if err != nil {
			o.t.Fatal(err)
		}
		_ = res.Body.Close()
		return res.StatusCode, res.Header.Get("Location")
	}
	_, to := ask(http.MethodPost, o.site+"/slack/acme/install")
	back := o.Allow(to, o.team, o.ada)
	if code, _ := ask(http.MethodGet, back); code != http.StatusOK {
		o.t.Fatalf("not installed: %d", code)
	}
	if code, _ := ask(http.MethodGet, back); code == http.StatusOK {
		o.t.Error("it is finished twice")
	}
}

// discuss begins a discussion in a channel, with what a process posts there.
func (o *office) discuss(c *clerk, channel string) (bot.Discussion, slacktest.Ref) {
	o.t.Helper()
	ctx, now := o.t.Context(), c.db.Now()
	must := func(err error) {
		o.t.Helper()
		if err != nil {
			o.t.Fatal(err)
		}
	}
	ch := bot.Channel{Platform: slack.Platform, Workspace: o.team, ID: channel}
	posted, err := c.a.Post(ctx, ch, bot.Message{Title: "Rivers"}, "root")
	must(err)
	art, err := c.db.PutArticle(ctx, bot.Article{Title: "Rivers", Text: "Rivers need room."}, now)
	must(err)
	dig, err := c.db.PutDigest(ctx, bot.Digest{ID: "digest", ArticleID: art.ID}, bot.Brief{}, bot.WriterInfo{}, now)
	must(err)
	must(c.db.AddRequest(ctx, bot.Occurrence{ID: "occurrence", Channel: ch, DueAt: now, DeadlineAt: now.Add(time.Hour), CreatedAt: now}, "", bot.Audit{}))
	l := bot.Lease{Subject: "discussion/d", Token: "token"}
	if ok, err := c.db.AcquireLease(ctx, l, now, time.Hour); err != nil || !ok {
		o.t.Fatal(ok, err)
	}
	d := bot.Discussion{ID: "d", OccurrenceID: "occurrence", Channel: ch, ArticleID: art.ID, DigestID: dig.ID, State: bot.StatePosting, CloseAfter: time.Hour, DeadlineAt: now.Add(time.Hour), CreatedAt: now}
	must(c.db.OpenDiscussion(ctx, l, d, []bot.Post{{ID: "root", DiscussionID: d.ID, Kind: bot.PostRoot, Key: "root", State: bot.PostPending}}, bot.Taken{}, now))
	d.Channel = posted.Thread
	must(c.db.RootSent(ctx, l, d, "root", posted.Ref, "", posted.Thread, now))
	return d, slacktest.Ref{Channel: channel, TS: posted.Ref.MessageID}
}

// gaps are those of a discussion with something in them.
func (o *office) gaps(c *clerk, d bot.Discussion) (n int) {
	o.t.Helper()
	list, err := c.db.Gaps(o.t.Context(), d.ID)
	if err != nil {
		o.t.Fatal(err)
	}
	for _, g := range list {
		if g.To.After(g.From) {
			o.t.Logf("a gap of %s in %s", g.To.Sub(g.From), g.Scope)
			n++
		}
	}
	return n
}

func (o *office) beat() {
	o.t.Helper()
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, c := range o.desks {
		if err := c.engine.Beat(o.t.Context()); err != nil {
			o.t.Error(err)
		}
	}
}

// What people write is recorded once, in its newest version, whichever process its
// events come to, in whatever order and however often; processes come and go meanwhile,
// and no gap is written while one listens. An installation is made by two of them
// and known to all.
func TestSlackByReplicas(t *testing.T) {
	for _, socket := range []bool{false, true} {
		t.Run(map[bool]string{false: "http", true: "socket"}[socket], func(t *testing.T) {
			o := newOffice(t, socket)
			one := o.open()
			two := o.open()
			three := o.open()
			o.Await("two have connections, or all listen", func() bool {
				n := 0
				for _, c := range []*clerk{one, two, three} {
					if c.hears.Load() {
						n++
					}
				}
				return n == 3 || socket && n == 2
			})
			o.install()
			channel := o.AddChannel(o.team, slacktest.Channel{Name: "reading", Members: []string{o.ada, o.Installs(o.app.ID)[0].BotUser}})
			d, root := o.discuss(three, channel)
			o.AwaitDelivered()
			o.beat()
			want := map[string]string{}
			write := func(n int) {
				o.Twice(2)
				said := fmt.Sprint("Reply ", n)
				r := o.Reply(root, o.ada, said)
				want[r.TS] = said
				for i := range n % 3 {
					want[r.TS] = fmt.Sprint(said, ", put otherwise ", i)
					o.Edit(r, want[r.TS])
				}
				if n%5 == 4 {
					o.Delete(r)
					want[r.TS] = ""
				}
			}
			for n := range 20 {
				if n == 10 {
					o.Await("another one hears", func() bool { return two.hears.Load() || three.hears.Load() })
					one.end()
					one = o.open()
				}
				if n == 15 {
					o.Await("another one hears", func() bool { return one.hears.Load() || three.hears.Load() })
					two.end()
				}
				if socket {
					o.AwaitConnected(o.app.ID, 2)
				}
				write(n)
				if socket && n == 5 {
					o.Refresh(o.app.ID)
				}
			}
			o.HoldDeliveries()
			for n := range 6 {
				write(20 + n)
			}
			o.Release(true)
			o.AwaitDelivered()
			o.beat()
			got := map[string]string{}
			replies, err := one.db.Replies(t.Context(), d.ID)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range replies {
				if _, twice := got[r.Ref.MessageID]; twice {
					t.Errorf("%s is there twice", r.Ref.MessageID)
				}
				got[r.Ref.MessageID] = r.Text
			}
			for ts, said := range want {
				if text, there := got[ts]; !there && said != "" || text != said {
					t.Errorf("%s is %q, and was %q", ts, text, said)
				}
			}
			for _, delivery := range o.Deliveries() {
				if !delivery.Accepted {
					t.Errorf("%s %s was not taken: %+v", delivery.Type, delivery.TS, delivery.Attempts)
				}
			}
			if n := o.gaps(one, d); n > 0 {
				t.Errorf("%d gaps while one listened all along", n)
			}
			if n := o.Counts().TooMany; n > 0 {
				t.Errorf("%d refusals for too many", n)
			}
			one.end()
			three.end()
			last := o.open()
			o.Await("a gap while nobody listened", func() bool { return o.gaps(last, d) == 1 })
		})
	}
}

// What an installation ended by one process means to the others: they learn it when
// they next need it, do not bring it back, and take the next installation.
func TestSlackInstalledAgainByReplicas(t *testing.T) {
	o := newOffice(t, false)
	one, two := o.open(), o.open()
	o.install()
	channel := o.AddChannel(o.team, slacktest.Channel{Name: "reading", Members: []string{o.ada, o.Installs(o.app.ID)[0].BotUser}})
	ch := bot.Channel{Platform: slack.Platform, Workspace: o.team, ID: channel}
	post := func(c *clerk, key string) error {
		_, err := c.a.Post(t.Context(), ch, bot.Message{Title: "Words"}, key)
		return err
	}
	for n, c := range []*clerk{one, two} {
		if err := post(c, fmt.Sprint("first-", n)); err != nil {
			t.Fatal(err)
		}
	}
	o.Uninstall(o.app.ID, o.team)
	o.AwaitDelivered()
	gone := func() bool {
		i, err := one.db.Installation(t.Context(), slack.Platform, o.team)
		if err != nil {
			t.Fatal(err)
		}
		return i.Gone
	}
	o.Await("it is gone", gone)
	for _, c := range []*clerk{one, two} {
		if err := post(c, "second"); !bot.IsPermanent(err) {
			t.Errorf("posted without an installation: %v", err)
		}
	}
	o.install()
	o.Await("it is back", func() bool { return !gone() })
	for n, c := range []*clerk{one, two} {
		o.Await("it posts again", func() bool { return post(c, fmt.Sprint("third-", n)) == nil })
	}
	if gone() {
		t.Error("one of them ended the new installation")
	}
	if log := o.Calls("chat.postMessage"); !slices.ContainsFunc(log, func(c slacktest.Call) bool { return strings.Contains(c.Args.Get("metadata"), "third-1") }) {
		t.Error("nothing was posted by the other")
	}
}
