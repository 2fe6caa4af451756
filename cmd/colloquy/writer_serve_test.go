package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"colloquy/bot/writer/model/modeltest"
)

// The real program has a model write what a schedule posts. When the provider is
// down, it posts on time what the extractive writer wrote, and 'schedule why' says
// why; when the provider is back, it is asked again without a restart.
func TestWriterThatIsDownAndBack(t *testing.T) {
	long(t)
	s := modeltest.New(t, modeltest.Options{Key: goodKey})
	r := newProgram(t, "", "COLLOQUY_WRITER_URL="+s.URL+"/v1", "COLLOQUY_WRITER_KEY="+goodKey)
	r.configure(strings.ReplaceAll(`
shortest_interval: 1s
feed_interval: 1s
writer: {use: anthropic, model: small-1, timeout: 20s}
schedules:
  - {name: often, channel: console:a, cron: "*/2 * * * * *", feeds: ["FEED"], same_story: post, max_age: any}
`, "FEED", r.site.feed))
	r.start()
	r.until("serve runs", func() bool { return strings.Contains(r.log.since(0), "msg=serving") })
	r.ok("feed", "test", r.site.feed) // what is in it now counts as seen

	// posted waits until an article is discussed, and says why it came out as it did.
	posted := func(title string) (reason string, late time.Duration) {
		t.Helper()
		r.site.publish(title)
		r.until(title+" is posted", func() bool {
			var list []occurrenceJSON
			if err := json.Unmarshal([]byte(r.ok("schedule", "why", "often", "--count", "200", "--format", "json")), &list); err != nil {
				t.Fatal(err)
			}
			for _, o := range list {
				if o.Outcome == "posted" && strings.HasPrefix(o.Reason, title) {
					reason, late = o.Reason, o.DoneAt.Sub(*o.DueAt)
					return true
				}
			}
			return false
		})
		return reason, late
	}

	if reason, _ := posted("Floods in spring"); strings.Contains(reason, "extractive") || len(s.Calls()) == 0 {
		t.Errorf("the model was asked %d times, and the reason is %s", len(s.Calls()), reason)
	}
	s.Behave(func(modeltest.Call) modeltest.Reply { return modeltest.Reply{Status: 503} })
	down := time.Now()
	reason, late := posted("Floods in summer")
	if !strings.Contains(reason, "; the extractive writer wrote it: ") || late > 25*time.Second {
		t.Errorf("posted after %v: %s", late, reason)
	}
	tried := len(s.Calls())
	if reason, _ := posted("Floods in autumn"); !strings.Contains(reason, "; the extractive writer wrote it: ") {
		t.Error(reason)
	}
	if n := len(s.Calls()); n > tried && time.Since(down) < 15*time.Second {
		t.Errorf("a provider that is down was asked %d times more at once", n-tried)
	}
	seen := len(s.Calls())
	s.Behave(modeltest.Good())
	r.until("the model is asked again", func() bool {
		reason, _ := posted("Floods of the year " + time.Now().Format("150405"))
		return !strings.Contains(reason, "extractive") && len(s.Calls()) > seen
	})
	r.stop()
	if log := r.log.since(0); strings.Contains(log, goodKey) || strings.Contains(log, "panic") {
		t.Error(log)
	}
}
