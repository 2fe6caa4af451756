package bot_test

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"colloquy/bot"
	"colloquy/bot/jobs"
	"colloquy/bot/writer/model"
	"colloquy/bot/writer/model/modeltest"
)

// thousand is how many channels get one article at nine. A hundred, more than
// work at one moment, compete as well, where a thousand take long.
func thousand() int {
	if racing || testing.Short() {
		return 100
	}
	return 1000
}

// everywhere adds a schedule at nine in each of n channels, all on one feed, and
// lets it be nine. The engine of b is that of a process, and opened is closed
// when all of them have their discussion.
func everywhere(t *testing.T, n int) (b *bench, s *modeltest.Server, process func() *bot.Engine, opened <-chan struct{}) {
	t.Helper()
	s = modeltest.New(t, modeltest.Options{})
	b = newBench(t)
	b.schedule()
	tx, err := b.db.Conn().Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	queries := []string{`CREATE TEMP TABLE one AS SELECT * FROM schedules`}
	for i := range n - 1 {
		queries = append(queries, fmt.Sprintf(`UPDATE one SET id = '%036d', channel = 'c%d'`, i, i), `INSERT INTO schedules SELECT * FROM one`)
	}
	for _, q := range append(queries, `DROP TABLE one`) {
		if _, err := tx.Exec(q); err != nil {
			t.Fatal(err)
		}
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	all := make(chan struct{})
	var left atomic.Int32
	left.Store(int32(n))
	process = func() *bot.Engine {
		b.start(asking(t, s, b.clock), func(o *bot.Options) {
			o.Store = opening{o.Store, func() {
				if left.Add(-1) == 0 {
					close(all)
				}
			}}
		})
		return b.engine
	}
	b.web.publish("quay")
	b.pass(time.Hour + time.Second)
	return b, s, process, all
}

// opening says when a discussion was stored.
type opening struct {
	bot.Store
	did func()
}

func (o opening) OpenDiscussion(ctx context.Context, l bot.Lease, d bot.Discussion, posts []bot.Post, taken bot.Taken, now time.Time) error {
	err := o.Store.OpenDiscussion(ctx, l, d, posts, taken, now)
	if err == nil {
		o.did()
	}
	return err
}

// serve works on b's database with an engine, as a process does, until it is
// stopped. Of the discussions that are opened it posts one at a time.
func (b *bench) serve(e *bot.Engine, grace time.Duration) (stop func()) {
	b.t.Helper()
	r, err := jobs.New(b.t.Context(), jobs.Options{DB: b.db, Engine: e, Clock: b.clock, Log: slog.New(slog.DiscardHandler), Tick: 10 * time.Millisecond, Posters: 1})
	if err != nil {
		b.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(b.t.Context())
	ended := make(chan error, 1)
	go func() { ended <- r.Run(ctx, grace) }()
	return func() {
		b.t.Helper()
		cancel()
		if err := <-ended; err != nil {
			b.t.Error(err)
		}
	}
}

// digests says how many there are, and how many discussions have each writer's.
func (b *bench) digests() (n int, discussions map[string]int) {
	b.t.Helper()
	discussions = map[string]int{}
	rows, err := b.db.Conn().Query(`SELECT g.writer, COUNT(DISTINCT g.id), COUNT(*) FROM discussions d JOIN digests g ON g.id = d.digest_id GROUP BY g.writer`)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var writer string
		var distinct, count int
		if err := rows.Scan(&writer, &distinct, &count); err != nil {
			b.t.Fatal(err)
		}
		n += distinct
		discussions[writer] = count
	}
	return n, discussions
}

// Two processes have a thousand channels to serve at nine: the page is read once
// by each, and the model writes once.
func TestThousandChannelsOneCall(t *testing.T) {
	n := thousand()
	b, s, process, opened := everywhere(t, n)
	for range 2 {
		defer b.serve(process(), 30*time.Second)()
	}
	<-opened
	digests, of := b.digests()
	if digests != 1 || of["openai"] != n || len(s.Calls()) != 1 || b.web.read("quay") > 2 {
		t.Errorf("%d digests, discussions by %v, %d calls, the page was read %d times", digests, of, len(s.Calls()), b.web.read("quay"))
	}
	spent, err := b.db.Spendings(t.Context(), "", "", time.Time{})
	if err != nil || len(spent) != 1 || spent[0].Calls != 1 {
		t.Errorf("%+v, %v", spent, err)
	}
}

// The process is stopped while the model writes, and begins anew: that costs one
// call more.
func TestThousandChannelsAndARestart(t *testing.T) {
	const n = 100
	b, s, process, opened := everywhere(t, n)
	asked, answer := slowly(s)
	stop := b.serve(process(), 0)
	<-asked
	stop()
	close(answer)
	b.pass(time.Minute + time.Second) // what was begun is offered again
	defer b.serve(process(), 30*time.Second)()
	<-opened
	if digests, of := b.digests(); digests != 1 || of["openai"] != n || len(s.Calls()) != 2 {
		t.Errorf("%d digests, discussions by %v, %d calls", digests, of, len(s.Calls()))
	}
}

// The provider is down: everybody gets what the extractive writer writes, and
// the provider is asked a few times only.
func TestThousandChannelsWithoutTheProvider(t *testing.T) {
	n := thousand()
	b, s, process, opened := everywhere(t, n)
	s.Behave(modeltest.Canned(modeltest.Reply{Status: 503}))
	defer b.serve(process(), 30*time.Second)()
	<-opened
	if digests, of := b.digests(); digests != 1 || of["extractive"] != n || len(s.Calls()) > 3 {
		t.Errorf("%d digests, discussions by %v, %d calls", digests, of, len(s.Calls()))
	}
	var codes int
	if err := b.db.Conn().QueryRow(`SELECT COUNT(*) FROM discussions WHERE fallback = $1`, model.Overloaded).Scan(&codes); err != nil || codes != n {
		t.Errorf("%d of %d say why, %v", codes, n, err)
	}
}
