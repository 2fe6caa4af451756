package discord

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
	"unicode"

	"colloquy/bot"
)

// roundTrip answers requests where no network may be.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// Whatever goes wrong, and however many ask, Discord gets no 10,000 requests to
// refuse within ten minutes.
func TestRefusalsNeverAddUp(t *testing.T) {
	for name, refuse := range map[string]func(h http.Header) (int, string){
		"forbidden": func(http.Header) (int, string) { return 403, `{"code":50001,"message":"Missing Access"}` },
		"odd code":  func(http.Header) (int, string) { return 403, `{"code":59999,"message":"no"}` },
		"limits":    func(http.Header) (int, string) { return 429, `{"retry_after":0,"global":false}` },
		"not JSON":  func(http.Header) (int, string) { return 403, `<html>` },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := New(Options{Token: testToken}).rest
				var mu sync.Mutex
				var times []time.Time
				c.http.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
					time.Sleep(time.Duration(50+rand.IntN(100)) * time.Millisecond)
					mu.Lock()
					times = append(times, time.Now())
					mu.Unlock()
					h := http.Header{}
					status, body := refuse(h)
					return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(body))}, nil
				})
				begun := time.Now()
				var wg sync.WaitGroup
				for w := range 50 {
					wg.Go(func() {
						for i := 0; time.Since(begun) < 30*time.Minute; i++ {
							// Always another channel, and nobody waits after an error.
							_ = c.do(t.Context(), post(fmt.Sprintf("%d%07d", 1+w, i)), nil)
							time.Sleep(time.Second)
						}
					})
				}
				wg.Wait()
				worst := 0
				for i, j := 0, 0; i < len(times); i++ {
					for times[i].Sub(times[j]) > 10*time.Minute {
						j++
					}
					worst = max(worst, i-j+1)
				}
				t.Logf("%d in half an hour, at most %d in ten minutes", len(times), worst)
				if worst > 5000 || worst == 0 {
					t.Errorf("%d refusals in ten minutes", worst)
				}
			})
		})
	}
}

func TestParseAPI(t *testing.T) {
	for in, want := range map[string]string{
		"":                              DefaultAPI,
		" https://discord.com/api ":     DefaultAPI,
		"https://discord.com/api/":      DefaultAPI,
		"https://discord.com/api/v10":   DefaultAPI,
		"https://discord.com/api/v10/":  DefaultAPI,
		"https://proxy.example:8443":    "https://proxy.example:8443",
		"http://127.0.0.1:8080/":        "http://127.0.0.1:8080",
		"http://[::1]:8080/api/v10":     "http://[::1]:8080/api",
		"http://10.1.2.3/x":             "http://10.1.2.3/x",
		"http://discord-proxy:7880":     "http://discord-proxy:7880",
		"http://proxy.internal":         "http://proxy.internal",
		"https://example.com/video/api": "https://example.com/video/api",
		"http://discord.com/api":        "clear text",
		"http://8.8.8.8":                "clear text",
		"http://134744072":              "clear text",
		"http://[::ffff:8.8.8.8]":       "clear text",
		"https://discord.com/api/v9":    "version v9",
		"https://me:secret@example.com": "user",
		"https://example.com/?a=b":      "query",
		"https://example.com/#x":        "fragment",
		"discord.com":                   "no address",
		"ftp://discord.com":             "no address",
		"https://":                      "no address",
		"https://:80":                   "no address",
		"https://discord.com/%zz":       "no address",
		"://":                           "no address",
	} {
		got, err := ParseAPI(in)
		if err == nil && got != want || err != nil && (!strings.Contains(err.Error(), want) || bot.ReasonCode(err) != "bad_api") {
			t.Errorf("%q: %q, %v; want %q", in, got, err, want)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("a password is shown: %v", err)
		}
	}
}

func TestRoutes(t *testing.T) {
	for path, want := range map[string]route{
		"/channels/1/messages":                            {"GET /channels/:id/messages", "1"},
		"/channels/1/messages/2/threads":                  {"GET /channels/:id/messages/:id/threads", "1"},
		"/channels/1/messages/2/reactions/%F0%9F%91%8D/3": {"GET /channels/:id/messages/:id/reactions/:emoji/:id", "1"},
		"/guilds/5/threads/active":                        {"GET /guilds/:id/threads/active", "5"},
		"/users/@me/channels":                             {"GET /users/@me/channels", ""},
		"/applications/9/commands":                        {"GET /applications/:id/commands", "9"},
		"/webhooks/9/aW5/messages/@original":              {"GET /webhooks/:id/:token/messages/@original", "9/aW5"},
		"/interactions/9/aW5/callback":                    {"GET /interactions/:id/:token/callback", "9/aW5"},
		"/gateway/bot":                                    {"GET /gateway/bot", ""},
	} {
		if got, err := routeOf("GET", path); err != nil || got != want {
			t.Errorf("%s: %+v, %v; want %+v", path, got, err, want)
		}
	}
}

func FuzzParseAPI(f *testing.F) {
	for _, s := range []string{"", DefaultAPI, "http://127.0.0.1:1/v10", "https://a/v9/", "https://u:p@h/?q#f", "http://[fe80::1%25lo]/"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := ParseAPI(s)
		if err != nil {
			return
		}
		if again, err := ParseAPI(got); err != nil || again != got {
			t.Errorf("%q became %q, and that %q, %v", s, got, again, err)
		}
		if _, err := http.NewRequest("GET", got+"/v10/x", nil); err != nil {
			t.Errorf("%q became %q: %v", s, got, err)
		}
	})
}

// Whatever answers: no panic, waits have bounds, a refusal has a mark, and
// errors are a line.
func FuzzAnswer(f *testing.F) {
	f.Add(429, "5", "0", "1.5", "abc", "user", "2", `{"message":"x","retry_after":0.5,"global":true}`)
	f.Add(429, "", "", "", "", "", "", `<html>`)
	f.Add(403, "NaN", "-1", "Inf", "", "shared", "1e99", `{"code":50013,"message":"a\nb"}`)
	f.Add(400, "1", "1", "-1", "", "", "", `{"code":50035,"errors":{"a":{"_errors":[{"code":"X"}]},"b":[1]}}`)
	f.Add(429, "1", "1", "NaN", "", "user", "NaN", ``)
	f.Add(429, "1", "1", "1e99", "", "global", "Inf", `{"retry_after":1e300}`)
	f.Add(404, "", "", "", "", "", "", `{"code":10003}`)
	f.Add(302, "", "", "", "", "", "", ``)
	f.Fuzz(func(t *testing.T, status int, limit, remaining, reset, bucket, scope, after, body string) {
		if status < 300 || status > 599 {
			return
		}
		h := http.Header{}
		h.Set("X-RateLimit-Limit", limit)
		h.Set("X-RateLimit-Remaining", remaining)
		h.Set("X-RateLimit-Reset-After", reset)
		h.Set("X-RateLimit-Bucket", bucket)
		h.Set("X-RateLimit-Scope", scope)
		h.Set("Retry-After", after)
		v := readVerdict(h, status == 429, []byte(body))
		if v.Wait < 0 || v.Wait > longest || v.Reset < 0 || v.Reset > longest || v.Limit < 0 || v.Remaining < 0 {
			t.Errorf("%+v", v)
		}
		c := New(Options{Token: testToken}).rest
		k := post("1")
		r, err := routeOf(k.method, k.path)
		if err != nil {
			t.Fatal(err)
		}
		err = c.refused(t.Context(), k, r, &http.Response{StatusCode: status, Header: h}, []byte(body), v)
		var e *apiError
		if !errors.As(err, &e) || e.Status != status {
			t.Fatalf("%v", err)
		}
		if marked := mark(err) != "unknown"; marked != (status < 500) {
			t.Errorf("status %d is %s", status, mark(err))
		}
		if s := err.Error() + e.Message; strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) || len(s) > 4000 {
			t.Errorf("%q", s)
		}
	})
}

func TestSeconds(t *testing.T) {
	for s, want := range map[string]time.Duration{
		"": 0, "soon": 0, "NaN": 0, "-1": 0, "-Inf": 0, "0": 0,
		"1": time.Second, "0.5004": 501 * time.Millisecond, "86400": longest, "1e99": longest, "Inf": longest, "1e999": 0,
	} {
		if got := seconds(s); got != want {
			t.Errorf("%q: %v, want %v", s, got, want)
		}
	}
}
