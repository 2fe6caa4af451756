package web

import (
	"context"
	"errors"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"colloquy/bot"
)

func TestMetrics(t *testing.T) {
	now := time.Date(2027, 3, 1, 8, 0, 0, 0, time.UTC)
	counted, fails := 0, false
	o := Options{
		Version: "v1.2.3", Commit: "abc", Clock: func() time.Time { return now },
		Figures: func(context.Context, time.Time) (bot.Figures, error) {
			if counted++; fails {
				return bot.Figures{}, errors.New("no")
			}
			return bot.Figures{
				Discussions: map[string]int{bot.StateOpen: 3}, Posts: map[bot.Labels]int{{bot.PostSent, "slack"}: 12, {bot.PostUnknown, "slack"}: 1}, Jobs: map[bot.Labels]int{{"running", "feeds"}: 2},
				ToList: map[string]int{"discord": 4}, Oldest: map[string]time.Duration{bot.WorkPost: 90 * time.Second}, Replies: 40,
				Schedules: map[string]int{"paused": 2}, Troubles: map[string]int{bot.CauseFeed: 1}, Gaps: map[string]int{"unlisted": 1},
				Overdue: map[string]int{bot.WorkPost: 5}, Installations: map[string]int{"slack": 2},
				Digests: map[string]int{"openai": 9}, Fallbacks: map[string]int{"budget": 4},
				Spent: []bot.Spending{{Writer: "openai", Kind: bot.SpentDigest, Spent: bot.Spent{Calls: 12, Input: 100, CacheRead: 5_000_000_000, Output: 7, Cost: 1_250_000}}},
			}, nil
		},
		Routes: []map[string]http.Handler{{"GET /slack/{app}/install": text("page")}},
	}
	url, _, _, _ := running(t, o)
	get(t, url+"/slack/secret-name/install")
	get(t, url+"/wp-login.php")
	_, body := get(t, url+"/metrics")
	for _, want := range []string{
		`colloquy_build_info{commit="abc",go_version="go1.`, `version="v1.2.3"} 1`,
		`colloquy_discussions{state="open"} 3`, `colloquy_posts{platform="slack",state="sent"} 12`, `colloquy_posts{platform="slack",state="unknown"} 1`, `colloquy_jobs{queue="feeds",state="running"} 2`,
		`colloquy_threads_to_list{platform="discord"} 4`, `colloquy_work_oldest_seconds{kind="post"} 90`, `colloquy_replies 40`,
		`colloquy_schedules{state="paused"} 2`, `colloquy_troubles{cause="feed"} 1`, `colloquy_gaps{state="unlisted"} 1`, `colloquy_work_overdue{kind="post"} 5`,
		`colloquy_digests{writer="openai"} 9`, `colloquy_fallbacks{code="budget"} 4`, `colloquy_model_calls{kind="digest",writer="openai"} 12`,
		`colloquy_model_tokens{kind="digest",part="cache_read",writer="openai"} 5e+09`, `colloquy_model_tokens{kind="digest",part="output",writer="openai"} 7`,
		`colloquy_model_cost{kind="digest",writer="openai"} 1.25`,
		`colloquy_installations{platform="slack"} 2`, `colloquy_figures_up 1`, "go_goroutines ", "process_",
		`colloquy_http_request_duration_seconds_count{code="200",route="GET /slack/{app}/install"} 1`,
		`colloquy_http_request_duration_seconds_count{code="404",route="none"} 1`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("%s is missing in\n%s", want, body)
		}
	}
	if strings.Contains(body, "secret-name") || strings.Contains(body, "wp-login") {
		t.Error("a metric repeats what was asked for")
	}
	fails = true
	get(t, url+"/metrics")
	if counted != 1 {
		t.Errorf("counted %d times within a moment", counted)
	}
	now = now.Add(keepFigures)
	if _, body = get(t, url+"/metrics"); counted != 2 || !strings.Contains(body, "colloquy_figures_up 0") || strings.Contains(body, "colloquy_replies ") {
		t.Errorf("counted %d times, and what cannot be counted is shown:\n%s", counted, body)
	}
	if _, again, _, _ := running(t, o); again == nil { // a second server has a registry of its own
		t.Fatal()
	}
}

// Every metric that an alert asks for is one that is shown.
func TestAlertsAskForWhatIsShown(t *testing.T) {
	rules, err := os.ReadFile("../../docs/alerts.yml")
	if err != nil {
		t.Fatal(err)
	}
	watch := NewObserver()
	watch.Sent("slack", bot.PostRoot)
	watch.Opened("slack", 70*time.Second)
	watch.Recorded("slack", time.Millisecond, nil)
	watch.Recorded("slack", time.Second, errors.New("no"))
	watch.Listed("slack", time.Second)
	one := map[string]int{"x": 1}
	two := map[bot.Labels]int{{"x", "y"}: 1}
	url, _, _, _ := running(t, Options{Observer: watch, Figures: func(context.Context, time.Time) (bot.Figures, error) {
		return bot.Figures{Posts: two, Jobs: two, ToList: one, Gaps: one, Troubles: one, Fallbacks: one, Oldest: map[string]time.Duration{"x": 1}}, nil
	}})
	_, shown := get(t, url+"/metrics")
	for _, want := range []string{`colloquy_occurrence_lateness_seconds_bucket{platform="slack",le="60"} 0`, `colloquy_occurrence_lateness_seconds_bucket{platform="slack",le="120"} 1`,
		`colloquy_posts_sent_total{kind="root",platform="slack"} 1`, `colloquy_reply_errors_total{platform="slack"} 1`, `colloquy_reply_record_seconds_count{platform="slack"} 1`,
		`colloquy_listing_lag_seconds_sum{platform="slack"} 1`} {
		if !strings.Contains(shown, want) {
			t.Errorf("%s is missing in\n%s", want, shown)
		}
	}
	names := regexp.MustCompile(`\bcolloquy_[a-z_]+`).FindAllString(string(rules), -1)
	if len(names) < 10 {
		t.Fatalf("only %d metrics in the alerts", len(names))
	}
	for _, name := range names {
		if !strings.Contains(shown, "\n"+name+"{") && !strings.Contains(shown, "\n"+name+" ") {
			t.Errorf("an alert asks for %s, which is not shown", name)
		}
	}
}
