package store

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"colloquy/bot"
)

func keyed(t *testing.T, path string, keys ...[]byte) *DB {
	t.Helper()
	db, err := Open(t.Context(), path, Options{Clock: func() time.Time { return start }, Keys: keys})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func key(n byte) []byte { return bytes.Repeat([]byte{n}, KeySize) }

func token(workspace string) bot.Credential {
	return bot.Credential{Platform: "slack", App: "acme", Workspace: workspace, Name: "Workspace " + workspace,
		Owner: bot.Person{Platform: "slack", Workspace: workspace, ID: "U1", Name: "Ada"}, Secret: "xoxb-secret-of-" + workspace, CreatedAt: start}
}

func put(t *testing.T, db *DB, list ...bot.Credential) {
	t.Helper()
	for _, c := range list {
		if err := db.PutCredential(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
}

// listed are the workspaces whose secret can be read, each checked.
func listed(t *testing.T, db *DB) (string, error) {
	t.Helper()
	list, err := db.Credentials(t.Context(), "slack", "acme")
	names := []string{}
	for _, c := range list {
		if c != token(c.Workspace) {
			t.Errorf("read %+v, stored %+v", c, token(c.Workspace))
		}
		names = append(names, c.Workspace)
	}
	return strings.Join(names, " "), err
}

func TestACredentialIsKeptEncrypted(t *testing.T) {
	onFile(t)
	path := filepath.Join(t.TempDir(), "c.db")
	db := keyed(t, path, key(1))
	put(t, db, token("T1"), token("T2"))
	other := token("T1")
	other.App = "other"
	put(t, db, other)
	if got, err := listed(t, db); got != "T1 T2" || err != nil {
		t.Fatal(got, err)
	}
	if err := db.Backup(t.Context(), path+".backup"); err != nil {
		t.Fatal(err)
	}
	for _, end := range []string{"", "-wal", ".backup", ".ledger"} {
		if data, err := os.ReadFile(path + end); err != nil || bytes.Contains(data, []byte("xoxb-secret")) {
			t.Errorf("the file %q holds the token (%v)", end, err)
		}
	}
	var a, b string
	put(t, db, token("T1")) // the same again: another nonce
	row := db.r.QueryRowContext(t.Context(), `SELECT (SELECT secret FROM credentials WHERE app = 'acme' AND workspace = 'T1'), (SELECT secret FROM credentials WHERE app = 'other')`)
	if err := row.Scan(&a, &b); err != nil || a == b {
		t.Errorf("%q and %q: %v", a, b, err)
	}
	if err := db.EraseCredential(t.Context(), "slack", "acme", "T1"); err != nil {
		t.Fatal(err)
	}
	if err := db.EraseCredential(t.Context(), "slack", "acme", "T1"); err != nil {
		t.Fatal("twice:", err)
	}
	if got, err := listed(t, db); got != "T2" || err != nil {
		t.Error(got, err)
	}
}

// What is stored of one workspace is of no use as that of another.
func TestACredentialIsTiedToItsPlace(t *testing.T) {
	db := keyed(t, place(t), key(1))
	put(t, db, token("T1"), token("T2"))
	if _, err := db.w.ExecContext(t.Context(), `UPDATE credentials SET secret = (SELECT secret FROM credentials WHERE workspace = 'T1') WHERE workspace = 'T2'`); err != nil {
		t.Fatal(err)
	}
	if got, err := listed(t, db); got != "T1" || bot.ReasonCode(err) != "wrong_key" || !strings.Contains(bot.Explain(err), " T2 ") {
		t.Error(got, err)
	}
}

func TestAKeyIsChanged(t *testing.T) {
	path := place(t)
	db := keyed(t, path, key(1))
	put(t, db, token("T1"))
	_ = db.Close()

	db = keyed(t, path, key(2), key(1))
	put(t, db, token("T2"))
	if got, err := listed(t, db); got != "T1 T2" || err != nil {
		t.Fatal(got, err)
	}
	_ = db.Close()
	// Reading encrypted the old one anew, so the old key is not needed any more.
	if got, err := listed(t, keyed(t, path, key(2))); got != "T1 T2" || err != nil {
		t.Error(got, err)
	}
}

func TestAMissingOrWrongKey(t *testing.T) {
	path := place(t)
	none := keyed(t, path)
	if got, err := listed(t, none); got != "" || err != nil {
		t.Error("with nothing stored no key is needed:", got, err)
	}
	err := none.PutCredential(t.Context(), token("T1"))
	if bot.ReasonCode(err) != "no_key" || !strings.Contains(bot.Explain(err), "COLLOQUY_SECRET_KEY") || !strings.Contains(bot.Explain(err), "openssl rand") {
		t.Error(err)
	}
	if bot.ReasonCode(none.CanKeep()) != "no_key" || keyed(t, path, key(1)).CanKeep() != nil {
		t.Error("it does not say before whether one can be kept")
	}
	put(t, keyed(t, path, key(1)), token("T1"))
	if got, err := listed(t, none); got != "" || bot.ReasonCode(err) != "no_key" || !strings.Contains(bot.Explain(err), "COLLOQUY_SECRET_KEY") {
		t.Error(got, err)
	}
	wrong := keyed(t, path, key(2))
	put(t, wrong, token("T2"))
	for _, rubbish := range []string{"", "1:", "1:AAAA", "1:%%%", "2:AAAA", "xoxb-plain"} {
		c := token("T3")
		put(t, wrong, c)
		if _, err := wrong.w.ExecContext(t.Context(), `UPDATE credentials SET secret = $1 WHERE workspace = 'T3'`, rubbish); err != nil {
			t.Fatal(err)
		}
		got, err := listed(t, wrong)
		if got != "T2" || bot.ReasonCode(err) != "wrong_key" || !strings.Contains(bot.Explain(err), `"acme"`) || !strings.Contains(bot.Explain(err), "T1, T3") {
			t.Errorf("%q: %s, %v", rubbish, got, err)
		}
	}
	if _, err := Open(t.Context(), path, Options{Keys: [][]byte{{1, 2, 3}}}); bot.ReasonCode(err) != "bad_key" {
		t.Error(err)
	}
}

func TestWhatCanBeTakenOnce(t *testing.T) {
	path := place(t)
	db := keyed(t, path)
	take := func(value string, after time.Duration) bool {
		t.Helper()
		there, err := db.TakeOnce(t.Context(), value, start.Add(after))
		if err != nil {
			t.Fatal(err)
		}
		return there
	}
	for _, value := range []string{"state-a", "state-b"} {
		if err := db.PutOnce(t.Context(), value, start.Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
	}
	var plain int
	if err := db.r.QueryRowContext(t.Context(), `SELECT COUNT(*) FROM once WHERE hash LIKE '%state%'`).Scan(&plain); err != nil || plain != 0 {
		t.Error("the database holds the value", err)
	}
	if take("state-c", 0) || take("", 0) {
		t.Error("took what was never put")
	}
	if !take("state-a", 0) || take("state-a", 0) {
		t.Error("not once")
	}
	if take("state-b", time.Minute) || take("state-b", 0) {
		t.Error("took one that was expired")
	}
	for n, expires := range []time.Duration{-time.Second, time.Minute} { // the second removes the first
		if err := db.PutOnce(t.Context(), string(rune('x'+n)), start.Add(expires)); err != nil {
			t.Fatal(err)
		}
	}
	var left int
	if err := db.r.QueryRowContext(t.Context(), `SELECT COUNT(*) FROM once`).Scan(&left); err != nil || left != 1 {
		t.Error(left, err)
	}
}

func TestKeysAsPeopleWriteThem(t *testing.T) {
	want := make([]byte, KeySize)
	for i := range want {
		want[i] = byte(251 - 7*i)
	}
	for _, text := range []string{
		base64.StdEncoding.EncodeToString(want), base64.RawURLEncoding.EncodeToString(want),
		hex.EncodeToString(want), strings.ToUpper(hex.EncodeToString(want)), " " + base64.URLEncoding.EncodeToString(want) + "\n",
	} {
		if got, err := ParseKey(text); !bytes.Equal(got, want) {
			t.Errorf("%q: %x, %v", text, got, err)
		}
	}
	two, err := ParseKeys(base64.StdEncoding.EncodeToString(want) + ", " + hex.EncodeToString(key(3)))
	if err != nil || len(two) != 2 || !bytes.Equal(two[0], want) || !bytes.Equal(two[1], key(3)) {
		t.Error(two, err)
	}
	if none, err := ParseKeys(" "); none != nil || err != nil {
		t.Error(none, err)
	}
	if _, err := ParseKey(" "); bot.ReasonCode(err) != "no_key" {
		t.Error(err)
	}
	for _, text := range []string{"hunter2", hex.EncodeToString(want[:31]), base64.StdEncoding.EncodeToString(want[1:]), strings.Repeat("g", 64), strings.Repeat("a", 44) + "a"} {
		if _, err := ParseKey(text); bot.ReasonCode(err) != "bad_key" || strings.Contains(bot.Explain(err), text) {
			t.Errorf("%q: %v", text, err)
		}
		if _, err := ParseKeys(hex.EncodeToString(want) + "," + text); err == nil {
			t.Errorf("%q is no second key", text)
		}
	}
}

func FuzzOpenSealed(f *testing.F) {
	b, err := newBox([][]byte{key(1), key(2)})
	if err != nil {
		f.Fatal(err)
	}
	good, err := b[1:].seal("xoxb-secret", "here")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good, "here")
	f.Add("1:", "")
	f.Add("1:AAAA", "there")
	f.Fuzz(func(t *testing.T, text, about string) {
		secret, old, err := b.open(text, about)
		if err == nil && (secret != "xoxb-secret" || !old || about != "here") {
			t.Errorf("%q opens as %q", text, secret)
		}
		if key, err := ParseKey(text); err == nil && len(key) != KeySize {
			t.Errorf("%q is a key of %d bytes", text, len(key))
		}
	})
}

func TestARemovedInstallationLosesItsCredentials(t *testing.T) {
	onFile(t)
	path := filepath.Join(t.TempDir(), "c.db")
	db := keyed(t, path, key(1))
	put(t, db, token("T1"), token("T2"), token("T3"), token("T4"))
	other := token("T1")
	other.App = "other"
	put(t, db, other)
	backup := path + ".backup"
	if err := db.Backup(t.Context(), backup); err != nil {
		t.Fatal(err)
	}
	gone := bot.Presence{Installation: bot.Installation{Platform: "slack", Workspace: "T1", Gone: true, EraseAt: start.Add(time.Hour)}}
	gone.Audit = bot.NewAudit(start, bot.By{Person: bot.Person{ID: "platform"}}, "installation_gone", gone.String()).In(gone.Everywhere())
	for range 2 { // installed again and removed again before anybody said that it is back
		put(t, db, token("T1"))
		if err := db.PutInstallations(t.Context(), start, gone); err != nil {
			t.Fatal(err)
		}
		gone.Audit.ID = bot.NewID(start)
		if got, err := listed(t, db); got != "T2 T3 T4" || err != nil {
			t.Fatal(got, err)
		}
	}
	if list, err := db.Credentials(t.Context(), "slack", "other"); len(list) != 0 || err != nil {
		t.Error("of another app:", list, err)
	}
	if _, err := db.EraseInstallation(t.Context(), "slack", "T2", start, bot.Audit{Actor: "cli"}); err != nil {
		t.Fatal(err)
	}
	if err := db.EraseCredential(t.Context(), "slack", "acme", "T3"); err != nil {
		t.Fatal(err)
	}
	if got, err := listed(t, db); got != "T4" || err != nil {
		t.Error(got, err)
	}
	lines, err := db.Audits(t.Context(), bot.AuditFilter{Limit: 10})
	if err != nil || len(lines) != 3 {
		t.Errorf("%d lines, %v", len(lines), err)
	}
	for _, a := range lines {
		if a.Action == "installation_gone" && a.Detail != "credentials: erased" || strings.Contains(a.Detail+a.Target, "xoxb") {
			t.Errorf("%+v", a)
		}
	}
	// A backup from before does not bring them back; one that was stored since stays.
	back := token("T1")
	back.CreatedAt = start.Add(time.Minute)
	_ = db.Close()
	aside := keyed(t, backup, key(1))
	put(t, aside, back)
	_ = aside.Close()
	if _, err := Restore(t.Context(), backup, path, restoring()); err != nil {
		t.Fatal(err)
	}
	list, err := keyed(t, path, key(1)).Credentials(t.Context(), "slack", "acme")
	if err != nil || len(list) != 2 || list[0].Workspace != "T4" || list[1] != back {
		t.Errorf("%v, %v", list, err)
	}
}
