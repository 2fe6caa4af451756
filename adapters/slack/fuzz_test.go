package slack

import (
	"encoding/json"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"colloquy/adapters/adaptertest"
	"colloquy/adapters/internal/text"
	"colloquy/bot"
)

// payloads are events of all kinds that matter, by what they are.
func payloads(t testing.TB) map[string][]byte {
	t.Helper()
	files, err := filepath.Glob("testdata/events/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no events: %v", err)
	}
	out := map[string][]byte{}
	for _, f := range files {
		if out[strings.TrimSuffix(filepath.Base(f), ".json")], err = os.ReadFile(f); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// What each of the payloads comes to.
func TestPayloads(t *testing.T) {
	recorded := map[string]string{
		"reply": "The harbour needs trees, not benches.", "broadcast": "Also for the channel", "files": "", "me": "nods",
		"edit": "The harbour needs both.", "connect": "From another company", "mention": "@Grace H. wrote 5 < 6 in #other-talk: https://example.org/a",
		"hostile": "@channel @everyone \u202e\u2066<b> *x* `y` ~z~ label (javascript:alert(1)) 😀 Z\u0351\u036b\u0343\u036a <!x^y>",
	}
	others := map[string]bool{"deletion": true, "tombstone": true, "exclude": true}
	for name, raw := range payloads(t) {
		in, w := newWire(t)
		w.on("conversations.replies", func(url.Values) string { return `{"ok":true,"messages":[` + said(1, "hi", "") + `]}` })
		k := newKeeper()
		if err := in.event(t.Context(), k, raw); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		want, is := recorded[name]
		if len(k.replies) > 1 {
			t.Errorf("%s: %d replies", name, len(k.replies))
		}
		got := false
		for _, r := range k.replies {
			if got = true; r.Text != want || r.Author.Name == "" || r.Ref.Channel != inThread || r.ReplyTo != rootTS {
				t.Errorf("%s: %+v, want %q", name, r, want)
			}
		}
		if got != is || (k.calls > 0) != (is || others[name]) {
			t.Errorf("%s: recorded %v, %d calls", name, got, k.calls)
		}
	}
}

// silent says whether an event may end without anything handed over, by what it
// plainly says.
func silent(v map[string]any) bool {
	str := func(v map[string]any, key string) string { s, _ := v[key].(string); return s }
	obj := func(v map[string]any, key string) map[string]any { return asObject(v[key]) }
	switch str(v, "type") {
	case "reaction_added":
		user := str(v, "user")
		return str(v, "reaction") != "no_entry" || str(obj(v, "item"), "type") != "message" || user == selfUser || user == slackbot
	case "message":
	default:
		return true
	}
	m := v
	switch str(v, "subtype") {
	case "message_deleted":
		return false
	case "message_changed":
		if m = obj(v, "message"); str(m, "subtype") == tombstone {
			return false
		}
	}
	thread := str(m, "thread_ts")
	if was := str(obj(v, "previous_message"), "thread_ts"); thread == "" && str(v, "subtype") == "message_changed" {
		thread = was
	}
	words := str(m, "text") + unescaped(typed(asJSON(m["blocks"])), func(string, bool) string { return "" })
	files, _ := m["files"].([]any)
	files = slices.DeleteFunc(slices.Clone(files), func(f any) bool {
		of := asObject(f)
		return str(of, "mode") == tombstone || str(of, "id") == "" && str(of, "permalink") == ""
	})
	personal := map[string]bool{"": true, "thread_broadcast": true, "file_share": true, "me_message": true}[str(m, "subtype")]
	user := str(m, "user")
	return !personal || str(m, "bot_id") != "" || user == "" || user == selfUser || user == slackbot || thread == "" || thread == str(m, "ts") ||
		strings.Trim(words, "\x00") == "" && len(files) == 0
}

func asJSON(v any) []byte {
	out, _ := json.Marshal(v)
	return out
}

// checkEvent gives an event to a workspace that cannot ask Slack anything.
func checkEvent(t *testing.T, in *team, raw []byte) {
	t.Helper()
	_ = in.event(offline(), newKeeper(), raw) // whatever it is
	v, out := adaptertest.Tidied(raw)
	if v == nil {
		return
	}
	k := newKeeper()
	err := in.event(offline(), k, out)
	if err == nil && k.calls == 0 && !silent(v) {
		t.Errorf("lost: %s", out)
	}
	for id, r := range k.replies {
		if _, ok := stamp(id); !ok || r.Ref.Platform != Platform || !isID(r.Ref.ID) || r.Ref.Thread != r.ReplyTo || r.Version <= 0 || r.CreatedAt.IsZero() || !isID(r.Author.ID) ||
			r.Text == "" && len(r.Files) == 0 || text.Units(r.Text) > mostText || !utf8.ValidString(r.Text) || strings.Contains(r.Text, "\x00") ||
			strings.ContainsAny(r.Author.Name, "\n\x00") || text.Units(r.Author.Name) > longestName {
			t.Errorf("%+v of %s", r, out)
		}
		for _, f := range r.Files {
			if f.Name == "" || strings.Contains(f.Name, "\n") || f.URL != "" && !strings.HasPrefix(f.URL, "http") {
				t.Errorf("file %+v of %s", f, out)
			}
		}
	}
	for ref := range k.removed {
		if _, ok := stamp(ref.MessageID); !ok || !isID(ref.ID) || ref.Thread == ref.MessageID {
			t.Errorf("removed %+v by %s", ref, out)
		}
	}
}

func FuzzEvent(f *testing.F) {
	for _, raw := range payloads(f) {
		f.Add(raw)
	}
	for _, s := range []string{`{`, `null`, `[]`, `{"type":7}`, `{"type":"message","thread_ts":7}`, said(1, "hi", ""), edited(1, "x", "1767226000.000000", ""), deleted(1)} {
		f.Add([]byte(s))
	}
	in, _ := newWire(f)
	f.Fuzz(func(t *testing.T, raw []byte) { checkEvent(t, in, raw) })
}

// FuzzText: what Slack wrote is valid text without brackets left half open, and
// not longer than it may be.
func FuzzText(f *testing.F) {
	for _, s := range []string{"a &amp; b", "<@U1> <#C1|x> <!here>", "<https://a.example|b>", "<<@U1>>", "<!date^1^{date}|x>", "&lt;@U1&gt;", "<|", "<@U1|\x00>", "a\xffb"} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, s, name string) {
		raw := asJSON(s) // as it comes: JSON is valid UTF-8
		_ = json.Unmarshal(raw, &s)
		name = oneLine(name)
		got := unescaped(s, func(string, bool) string { return name })
		if text.Units(got) > mostText || !utf8.ValidString(got) || strings.Contains(got, "\x00") {
			t.Errorf("%q of %q", got, s)
		}
		if !strings.ContainsAny(s, "<>&\x00") && got != s {
			t.Errorf("plain %q became %q", s, got)
		}
		escaped := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s)
		if back := unescaped(escaped, nil); text.Units(s) <= mostText && back != strings.ReplaceAll(s, "\x00", "") {
			t.Errorf("%q came back as %q", s, back)
		}
		_ = unescaped(typed(raw), func(string, bool) string { return "" })
	})
}

// Slack's own examples, and those of the library.
func TestDocumentedPayloads(t *testing.T) {
	dir := "../../../shared/fixtures/slack"
	files, err := fs.Glob(os.DirFS(dir), "*.json")
	if err != nil || len(files) == 0 {
		t.Skipf("the example payloads are not there: they are expected in %s", dir)
	}
	in, _ := newWire(t)
	events, recorded, unread := 0, 0, 0
	for _, file := range files {
		raw, err := os.ReadFile(filepath.Join(dir, file))
		if err != nil {
			t.Fatal(err)
		}
		checkEvent(t, in, raw)
		var v map[string]any
		if json.Unmarshal(raw, &v) != nil {
			continue
		}
		if inner, ok := v["event"].(map[string]any); ok {
			v = inner
		}
		events++
		checkEvent(t, in, asJSON(v))
		at, _ := v["ts"].(string)
		if _, ok := stamp(at); !ok || v["type"] != "message" {
			continue // some are of other things
		}
		inOurThread(v)
		k := newKeeper()
		if err := in.event(t.Context(), k, asJSON(v)); bot.IsPermanent(err) {
			unread++
		} else if err != nil {
			t.Errorf("%s: %v", file, err)
		}
		recorded += len(k.replies)
		checkEvent(t, in, asJSON(v))
	}
	for file, want := range map[string]string{
		"messages_test__008_message.json": "is doing that thing", "slackevents_inner_events_test__023_message.json": "broadcasting this reply",
		"messages_test__020_message.json": "foo", "slackevents_inner_events_test__020_message.json": "Live long and prospect.",
	} {
		raw, err := os.ReadFile(filepath.Join(dir, file))
		if err != nil {
			t.Fatal(err)
		}
		var v map[string]any
		_ = json.Unmarshal(raw, &v)
		inOurThread(v)
		k := newKeeper()
		if err := in.event(t.Context(), k, asJSON(v)); err != nil || len(k.replies) != 1 {
			t.Errorf("%s: %v, %+v", file, err, k.replies)
		}
		for _, r := range k.replies {
			if r.Text != want {
				t.Errorf("%s: %q", file, r.Text)
			}
		}
	}
	if unread > 0 {
		t.Errorf("%d messages could not be read", unread)
	}
	t.Logf("%d payloads, %d events, %d replies", len(files), events, recorded)
}

// inOurThread makes of a message one that stands in a thread of ours.
func inOurThread(v map[string]any) {
	v["channel"] = channelID
	for _, m := range []map[string]any{v, asObject(v["message"])} {
		if m != nil && m["thread_ts"] == nil {
			m["thread_ts"] = rootTS
		}
	}
}

func asObject(v any) map[string]any { o, _ := v.(map[string]any); return o }
