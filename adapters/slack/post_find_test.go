package slack

import (
	"fmt"
	"testing"
	"time"

	"colloquy/adapters/slack/slacktest"
)

// What was sent before the layout was changed is found after.
func TestFindPostOfAnotherLayout(t *testing.T) {
	for _, layout := range []Layout{OneThread, ThreadPerQuestion} {
		t.Run(string(layout), func(t *testing.T) {
			d := newPostOffice(t, layout, slacktest.Options{})
			root := d.post(d.text, rootMessage, "root")
			q := d.post(root.Thread, askedOne, "asked")
			d.apps[0].Layout = OneThread
			if layout == OneThread {
				d.apps[0].Layout = ThreadPerQuestion
			}
			if p, found := d.find(root.Thread, "asked"); !found || p != q {
				t.Errorf("found %v as %+v, and it is %+v", found, p, q)
			}
		})
	}
}

// The ids of messages are times of Slack's clock, which ours may be far from.
func TestFindPostByAClockThatIsWrong(t *testing.T) {
	for _, off := range []time.Duration{-time.Hour, time.Hour} {
		t.Run(off.String(), func(t *testing.T) {
			d := newPostOffice(t, "", slacktest.Options{})
			d.o.Clock = func() time.Time { return time.Now().Add(off) }
			began := d.o.Clock()
			root := d.post(d.text, rootMessage, "root")
			if p, found, err := d.FindPost(t.Context(), d.text, "root", began); err != nil || !found || p != root {
				t.Errorf("found %v as %+v: %v", found, p, err)
			}
		})
	}
}

// Long channels have many pages, and Slack may make them short.
func TestFindPostReadsAllPages(t *testing.T) {
	t.Run("metadata", func(t *testing.T) { testFindPostReadsAllPages(t, newPostOffice(t, "", slacktest.Options{})) })
	t.Run("no metadata", func(t *testing.T) {
		d := newPostOffice(t, "", slacktest.Options{MetadataScope: true})
		d.s.SetScopes(d.app, d.team, "chat:write", "channels:history")
		testFindPostReadsAllPages(t, d)
	})
}

func testFindPostReadsAllPages(t *testing.T, d *postOffice) {
	root := d.post(d.text, rootMessage, "root")
	q := d.post(root.Thread, askedOne, "asked")
	for i := range 450 {
		d.s.Say(d.text.ID, d.people[0], fmt.Sprint("On something else ", i))
		d.s.Reply(slacktest.Ref{Channel: d.text.ID, TS: root.Ref.MessageID}, d.people[1], fmt.Sprint("Reply ", i))
	}
	if p, found := d.find(d.text, "root"); !found || p != root {
		t.Errorf("found %v as %+v", found, p)
	}
	if p, found := d.find(root.Thread, "asked"); !found || p != q {
		t.Errorf("found %v as %+v", found, p)
	}
	if _, found := d.find(d.text, "another"); found {
		t.Errorf("what was never posted is found")
	}
	if n := len(d.s.Calls("conversations.history")); n < 4 {
		t.Errorf("%d pages were read", n)
	}
	d.s.Fail(slacktest.Fault{Method: "conversations.history", After: 1, Code: "internal_error"})
	if _, found, err := d.FindPost(t.Context(), d.text, "another", time.Now().Add(-time.Minute)); err == nil || found {
		t.Errorf("of half a listing follows %v, %v", found, err)
	}
	for _, half := range []string{`{"ok":true,"messages":[],"has_more":true}`, `{"ok":true}`, `{"ok":true,"messages":null,"response_metadata":{"next_cursor":""}}`} {
		d.s.Fail(slacktest.Fault{Method: "conversations.history", Status: 200, Body: half})
		if _, found, err := d.FindPost(t.Context(), d.text, "root", time.Now().Add(-time.Minute)); err == nil || found {
			t.Errorf("of %s follows %v, %v", half, found, err)
		}
	}
}

// Somebody else's post with our key is not ours.
func TestFindPostFindsOurs(t *testing.T) {
	d := newPostOffice(t, "", slacktest.Options{})
	for raw, want := range map[string]bool{
		`{"ts":"1.000100","bot_id":"B1","metadata":{"event_type":"colloquy_post","event_payload":{"key":"k"}}}`:                           true,
		`{"ts":"1.000100","user":"U1","blocks":[{"block_id":"post/k"}]}`:                                                                  true,
		`{"ts":"1.000100","user":"U1","blocks":[{"block_id":"x"},{"block_id":"post/k"}]}`:                                                 false,
		`{"ts":"1.000100","user":"U2","blocks":[{"block_id":"post/k"}]}`:                                                                  false,
		`{"ts":"1.000100","bot_id":"B2","metadata":{"event_type":"colloquy_post","event_payload":{"key":"k"}}}`:                           false,
		`{"ts":"1.000100","bot_id":"B1","metadata":{"event_type":"other","event_payload":{"key":"k"}}}`:                                   false,
		`{"ts":"1.000100","bot_id":"B1","metadata":{"event_type":"colloquy_post","event_payload":{"key":7}}}`:                             false,
		`{"ts":"1.000100","bot_id":"B1","metadata":[],"blocks":{}}`:                                                                       false,
		`{"ts":1,"bot_id":"B1","metadata":{"event_type":"colloquy_post","event_payload":{"key":"k"}}}`:                                    false,
		`{"ts":"1.000100","bot_id":"B1","text":[],"metadata":{"event_type":"colloquy_post","event_payload":{"key":"k","more":[1,2,{}]}}}`: true,
		`[]`: false,
	} {
		us := &team{userID: "U1", botID: "B1"}
		if m := readPosted([]byte(raw)); (us.posted(m) && m.key() == "k") != want {
			t.Errorf("%s is %v", raw, !want)
		}
	}
	if _, found := d.find(d.text, ""); found {
		t.Error("a post without a key is found")
	}
}
