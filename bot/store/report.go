package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"colloquy/bot"
)

// inReport are the discussions of a channel that were opened in a range; its
// arguments are the first five. Those of which nobody knows whether they were
// opened, or that are gone, count from when they were made.
const inReport = `d.platform = $1 AND d.workspace = $2 AND d.channel = $3
	AND COALESCE(d.opened_at, d.created_at) >= $4 AND COALESCE(d.opened_at, d.created_at) < $5
	AND (d.opened_at IS NOT NULL OR d.state IN ('unknown', 'withdrawing', 'withdrawn'))`

// A Report reads who wrote what in a channel, without what they wrote. All of
// it is as it was at one moment. It is for one goroutine; close it.
type Report struct {
	tx   *sql.Tx
	ch   bot.Channel
	args []any // of inReport
}

// Report begins to read about the discussions of a channel that were opened in a range.
func (db *DB) Report(ctx context.Context, ch bot.Channel, days bot.ReportRange) (*Report, error) {
	tx, err := db.snapshot(ctx)
	if err != nil {
		return nil, err
	}
	return &Report{tx, ch, []any{ch.Platform, ch.Workspace, ch.ID, ms(days.From), ms(days.Until)}}, nil
}

// Close ends the reading.
func (r *Report) Close() error { return r.tx.Rollback() }

// A ReportDiscussion is a discussion with what is counted in it beside its replies.
type ReportDiscussion struct {
	bot.Discussion
	Late, Excluded int  // among its replies
	Removed        bool // messages were deleted, erased or never stored; nobody knows whose
	Gaps           []bot.Gap
}

// Discussions lists them, the oldest first.
func (r *Report) Discussions(ctx context.Context) ([]ReportDiscussion, error) {
	rows, err := r.tx.QueryContext(ctx, selectDiscussion+`WHERE `+inReport+` ORDER BY COALESCE(d.opened_at, d.created_at), d.id`, r.args...)
	list, err := collect(rows, err, func(s scanner) (d ReportDiscussion, err error) {
		d.Discussion, err = scanDiscussion(s)
		return d, err
	})
	if err != nil {
		return nil, err
	}
	at := map[bot.ID]*ReportDiscussion{}
	for i := range list {
		at[list[i].ID] = &list[i]
	}
	gaps, err := r.gaps(ctx)
	for _, g := range gaps {
		at[g.DiscussionID].Gaps = append(at[g.DiscussionID].Gaps, g)
	}
	if err != nil {
		return nil, err
	}
	type counts struct {
		id             bot.ID
		late, excluded int
		removed        bool
	}
	rows, err = r.tx.QueryContext(ctx, `SELECT r.discussion_id, COUNT(CASE WHEN r.late AND NOT r.deleted THEN 1 END),
			COUNT(CASE WHEN r.excluded AND NOT r.deleted THEN 1 END), COUNT(CASE WHEN r.deleted THEN 1 END) > 0
		FROM discussions d JOIN replies r ON r.discussion_id = d.id WHERE `+inReport+` GROUP BY r.discussion_id`, r.args...)
	all, err := collect(rows, err, func(s scanner) (c counts, err error) {
		return c, s.Scan(&c.id, &c.late, &c.excluded, &c.removed)
	})
	for _, c := range all {
		at[c.id].Late, at[c.id].Excluded, at[c.id].Removed = c.late, c.excluded, c.removed
	}
	return list, err
}

func (r *Report) gaps(ctx context.Context) ([]bot.Gap, error) {
	rows, err := r.tx.QueryContext(ctx, `SELECT g.id, g.discussion_id, g.scope, g.from_at, g.to_at, g.recovered, g.listed
		FROM discussions d JOIN gaps g ON g.discussion_id = d.id WHERE `+inReport+` ORDER BY g.from_at, g.id`, r.args...)
	return collect(rows, err, scanGap)
}

// Heard is the last sign of life of what listens to the channel; zero if there
// was none.
func (r *Report) Heard(ctx context.Context) (time.Time, error) {
	var alive sql.NullInt64
	err := r.tx.QueryRowContext(ctx, `SELECT MAX(alive_at) FROM scopes WHERE scope = $1 OR scope = $2
			OR scope = (SELECT scope FROM installations WHERE platform = $1 AND workspace = $3 AND gone_at IS NULL)`,
		r.ch.Platform, r.ch.Platform+":"+r.ch.Workspace, r.ch.Workspace).Scan(&alive)
	return at(alive), writeProblem(err)
}

// People lists who wrote in the discussions, each with their latest known name there,
// in no order.
func (r *Report) People(ctx context.Context) ([]bot.Person, error) {
	rows, err := r.tx.QueryContext(ctx, `SELECT author_id, author FROM (
			SELECT r.author_id, r.author, ROW_NUMBER() OVER (PARTITION BY r.author_id ORDER BY r.author = '', r.created_at DESC, r.id DESC) AS newest
			FROM discussions d JOIN replies r ON r.discussion_id = d.id WHERE NOT r.deleted AND `+inReport+`) AS written
		WHERE newest = 1`, r.args...)
	return collect(rows, err, func(s scanner) (bot.Person, error) {
		p := bot.Person{Platform: r.ch.Platform, Workspace: r.ch.Workspace}
		return p, s.Scan(&p.ID, &p.Name)
	})
}

// Seen gives the latest name of somebody who wrote in any channel of the
// workspace; seen is false if nothing of them is stored.
func (r *Report) Seen(ctx context.Context, person string) (name string, seen bool, err error) {
	err = r.tx.QueryRowContext(ctx, `SELECT author FROM replies WHERE platform = $1 AND workspace = $2 AND author_id = $3 AND author_id <> '' AND NOT deleted
		ORDER BY author = '', created_at DESC, id DESC LIMIT 1`, r.ch.Platform, r.ch.Workspace, person).Scan(&name)
	if errors.Is(err, sql.ErrNoRows) {
		return "", false, nil
	}
	return name, err == nil, writeProblem(err)
}

// A ReportReply is one reply without its words.
type ReportReply struct {
	Discussion     bot.ID
	Author, To     bot.Person // To: whose reply it answers; zero if it answers none that is stored
	Question       int        // as in [bot.Reply]
	Late, Excluded bool
}

const selectReportReply = `SELECT r.discussion_id, r.author_id, r.author, r.question, r.late, r.excluded, COALESCE(t.author_id, ''), COALESCE(t.author, '')
	FROM replies r LEFT JOIN replies t ON r.reply_to <> '' AND t.platform = r.platform AND t.workspace = r.workspace
		AND t.channel = r.channel AND t.message_id = COALESCE((SELECT f.message_id FROM posts p JOIN replies f ON f.id = p.reply_id
			WHERE p.platform = r.platform AND p.workspace = r.workspace AND p.channel = r.channel AND p.message_id = r.reply_to AND p.message_id <> ''), r.reply_to)
		AND t.discussion_id = r.discussion_id AND NOT t.deleted
	WHERE NOT r.deleted AND `

// In lists the replies in one discussion, the oldest first.
func (r *Report) In(ctx context.Context, discussion bot.ID) ([]ReportReply, error) {
	rows, err := r.tx.QueryContext(ctx, selectReportReply+`r.discussion_id = $1 ORDER BY r.created_at, r.id`, discussion)
	return collect(rows, err, r.scan)
}

const selectRepliesOf = selectReportReply + `r.platform = $1 AND r.workspace = $2 AND r.channel = $3 AND r.author_id = $4 AND r.author_id <> ''
	ORDER BY r.created_at, r.id`

// Of lists the replies of one person in the channel, also outside the range,
// the oldest first.
func (r *Report) Of(ctx context.Context, person string) ([]ReportReply, error) {
	rows, err := r.tx.QueryContext(ctx, selectRepliesOf, r.ch.Platform, r.ch.Workspace, r.ch.ID, person)
	return collect(rows, err, r.scan)
}

func (r *Report) scan(s scanner) (v ReportReply, err error) {
	v.Author = bot.Person{Platform: r.ch.Platform, Workspace: r.ch.Workspace}
	v.To = v.Author
	err = s.Scan(&v.Discussion, &v.Author.ID, &v.Author.Name, &v.Question, &v.Late, &v.Excluded, &v.To.ID, &v.To.Name)
	if v.To.ID == "" {
		v.To = bot.Person{}
	}
	return v, err
}

// ReportTotals implements [bot.Store].
func (db *DB) ReportTotals(ctx context.Context, ch bot.Channel, days bot.ReportRange) (t bot.ReportTotals, err error) {
	r, err := db.Report(ctx, ch, days)
	if err != nil {
		return t, err
	}
	defer func() { _ = r.Close() }()
	err = r.tx.QueryRowContext(ctx, `SELECT COUNT(*), COUNT(CASE WHEN d.state IN ('withdrawing', 'withdrawn') THEN 1 END), COUNT(CASE WHEN d.state = 'erased' THEN 1 END),
			COUNT(CASE WHEN EXISTS (SELECT 1 FROM gaps g WHERE g.discussion_id = d.id) THEN 1 END),
			COUNT(CASE WHEN EXISTS (SELECT 1 FROM gaps g WHERE g.discussion_id = d.id AND NOT g.listed) THEN 1 END)
		FROM discussions d WHERE `+inReport, r.args...).Scan(&t.Discussions, &t.Withdrawn, &t.Erased, &t.Gaps, &t.Unread)
	if err != nil {
		return t, writeProblem(err)
	}
	err = r.tx.QueryRowContext(ctx, `SELECT COUNT(*), COUNT(CASE WHEN r.late THEN 1 END), COUNT(DISTINCT r.author_id)
		FROM discussions d JOIN replies r ON r.discussion_id = d.id WHERE NOT r.deleted AND `+inReport, r.args...).Scan(&t.Replies, &t.Late, &t.People)
	if err != nil {
		return t, writeProblem(err)
	}
	rows, err := r.tx.QueryContext(ctx, `SELECT r.question, COUNT(*) FROM discussions d JOIN replies r ON r.discussion_id = d.id
		WHERE NOT r.deleted AND `+inReport+` GROUP BY r.question ORDER BY r.question`, r.args...)
	_, err = collect(rows, err, func(s scanner) (n int, err error) {
		var count int
		if err := s.Scan(&n, &count); err != nil {
			return n, err
		}
		for len(t.Questions) <= n {
			t.Questions = append(t.Questions, 0)
		}
		t.Questions[n] = count
		return n, nil
	})
	return t, err
}
