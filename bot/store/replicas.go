package store

import (
	"context"
	"database/sql"
	"os"
	"strings"
	"time"

	"colloquy/bot"
)

// A Replica is a process that runs everything on this database, beside others.
type Replica struct {
	ID      string
	Host    string // the name of its machine
	Version string
	Since   time.Time // when it began
}

// Join makes this process a replica: [DB.Replicas] shows it from when Join returns until
// leave is called, which also deletes its row, or it has been silent for 7 s. Join waits
// while the database is away, until ctx is done, whose error it returns. What the process
// shares is to end before it leaves. On SQLite there is nothing to join.
func (db *DB) Join(ctx context.Context, version string) (leave func(), err error) {
	if !db.Shared() {
		return func() {}, nil
	}
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	h := &db.sharing
	joined := make(chan struct{})
	h.mu.Lock()
	h.replica = &Replica{ID: h.id, Host: host, Version: version, Since: db.Now()}
	h.join, h.joined = joined, false
	h.mu.Unlock()
	db.enter()
	leave = func() {
		h.mu.Lock()
		h.replica = nil
		h.mu.Unlock()
		db.leave()
	}
	select {
	case <-ctx.Done():
		leave()
		return func() {}, ctx.Err()
	case <-joined:
		return leave, nil
	}
}

// Replica is the id of this process; see [DB.Replicas].
func (db *DB) Replica() string { return db.sharing.id }

// Replicas are those that are alive, the oldest first; on SQLite none.
func (db *DB) Replicas(ctx context.Context) ([]Replica, error) {
	if !db.Shared() {
		return nil, nil
	}
	rows, err := db.r.QueryContext(ctx, `SELECT id, host, version, since_at FROM replicas WHERE until_at > `+databaseNow+` ORDER BY since_at, id`)
	return collect(rows, err, func(s scanner) (r Replica, err error) {
		var since int64
		err = s.Scan(&r.ID, &r.Host, &r.Version, &since)
		r.Since = time.UnixMilli(since).UTC()
		return r, err
	})
}

// holder is what leases are marked with that this process has: its id while it is a
// replica. Where it can be found dead, they need not run out.
func (db *DB) holder() string {
	db.sharing.mu.Lock()
	defer db.sharing.mu.Unlock()
	if k := db.sharing.keeper; db.sharing.replica == nil || k == nil || k.since.IsZero() {
		return ""
	}
	return db.sharing.id
}

// bury has what dead replicas were at work on done by others at once. One that is only
// frozen loses its leases as if they had run out: it writes nothing of that work any more.
func (k *keeper) bury(ctx context.Context) {
	h := &k.db.sharing
	h.mu.Lock()
	defer h.mu.Unlock()
	if k.burying || !k.settled() {
		return
	}
	k.burying = true
	k.burial.Go(func() {
		bctx, cancel := context.WithTimeout(ctx, connectLimit)
		defer cancel()
		_ = k.db.bury(bctx) // else with the next renewal
		h.mu.Lock()
		defer h.mu.Unlock()
		k.burying = false
	})
}

func (db *DB) bury(ctx context.Context) error {
	// Alone: nobody acquires or uses a lease that is looked at here.
	return db.write(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `DELETE FROM replicas WHERE until_at <= `+databaseNow+` RETURNING id`)
		dead, err := collect(rows, err, scanID)
		if err != nil {
			return err
		}
		for _, id := range dead {
			for kind, table := range worked {
				err := exec(ctx, tx, `UPDATE `+table+` SET work_at = `+databaseNow+` WHERE work_at > `+databaseNow+`
					AND id IN (SELECT substr(subject, length($1) + 2) FROM leases WHERE holder = $2 AND substr(subject, 1, length($1) + 1) = $1 || '/')`, kind, id)
				if err != nil {
					return err
				}
			}
			if err := exec(ctx, tx, `DELETE FROM leases WHERE holder = $1`, id); err != nil {
				return err
			}
		}
		return nil
	})
}

// Sharers is how many processes take part in what is named, as this one saw it last;
// 0 while it takes no part in anything.
func (db *DB) Sharers(name string) (n int) {
	db.sharing.mu.Lock()
	defer db.sharing.mu.Unlock()
	for subject, r := range db.sharing.there {
		if strings.HasPrefix(subject, sharer(name, "")) && r.left > 0 {
			n++
		}
	}
	return n
}

// sees notes which tables the database has. The lock of sharing is held.
func (db *DB) sees(schema int) {
	if h := &db.sharing; schema > KnownSchema() && h.schema == 0 {
		h.schema = schema
		close(h.outdated)
	}
}

// Outdated waits until the database has tables of a newer version than this one knows,
// and says so in a [bot.Problem]; it is seen within seconds while the process is a replica
// or shares something. It returns nil when ctx is done before.
func (db *DB) Outdated(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case <-db.sharing.outdated:
		return bot.Problemf("db_newer", "the database %s was brought up to date by a newer Colloquy (schema %d, this one knows %d): use that version",
			db.Name(), db.sharing.schema, KnownSchema())
	}
}
