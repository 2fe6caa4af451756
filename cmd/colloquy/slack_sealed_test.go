package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"colloquy/adapters/slack/slacktest"
	"colloquy/bot"
	"colloquy/bot/store"
)

// A token that was encrypted with a key that is lost keeps the other workspaces of
// its app going, and doctor tells of it.
func TestSlackWithATokenUnderAnotherKey(t *testing.T) {
	r := newSlackRun(t, slacktest.Options{Speed: 10}, false, "")
	r.serve()
	for _, p := range r.places {
		p.install()
	}
	r.stop()
	p := r.places[0]
	other := r.s.AddTeam("The other key")
	in := r.s.InstallApp(p.app.ID, other, r.s.AddUser(other, "boss", slacktest.Admin))
	db, err := store.Open(t.Context(), filepath.Join(r.dir, "colloquy.db"), store.Options{Keys: [][]byte{bytes.Repeat([]byte{9}, store.KeySize)}})
	if err == nil {
		err = db.PutCredential(t.Context(), bot.Credential{Platform: "slack", App: p.name, Workspace: other, Secret: in.Token})
		_ = db.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	r.serve()
	for _, p := range r.places {
		contains(t, p.types(p.boss, "feed list"), "has no feeds")
	}
	out, err := r.command("doctor", "--all").CombinedOutput()
	if err == nil {
		t.Error("doctor finds nothing wrong")
	}
	t.Logf("doctor --all:\n%s", out)
	contains(t, strings.Join(strings.Fields(string(out)), " "), // whatever the lines
		`WRONG slack app acme: the credentials of the app "acme" of slack in `+other+" were encrypted with another key",
		"app acme: it is installed in The acme", "app readers: it is installed in The readers")
	r.stop()
}
