package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"colloquy/bot"
	"colloquy/bot/store"
)

// A month is a database in the current folder with a made-up month of a school
// class: 6 discussions, 25 people, 2 outages, 3 who opted out. The names are
// invented. Its clock is moved by the test.
type month struct {
	t   testing.TB
	app *app
	rt  *running
	now time.Time
	n   int    // messages so far
	in  string // standard input of the command
}

var class = bot.Channel{Platform: "console", ID: "class-9b"}

// classNames are those who write; the last one is a guest.
var classNames = []string{
	"Ada Brandt", "Ángel Prat", "Bo Lindqvist", "Carla Onwe", "Chidi Raman", "Dunja Kos", "Edda Vogel", "Femi Adeyo", "Greta Holm",
	"Hanno Pehl", "Ines Duarte", "Jun Mori", "Kaya Selim", "Lotte Brink", "Mila Voss", "Nour Haddad", "Oskar Thiel", "Pia Ferri",
	"Quirin Abt", "Rosa Ibarra", "Sami Korhonen", "Tilda Wirth", "Umut Kaplan", "Vera Zorn", "Wim Janssen",
}

func newMonth(t testing.TB) *month {
	t.Helper()
	t.Chdir(t.TempDir())
	m := &month{t: t, now: berlin(1, 8, 0)}
	m.app = &app{now: func() time.Time { return m.now }, getenv: func(string) string { return "" }, config: &Config{}, stderr: &strings.Builder{}}
	m.app.set.db = home(t)
	rt, err := m.app.open(t.Context(), place{level: slog.LevelError})
	m.must(err)
	m.rt = rt
	t.Cleanup(func() { _ = rt.db.Close() })
	// The same pseudonyms in every run.
	_, err = rt.db.Conn().Exec(`INSERT INTO settings (name, value) VALUES ('hash_key', $1)`, strings.Repeat("5e", 32))
	m.must(err)
	m.must(rt.db.ChangePreferences(t.Context(), "console", "", m.now, func(p *bot.Preferences) (bot.Audit, error) {
		p.Zone = "Europe/Berlin"
		return bot.Audit{}, nil
	}))
	return m
}

func (m *month) must(err error) {
	m.t.Helper()
	if err != nil {
		m.t.Fatal(err)
	}
}

// berlin is a moment of March 2027 in Berlin.
func berlin(day, hour, minute int) time.Time {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		panic(err)
	}
	return time.Date(2027, 3, day, hour, minute, 0, 0, zone)
}

// open posts a discussion of three questions, with an id that is the same in every run.
func (m *month) open(n int, at time.Time, title string) (bot.Discussion, bot.Lease) {
	m.t.Helper()
	ctx, db := m.t.Context(), m.rt.db
	m.now = at
	art, err := db.PutArticle(ctx, bot.Article{Title: title, Text: title + " in a thousand words."}, at)
	m.must(err)
	id := func(kind int) bot.ID { return bot.ID(fmt.Sprintf("0195f000-0000-7000-8000-%06d%06d", kind, n)) }
	dig, err := db.PutDigest(ctx, bot.Digest{ID: id(2), ArticleID: art.ID}, bot.Brief{}, bot.WriterInfo{}, at)
	m.must(err)
	m.must(db.AddRequest(ctx, bot.Occurrence{ID: id(3), Channel: class, DueAt: at, DeadlineAt: at.Add(time.Hour), CreatedAt: at}, "", bot.Audit{}))
	d := bot.Discussion{ID: id(1), OccurrenceID: id(3), Channel: class, ArticleID: art.ID, DigestID: dig.ID, Title: title, State: bot.StatePosting,
		CloseAfter: 24 * time.Hour, DeadlineAt: at.Add(time.Hour), CreatedAt: at, Questions: []bot.Question{{Text: "Why?"}, {Text: "What for?"}, {Text: "Who pays?"}}}
	l := bot.Lease{Subject: "discussion/" + string(d.ID), Token: "token"}
	if ok, err := db.AcquireLease(ctx, l, at, 9999*time.Hour); err != nil || !ok {
		m.t.Fatal(ok, err)
	}
	root := bot.Post{ID: id(4), DiscussionID: d.ID, Kind: bot.PostRoot, Key: fmt.Sprint("root", n), State: bot.PostPending}
	m.must(db.OpenDiscussion(ctx, l, d, []bot.Post{root}, bot.Taken{}, at))
	d.Channel.Thread = fmt.Sprint("thread", n)
	m.must(db.RootSent(ctx, l, d, root.ID, bot.MessageRef{Channel: class, MessageID: d.Channel.Thread}, "", d.Channel, at))
	m.must(db.SetState(ctx, l, d.ID, bot.StatePosting, bot.StateOpen))
	return m.read(d.ID), l
}

func (m *month) read(id bot.ID) bot.Discussion {
	m.t.Helper()
	d, err := m.rt.db.Discussion(m.t.Context(), id)
	m.must(err)
	return d
}

// pupil is the one with that number in classNames.
func pupil(n int) bot.Person {
	first, _, _ := strings.Cut(strings.ToLower(classNames[n]), " ")
	return bot.Person{Platform: "console", ID: strings.ReplaceAll(first, "á", "a"), Name: classNames[n]}
}

// write records a reply and gives its message's id; replyTo may be empty.
func (m *month) write(d bot.Discussion, who bot.Person, at time.Time, question int, replyTo string) string {
	m.t.Helper()
	m.now = at
	m.n++
	r := bot.Reply{Ref: bot.MessageRef{Channel: d.Channel, MessageID: fmt.Sprintf("m%04d", m.n)}, Author: who, ReplyTo: replyTo, Question: question,
		Text: "What is said here stays here.", Version: at.UnixMicro(), CreatedAt: at}
	if _, err := m.rt.engine.ReplyChanged(m.t.Context(), r); err != nil {
		m.t.Fatal(err)
	}
	return r.Ref.MessageID
}

func (m *month) close(d bot.Discussion, l bot.Lease) {
	m.t.Helper()
	ctx, db := m.t.Context(), m.rt.db
	m.now = d.OpenedAt.Add(d.CloseAfter)
	m.must(db.BeginClosing(ctx, l, d.ID, m.now))
	m.must(db.EndListing(ctx, l, d.ID, nil, nil, true))
	m.must(db.EndClosing(ctx, l, d.ID, m.now.Add(180*24*time.Hour)))
}

// outage is a time in which nobody listened; found was written then and seen afterwards.
func (m *month) outage(d bot.Discussion, l bot.Lease, from, to time.Time, found []bot.Reply, listed bool) {
	m.t.Helper()
	ctx, db := m.t.Context(), m.rt.db
	heardUntil(m.t, db, from)
	if _, err := db.WriteGaps(ctx, "console", to); err != nil {
		m.t.Fatal(err)
	}
	gaps, err := db.Gaps(ctx, d.ID)
	m.must(err)
	m.must(db.EndListing(ctx, l, d.ID, gaps, found, listed))
	m.now = to
}

func (m *month) optOut(who bot.Person, at time.Time) {
	m.t.Helper()
	m.now = at
	_, err := m.rt.engine.Command(m.t.Context(), bot.Command{Name: "opt-out", Channel: class, Actor: bot.Actor{Person: who}})
	m.must(err)
}

// everybody lets those write whose turn it is: by which number they have, some
// twice, some in answer to whoever wrote before.
func (m *month) everybody(d bot.Discussion, n int) {
	last := ""
	for i := range classNames {
		if (i*5+n*3)%7 < 3 || i == len(classNames)-1 && n != 3 {
			continue
		}
		to := ""
		if (i+n)%3 == 0 {
			to = last
		}
		last = m.write(d, pupil(i), d.OpenedAt.Add(time.Duration(20+i*37)*time.Minute), (i+n)%4, to)
		if (i+2*n)%8 == 0 {
			m.write(d, pupil(i), d.OpenedAt.Add(time.Duration(25+i*37)*time.Minute), (i+n+1)%4, "")
		}
	}
}

// run lets the whole month pass.
func (m *month) run() {
	m.t.Helper()
	ctx := m.t.Context()
	d1, l1 := m.open(1, berlin(2, 9, 0), "The harbour closes its old quay to cars")
	m.optOut(pupil(14), berlin(2, 9, 5)) // Mila, before she wrote anything
	m.everybody(d1, 1)
	m.close(d1, l1)
	m.write(d1, pupil(7), berlin(4, 7, 30), 2, "") // late
	m.optOut(pupil(16), berlin(4, 8, 0))           // Oskar
	d2, l2 := m.open(2, berlin(4, 9, 0), "A school without bells")
	m.write(d2, pupil(0), berlin(4, 9, 40), 1, "")
	m.write(d2, pupil(4), berlin(4, 10, 10), 1, m.write(d2, pupil(3), berlin(4, 9, 50), 2, ""))
	m.now = berlin(4, 11, 0)
	m.must(m.rt.engine.Withdraw(ctx, m.read(d2.ID), bot.Operator))
	m.must(m.rt.db.EndWithdrawing(ctx, l2, d2.ID, m.now.Add(180*24*time.Hour)))

	d3, l3 := m.open(3, berlin(16, 9, 0), "Should the last bus run when it is empty?")
	m.everybody(d3, 3)
	missed := bot.Reply{CreatedAt: berlin(16, 23, 0)}
	m.write(d3, pupil(22), missed.CreatedAt, 1, "") // only the listing brought it
	m.outage(d3, l3, berlin(16, 22, 30), berlin(16, 23, 40), []bot.Reply{missed}, true)
	m.close(d3, l3)
	m.optOut(pupil(21), berlin(17, 20, 0)) // Tilda

	d4, l4 := m.open(4, berlin(18, 9, 0), "The lake is for sale")
	m.everybody(d4, 4)
	wrong := m.write(d4, pupil(9), berlin(18, 12, 0), 0, "")
	m.must(m.rt.engine.ReplyRemoved(ctx, bot.MessageRef{Channel: d4.Channel, MessageID: wrong}))
	m.close(d4, l4)
	replies, err := m.rt.db.Replies(ctx, d4.ID)
	m.must(err)
	for _, r := range replies {
		if r.Author.ID == pupil(3).ID {
			m.must(m.rt.engine.Exclude(ctx, r, true, bot.Operator))
		}
	}
	m.write(d4, pupil(11), berlin(20, 21, 0), 3, "") // late

	d5, l5 := m.open(5, berlin(29, 9, 0), "Homework done by machines")
	m.everybody(d5, 5)
	m.outage(d5, l5, berlin(29, 18, 0), berlin(29, 22, 30), nil, false)
	m.close(d5, l5)
	d6, l6 := m.open(6, berlin(30, 9, 30), "Who may paint the bridge")
	m.everybody(d6, 6)
	m.close(d6, l6)
	heardUntil(m.t, m.rt.db, berlin(31, 20, 0))
	m.now = berlin(31, 20, 0)

	roster := "id,name\r\n"
	for i := range classNames[:len(classNames)-1] {
		roster += pupil(i).ID + "," + classNames[i] + "\r\n"
	}
	m.must(os.WriteFile("class.csv", []byte("\ufeff"+roster+"yuri,Yuri Mai\r\n"), 0o600))
}

// report runs the command at the time of the month, in a process of its own.
func (m *month) report(args ...string) result {
	m.t.Helper()
	var stdout, stderr strings.Builder
	a := &app{stdin: strings.NewReader(m.in), stdout: &stdout, stderr: &stderr, getenv: getenv(placed(m.t, nil, nil)), now: m.app.now}
	root := a.rootCommand()
	root.SetArgs(append([]string{"report", "--channel", class.String()}, args...))
	root.SetOut(&stdout)
	root.SetErr(&stderr)
	if err := root.ExecuteContext(context.Background()); err != nil {
		return result{exitFailed, stdout.String(), errorLine(err)}
	}
	return result{exitDone, stdout.String(), stderr.String()}
}

// ok runs the command, which must succeed.
func (m *month) ok(args ...string) string {
	m.t.Helper()
	r := m.report(args...)
	if r.code != exitDone || r.stderr != "" {
		m.t.Fatalf("%v: %s", args, r.stderr)
	}
	return r.stdout
}

// heardUntil makes the console one that a process heard until a moment, and does no
// longer.
func heardUntil(t testing.TB, db *store.DB, at time.Time) {
	t.Helper()
	_, err := db.Conn().ExecContext(t.Context(), `INSERT INTO scopes (scope, alive_at) VALUES ('console', $1) ON CONFLICT (scope) DO UPDATE SET alive_at = excluded.alive_at`, at.UnixMilli())
	if err != nil {
		t.Fatal(err)
	}
}
