package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"time"

	"colloquy/bot"
)

// PutInstallations implements [bot.Store].
func (db *DB) PutInstallations(ctx context.Context, now time.Time, list ...bot.Presence) error {
	return db.keep(ctx, func(tx *sql.Tx, n *noted) error {
		for _, p := range list {
			if err := putInstallation(ctx, tx, n, p, now); err != nil {
				return err
			}
		}
		return nil
	})
}

func putInstallation(ctx context.Context, tx *sql.Tx, n *noted, p bot.Presence, now time.Time) error {
	i := p.Installation
	old, err := scanInstallation(tx.QueryRowContext(ctx, selectInstallation+`WHERE platform = $1 AND workspace = $2`, i.Platform, i.Workspace))
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	back, moved := old.Gone && !i.Gone, i.Scope != "" && i.Scope != old.Scope
	if moved && !i.Gone || back {
		if err := unheard(ctx, tx, old, cmp.Or(i.Scope, old.Scope, i.String()), back, i, now); err != nil {
			return err
		}
	}
	greet, err := greeting(ctx, tx, p, old, now)
	if err != nil {
		return err
	}
	if err := storePresence(ctx, tx, i, moved, greet, now); err != nil {
		return err
	}
	erased := false
	if i.Gone {
		if erased, err = eraseCredentials(ctx, tx, n, i.Platform, i.Workspace); err != nil {
			return err
		}
	}
	if erased {
		p.Audit.Detail = "credentials: erased"
	}
	switch {
	case old.Gone == i.Gone && !erased:
		return nil
	case i.Gone:
		err = pauseGone(ctx, tx, `platform = $2 AND workspace = $3 AND next_at IS NOT NULL`, i.Platform, i.Workspace)
	default: // the tick goes on with them, from now
		err = exec(ctx, tx, `UPDATE schedules SET resume_at = $1 WHERE platform = $2 AND workspace = $3 AND paused AND removed_at IS NULL AND reason = $4`,
			ms(now), i.Platform, i.Workspace, bot.BotRemoved)
	}
	if err != nil {
		return err
	}
	return writeAudit(ctx, tx, p.Audit)
}

// storePresence writes the row of an installation. What i does not say stays.
func storePresence(ctx context.Context, tx *sql.Tx, i bot.Installation, moved bool, greet any, now time.Time) error {
	var gone, since any
	if i.Gone {
		gone = ms(now)
	}
	if moved {
		since = ms(now)
	}
	owner := ""
	if i.Owner.ID != "" {
		owner = pack(i.Owner)
	}
	return exec(ctx, tx, `INSERT INTO installations (platform, workspace, name, owner, created_at, gone_at, erase_at, scope, scope_at, greet_until)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		ON CONFLICT (platform, workspace) DO UPDATE SET
			name = CASE WHEN excluded.name <> '' THEN excluded.name ELSE installations.name END,
			owner = CASE WHEN excluded.owner <> '' THEN excluded.owner ELSE installations.owner END,
			gone_at = CASE WHEN excluded.gone_at IS NULL THEN NULL ELSE COALESCE(installations.gone_at, excluded.gone_at) END,
			erase_at = CASE WHEN installations.erase_at = `+beingErased+` THEN installations.erase_at
				WHEN excluded.gone_at IS NULL THEN NULL ELSE COALESCE(installations.erase_at, excluded.erase_at) END,
			scope = CASE WHEN excluded.scope <> '' THEN excluded.scope ELSE installations.scope END,
			scope_at = COALESCE(excluded.scope_at, installations.scope_at), greet_until = excluded.greet_until`,
		i.Platform, i.Workspace, i.Name, owner, ms(now), gone, ms(i.EraseAt), i.Scope, since, greet)
}

// unheard writes a gap into the discussions of an installation whose events came
// by another scope, or not at all because the bot was removed.
func unheard(ctx context.Context, tx *sql.Tx, old bot.Installation, scope string, back bool, i bot.Installation, now time.Time) error {
	heard, err := aliveAt(ctx, tx, cmp.Or(old.Scope, i.String()))
	if err != nil {
		return err
	}
	if back && heard > old.GoneAt.UnixMilli() {
		heard = old.GoneAt.UnixMilli()
	}
	_, err = writeGaps(ctx, tx, gapMaker{scope: scope, heard: heard, join: joinGap}, now, `d.platform = $2 AND d.workspace = $3`, i.Platform, i.Workspace)
	return err
}

// greeting stores the welcome of a tenant that came and was not greeted since,
// and returns until when it may still be.
func greeting(ctx context.Context, tx *sql.Tx, p bot.Presence, old bot.Installation, now time.Time) (until any, err error) {
	switch {
	case p.Installation.Gone:
		return nil, nil
	case old.GreetUntil.IsZero():
		old.GreetUntil = now.Add(bot.GreetFor)
	}
	if p.Welcome.ID == "" || !old.GreetUntil.After(now) {
		return ms(old.GreetUntil), nil
	}
	return 0, insertPost(ctx, tx, p.Welcome, now)
}
