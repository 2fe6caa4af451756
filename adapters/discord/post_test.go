package discord

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"colloquy/adapters/discord/discordtest"
	"colloquy/bot"
)

// A postOffice is an adapter on a Discord of the tests, with a server and a channel.
type postOffice struct {
	*Adapter
	t     *testing.T
	s     *discordtest.Server
	guild string
	text  bot.Channel
}

func newPostOffice(t *testing.T, o discordtest.Options) postOffice {
	o.Speed = 1000
	s := discordtest.New(t, o)
	d := postOffice{t: t, s: s, guild: s.AddGuild("Readers"), Adapter: New(Options{Token: s.Token, API: s.URL})}
	d.text = d.channel(discordtest.Text)
	return d
}

func (d postOffice) channel(kind discordtest.Kind) bot.Channel {
	return bot.Channel{Platform: Platform, Workspace: d.guild, ID: d.s.AddChannel(d.guild, discordtest.Channel{Name: "reading", Kind: kind})}
}

func (d postOffice) post(ch bot.Channel, m bot.Message, key string) bot.Posted {
	d.t.Helper()
	p, err := d.Post(d.t.Context(), ch, m, key)
	if err != nil {
		d.t.Fatalf("Post: %v", err)
	}
	return p
}

func (d postOffice) thread(root bot.MessageRef) bot.Channel {
	d.t.Helper()
	thread, err := d.StartThread(d.t.Context(), root, "A bridge", "k")
	if err != nil {
		d.t.Fatalf("StartThread: %v", err)
	}
	return thread
}

// find looks a post up as the engine does, some minutes later.
func (d postOffice) find(ch bot.Channel, key string) (bot.Posted, bool) {
	d.t.Helper()
	p, found, err := d.FindPost(d.t.Context(), ch, key, time.Now().Add(-time.Minute))
	if err != nil {
		d.t.Fatalf("FindPost: %v", err)
	}
	return p, found
}

var (
	rootMessage = bot.Message{Title: "A bridge", Link: "https://example.org/bridge", Source: "Example Times (example.org)", Paragraphs: []string{"It is to be built."}}
	askedOne    = bot.Message{Number: 1, Question: "For whom?"}
)

func TestPostOpensADiscussion(t *testing.T) {
	for _, kind := range []discordtest.Kind{discordtest.Text, discordtest.Announcement} {
		d := newPostOffice(t, discordtest.Options{})
		d.text = d.channel(kind)
		testPostOpensADiscussion(t, d)
	}
}

func testPostOpensADiscussion(t *testing.T, d postOffice) {
	root := d.post(d.text, rootMessage, "root-key")
	if root.Thread != (bot.Channel{}) || root.Ref.Channel != d.text {
		t.Fatalf("posted as %+v", root)
	}
	if again := d.post(d.text, rootMessage, "root-key"); again != root {
		t.Errorf("posted again as %+v", again)
	}
	if p, found := d.find(d.text, "root-key"); !found || p != root {
		t.Errorf("found %v as %+v", found, p)
	}
	thread := d.thread(root.Ref)
	if again := d.thread(root.Ref); again != thread || thread.Thread != root.Ref.MessageID || thread.ID != d.text.ID {
		t.Errorf("threads %+v and %+v", thread, again)
	}
	if _, ok := d.watch.channel(thread.Thread); !ok {
		t.Error("the thread is not watched")
	}
	if p, found := d.find(d.text, "root-key"); !found || p.Ref != root.Ref || p.Thread != thread {
		t.Errorf("with its thread, found %v as %+v", found, p)
	}
	q := d.post(thread, askedOne, strings.Repeat("a long key ", 9))
	if p, found := d.find(thread, strings.Repeat("a long key ", 9)); !found || p != q {
		t.Errorf("in the thread, found %v as %+v", found, p)
	}
	if got, want := d.LinkTo(q.Ref), "https://discord.com/channels/"+d.guild+"/"+thread.Thread+"/"+q.Ref.MessageID; got != want || !isOurLink(got) {
		t.Errorf("the link is %s, want %s", got, want)
	}
	if ths := d.s.Threads(d.text.ID); len(ths) != 1 || ths[0].Name != "A bridge" || ths[0].ArchiveAfter != longArchive {
		t.Errorf("threads on Discord: %+v", ths)
	}
	if n := len(d.s.Written(d.text.ID)); n != 1 {
		t.Errorf("%d messages in the channel", n)
	}
}

func TestPostWhoseAnswerIsLost(t *testing.T) {
	d := newPostOffice(t, discordtest.Options{})
	for _, ch := range []bot.Channel{d.text, d.channel(discordtest.Forum)} {
		d.s.Fail(discordtest.Fault{Method: http.MethodPost, Path: "/channels/" + ch.ID + "/(messages|threads)", Cut: true})
		if ch != d.text { // the first request of two is refused, and the second carried out
			d.s.Heal()
			d.s.Fail(discordtest.Fault{Method: http.MethodPost, Path: "/channels/" + ch.ID + "/threads", Cut: true})
		}
		_, err := d.Post(t.Context(), ch, rootMessage, "lost")
		_, retry := bot.RetryDelay(err)
		if err == nil || retry || bot.IsPermanent(err) {
			t.Fatalf("an answer that is lost is %v", err)
		}
		p, found := d.find(ch, "lost")
		if !found || d.LinkTo(p.Ref) == "" {
			t.Errorf("found %v as %+v", found, p)
		}
		if _, found := d.find(ch, "another"); found {
			t.Error("what was never posted is found")
		}
	}
}

func TestPostInAForum(t *testing.T) {
	d := newPostOffice(t, discordtest.Options{})
	for _, c := range []struct {
		name string
		o    discordtest.Channel
		tag  int // which one is used, from 1
	}{
		{"plain", discordtest.Channel{Kind: discordtest.Forum}, 0},
		{"media", discordtest.Channel{Kind: discordtest.Media}, 0},
		{"with tags", discordtest.Channel{Kind: discordtest.Forum, RequireTag: true, Tags: []discordtest.Tag{{ID: "71", Name: "staff", Moderated: true}, {ID: "72", Name: "open"}}}, 72},
	} {
		forum := bot.Channel{Platform: Platform, Workspace: d.guild, ID: d.s.AddChannel(d.guild, c.o)}
		p := d.post(forum, rootMessage, "in-"+c.name)
		if p.Thread.Thread == "" || p.Ref.Channel != p.Thread || p.Ref.MessageID != p.Thread.Thread || p.Thread.ID != forum.ID {
			t.Errorf("%s: posted as %+v", c.name, p)
		}
		ths := d.s.Threads(forum.ID)
		if len(ths) != 1 || ths[0].Name != "A bridge" || c.tag > 0 && !slices.Equal(ths[0].Tags, []string{fmt.Sprint(c.tag)}) {
			t.Errorf("%s: threads on Discord: %+v", c.name, ths)
		}
		if got, found := d.find(forum, "in-"+c.name); !found || got != p {
			t.Errorf("%s: found %v as %+v", c.name, found, got)
		}
		q := d.post(p.Thread, askedOne, "q-"+c.name)
		if got, found := d.find(p.Thread, "q-"+c.name); !found || got != q {
			t.Errorf("%s: the question is found %v as %+v", c.name, found, got)
		}
		if thread := d.thread(p.Ref); thread != p.Thread {
			t.Errorf("%s: another thread %+v", c.name, thread)
		}
		d.s.SetThread(p.Thread.Thread, true, false)
		if got, found := d.find(forum, "in-"+c.name); !found || got != p {
			t.Errorf("%s: archived, it is found %v as %+v", c.name, found, got)
		}
		if err := d.Edit(t.Context(), p.Ref, rootMessage); err != nil {
			t.Errorf("%s: Edit: %v", c.name, err)
		}
		if err := d.Delete(t.Context(), p.Ref); err != nil {
			t.Errorf("%s: Delete: %v", c.name, err)
		}
		if _, found := d.find(forum, "in-"+c.name); found {
			t.Errorf("%s: what is deleted is found", c.name)
		}
	}
	only := bot.Channel{Platform: Platform, Workspace: d.guild, ID: d.s.AddChannel(d.guild, discordtest.Channel{Kind: discordtest.Forum, RequireTag: true})}
	_, err := d.Post(t.Context(), only, rootMessage, "tagless")
	if !bot.IsPermanent(err) || bot.ReasonCode(err) != "needs_tag" {
		t.Errorf("without tags: %v", err)
	}
}

// An address that only Discord finds wrong costs the picture, not the post.
func TestPostWithAnAddressThatIsRefused(t *testing.T) {
	d := newPostOffice(t, discordtest.Options{})
	refuse := func(method string) {
		d.s.Fail(discordtest.Fault{Method: method, Path: "/channels/.*", Status: 400,
			Body: `{"code":50035,"message":"Invalid Form Body","errors":{"embeds":{"0":{"image":{"url":{"_errors":[{"code":"URL_TYPE_INVALID_URL","message":"Not a well formed URL."}]}}}}}}`})
	}
	m := rootMessage
	m.Image = "https://example.org/odd.jpg"
	for _, ch := range []bot.Channel{d.text, d.channel(discordtest.Forum)} {
		if ch == d.text {
			refuse(http.MethodPost)
		} else {
			d.s.Fail(discordtest.Fault{Method: http.MethodPost, Path: "/channels/" + ch.ID + "/threads", Status: 400, Body: `{"code":50035,"message":"Invalid Form Body"}`})
		}
		p := d.post(ch, m, "odd-"+ch.ID)
		d.s.Heal()
		refuse(http.MethodPatch)
		if err := d.Edit(t.Context(), p.Ref, m); err != nil {
			t.Errorf("Edit: %v", err)
		}
		sent, _ := d.s.Message(p.Ref.MessageID)
		if s := string(sent.Embeds); strings.Contains(s, "odd.jpg") || !strings.Contains(s, "It is to be built.") || !strings.Contains(s, "example.org") {
			t.Errorf("posted as %s", s)
		}
		d.s.Heal()
	}
	d.s.Fail(discordtest.Fault{Method: http.MethodPost, Times: -1, Status: 400, Body: `{"code":50035,"message":"Invalid Form Body"}`})
	if _, err := d.Post(t.Context(), d.text, m, "hopeless"); !bot.IsPermanent(err) {
		t.Errorf("what stays refused: %v", err)
	}
}

func TestPostThatSomebodyDeletedIsNotRepeated(t *testing.T) {
	d := newPostOffice(t, discordtest.Options{})
	p := d.post(d.text, askedOne, "once")
	d.s.Delete(d.text.ID, p.Ref.MessageID)
	if _, found := d.find(d.text, "once"); found {
		t.Error("what is deleted is found")
	}
	if _, err := d.Post(t.Context(), d.text, askedOne, "once"); !bot.IsPermanent(err) || bot.ReasonCode(err) != "removed" {
		t.Errorf("posted again: %v", err)
	}
	if n := len(d.s.Written(d.text.ID)); n != 0 {
		t.Errorf("%d messages", n)
	}
}

func TestStartThreadRefused(t *testing.T) {
	for name, c := range map[string]struct {
		kind  discordtest.Kind
		set   func(d postOffice, ch bot.Channel)
		code  string
		says  string
		perm  bool
		retry bool
	}{
		"no permission": {set: func(d postOffice, ch bot.Channel) { d.s.Deny(ch.ID, discordtest.CreatePublicThreads) }, code: "no_permission", says: "Create Public Threads", perm: true},
		"voice channel": {kind: discordtest.Voice, code: "no_threads", says: "no threads", perm: true},
		"too many":      {set: func(d postOffice, ch bot.Channel) { d.thread(d.post(d.text, askedOne, "x").Ref) }, code: "too_many_threads", says: "archive", retry: true},
		"gone":          {set: func(d postOffice, ch bot.Channel) { d.s.Delete(ch.ID, d.s.Written(ch.ID)[0].ID) }, code: "removed", says: "deleted", perm: true},
	} {
		d := newPostOffice(t, discordtest.Options{ActiveThreads: 1})
		ch := d.channel(c.kind)
		root := d.post(ch, rootMessage, "root")
		if c.set != nil {
			c.set(d, ch)
		}
		_, err := d.StartThread(t.Context(), root.Ref, "A bridge", "k")
		_, retry := bot.RetryDelay(err)
		if bot.ReasonCode(err) != c.code || !strings.Contains(bot.Explain(err), c.says) || bot.IsPermanent(err) != c.perm || retry != c.retry {
			t.Errorf("%s: %v (%s)", name, err, bot.ReasonCode(err))
		}
	}
}

func TestFindPostReadsAllOrSaysSo(t *testing.T) {
	d := newPostOffice(t, discordtest.Options{})
	p := d.post(d.text, askedOne, "deep")
	ada := d.s.AddMember(d.guild, "Ada")
	other := d.s.AddBot(d.guild, "Other")
	for i := range 250 {
		d.s.Say(d.text.ID, []string{ada, other}[i%2], customID("absent", "why", nil))
	}
	if got, found := d.find(d.text, "deep"); !found || got != p {
		t.Errorf("found %v as %+v", found, got)
	}
	if _, found := d.find(d.text, "absent"); found {
		t.Error("what others write is taken for a post")
	}
	since := time.Now().Add(-time.Minute)
	d.s.Fail(discordtest.Fault{Method: http.MethodGet, Path: "/channels/[0-9]+/messages", After: 1, Status: 500})
	if _, found, err := d.FindPost(t.Context(), d.text, "absent", since); err == nil || found {
		t.Errorf("a listing that ends half way says %v, %v", found, err)
	}
	d.s.Heal()
	d.s.Deny(d.text.ID, discordtest.ReadHistory)
	d.access.drop(d.guild)
	_, found, err := d.FindPost(t.Context(), d.text, "absent", since)
	if err == nil || found || !strings.Contains(bot.Explain(err), "Read Message History") {
		t.Errorf("without the history: %v, %v", found, err)
	}
	before := len(d.s.Calls())
	d.s.Deny(d.text.ID, 0)
	d.access.drop(d.guild)
	if _, found, err := d.FindPost(t.Context(), d.text, "absent", time.Now().Add(time.Hour)); err != nil || found {
		t.Errorf("since later: %v, %v", found, err)
	}
	pages := 0
	for _, c := range d.s.Calls()[before:] {
		if strings.HasSuffix(c.Path, "/messages") {
			pages++
		}
	}
	if pages != 1 {
		t.Errorf("%d pages were read for a time from which there is nothing", pages)
	}
}

func TestEditKeepsTheKeyAndNotifiesNobody(t *testing.T) {
	d := newPostOffice(t, discordtest.Options{})
	role := d.s.AddRole(d.guild, "readers", 0)
	d.s.AddMember(d.guild, "Ada", role)
	pinged := rootMessage
	pinged.Ping = role
	p := d.post(d.text, pinged, "key-of-it")
	if m, _ := d.s.Message(p.Ref.MessageID); len(m.Notified) != 1 || m.Content != "<@&"+role+">" {
		t.Errorf("posted as %q, it notified %d", m.Content, len(m.Notified))
	}
	changed := askedOne
	changed.Ping = role
	changed.Paragraphs = []string{"@everyone <@&" + role + ">"}
	changed.Buttons = []bot.Button{{Label: "Answer", Command: "answer", Form: "What do you think?"}}
	for range 2 {
		if err := d.Edit(t.Context(), p.Ref, changed); err != nil {
			t.Fatalf("Edit: %v", err)
		}
	}
	m, _ := d.s.Message(p.Ref.MessageID)
	if len(m.Notified) != 1 || !strings.Contains(m.Content, "For whom?") || string(m.Embeds) != "[]" {
		t.Errorf("after an edit: %+v", m)
	}
	if ids := m.CustomIDs(); len(ids) != 1 || !strings.HasPrefix(ids[0], "key-of-it/answer/") {
		t.Errorf("its buttons are %q", ids)
	}
	if got, found := d.find(d.text, "key-of-it"); !found || got != p {
		t.Errorf("found %v as %+v", found, got)
	}
	for _, c := range d.s.Calls() {
		var body struct {
			Mentions *struct {
				Parse []string `json:"parse"`
				Roles []string `json:"roles"`
			} `json:"allowed_mentions"`
		}
		if c.Method != http.MethodPost && c.Method != http.MethodPatch || !strings.Contains(c.Path, "/messages") {
			continue
		}
		if err := json.Unmarshal(c.Body, &body); err != nil || body.Mentions == nil || body.Mentions.Parse == nil || len(body.Mentions.Parse) > 0 ||
			c.Method == http.MethodPatch && body.Mentions.Roles != nil {
			t.Errorf("%s %s sent %s", c.Method, c.Path, c.Body)
		}
	}
}

func TestEditAndDeleteInAThreadThatIsOver(t *testing.T) {
	d := newPostOffice(t, discordtest.Options{})
	thread := d.thread(d.post(d.text, rootMessage, "root").Ref)
	p := d.post(thread, askedOne, "q")
	d.s.SetThread(thread.Thread, true, false)
	changed := askedOne
	changed.Question = "For nobody?"
	if err := d.Edit(t.Context(), p.Ref, changed); err != nil {
		t.Fatalf("Edit: %v", err)
	}
	if m, _ := d.s.Message(p.Ref.MessageID); !strings.Contains(m.Content, "For nobody?") {
		t.Errorf("after an edit: %q", m.Content)
	}
	if ths := d.s.Threads(d.text.ID); !ths[0].Archived {
		t.Error("the thread is not archived again")
	}
	d.s.SetThread(thread.Thread, true, true)
	d.s.Fail(discordtest.Fault{Method: http.MethodPatch, Path: "/channels/" + thread.Thread, Status: 403, Body: `{"code":50013,"message":"Missing Permissions"}`})
	if err := d.Edit(t.Context(), p.Ref, askedOne); !bot.IsPermanent(err) || !strings.Contains(bot.Explain(err), "unlock it") {
		t.Errorf("in a locked thread: %v", err)
	}
	for range 2 {
		if err := d.Delete(t.Context(), p.Ref); err != nil {
			t.Fatalf("Delete: %v", err)
		}
	}
	if err := d.Edit(t.Context(), p.Ref, askedOne); !bot.IsPermanent(err) {
		t.Errorf("what is gone is edited: %v", err)
	}
	d.s.DeleteChannel(thread.Thread)
	if err := d.Delete(t.Context(), p.Ref); err != nil {
		t.Errorf("what is gone with its thread: %v", err)
	}
}

func TestDirect(t *testing.T) {
	d := newPostOffice(t, discordtest.Options{})
	ada := bot.Person{Platform: Platform, Workspace: d.guild, ID: d.s.AddMember(d.guild, "Ada")}
	ch, err := d.Direct(t.Context(), ada)
	if err != nil || ch.Workspace != d.guild || ch.ID != d.s.DirectChannel(ada.ID) {
		t.Fatalf("Direct: %+v, %v", ch, err)
	}
	p := d.post(ch, bot.Message{Paragraphs: []string{"Nothing could be posted. /discuss why says why."}}, "notice")
	if m, _ := d.s.Message(p.Ref.MessageID); m.Content != "Nothing could be posted. /colloquy why says why." {
		t.Errorf("the notice says %q", m.Content)
	}
	if got, found := d.find(ch, "notice"); !found || got != p {
		t.Errorf("found %v as %+v", found, got)
	}
	d.s.CloseDirect(ada.ID, true)
	if _, err := d.Post(t.Context(), ch, askedOne, "unwanted"); !bot.IsPermanent(err) || bot.ReasonCode(err) != "no_direct" {
		t.Errorf("to somebody who takes none: %v", err)
	}
	if _, err := d.Direct(t.Context(), bot.Person{Platform: Platform, ID: "x/../y"}); !bot.IsPermanent(err) {
		t.Errorf("to nobody: %v", err)
	}
}

func TestPostCancelled(t *testing.T) {
	d := newPostOffice(t, discordtest.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := d.Post(ctx, d.text, askedOne, "never"); err == nil {
		t.Error("a post with a cancelled context went out")
	}
	if n := len(d.s.Calls()); n != 0 {
		t.Errorf("%d requests", n)
	}
}
