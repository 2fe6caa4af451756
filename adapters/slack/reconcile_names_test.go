package slack

import (
	"fmt"
	"net/url"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"colloquy/bot"
)

// All is given before a name is asked for. Where Slack asks us to wait with that of
// somebody new, the listing ends, and is tried again. Whom Slack does not know stays
// without.
func TestListingNamesLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in, w := newWire(t)
		w.on("conversations.replies", thread(1, rootPost, said(1, "one", `,"user":"U0GONE"`), said(2, "two", ""), said(3, "three", `,"user":"U0GRACE"`), said(4, "four", "")))
		known := w.answers["users.info"]
		w.on("users.info", func(args url.Values) string {
			if args.Get("user") != "U0GRACE" {
				return known(args)
			}
			return "refused for 60"
		})
		all := []string{"one", "two", "three", "four", "removed"}
		l := listAll(t, in.app.a, t.Context(), inThread, ref(90))
		if _, limited := bot.RetryDelay(l.err); !limited || !slices.Equal(l.given, append(all, "Ada L.")) {
			t.Errorf("Slack held a name up: %q, %v", l.given, l.err)
		}
		w.on("users.info", known)
		time.Sleep(2 * time.Minute)
		l = listAll(t, in.app.a, t.Context(), inThread, ref(90))
		if l.err != nil || !slices.Equal(l.given, append(all, "Grace H.")) || l.replies[ts(4)].Author.Name != "Ada L." {
			t.Errorf("later: %q, %v", l.given, l.err)
		}
		w.on("users.info", func(url.Values) string { return "<html>" })
		time.Sleep(keepName)
		if l := listAll(t, in.app.a, t.Context(), inThread, ref(90)); l.err != nil || !slices.Equal(l.given, all) {
			t.Errorf("without names: %q, %v", l.given, l.err)
		}
	})
}

// What is stored mostly has its name: that is asked for last, and not waited for.
func TestListingOfStoredNames(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in, w := newWire(t)
		w.on("conversations.replies", thread(9, rootPost, said(1, "one", ""), said(2, "two", `,"user":"U0GRACE"`), said(3, "three", `,"user":"U0BOSS"`)))
		l := listAll(t, in.app.a, t.Context(), inThread, ref(1), ref(3))
		if l.err != nil || !slices.Equal(l.given, []string{"one", "two", "three", "Grace H.", "Ada L.", "boss"}) {
			t.Errorf("%q, %v", l.given, l.err)
		}
		time.Sleep(keepName)
		w.on("users.info", func(url.Values) string { return "refused for 60" })
		begun := time.Now()
		l = listAll(t, in.app.a, t.Context(), inThread, ref(1), ref(2), ref(3))
		if took := time.Since(begun); l.err != nil || !slices.Equal(l.given, []string{"one", "two", "three"}) || took > 0 {
			t.Errorf("after %s: %q, %v", took, l.given, l.err)
		}
	})
}

// After a restart, the names of a large crowd do not hold a listing up.
func TestListingOfACrowd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in, w := newWire(t)
		in.app.a.speed = 1
		var replies []string
		var known []bot.MessageRef
		names := map[string]string{}
		for n := range 100 {
			id := fmt.Sprint("U", n)
			names[id], known = "name of "+id, append(known, ref(n+1))
			replies = append(replies, said(n+1, "hi", fmt.Sprintf(`,"user":%q`, id)))
		}
		w.users(names)
		w.on("conversations.replies", thread(200, rootPost, replies...))
		begun := time.Now()
		l := listAll(t, in.app.a, t.Context(), inThread, known...)
		named := len(l.given) - len(replies)
		if took := time.Since(begun); l.err != nil || len(l.texts) != 100 || named < 5 || took > 10*time.Second {
			t.Errorf("%d texts and %d names after %s: %v", len(l.texts), named, took, l.err)
		}
	})
}
