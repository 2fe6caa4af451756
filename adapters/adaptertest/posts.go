package adaptertest

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"

	"colloquy/bot"
)

func testPlatform(t *testing.T, env Env) {
	first, second := env.Connect(t).Platform(), env.Connect(t).Platform()
	if first == "" || first != second || strings.ToLower(first) != first || first != env.Channel.Platform {
		t.Errorf("Platform is %q, then %q, in the channel %s", first, second, env.Channel)
	}
}

func testPost(t *testing.T, env Env) {
	s := connect(t, env)
	root, thread := s.open(t, env.Channel, "A title that people see")
	seen := map[string]bool{root.MessageID: true}
	for n := 1; n <= 3; n++ {
		q := s.post(t, thread, bot.Message{Number: n, Question: fmt.Sprintf("Is this question %d?", n)}, key(n)).Ref
		if seen[q.MessageID] {
			t.Errorf("two posts are called %s", q.MessageID)
		}
		seen[q.MessageID] = true
		if text, _ := env.Shown(t, q); !strings.Contains(text, fmt.Sprintf("Is this question %d?", n)) {
			t.Errorf("question %d is shown as %q", n, text)
		}
	}
	text, notified := env.Shown(t, root)
	for _, part := range []string{"A title that people see", "A sentence of the article.", "Replies are recorded.", "example.org/story"} {
		if !strings.Contains(text, part) {
			t.Errorf("the root lacks %q: %q", part, text)
		}
	}
	if notified != 0 {
		t.Errorf("the root notified %d people", notified)
	}
}

func testTwoChannels(t *testing.T, env Env) {
	s := connect(t, env)
	const each = 10
	var group sync.WaitGroup
	var mu sync.Mutex
	seen := map[bot.MessageRef]bool{}
	for i, ch := range []bot.Channel{env.Channel, env.Other} {
		group.Go(func() {
			for n := range each {
				posted, err := s.Post(t.Context(), ch, bot.Message{Paragraphs: []string{"one of many"}}, key(i*each+n))
				if err != nil {
					t.Errorf("Post: %v", err)
				}
				mu.Lock()
				seen[posted.Ref] = true
				mu.Unlock()
			}
		})
	}
	group.Wait()
	if len(seen) != 2*each {
		t.Errorf("%d posts have %d names", 2*each, len(seen))
	}
}

// hostile are texts that have broken chat programs.
var hostile = map[string]string{
	"mentions":       "@everyone @here <!channel> <!everyone> <@U012AB3CD> <@&123456789012345678> <#C012>",
	"markup":         "**bold** __u__ ~~s~~ `code` ```block``` > quote # head [label](https://evil.example) <https://evil.example|label> &lt;b&gt; <b>",
	"controls":       "bell\a escape \x1b[31mred\x1b[2J\x1b]0;title\a nul\x00 c1\u009b31m",
	"invalid UTF-8":  "caf\xe9 \xff\xfe end",
	"long":           strings.Repeat("A sentence that goes on. ", 800),
	"long word":      strings.Repeat("x", 20_000),
	"empty":          "",
	"blank":          " \n\t\n ",
	"right to left":  "یہ ایک جملہ ہے، and English \u202e gnp.exe",
	"stacked marks":  "h" + strings.Repeat("\u0335\u0321\u0300", 300) + "i",
	"family":         strings.Repeat("\U0001F468\u200D\U0001F469\u200D\U0001F467\u200D\U0001F466", 50),
	"many lines":     strings.Repeat("line\n", 500),
	"template":       "{{.Secret}} ${HOME} %s %n $(id)",
	"looks like ids": "</cmd:1> <t:0> <:smile:1> <id:customize>",
}

func testHostileText(t *testing.T, env Env) {
	s := connect(t, env)
	for name, text := range hostile {
		t.Run(name, func(t *testing.T) {
			m := bot.Message{
				Title: text, Source: text, Footer: text, Link: "javascript:alert(1)",
				Paragraphs: []string{"", text, "what stands after it"}, Number: 1, Question: text,
				Quotation: []bot.Quoted{{Text: text, By: text, ID: "0a1b2c3d"}},
				Buttons:   []bot.Button{{Label: text, Command: "help"}},
			}
			posted, err := s.Post(t.Context(), env.Channel, m, "hostile-"+name)
			if err != nil {
				t.Fatalf("Post: %v", err)
			}
			shown, notified := env.Shown(t, posted.Ref)
			if notified != 0 {
				t.Errorf("it notified %d people", notified)
			}
			if strings.Contains(shown, "javascript:") {
				t.Error("a link that is no web address is shown")
			}
			if bad := strings.IndexFunc(shown, func(r rune) bool {
				return r != '\n' && r != '\t' && unicode.IsControl(r) || r >= 0x202A && r <= 0x202E || r == unicode.ReplacementChar && name != "invalid UTF-8"
			}); bad >= 0 {
				t.Errorf("it shows a character that should have gone: %q", shown[bad:min(len(shown), bad+20)])
			}
			if !strings.HasPrefix(name, "long") && name != "many lines" && !strings.Contains(shown, "what stands after it") {
				t.Errorf("the next paragraph is lost: %q", shown)
			}
		})
	}
}

// testPing: a message notifies the role that it names, and no text does.
func testPing(t *testing.T, env Env) {
	if env.Role == "" {
		t.Skip("no roles: nobody can be notified")
	}
	s := connect(t, env)
	names := fmt.Sprintf("@everyone @here <@&%[1]s> <!subteam^%[1]s> <!channel> @%[1]s → role %[1]s", env.Role)
	hostile := bot.Message{Title: names, Source: names, Paragraphs: []string{names}, Lines: []string{names}, Number: 1, Question: names, Footer: names,
		Quotation: []bot.Quoted{{Text: names, By: names}}, Buttons: []bot.Button{{Label: names, Command: "help"}}}
	pinged := hostile
	pinged.Ping = env.Role
	for _, c := range []struct {
		name string
		m    bot.Message
		want int
	}{{"text alone", hostile, 0}, {"the role", pinged, env.Members}} {
		ref := s.post(t, env.Channel, c.m, "ping-"+c.name).Ref
		if text, notified := env.Shown(t, ref); notified != c.want || text == "" {
			t.Errorf("%s notified %d, not %d: %q", c.name, notified, c.want, text)
		}
		editor, ok := s.Adapter.(bot.Editor)
		if !ok {
			continue
		}
		if err := editor.Edit(t.Context(), ref, pinged); err != nil {
			t.Fatalf("Edit: %v", err)
		}
		if _, notified := env.Shown(t, ref); notified != c.want {
			t.Errorf("after an edit, %s notified %d, not %d", c.name, notified, c.want)
		}
	}
}

func testPostCancelled(t *testing.T, env Env) {
	s := connect(t, env)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Post(ctx, env.Channel, digest("never"), key(1)); err == nil {
		t.Error("a post with a cancelled context went out")
	}
	finder, ok := s.Adapter.(bot.Finder)
	if !ok {
		t.Skip("no Finder: what a cancelled post left behind cannot be looked up")
	}
	if _, found, err := finder.FindPost(t.Context(), env.Channel, key(1), time.Now().Add(-time.Hour)); err != nil || found {
		t.Errorf("after a cancelled post, FindPost says %v, %v", found, err)
	}
}

func testFinder(t *testing.T, env Env) {
	s := connect(t, env)
	finder, ok := s.Adapter.(bot.Finder)
	if !ok {
		t.Skip("no Finder: a post of unknown fate stays unknown")
	}
	since := time.Now().Add(-time.Hour)
	if _, found, err := finder.FindPost(t.Context(), env.Channel, key(0), since); err != nil || found {
		t.Errorf("in an empty channel: found %v, %v", found, err)
	}
	root := s.post(t, env.Channel, digest("To be found"), key(1))
	_, thread := s.open(t, env.Channel, "Another")
	question := s.post(t, thread, bot.Message{Number: 1, Question: "Where is it?"}, key(2))
	env.Say(t, thread, "ada", key(3)) // a person who writes a key is not a post
	for _, c := range []struct {
		ch   bot.Channel
		key  string
		want bot.Posted
	}{{env.Channel, key(1), root}, {thread, key(2), question}} {
		got, found, err := finder.FindPost(t.Context(), c.ch, c.key, since)
		if err != nil || !found || got != c.want {
			t.Errorf("FindPost(%s) = %+v, %v, %v, want %+v", c.key, got, found, err, c.want)
		}
	}
	for _, c := range []struct {
		ch  bot.Channel
		key string
	}{{env.Channel, key(3)}, {env.Channel, key(9)}, {env.Other, key(1)}, {env.Channel, ""}} {
		if _, found, err := finder.FindPost(t.Context(), c.ch, c.key, since); err != nil || found {
			t.Errorf("FindPost(%s, %q): found %v, %v", c.ch, c.key, found, err)
		}
	}
	s.stop()
	again := connect(t, env)
	if got, found, err := again.Adapter.(bot.Finder).FindPost(t.Context(), env.Channel, key(1), since); err != nil || !found || got.Ref != root.Ref {
		t.Errorf("after a restart: %+v, %v, %v", got, found, err)
	}
}

func testDoctor(t *testing.T, env Env) {
	s := connect(t, env)
	doctor, ok := s.Adapter.(bot.Doctor)
	if !ok {
		t.Skip("no Doctor: what keeps posts from going out is seen when they fail")
	}
	findings := doctor.Check(t.Context(), env.Channel)
	if len(findings) == 0 {
		t.Error("Check found nothing, not even that all is well")
	}
	for _, f := range findings {
		if !f.OK || f.Name == "" || f.Text == "" {
			t.Errorf("in a channel that works: %+v", f)
		}
	}
}
