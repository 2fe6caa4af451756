package slacktest

import (
	"fmt"
	"strconv"
	"testing"
)

func texts(o map[string]any) []string {
	out := []string{}
	list, _ := o["messages"].([]any)
	for _, m := range list {
		out = append(out, m.(map[string]any)["text"].(string))
	}
	return out
}

func next(o map[string]any) string {
	meta, _ := o["response_metadata"].(map[string]any)
	c, _ := meta["next_cursor"].(string)
	return c
}

func TestHistory(t *testing.T) {
	w := newWorld(t, Options{Speed: 1e6}, App{})
	var roots []Ref
	for i := range 5 {
		roots = append(roots, w.Say(w.channel, w.ada, strconv.Itoa(i)))
	}
	w.Reply(roots[1], w.ada, "only in the thread")
	w.Write(w.channel, w.ada, Draft{Text: "for all", Thread: roots[1].TS, Broadcast: true})
	ask := func(args ...string) map[string]any {
		return w.call(w.in.Token, "conversations.history", append([]string{"channel", w.channel}, args...)...)
	}
	if got := fmt.Sprint(texts(ask())); got != "[for all 4 3 2 1 0]" {
		t.Errorf("history is %s", got)
	}
	var got []string
	cursor, pages := "", 0
	for {
		o := ask("limit", "4", "cursor", cursor)
		got = append(got, texts(o)...)
		pages++
		if cursor = next(o); cursor == "" {
			break
		}
	}
	if fmt.Sprint(got) != "[for all 4 3 2 1 0]" || pages != 2 {
		t.Errorf("%d pages of %v", pages, got)
	}
	if got := fmt.Sprint(texts(ask("oldest", roots[1].TS, "latest", roots[3].TS))); got != "[2]" {
		t.Errorf("between: %s", got)
	}
	if got := fmt.Sprint(texts(ask("oldest", roots[1].TS, "latest", roots[3].TS, "inclusive", "true"))); got != "[3 2 1]" {
		t.Errorf("inclusive: %s", got)
	}
	w.wantError(ask("cursor", "rubbish"), "invalid_cursor")
	w.wantError(ask("oldest", "yesterday"), "invalid_ts_oldest")
	parent := ask("latest", roots[1].TS, "inclusive", "true", "limit", "1")["messages"].([]any)[0].(map[string]any)
	if parent["reply_count"] != 2.0 || parent["thread_ts"] != roots[1].TS || parent["latest_reply"] == nil {
		t.Errorf("the parent is %v", parent)
	}
}

func TestReplies(t *testing.T) {
	w := newWorld(t, Options{Speed: 1e6}, App{})
	root := w.Say(w.channel, w.ada, "root")
	alone := w.Say(w.channel, w.ada, "alone")
	var rs []Ref
	for i := range 5 {
		rs = append(rs, w.Reply(root, w.ada, strconv.Itoa(i)))
	}
	ask := func(ts string, args ...string) map[string]any {
		return w.call(w.in.Token, "conversations.replies", append([]string{"channel", w.channel, "ts", ts}, args...)...)
	}
	var got []string
	cursor := ""
	for {
		o := ask(root.TS, "limit", "3", "cursor", cursor)
		got = append(got, texts(o)...)
		if cursor = next(o); cursor == "" {
			break
		}
	}
	if fmt.Sprint(got) != "[root 0 1 root 2 3 root 4]" {
		t.Errorf("pages of replies: %v", got)
	}
	if got := fmt.Sprint(texts(ask(rs[2].TS, "oldest", rs[2].TS))); got != "[root 3 4]" {
		t.Errorf("by a reply, from it on: %s", got)
	}
	if got := fmt.Sprint(texts(ask(alone.TS))); got != "[alone]" {
		t.Errorf("without replies: %s", got)
	}
	w.wantError(ask("1.000001"), "thread_not_found")
	w.Delete(root)
	if o := ask(root.TS)["messages"].([]any)[0].(map[string]any); o["subtype"] != "tombstone" || o["reply_count"] != 5.0 {
		t.Errorf("the deleted parent is %v", o)
	}
	for _, r := range rs {
		w.Delete(r)
	}
	w.wantError(ask(root.TS), "thread_not_found") // the last reply takes it along
}

func TestMetadata(t *testing.T) {
	w := newWorld(t, Options{Speed: 1e6, MetadataScope: true}, App{})
	ts := w.post("text", "x", "metadata", `{"event_type":"post","event_payload":{"key":"k"}}`)["ts"].(string)
	read := func(args ...string) any {
		o := w.call(w.in.Token, "conversations.history", append([]string{"channel", w.channel}, args...)...)
		return o["messages"].([]any)[0].(map[string]any)["metadata"]
	}
	if read() != nil {
		t.Error("metadata came unasked")
	}
	w.call(w.in.Token, "chat.update", "channel", w.channel, "ts", ts, "text", "y")
	if read("include_all_metadata", "true") == nil {
		t.Error("chat.update lost metadata that it did not name")
	}
	w.SetScopes(w.app.ID, w.team, "channels:history", "chat:write")
	if read("include_all_metadata", "true") != nil {
		t.Error("metadata came without its scope")
	}
	w.wantError(w.post("text", "x", "metadata", `{"event_type":"post"}`), "invalid_metadata_schema")
}

func TestHistoryRule(t *testing.T) {
	w := newWorld(t, Options{HistoryRule: true}, App{})
	for i := range 20 {
		w.Say(w.channel, w.ada, strconv.Itoa(i))
	}
	o := w.call(w.in.Token, "conversations.history", "channel", w.channel, "limit", "999")
	if len(texts(o)) != 15 || next(o) == "" {
		t.Errorf("%d messages on the page", len(texts(o)))
	}
	res, o := w.status(w.in.Token, "conversations.history", "channel", w.channel)
	w.wantError(o, "ratelimited")
	if after, _ := strconv.Atoi(res.Header.Get("Retry-After")); res.StatusCode != 429 || after < 55 || after > 60 {
		t.Errorf("answered %d, Retry-After %q", res.StatusCode, res.Header.Get("Retry-After"))
	}
}

func TestLists(t *testing.T) {
	w := newWorld(t, Options{Speed: 1e6}, App{})
	secret := w.AddChannel(w.team, Channel{Name: "secret", Private: true, Members: []string{w.ada}})
	ours := w.AddChannel(w.team, Channel{Name: "ours", Private: true, Members: []string{w.ada, w.in.BotUser}})
	names := func(o map[string]any) (out []string) {
		for _, c := range o["channels"].([]any) {
			out = append(out, c.(map[string]any)["name"].(string))
		}
		return out
	}
	if got := fmt.Sprint(names(w.call(w.in.Token, "conversations.list", "types", "public_channel,private_channel"))); got != "[reading ours]" {
		t.Errorf("listed %s", got)
	}
	w.wantError(w.call(w.in.Token, "conversations.info", "channel", secret), "channel_not_found")
	info := w.call(w.in.Token, "conversations.info", "channel", ours, "include_num_members", "true")["channel"].(map[string]any)
	if info["is_private"] != true || info["is_member"] != true || info["num_members"] != 2.0 {
		t.Errorf("info: %v", info)
	}
	u := w.call(w.in.Token, "users.info", "user", w.ada)["user"].(map[string]any)
	if u["is_admin"] != true || u["is_bot"] != false || u["real_name"] != "Ada" {
		t.Errorf("user: %v", u)
	}
	other := w.AddTeam("Others")
	bob := w.AddUser(other, "Bob", Owner)
	w.wantError(w.call(w.in.Token, "users.info", "user", bob), "user_not_found")
	w.AddChannel(w.team, Channel{Name: "both", Shared: []string{other}, Members: []string{bob}})
	if u := w.call(w.in.Token, "users.info", "user", bob)["user"].(map[string]any); u["team_id"] != other || u["is_owner"] != nil {
		t.Errorf("somebody of another workspace: %v", u)
	}
	dm := w.call(w.in.Token, "conversations.open", "users", w.ada)["channel"].(map[string]any)["id"].(string)
	if dm != w.Direct(w.ada, w.in.BotUser) || dm[0] != 'D' {
		t.Errorf("opened %s", dm)
	}
	w.wantError(w.post("channel", w.ada, "text", "to her"), "")
	if len(w.Messages(dm)) != 1 {
		t.Error("a message to somebody is not in their conversation")
	}
}
