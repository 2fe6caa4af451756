package slacktest

import (
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
)

// BenchmarkDigest is one digest in a thousand channels, seven posts each, every
// one of which the app is told of.
func BenchmarkDigest(b *testing.B) {
	for b.Loop() {
		s := New(b, Options{Speed: 1e6, PostsPerMinute: 1e6})
		app := s.AddApp(App{})
		team := s.AddTeam("Readers")
		in := s.InstallApp(app.ID, team, s.AddUser(team, "Ada"))
		w := &world{Server: s, t: b, app: app, in: in}
		heard := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
		srv := httptest.NewServer(heard)
		s.Point(app.ID, srv.URL)
		blocks := `[{"type":"header","text":{"type":"plain_text","text":"A title"}},{"type":"section","text":{"type":"mrkdwn","text":"A sentence of it."}},
			{"type":"actions","elements":[{"type":"button","action_id":"a","text":{"type":"plain_text","text":"Answer"}}]}]`
		channels := make(chan string, 1000)
		for range 1000 {
			channels <- s.AddChannel(team, Channel{Name: "x", Members: []string{in.BotUser}})
		}
		close(channels)
		var posting sync.WaitGroup
		for range 8 {
			posting.Go(func() {
				for c := range channels {
					root := ""
					for range 7 {
						o := w.call(in.Token, "chat.postMessage", "channel", c, "unfurl_links", "false", "unfurl_media", "false", "text", "x",
							"blocks", blocks, "thread_ts", root)
						if o["ok"] != true {
							b.Errorf("answered %v", o)
						}
						if root == "" {
							root, _ = o["ts"].(string)
						}
					}
				}
			})
		}
		posting.Wait()
		s.AwaitDelivered()
		srv.Close()
	}
}
