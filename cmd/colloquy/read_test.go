package main

import (
	"encoding/json"
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"

	"colloquy/bot"
)

func prefix(t *testing.T, s string) netip.Prefix {
	t.Helper()
	p, err := netip.ParsePrefix(s)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestArticleJSON(t *testing.T) {
	t.Chdir(t.TempDir())
	writeFile(t, "story.txt", story)
	r := cli(t, nil, "", "article", "story.txt", "--title", "Room for rivers", "--url", "https://example.org/rivers", "--format", "json")
	if r.code != exitDone || r.stderr != "" {
		t.Fatalf("exit code %d, %s", r.code, r.stderr)
	}
	var got map[string]any
	if err := json.Unmarshal([]byte(r.stdout), &got); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"url", "title", "byline", "site", "published", "language", "image", "words", "text"} {
		if _, ok := got[key]; !ok {
			t.Errorf("no %q in %s", key, r.stdout)
		}
	}
	if got["title"] != "Room for rivers" || got["url"] != "https://example.org/rivers" || got["language"] != "en" || got["published"] != nil || got["byline"] != "" {
		t.Errorf("article %v", got)
	}
	if !strings.HasPrefix(got["text"].(string), "Rivers need room.") || got["words"].(float64) < 60 {
		t.Errorf("words %v, text %q", got["words"], got["text"])
	}
}

func TestArticlePublishedIsUTC(t *testing.T) {
	at := time.Date(2026, 5, 1, 9, 0, 0, 5, time.FixedZone("", 5*3600))
	got, err := json.Marshal(describe(bot.Article{Published: at}))
	if err != nil || !strings.Contains(string(got), `"published":"2026-05-01T04:00:00Z"`) {
		t.Errorf("%s, %v", got, err)
	}
}

func TestDigestJSON(t *testing.T) {
	t.Chdir(t.TempDir())
	r := cli(t, nil, story, "digest", "-", "--title", "Room for rivers", "--sentences", "2", "--format", "json")
	if r.code != exitDone {
		t.Fatalf("exit code %d, %s", r.code, r.stderr)
	}
	var keys map[string]json.RawMessage
	var got digestJSON
	if err := errors.Join(json.Unmarshal([]byte(r.stdout), &keys), json.Unmarshal([]byte(r.stdout), &got)); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"article", "sentences", "summary", "questions", "writer", "dropped"} {
		if v, ok := keys[key]; !ok || string(v) == "null" {
			t.Errorf("%s is %s", key, v)
		}
	}
	if len(got.Summary) == 0 || len(got.Summary) > 2 {
		t.Fatalf("%d sentences in the summary, want 1 or 2", len(got.Summary))
	}
	for _, s := range got.Summary {
		if len(s.Evidence) != 1 || got.Sentences[s.Evidence[0]] != s.Text {
			t.Errorf("%q is not the sentence its evidence names: %v", s.Text, s.Evidence)
		}
	}
	if strings.Contains(string(keys["article"]), `"text"`) {
		t.Errorf("the article in a digest has its text: %s", keys["article"])
	}
}

func TestNoListIsNull(t *testing.T) {
	got, err := json.Marshal(newDigestJSON(bot.Article{}, bot.Digest{Summary: []bot.Statement{{}}, Questions: []bot.Question{{}}}))
	if err != nil {
		t.Fatal(err)
	}
	if text := strings.NewReplacer(`"published":null`, "", `"fallback":null`, "").Replace(string(got)); strings.Contains(text, "null") {
		t.Errorf("%s", got)
	}
}

func TestDigestWithoutQuestions(t *testing.T) {
	t.Chdir(t.TempDir())
	r := cli(t, nil, story, "digest", "-", "--questions", "0")
	if r.code != exitDone || strings.Contains(r.stdout, "?") {
		t.Errorf("exit code %d, %s%s", r.code, r.stdout, r.stderr)
	}
}

func TestUnreadableSource(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, args := range [][]string{{"article", "missing.txt"}, {"digest", "missing.txt"}} {
		r := cli(t, nil, "", args...)
		if r.code != exitFailed || r.stdout != "" || strings.Count(r.stderr, "\n") != 1 || !strings.Contains(r.stderr, "missing.txt") {
			t.Errorf("%v: exit code %d, %q, %q", args, r.code, r.stdout, r.stderr)
		}
	}
}
