package slack

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// Slack is answered once, within three seconds, whatever happens.
func TestAnswering(t *testing.T) {
	var sent []any
	refuse := false
	a := &answering{send: func(body any) error {
		if refuse && body != nil {
			return errors.New("too large")
		}
		sent = append(sent, body)
		return nil
	}}
	if err := a.give("first"); err != nil {
		t.Error(err)
	}
	if err := a.give("second"); !errors.Is(err, errAnswered) {
		t.Errorf("a second answer: %v", err)
	}
	a.fail(func() { t.Error("it failed after it was answered") })
	b := &answering{send: a.send}
	refuse = true
	if err := b.give("large"); err == nil {
		t.Error("a body that was not sent is no error")
	}
	if len(sent) != 2 || sent[0] != "first" || sent[1] != nil {
		t.Errorf("sent: %v", sent)
	}
}

// People wait for an answer while all places are taken, for a while, and it is
// not said that it was carried out when it was not.
func TestAskedTooMuch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, newExchange(t), webApp)
		s.want("at the start", thereWeb, upWeb)
		p := s.a.apps[0]
		for range underWay {
			p.desk.slots <- struct{}{}
		}
		dropped, began := make(chan int, 1), time.Now()
		if !p.ask("interactive", []byte(`{}`), func(any) error { t.Error("answered"); return nil }, func(status int) { dropped <- status }) {
			t.Fatal("not taken")
		}
		if got := <-dropped; got != 503 || time.Since(began) > 3*time.Second {
			t.Errorf("%d after %s", got, time.Since(began))
		}
		go func() {
			time.Sleep(time.Second)
			p.desk.free()
		}()
		answered := make(chan struct{})
		p.ask("interactive", []byte(`{}`), func(any) error { close(answered); return nil }, func(int) { t.Error("dropped") })
		<-answered
		if err := s.stop(); err != nil {
			t.Error(err)
		}
		if p.ask("interactive", nil, nil, nil) {
			t.Error("taken after the end")
		}
	})
}

// Slack is answered in time even while nobody can be asked who somebody is.
func TestAskedWhileSlackIsMute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newExchange(t)
		s := start(t, x, webApp)
		s.want("at the start", thereWeb, upWeb)
		s.a.teams.forget(s.a.apps[0], "T1")
		x.set(func() { x.mute = true })
		began := time.Now()
		code := status(s.web(), signed("/slack/web/commands", "application/x-www-form-urlencoded", command("1.2.3", "status")))
		if took := time.Since(began); code != 200 || took >= 3*time.Second {
			t.Errorf("%d after %s", code, took)
		}
		if err := s.stop(); err != nil {
			t.Error(err)
		}
	})
}
