package slacktest

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

func TestWhatPeopleWrite(t *testing.T) {
	w := newWorld(t, Options{Speed: 1e6}, App{Events: append([]string{"message.im"}, DefaultEvents...)})
	l := w.listen(nil)
	other := w.AddTeam("Others")
	bob := w.AddUser(other, "Bob")
	w.SetDisplayName(bob, "bobby")
	shared := w.AddChannel(w.team, Channel{Name: "shared", Shared: []string{other}, Members: []string{bob, w.in.BotUser}})
	bot := w.AddBot(w.team, "Another bot")
	root := w.Say(w.channel, w.ada, "root")
	w.AwaitDelivered()
	for _, x := range []struct {
		channel, user string
		draft         Draft
		want          string // of the event: subtype, text, and what else is to be there
		has           string
	}{
		{w.channel, w.ada, Draft{Text: "all", Thread: root.TS, Broadcast: true}, "thread_broadcast all", "root"},
		{w.channel, w.ada, Draft{Text: "look", Files: []string{"a.txt"}, Thread: root.TS}, "file_share look", "files"},
		{w.channel, w.ada, Draft{Text: "waves", Me: true, Thread: root.TS}, "me_message waves", "parent_user_id"},
		{w.channel, w.ada, Draft{Text: "<@U1> &amp;", Raw: true, Thread: root.TS}, "<nil> <@U1> &amp;", "client_msg_id"},
		{w.channel, bot, Draft{Text: "beep", Thread: root.TS}, "<nil> beep", "bot_profile"},
		{w.channel, "", Draft{Text: "old", Webhook: "github", Thread: root.TS}, "bot_message old", "username"},
		{shared, bob, Draft{Text: "hello"}, "<nil> hello", "user_profile"},
		{w.Direct(w.ada, w.in.BotUser), w.ada, Draft{Text: "psst"}, "<nil> psst", "channel_type"},
	} {
		before := len(l.got())
		w.Write(x.channel, x.user, x.draft)
		w.Await("the event", func() bool { return len(l.got()) > before })
		w.AwaitDelivered()
		for _, g := range l.got()[before:] {
			e := g.event()
			if got := fmt.Sprint(e["subtype"], " ", e["text"]); e["type"] == "message" && (got != x.want || e[x.has] == nil) {
				t.Errorf("%+v came as %q, %s %v", x.draft, got, x.has, e[x.has])
			}
		}
	}
	last := l.got()[len(l.got())-2]
	if !strings.Contains(string(last.body), `"is_ext_shared_channel":true`) || last.event()["user_team"] != other {
		t.Errorf("of another workspace: %s", last.body)
	}
	m, _ := w.Message(Ref{w.channel, w.post("text", "<@"+w.ada+"> <@"+w.in.BotUser+"> <!here>")["ts"].(string)})
	if fmt.Sprint(m.Notified) != "["+w.ada+"]" {
		t.Errorf("notified %v", m.Notified)
	}
	w.Invite(w.channel, bob)
	hers := w.Write(w.channel, w.ada, Draft{Text: "<!channel>", Raw: true})
	if m, _ := w.Message(hers); fmt.Sprint(m.Notified) != "["+bob+"]" {
		t.Errorf("notified %v, and not everybody but her", m.Notified)
	}
}

func TestUnusualEvents(t *testing.T) {
	w := newWorld(t, Options{}, App{})
	l := w.listen(nil)
	w.RateLimited(w.app.ID, w.team)
	w.Event(w.app.ID, w.team, map[string]any{"type": "never_heard_of"})
	id := w.ChangeID(w.channel)
	w.AwaitDelivered()
	w.Say(id, w.ada, "as before")
	w.AwaitDelivered()
	all := ""
	for _, g := range l.got() {
		all += string(g.body)
	}
	for _, want := range []string{"app_rate_limited", "minute_rate_limited", "never_heard_of", "channel_id_changed", "as before"} {
		if !strings.Contains(all, want) {
			t.Errorf("%q did not come: %s", want, all)
		}
	}
	if got := w.CheckCertificate(w.app.ID); got != 200 {
		t.Errorf("the certificate check: %d", got)
	}
}

func TestFiles(t *testing.T) {
	w := newWorld(t, Options{}, App{})
	up := func(n string) (id, to string) {
		o := w.call(w.in.Token, "files.getUploadURLExternal", "filename", "a.json", "length", n)
		id, _ = o["file_id"].(string)
		to, _ = o["upload_url"].(string)
		return id, to
	}
	put := func(to string) int {
		res, err := http.Post(to, "application/octet-stream", bytes.NewReader([]byte("12345")))
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		return res.StatusCode
	}
	if _, to := up("4"); put(to) != 400 {
		t.Error("more was taken than was announced")
	}
	id, to := up("5")
	done := func() map[string]any {
		return w.call(w.in.Token, "files.completeUploadExternal", "files", `[{"id":"`+id+`","title":"A"}]`, "channel_id", w.channel)
	}
	w.wantError(done(), "file_not_found")
	if put(to) != 200 {
		t.Error("the upload was refused")
	}
	w.wantError(done(), "")
	fs := w.Files(w.channel)
	if len(fs) != 1 || string(fs[0].Data) != "12345" || fs[0].Name != "a.json" || fs[0].Title != "A" {
		t.Errorf("the files are %+v", fs)
	}
	if m, _ := w.Message(fs[0].Ref); m.Subtype != "file_share" || m.Files[0] != "a.json" {
		t.Errorf("the message is %+v", m)
	}
	w.DeleteFiles(fs[0].Ref)
	if m, _ := w.Message(fs[0].Ref); m.Files[0] != "" {
		t.Errorf("the deleted file is %+v", m.Files)
	}
}
