package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"strings"
	"time"

	"colloquy/bot"
)

// aboutCredential ties an encrypted secret to its place, so that it is of no use
// in another row.
func aboutCredential(c bot.Credential) string {
	return pack([]string{"credential", c.Platform, c.App, c.Workspace})
}

// Credentials lists those of an app, the oldest first, each with its secret
// decrypted. Those that no key decrypts are left out, and named by a
// [bot.Problem] beside the others. What an older key encrypted is encrypted
// with the first one from then on.
func (db *DB) Credentials(ctx context.Context, platform, app string) ([]bot.Credential, error) {
	rows, err := db.r.QueryContext(ctx, `SELECT platform, app, workspace, name, owner, secret, created_at FROM credentials
		WHERE platform = $1 AND app = $2 ORDER BY created_at, workspace`, platform, app)
	stored, err := collect(rows, err, scanCredential)
	if err != nil {
		return nil, err
	}
	var good []bot.Credential
	var bad []string
	for _, c := range stored {
		text := c.Secret
		secret, old, err := db.box.open(text, aboutCredential(c))
		if err != nil {
			bad = append(bad, c.Workspace)
			continue
		}
		if c.Secret = secret; old {
			// Where it cannot be written now, the next time will do.
			_ = db.reseal(ctx, c, text)
		}
		good = append(good, c)
	}
	return good, db.unopened(platform, app, bad)
}

// unopened says for people which credentials no key decrypts; nil if there are none.
func (db *DB) unopened(platform, app string, workspaces []string) error {
	const most = 5
	if len(workspaces) == 0 {
		return nil
	}
	names := strings.Join(workspaces[:min(len(workspaces), most)], ", ")
	if len(workspaces) > most {
		names += ", …"
	}
	if len(db.box) == 0 {
		return bot.Problemf("no_key", "the credentials of the app %q of %s in %s are encrypted, and there is no key: set COLLOQUY_SECRET_KEY to the one with which they were stored", app, platform, names)
	}
	return &bot.Problem{Code: "wrong_key", Err: errUnsealed, Text: "the credentials of the app \"" + app + "\" of " + platform + " in " + names +
		" were encrypted with another key: add that to COLLOQUY_SECRET_KEY after a comma, or install the app there again"}
}

// reseal encrypts a credential with the first key, unless it was replaced meanwhile.
func (db *DB) reseal(ctx context.Context, c bot.Credential, before string) error {
	text, err := db.box.seal(c.Secret, aboutCredential(c))
	if err != nil {
		return err
	}
	return db.write(ctx, func(tx *sql.Tx) error {
		return exec(ctx, tx, `UPDATE credentials SET secret = $1 WHERE platform = $2 AND app = $3 AND workspace = $4 AND secret = $5`,
			text, c.Platform, c.App, c.Workspace, before)
	})
}

func scanCredential(s scanner) (c bot.Credential, err error) {
	var owner string
	var created sql.NullInt64
	if err := s.Scan(&c.Platform, &c.App, &c.Workspace, &c.Name, &owner, &c.Secret, &created); err != nil {
		return c, err
	}
	if c.CreatedAt = at(created); owner != "" {
		err = unpack(owner, &c.Owner)
	}
	return c, err
}

// PutCredential adds one, or replaces that of the same app and workspace. Without
// a key that is a [bot.Problem] which says how to make one.
func (db *DB) PutCredential(ctx context.Context, c bot.Credential) error {
	text, err := db.box.seal(c.Secret, aboutCredential(c))
	if err != nil {
		return err
	}
	owner := ""
	if c.Owner.ID != "" {
		owner = pack(c.Owner)
	}
	if c.CreatedAt.IsZero() {
		c.CreatedAt = db.now()
	}
	return db.write(ctx, func(tx *sql.Tx) error {
		return exec(ctx, tx, `INSERT INTO credentials (platform, app, workspace, name, owner, secret, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
			ON CONFLICT (platform, app, workspace) DO UPDATE SET name = excluded.name, owner = excluded.owner, secret = excluded.secret, created_at = excluded.created_at`,
			c.Platform, c.App, c.Workspace, c.Name, owner, text, ms(c.CreatedAt))
	})
}

// EraseCredential removes one. That there is none is no error.
func (db *DB) EraseCredential(ctx context.Context, platform, app, workspace string) error {
	return db.keep(ctx, func(tx *sql.Tx, n *noted) error {
		there, err := changed(tx.ExecContext(ctx, `DELETE FROM credentials WHERE platform = $1 AND app = $2 AND workspace = $3`, platform, app, workspace))
		if there {
			n.note(entry{Did: didCredential, Platform: platform, Workspace: workspace, App: app})
		}
		return err
	})
}

// eraseCredentials removes those of an installation, whatever app they are of, and
// reports whether there were any.
func eraseCredentials(ctx context.Context, tx *sql.Tx, n *noted, platform, workspace string) (bool, error) {
	there, err := changed(tx.ExecContext(ctx, `DELETE FROM credentials WHERE platform = $1 AND workspace = $2`, platform, workspace))
	if there {
		n.note(entry{Did: didCredential, Platform: platform, Workspace: workspace})
	}
	return there, err
}

// onceHash is all that is kept of a value that can be taken once.
func onceHash(value string) string {
	sum := sha256.Sum256([]byte(value))
	return hex.EncodeToString(sum[:])
}

// PutOnce keeps a value that [DB.TakeOnce] gives once, until it expires. What is
// kept does not tell it, if it is a random one. Expired ones are removed.
func (db *DB) PutOnce(ctx context.Context, value string, expires time.Time) error {
	return db.write(ctx, func(tx *sql.Tx) error {
		if err := exec(ctx, tx, `DELETE FROM once WHERE expires_at <= $1`, ms(db.now())); err != nil {
			return err
		}
		return exec(ctx, tx, `INSERT INTO once (hash, expires_at) VALUES ($1, $2)
			ON CONFLICT (hash) DO UPDATE SET expires_at = excluded.expires_at`, onceHash(value), ms(expires))
	})
}

// TakeOnce reports whether a value was there and not expired, and removes it.
func (db *DB) TakeOnce(ctx context.Context, value string, now time.Time) (there bool, err error) {
	err = db.write(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `DELETE FROM once WHERE hash = $1 RETURNING expires_at`, onceHash(value))
		until, err := collect(rows, err, func(s scanner) (at int64, err error) { return at, s.Scan(&at) })
		there = len(until) == 1 && until[0] > now.UnixMilli()
		return err
	})
	return there && err == nil, err
}
