package discord

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestConnects(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t)
		r := start(t, d, Options{})
		c := d.accept()
		c.hello()
		id := c.identified()
		if id.Intents != 34305 || id.Shard != [2]int{0, 1} {
			t.Errorf("it identifies with %+v", id)
		}
		r.want("before READY")
		c.ready("100", "200")
		r.want("at READY", "discord has 100 in discord/0, 200 in discord/0", "discord/0 true")
		time.Sleep(time.Hour)
		r.want("an hour later")
		if err := r.stop(); err != nil {
			t.Error(err)
		}
		if code := c.left(); code != 1000 {
			t.Errorf("it left with %d", code)
		}
		r.want("at the end", "discord/0 false")
	})
}
