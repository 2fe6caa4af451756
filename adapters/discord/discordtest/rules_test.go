package discordtest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestViolationsAreNoted(t *testing.T) {
	s := New(t, Options{Speed: 1e6})
	c := s.AddChannel(s.AddGuild("Readers"), Channel{})
	b := bot{t, s}
	at := "/channels/" + c + "/messages"
	_, undocumented := document()
	for name, do := range map[string]func(){
		"allowed_mentions": func() { b.call("POST", at, obj{"content": "x"}) },
		"no parse":         func() { b.call("POST", at, obj{"content": "x", "allowed_mentions": obj{"roles": []string{"1"}}}) },
		"null parse":       func() { b.call("POST", at, obj{"content": "x", "allowed_mentions": obj{"parse": nil}}) },
		"wrong type":       func() { b.call("POST", at, obj{"content": 7, "allowed_mentions": quiet}) },
		"long nonce": func() {
			b.call("POST", at, obj{"content": "x", "nonce": strings.Repeat("x", 26), "allowed_mentions": quiet})
		},
		"wrong style": func() {
			b.call("POST", at, obj{"content": "x", "allowed_mentions": quiet, "components": []obj{{"type": 1, "components": []obj{{"type": 2, "style": 99, "label": "x", "custom_id": "x"}}}}})
		},
		"wrong thread": func() {
			_, m := b.call("POST", at, obj{"content": "x", "allowed_mentions": quiet})
			b.call("POST", at+"/"+m["id"].(string)+"/threads", obj{"name": "x", "auto_archive_duration": 61})
		},
		"wrong query": func() { b.call("GET", at+"?limit=101", nil) },
		"no endpoint": func() {
			res, err := http.Get(s.URL + "/v10/nowhere")
			if err != nil {
				t.Fatal(err)
			}
			_ = res.Body.Close()
		},
	} {
		do()
		if v := s.Forgive(); len(v) == 0 && !(undocumented != nil && strings.HasPrefix(name, "wrong")) {
			t.Errorf("%s: no violation", name)
		}
	}
	b.call("POST", at, obj{"content": "x", "allowed_mentions": quiet})
	if v := s.Violations(); len(v) > 0 {
		t.Errorf("a proper request: %v", v)
	}
}

func TestErrorsOfMessages(t *testing.T) {
	s := New(t, Options{Speed: 1e6, ActiveThreads: 3})
	g := s.AddGuild("Readers")
	c := s.AddChannel(g, Channel{})
	closed := s.AddChannel(g, Channel{Overwrites: []Overwrite{{ID: g, Deny: ViewChannel}}})
	mute := s.AddChannel(g, Channel{Overwrites: []Overwrite{{ID: s.AppID, Member: true, Deny: SendMessages}}})
	blind := s.AddChannel(g, Channel{Overwrites: []Overwrite{{ID: g, Deny: ReadHistory}}})
	forum := s.AddChannel(g, Channel{Kind: Forum, RequireTag: true, Tags: []Tag{{Name: "Books"}}})
	ada := s.AddMember(g, "ada")
	theirs, seen := s.Say(c, ada, "hello"), s.Say(blind, ada, "hello")
	b := bot{t, s}
	post := obj{"content": "x", "allowed_mentions": quiet}
	_, own := b.call("POST", "/channels/"+c+"/messages", post)
	id := own["id"].(string)
	b.call("POST", "/channels/"+c+"/messages/"+id+"/threads", obj{"name": "x"})
	_, inside := b.call("POST", "/channels/"+id+"/messages", post)
	locked := s.OpenThread(c, theirs, ada, "locked")
	s.SetThread(locked, false, true)
	full := s.OpenThread(c, s.Say(c, ada, "full"), ada, "full")
	s.FillThread(full)
	s.SetThread(id, true, false)
	row := func(n int) obj {
		return obj{"type": 1, "components": []obj{{"type": 2, "style": 2, "label": "x", "custom_id": fmt.Sprint("k", n)}}}
	}
	with := func(k string, v any) obj { return obj{"content": "x", "allowed_mentions": quiet, k: v} }
	for _, x := range []struct {
		method, path string
		body         any
		code         float64
	}{
		{"POST", "/channels/1/messages", post, 10003},
		{"POST", "/channels/" + closed + "/messages", post, 50001},
		{"POST", "/channels/" + mute + "/messages", post, 50013},
		{"POST", "/channels/" + forum + "/messages", post, 40058},
		{"POST", "/channels/" + forum + "/threads", obj{"name": "x", "message": post}, 40067},
		{"POST", "/channels/" + locked + "/messages", post, 160005},
		{"POST", "/channels/" + full + "/messages", post, 30033},
		{"GET", "/channels/" + blind + "/messages/" + seen, nil, 50013},
		{"GET", "/channels/" + c + "/messages/5", nil, 10008},
		{"PATCH", "/channels/" + c + "/messages/" + theirs, post, 50005},
		{"PATCH", "/channels/" + id + "/messages/" + inside["id"].(string), post, 50083},
		{"PUT", "/channels/" + id + "/messages/" + inside["id"].(string) + "/reactions/%F0%9F%91%8D/@me", nil, 50083},
		{"DELETE", "/channels/" + c + "/messages/" + theirs, nil, 50013},
		{"POST", "/channels/" + c + "/messages", obj{"content": " \n", "allowed_mentions": quiet}, 50006},
		{"POST", "/channels/" + c + "/messages", with("content", strings.Repeat("😀", 1001)), 50035},
		{"POST", "/channels/" + c + "/messages", with("embeds", []obj{{"description": strings.Repeat("x", 4000)}, {"description": strings.Repeat("x", 2001)}}), 50035},
		{"POST", "/channels/" + c + "/messages", with("components", []obj{row(1), row(1)}), 50035},
		{"POST", "/channels/" + c + "/messages", with("components", []obj{row(1), row(2), row(3), row(4), row(5), row(6)}), 50035},
		{"POST", "/channels/" + c + "/messages", with("allowed_mentions", obj{"parse": []string{"users"}, "users": []string{ada}}), 50035},
	} {
		if status, e := b.call(x.method, x.path, x.body); status < 400 || e["code"] != x.code {
			t.Errorf("%s %s: %d %v, not %v", x.method, x.path, status, e, x.code)
		}
	}
	if _, raw := b.raw("GET", "/channels/"+blind+"/messages", nil); string(raw) != "[]" {
		t.Errorf("without Read Message History: %s", raw)
	}
	if status, _ := b.call("POST", "/channels/"+id+"/messages", post); status != 200 || s.Threads(c)[1].Archived {
		t.Errorf("a post in an archived thread: %d, %+v", status, s.Threads(c))
	}
	_, last := b.call("POST", "/channels/"+c+"/messages", post)
	if status, e := b.call("POST", "/channels/"+c+"/messages/"+last["id"].(string)+"/threads", obj{"name": "x"}); status != 400 || e["code"] != 160006.0 {
		t.Errorf("one thread too many: %d %v", status, e)
	}
	s.DeleteChannel(full)
	tag, _ := b.call("POST", "/channels/"+forum+"/threads", obj{"name": "x", "message": post, "applied_tags": []string{s.channels[forum].tags[0].ID}})
	if ths := s.Threads(forum); tag != 201 || len(ths) != 1 || s.Messages(ths[0].ID)[0].ID != ths[0].ID {
		t.Errorf("forum post: %d %+v", tag, ths)
	}
	s.Forgive()
}

func TestNonceMakesOneMessage(t *testing.T) {
	now := time.Now()
	s := New(t, Options{Speed: 1e6, Now: func() time.Time { return now }})
	c := s.AddChannel(s.AddGuild("Readers"), Channel{})
	b := bot{t, s}
	at, post := "/channels/"+c+"/messages", obj{"content": "x", "allowed_mentions": quiet, "nonce": "n", "enforce_nonce": true}
	s.Fail(Fault{Method: "POST", Path: "/channels/.*/messages", Cut: true})
	r, _ := http.NewRequest("POST", s.URL+"/v9"+at, strings.NewReader(`{"content":"x","allowed_mentions":{"parse":[]},"nonce":"n"}`))
	r.Header.Set("Authorization", "Bot "+s.Token)
	if res, err := http.DefaultTransport.RoundTrip(r); err == nil {
		_ = res.Body.Close()
		t.Error("the connection was not cut")
	}
	_, one := b.call("POST", at, post)
	_, two := b.call("POST", at, post)
	if ms := s.Messages(c); len(ms) != 1 || one["id"] != ms[0].ID || two["id"] != ms[0].ID {
		t.Errorf("messages %v, answers %v %v", ms, one["id"], two["id"])
	}
	now = now.Add(10 * time.Minute)
	if _, three := b.call("POST", at, post); three["id"] == one["id"] {
		t.Error("the nonce is remembered for ever")
	}
	s.Delete(c, s.Messages(c)[1].ID)
	if _, e := b.call("POST", at, post); e["code"] != 10008.0 {
		t.Errorf("the message of the nonce was deleted: %v", e)
	}
}

func TestPagesAreNewestFirst(t *testing.T) {
	s := New(t, Options{Speed: 1e6})
	g := s.AddGuild("Readers")
	c, ada := s.AddChannel(g, Channel{}), s.AddMember(g, "ada")
	var ids []string
	for i := range 7 {
		ids = append(ids, s.Say(c, ada, fmt.Sprint(i)))
	}
	b := bot{t, s}
	for query, want := range map[string][]int{
		"": {6, 5, 4, 3, 2, 1, 0}, "?limit=2": {6, 5}, "?limit=2&before=" + ids[3]: {2, 1}, "?limit=2&after=" + ids[3]: {5, 4},
		"?limit=3&around=" + ids[3]: {4, 3, 2}, "?after=0&limit=2": {1, 0},
	} {
		_, raw := b.raw("GET", "/channels/"+c+"/messages"+query, nil)
		var got []struct{ ID string }
		if json.Unmarshal(raw, &got) != nil || len(got) != len(want) {
			t.Errorf("%s: %s", query, raw)
			continue
		}
		for i := range got {
			if got[i].ID != ids[want[i]] {
				t.Errorf("%s: message %d is %q", query, i, got[i].ID)
			}
		}
	}
}

func TestWhoIsNotified(t *testing.T) {
	s := New(t, Options{Speed: 1e6})
	g := s.AddGuild("Readers")
	r := s.AddRole(g, "readers", 0)
	c, ada, bob := s.AddChannel(g, Channel{}), s.AddMember(g, "ada", r), s.AddMember(g, "bob")
	b := bot{t, s}
	content := "<@&" + r + "> <@" + bob + "> @everyone"
	for _, x := range []struct {
		allowed obj
		want    []string
	}{{quiet, nil}, {obj{"parse": []string{}, "roles": []string{r}}, []string{ada}}, {obj{"parse": []string{"users"}}, []string{bob}}} {
		_, m := b.call("POST", "/channels/"+c+"/messages", obj{"content": content, "allowed_mentions": x.allowed})
		got, _ := s.Message(m["id"].(string))
		if !slices.Equal(got.Notified, x.want) {
			t.Errorf("%v notifies %v", x.allowed, got.Notified)
		}
		b.call("PATCH", "/channels/"+c+"/messages/"+m["id"].(string), obj{"content": content, "allowed_mentions": obj{"parse": []string{"users", "roles"}}})
		if again, _ := s.Message(m["id"].(string)); !slices.Equal(again.Notified, x.want) {
			t.Errorf("an edit notifies %v", again.Notified)
		}
	}
}

func TestRateLimits(t *testing.T) {
	s := New(t, Options{})
	c := s.AddChannel(s.AddGuild("Readers"), Channel{})
	b := bot{t, s}
	for i := range 6 {
		r, _ := http.NewRequest("POST", s.URL+"/v10/channels/"+c+"/messages", strings.NewReader(`{"content":"x","allowed_mentions":{"parse":[]}}`))
		r.Header.Set("Authorization", "Bot "+s.Token)
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		raw, _ := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if want := fmt.Sprint(max(0, 4-i)); res.Header.Get("X-RateLimit-Remaining") != want || (res.StatusCode == 429) != (i == 5) {
			t.Errorf("request %d: %d %v %s", i, res.StatusCode, res.Header, raw)
		}
	}
	s.LimitGlobally(time.Minute)
	if status, e := b.call("GET", "/users/@me", nil); status != 429 || e["global"] != true || e["retry_after"].(float64) < 50 {
		t.Errorf("global: %d %v", status, e)
	}
	s.HTML429(true)
	if status, raw := b.raw("GET", "/users/@me", nil); status != 429 || raw[0] != '<' {
		t.Errorf("HTML: %d %s", status, raw)
	}
	if n := s.Counts().TooMany; n != 3 {
		t.Errorf("%d were too many", n)
	}
	if cs := s.CallsTo("POST", "/channels/.*/messages"); len(cs) != 6 || cs[5].Status != 429 || len(s.Messages(c)) != 5 {
		t.Errorf("the log is %+v", cs)
	}
}
