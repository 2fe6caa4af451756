package bot_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"colloquy/bot"
	"colloquy/bot/source"
	"colloquy/bot/store"
	"colloquy/bot/writer"
)

// A bench is a whole Colloquy but for the chat platform: a real database,
// the real reader and writer, a web server with a feed, and a clock that the
// test moves.
type bench struct {
	t        *testing.T
	db       *store.DB
	engine   *bot.Engine
	platform *platform
	web      *web
	path     string

	mu  sync.Mutex
	now time.Time
}

var channel = bot.Channel{Platform: "test", Workspace: "W1", ID: "general"}

// newBench makes one whose installation has a zone.
func newBench(t *testing.T, change ...func(*bot.Options)) *bench {
	t.Helper()
	b := newBareBench(t, change...)
	err := b.db.ChangePreferences(t.Context(), channel.Platform, channel.Workspace, b.clock(), func(p *bot.Preferences) (bot.Audit, error) {
		p.Zone = "UTC"
		return bot.Audit{}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func newBareBench(t *testing.T, change ...func(*bot.Options)) *bench {
	t.Helper()
	b := &bench{t: t, now: time.Date(2027, 3, 1, 8, 0, 0, 0, time.UTC), path: place(t)}
	b.platform = &platform{bench: b}
	b.web = newWeb(t)
	b.web.clock = b.clock
	b.start(change...)
	return b
}

// start opens the database and makes an engine on it, as a process would.
func (b *bench) start(change ...func(*bot.Options)) {
	b.t.Helper()
	db, err := store.Open(b.t.Context(), b.path, store.Options{Clock: b.clock})
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { _ = db.Close() })
	w, err := writer.NewExtractive()
	if err != nil {
		b.t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	o := bot.Options{
		Store: db, Writer: w, Judge: w, Adapters: []bot.Adapter{b.platform}, Clock: b.clock, Log: log,
		Reader: source.New(source.Options{
			UserAgent: "Colloquy/test", Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
			Detect: writer.DetectLanguage, Clock: b.clock, Log: log,
		}),
	}
	for _, c := range change {
		c(&o)
	}
	b.db, b.engine = db, bot.New(o)
}

func (b *bench) clock() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.now
}

// wait moves the clock and does everything that falls due.
func (b *bench) wait(d time.Duration) {
	b.t.Helper()
	b.mu.Lock()
	b.now = b.now.Add(d)
	b.mu.Unlock()
	b.work()
}

// work claims what is due and runs it, until nothing is left to do now.
func (b *bench) work() {
	b.t.Helper()
	for range 100 {
		type row struct {
			kind string
			id   bot.ID
		}
		var rows []row
		n, err := b.db.ClaimDue(b.t.Context(), b.clock(), 100, b.engine.Plan, func(_ context.Context, _ store.Tx, kind string, due []store.Due) error {
			for _, d := range due {
				rows = append(rows, row{kind, d.ID})
			}
			return nil
		})
		if err != nil {
			b.t.Fatal(err)
		}
		for _, r := range rows {
			if err := b.engine.Run(b.t.Context(), r.kind, r.id); err != nil {
				b.t.Logf("%s: %v", r.kind, err)
			}
		}
		if n == 0 {
			return
		}
	}
	b.t.Fatal("work never ends")
}

// enqueueFirst keeps the first row of a kind that is claimed.
func enqueueFirst(kind string, id *bot.ID) store.Enqueue {
	return func(_ context.Context, _ store.Tx, k string, due []store.Due) error {
		if k == kind && *id == "" {
			*id = due[0].ID
		}
		return nil
	}
}

// schedule adds a daily schedule at 09:00 UTC on the feed of the web server.
func (b *bench) schedule(change ...func(*bot.Schedule)) bot.Schedule {
	b.t.Helper()
	// The stories of the town differ by a name only.
	s := bot.Schedule{Channel: channel, Cron: "0 9 * * *", Rules: bot.Rules{SameStory: bot.SameStoryPost}}
	for _, c := range change {
		c(&s)
	}
	s, _, warnings, err := b.engine.AddSchedule(b.t.Context(), s, []string{b.web.feedURL()}, bot.Operator)
	if err != nil || len(warnings) > 0 {
		b.t.Fatal(err, warnings)
	}
	return s
}

// request asks for a discussion by hand and carries it out.
func (b *bench) request(r bot.Request) bot.Occurrence {
	b.t.Helper()
	b.wait(time.Second)
	o, err := b.engine.Request(b.t.Context(), channel, r, "", bot.Operator)
	if err != nil {
		b.t.Fatal(err)
	}
	b.work()
	if o, err = b.db.Occurrence(b.t.Context(), o.ID); err != nil {
		b.t.Fatal(err)
	}
	return o
}

// discussion is the newest one.
func (b *bench) discussion() bot.Discussion {
	b.t.Helper()
	list, err := b.db.Discussions(b.t.Context(), bot.Channel{}, false, 1)
	if err != nil || len(list) != 1 {
		b.t.Fatal(list, err)
	}
	return list[0]
}

func (b *bench) replies(d bot.Discussion) []bot.Reply {
	b.t.Helper()
	list, err := b.db.Replies(b.t.Context(), d.ID)
	if err != nil {
		b.t.Fatal(err)
	}
	return list
}

// outcomes lists what the occurrences of the channel did, oldest first.
func (b *bench) outcomes() []string {
	b.t.Helper()
	list, err := b.db.Occurrences(b.t.Context(), channel, "", 1000)
	if err != nil {
		b.t.Fatal(err)
	}
	var out []string
	for _, o := range list {
		out = append([]string{o.Outcome}, out...)
	}
	return out
}

var errCut = errors.New("the connection was cut")

// A web is a server with a feed and the pages it names.
type web struct {
	*httptest.Server
	mu     sync.Mutex
	items  []string
	at     []time.Time // when each was published
	clock  bot.Clock
	status int // of the feed; 0 is 200
	polls  int
	reads  map[string]int // of pages
}

// read is how often a page was read.
func (w *web) read(name string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.reads[name]
}

func newWeb(t *testing.T) *web {
	w := &web{reads: map[string]int{}}
	w.Server = httptest.NewServer(w)
	t.Cleanup(w.Close)
	return w
}

func (w *web) feedURL() string { return w.URL + "/feed.xml" }

// publish adds articles to the feed, the last one newest.
func (w *web) publish(names ...string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, name := range names {
		w.items = append(w.items, name)
		w.at = append(w.at, w.clock().Add(time.Duration(len(w.at))*time.Second-time.Hour))
	}
}

func (w *web) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	defer w.mu.Unlock()
	name := strings.TrimPrefix(r.URL.Path, "/")
	switch {
	case name == "robots.txt" || strings.HasPrefix(name, "gone"):
		http.NotFound(rw, r)
	case strings.HasPrefix(name, "broken"):
		http.Error(rw, "broken", http.StatusInternalServerError)
	case name == "feed.xml":
		w.polls++
		if w.status != 0 {
			rw.WriteHeader(w.status)
			return
		}
		rw.Header().Set("Content-Type", "application/rss+xml")
		fmt.Fprint(rw, `<?xml version="1.0"?><rss version="2.0"><channel><title>The Harbour Post</title><link>http://harbour.example/</link>`)
		for i := len(w.items) - 1; i >= 0; i-- {
			day := w.at[i]
			fmt.Fprintf(rw, `<item><title>%[1]s</title><link>%[2]s/%[1]s</link><guid>%[1]s</guid><pubDate>%[3]s</pubDate></item>`, w.items[i], w.URL, day.Format(time.RFC1123Z))
		}
		fmt.Fprint(rw, `</channel></rss>`)
	default:
		w.reads[name]++
		rw.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(rw, `<html lang="en"><head><title>%[1]s</title></head><body><article><h1>%[1]s</h1>%[2]s</article></body></html>`, name, story(name))
	}
}

// story is an article that differs with its name.
func story(name string) string {
	var b strings.Builder
	text := storyText
	if strings.HasPrefix(name, "plain") {
		text = plainText
	}
	if name == "suicide" {
		text = "The harbour master of NAME took his own life in January, an inquest heard. His suicide has shaken the town.\n" + text
	}
	for _, p := range strings.Split(text, "\n") {
		fmt.Fprintf(&b, "<p>%s</p>", strings.ReplaceAll(p, "NAME", "Port "+strings.ToUpper(name[:1])+name[1:]))
	}
	return b.String()
}

const storyText = `The council of NAME wants to close its old quay to cars from next spring, because exhaust fumes have damaged the warehouses that visitors come to see. Mayor Ines Albrecht said that the quay should belong to people on foot.
Shopkeepers of NAME disagree with the plan. They argue that deliveries will take twice as long, and that customers from the villages will drive to the retail park instead. A survey by the chamber of trade found that 62 percent of the shops expect to lose sales.
Supporters point to Lindhaven, which banned cars from its market in 2019. Rents in Lindhaven rose by a third within four years, and the number of visitors doubled. Critics answer that Lindhaven has a railway station, while NAME has only a bus line that stops at eight in the evening.
Karl Boe, who sells fish at the quay, said that the council must build a car park before it closes a single street. Traffic engineers warned that closing the quay will push 2,000 cars a day into the streets behind it.
The council will vote in June. If the plan passes, the city must find space for 400 parked cars elsewhere, which could cost more than the quay earns in a decade.`

// plainText says nothing that could be asked about.
const plainText = `Ostra 3, Lindhaven 1. Half-time 1-0. The referee was Ana Rossi of Vellmar.
Goals came from Brandt in minute 12, from Oduya in minutes 48 and 71, and from Kern in minute 80. Attendance was 4,210.
Ostra lined up with Voss, Lind, Brandt, Oduya, Sauer, Petri, Hahn, Moor, Kaya, Roth and Blum. The next match is on Saturday.`
