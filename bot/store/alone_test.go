package store

import (
	"database/sql"
	"testing"

	"colloquy/bot/store/pgtest"
)

// A transaction that takes long, because its process is far away or stands still,
// keeps one that is to be alone from running, and no others because of that.
func TestSlowTransactionHoldsUpNoOther(t *testing.T) {
	pgtest.Require(t)
	db := open(t, place(t))
	begun, end, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		ended <- db.beside(t.Context(), func(Tx) error {
			close(begun)
			<-end
			return nil
		})
	}()
	<-begun
	alone := make(chan error, 1)
	go func() { alone <- db.write(t.Context(), func(*sql.Tx) error { return nil }) }()
	waits := func() (n int) {
		if err := db.r.QueryRow(`SELECT COUNT(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
			AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	for waits() == 0 { // until that one waits, which those after it would wait for
	}
	if err := db.beside(t.Context(), func(Tx) error { return nil }); err != nil {
		t.Errorf("beside a slow one: %v", err)
	}
	close(end)
	if err := <-ended; err != nil {
		t.Errorf("the slow one: %v", err)
	}
	if err := <-alone; err != nil {
		t.Errorf("alone, after the slow one: %v", err)
	}
}
