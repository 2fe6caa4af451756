package discord

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"colloquy/bot"
)

// What nobody but a person can mend ends Run, with what to do.
func TestEndsWithTheFix(t *testing.T) {
	for code, want := range map[int]string{4004: "bad_token", 4010: "discord_outdated", 4012: "discord_outdated", 4013: "discord_outdated", 4014: "bad_intents"} {
		synctest.Test(t, func(t *testing.T) {
			d := newDesk(t)
			r := start(t, d, Options{Content: ContentOff})
			c := d.accept()
			c.hello()
			if id := c.identified(); id.Intents != 1537 {
				t.Errorf("without content it asks for %d", id.Intents)
			}
			c.close(code)
			if err := <-r.err; bot.ReasonCode(err) != want || strings.Contains(err.Error(), "token\"") {
				t.Errorf("code %d ends with %v", code, err)
			}
			r.want("nothing")
		})
	}
}

func TestEndsWhenTheTokenIsRefused(t *testing.T) {
	refused := bot.Permanent(badToken(errors.New("401")))
	t.Run("at first", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			d := newDesk(t)
			d.asks = refused
			if err := <-start(t, d, Options{}).err; bot.ReasonCode(err) != "bad_token" {
				t.Error(err)
			}
		})
	})
	t.Run("by any request", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			d := newDesk(t)
			r := start(t, d, Options{})
			d.begin("100")
			r.take()
			r.a.rest.out.Stop(refused)
			if err := <-r.err; bot.ReasonCode(err) != "bad_token" {
				t.Error(err)
			}
			r.want("at the end", "discord/0 false")
		})
	})
	t.Run("before a reconnect", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			d := newDesk(t)
			r := start(t, d, Options{})
			c, _ := d.begin("100")
			time.Sleep(askAgain + time.Second)
			d.mu.Lock()
			d.asks = refused
			d.mu.Unlock()
			c.ws.Close()
			if err := <-r.err; bot.ReasonCode(err) != "bad_token" {
				t.Error(err)
			}
		})
	})
	t.Run("a later close", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			d := newDesk(t)
			r := start(t, d, Options{})
			c, _ := d.begin("100")
			c.close(4004)
			if err := <-r.err; bot.ReasonCode(err) != "bad_token" {
				t.Error(err)
			}
		})
	})
}

func TestGoesOnWithoutContent(t *testing.T) {
	for name, c := range map[string]struct {
		flags int64
		code  int
		asked int // of the first connection
	}{
		"the portal says so":      {0, 0, 1537},
		"the gateway refuses it":  {appContent, 4014, 34305},
		"it is on":                {appContent, 0, 34305},
		"on, for a small bot":     {appContentLimited, 0, 34305},
		"on, and then turned off": {appContentLimited, -4014, 34305},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newDesk(t)
				d.flags = c.flags
				r := start(t, d, Options{})
				l := d.accept()
				l.hello()
				if id := l.identified(); id.Intents != c.asked {
					t.Errorf("it asks for %d", id.Intents)
				}
				if c.code < 0 {
					l.ready("100")
					time.Sleep(time.Minute)
				}
				off := c.asked == 1537
				if c.code != 0 {
					l.close(max(c.code, -c.code))
					l = d.accept()
					l.hello()
					if id := l.identified(); id.Intents != 1537 {
						t.Errorf("refused, it asks for %d", id.Intents)
					}
					off = true
				}
				l.ready("100")
				synctest.Wait()
				if r.a.contentOn() == off {
					t.Errorf("contentOn is %v", !off)
				}
				if n := strings.Count(r.log.String(), "Message Content Intent"); n != 1 && off || n != 0 && !off {
					t.Errorf("said %d times:\n%s", n, r.log)
				}
				if err := r.stop(); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

func TestStopsInEachPhase(t *testing.T) {
	for name, until := range map[string]func(d *desk){
		"at once":         func(*desk) {},
		"discord is away": func(d *desk) { time.Sleep(time.Hour) },
		"connected":       func(d *desk) { d.accept() },
		"hello":           func(d *desk) { d.accept().hello() },
		"identified":      func(d *desk) { c := d.accept(); c.hello(); c.identified() },
		"ready":           func(d *desk) { d.begin("100") },
		"lost":            func(d *desk) { c, _ := d.begin("100"); c.ws.Close(); synctest.Wait() },
		"between identifies": func(d *desk) {
			c, _ := d.begin("100")
			c.ws.Close()
			time.Sleep(3 * time.Second)
		},
		"waiting for the budget": func(d *desk) { time.Sleep(time.Minute) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { // which fails if a goroutine stays
				d := newDesk(t)
				if name == "waiting for the budget" {
					d.limit.Remaining = 0
				}
				if name == "discord is away" {
					d.asks = errors.New("no answer")
				}
				r := start(t, d, Options{})
				until(d)
				before := time.Now()
				if err := r.stop(); err != nil {
					t.Error(err)
				}
				if took := time.Since(before); took > shutdownLimit+farewellLimit {
					t.Errorf("it took %s", took)
				}
				if heard := r.take(); strings.Count(strings.Join(heard, "\n"), "true") != strings.Count(strings.Join(heard, "\n"), "false") {
					t.Errorf("the engine heard %q", heard)
				}
			})
		})
	}
}

// A proxy or a firewall that answers in Discord's place for an hour ends nothing:
// it is what stands before Discord, and not what we were told to use.
func TestWhatStandsBeforeDiscordPasses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t)
		d.asks = New(Options{}).rest.elsewhere(&apiError{Status: 403})
		r := start(t, d, Options{})
		time.Sleep(time.Hour)
		d.mu.Lock()
		asked := d.asked
		d.asks = nil
		d.mu.Unlock()
		if asked < 10 || asked > 100 {
			t.Errorf("asked %d times in an hour", asked)
		}
		d.begin("100")
		r.want("afterwards", "discord has 100 in discord/0", "discord/0 true")
		if err := r.stop(); err != nil {
			t.Error(err)
		}
	})
}
