package store

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"colloquy/bot"
	"colloquy/bot/store/pgtest"
)

// replicas are handles of one database, as several processes have them.
func replicas(t *testing.T, n int) []*DB {
	t.Helper()
	at := place(t)
	dbs := make([]*DB, n)
	for i := range dbs {
		dbs[i] = open(t, at)
	}
	return dbs
}

// inThreadT is a reply in the discussion that [discussion] makes.
func inThreadT(message string, version int64) bot.Reply {
	return bot.Reply{ID: bot.NewID(start), Ref: bot.MessageRef{Channel: bot.Channel{Platform: "console", ID: "c", Thread: "t"}, MessageID: message},
		Author: bot.Person{Platform: "console", ID: "ana", Name: "Ana"}, Text: fmt.Sprint("text ", version), Version: version, CreatedAt: start}
}

// together runs f for each of n in many goroutines and in any order.
func together(n int, f func(i int)) {
	work := make(chan int)
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			for i := range work {
				f(i)
			}
		})
	}
	for _, i := range rand.Perm(n) {
		work <- i
	}
	close(work)
	all.Wait()
}

// Two replicas hear the same messages, each version of them, in any order, and
// some are removed meanwhile.
func TestTwoReplicasRecordTheSameReplies(t *testing.T) {
	dbs := replicas(t, 2)
	discussion(t, dbs[0])
	const messages, versions = 60, 4
	var fresh [messages]atomic.Int64
	removed := func(m int) bool { return m%5 == 0 }
	together(messages*versions*2+messages, func(i int) {
		db, m := dbs[i%2], i/2%messages
		message := fmt.Sprint("m", m)
		if i >= messages*versions*2 {
			m = i - messages*versions*2
			if !removed(m) {
				return
			}
			if err := db.RemoveReply(t.Context(), bot.MessageRef{Channel: bot.Channel{Platform: "console", ID: "c", Thread: "t"}, MessageID: fmt.Sprint("m", m)}, start); err != nil {
				t.Error(err)
			}
			return
		}
		res, err := db.RecordReply(t.Context(), inThreadT(message, int64(i/2/messages+1)), "who", start, time.Hour)
		if err != nil || !res.Stored {
			t.Error(message, res, err)
		}
		if res.New {
			fresh[m].Add(1)
		}
	})
	list, err := dbs[1].Replies(t.Context(), "d")
	if err != nil || len(list) != messages {
		t.Fatalf("%d replies, %v", len(list), err)
	}
	for _, r := range list {
		var m int
		if _, err := fmt.Sscanf(r.Ref.MessageID, "m%d", &m); err != nil {
			t.Fatal(err)
		}
		switch {
		case removed(m):
			if !r.Deleted || r.Text != "" || r.Author.ID != "" {
				t.Errorf("%s came back: %+v", r.Ref.MessageID, r)
			}
		case r.Deleted || r.Version != versions || r.Text != fmt.Sprint("text ", versions):
			t.Errorf("%s is not the newest: %+v", r.Ref.MessageID, r)
		}
		if n := fresh[m].Load(); n > 1 || n == 0 && !removed(m) {
			t.Errorf("%s was new %d times", r.Ref.MessageID, n)
		}
	}
}

// Whoever opted out is not recorded by any replica from that moment on.
func TestNothingIsRecordedAfterAnOptOut(t *testing.T) {
	dbs := replicas(t, 2)
	discussion(t, dbs[0])
	var out atomic.Bool
	together(200, func(i int) {
		if i == 0 {
			if err := dbs[0].SetOptOut(t.Context(), bot.Person{Platform: "console", ID: "ana"}, "hash", true, start); err != nil {
				t.Error(err)
			}
			out.Store(true)
			return
		}
		after := out.Load()
		res, err := dbs[i%2].RecordReply(t.Context(), inThreadT(fmt.Sprint("m", i), 1), "hash", start, time.Hour)
		if err != nil || after && res.Stored {
			t.Errorf("after the opt-out: %v, %+v, %v", after, res, err)
		}
	})
}

// When a discussion closes, everything that was in time is there.
func TestNothingIsInTimeAfterTheClosing(t *testing.T) {
	dbs := replicas(t, 2)
	discussion(t, dbs[0])
	l := bot.Lease{Subject: "discussion/d", Token: "token"}
	if ok, err := dbs[0].AcquireLease(t.Context(), l, start, time.Hour); !ok || err != nil {
		t.Fatal(ok, err)
	}
	inTime := func() (n int) {
		if err := dbs[0].w.QueryRow(`SELECT COUNT(*) FROM replies WHERE NOT late`).Scan(&n); err != nil {
			t.Error(err)
		}
		return n
	}
	var then atomic.Int64
	together(300, func(i int) {
		if i == 0 {
			if err := dbs[0].BeginClosing(t.Context(), l, "d", start.Add(-time.Minute)); err != nil {
				t.Error(err)
			}
			then.Store(int64(inTime()))
			return
		}
		if res, err := dbs[i%2].RecordReply(t.Context(), inThreadT(fmt.Sprint("m", i), 1), "hash", start, time.Hour); err != nil || !res.New {
			t.Error(res, err)
		}
	})
	if now := int64(inTime()); now != then.Load() {
		t.Errorf("%d replies were in time at the closing, and %d later", then.Load(), now)
	}
}

// An answer by form that arrives at two replicas is one, and each has a place.
func TestAnswersThatComeTogether(t *testing.T) {
	dbs := replicas(t, 2)
	discussion(t, dbs[0])
	const answers = 30
	together(2*answers, func(i int) {
		id := fmt.Sprint("form-", i/2)
		r := inThreadT(id, 1)
		r.ID, r.DiscussionID = bot.ID(id), "d"
		p := bot.Post{ID: bot.NewID(start), DiscussionID: "d", Seq: -1, Kind: bot.PostAnswer, Key: string(bot.NewID(start)), State: bot.PostPending}
		if stored, err := dbs[i%2].AddAnswer(t.Context(), r, "who", p, start, time.Hour); !stored || err != nil {
			t.Error(id, stored, err)
		}
	})
	posts, err := dbs[0].Posts(t.Context(), "d")
	if err != nil || len(posts) != answers {
		t.Errorf("%d posts, %v", len(posts), err)
	}
}

// One row that cannot be stored takes none of its group with it.
func TestABadRowOfAGroup(t *testing.T) {
	db := replicas(t, 1)[0]
	discussion(t, db)
	taken := recorded(t, db, "m0", "ana", "first")
	list, err := db.Replies(t.Context(), "d")
	if err != nil || len(list) != 1 || list[0].Ref.MessageID != taken.MessageID {
		t.Fatal(list, err)
	}
	group := make([]*replyJob, 20)
	for i := range group {
		r := inThreadT(fmt.Sprint("n", i), 1)
		if i == 7 {
			r.ID = list[0].ID // which is that of another reply
		}
		group[i] = &replyJob{args: replyArgs(r, "who", start, time.Hour), ready: make(chan struct{})}
	}
	store := db.commitTogether
	if db.Shared() {
		store = db.recordTogether
	}
	commitGroup(group, store, db.blamesRow)
	for i, j := range group {
		<-j.ready
		if (j.err != nil) != (i == 7) || j.err == nil && !j.result.New {
			t.Errorf("%d: %+v, %v", i, j.result, j.err)
		}
	}
}

// What is in the thread of a question, what is nobody's, what is known and what is
// new share a group.
func TestAGroupOfAllSorts(t *testing.T) {
	db := replicas(t, 1)[0]
	discussion(t, db)
	if _, err := db.w.Exec(`INSERT INTO posts (id, discussion_id, seq, kind, question, key, state, attempts, platform, workspace, channel, thread, message_id, reason, body, stale, shown)
		VALUES ('q', 'd', 1, 'question', 1, 'k', 'sent', 0, 'console', '', 'c', 'q1', 'q1', '', '', 0, '')`); err != nil {
		t.Fatal(err)
	}
	recorded(t, db, "known", "ana", "first")
	var group []*replyJob
	for _, what := range []string{"known", "question", "stranger", "new", "edited", "edited"} {
		r := inThreadT(what, 1)
		switch what {
		case "question":
			r.Ref.Thread = "q1"
		case "stranger":
			r.Ref.Thread = "elsewhere"
		case "edited":
			r.Version = int64(len(group))
		}
		group = append(group, &replyJob{args: replyArgs(r, "who", start, time.Hour), ready: make(chan struct{})})
	}
	store := db.commitTogether
	if db.Shared() {
		store = db.recordTogether
	}
	commitGroup(group, store, db.blamesRow)
	var got []bot.Recorded
	for _, j := range group {
		if <-j.ready; j.err != nil {
			t.Error(j.err)
		}
		got = append(got, j.result)
	}
	want := []bot.Recorded{{Stored: true}, {Stored: true, New: true}, {}, {Stored: true, New: true}, {Stored: true, New: true}, {Stored: true}}
	if !slices.Equal(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
	r, err := db.FindReply(t.Context(), bot.Channel{Platform: "console", ID: "c"}, "edited")
	if err != nil || r.Version != 5 {
		t.Errorf("%+v, %v", r, err)
	}
}

// While the database lets nobody write, callers wait or give up; none is told that
// its reply is stored.
func TestCallersWaitWhileNothingCanBeWritten(t *testing.T) {
	dbs := replicas(t, 2)
	discussion(t, dbs[0])
	const callers = 1000
	var stored, gaveUp atomic.Int64
	var all sync.WaitGroup
	err := dbs[1].transact(t.Context(), alone, func(Tx) error {
		ctx, cancel := context.WithCancel(t.Context())
		waiting := make(chan struct{}, callers)
		for i := range callers {
			all.Go(func() {
				waiting <- struct{}{}
				switch _, err := dbs[0].RecordReply(ctx, inThreadT(fmt.Sprint("m", i), 1), "who", start, time.Hour); {
				case err == nil:
					stored.Add(1)
				case errors.Is(err, context.Canceled):
					gaveUp.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		for range callers {
			<-waiting
		}
		cancel()
		if n := stored.Load(); n != 0 {
			t.Errorf("%d replies were acknowledged", n)
		}
		return nil
	})
	all.Wait()
	list, lerr := dbs[0].Replies(t.Context(), "d")
	if err != nil || lerr != nil || int64(len(list)) != stored.Load() || stored.Load() > maxBatch*recorders || stored.Load()+gaveUp.Load() != callers {
		t.Errorf("%d stored, %d acknowledged, %d gave up; %v, %v", len(list), stored.Load(), gaveUp.Load(), err, lerr)
	}
}

// A connection that ends takes the answer of its commit with it. Whoever got an
// error hands the reply over again, and it is stored once.
func TestRepliesWhoseConnectionsAreCut(t *testing.T) {
	pgtest.Require(t)
	dbs := replicas(t, 2)
	discussion(t, dbs[0])
	const messages = 3000
	var errs, cuts atomic.Int64
	together(messages+20, func(i int) {
		if i >= messages {
			if _, err := dbs[1].r.Exec(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'`); err == nil {
				cuts.Add(1)
			}
			return
		}
		for try := 0; ; try++ {
			res, err := dbs[i%2].RecordReply(t.Context(), inThreadT(fmt.Sprint("m", i), 1), "who", start, time.Hour)
			if err == nil && res.Stored {
				return
			}
			errs.Add(1)
			if err == nil || try > 1000 {
				t.Error(res, err)
				return
			}
		}
	})
	list, err := dbs[1].Replies(t.Context(), "d")
	if err != nil || len(list) != messages {
		t.Errorf("%d of %d replies, %v", len(list), messages, err)
	}
	t.Logf("cut %d times, %d replies handed over again", cuts.Load(), errs.Load())
}
