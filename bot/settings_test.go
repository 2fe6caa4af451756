package bot_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"colloquy/bot"
)

// preferences are what managers set for the installation of the tests.
func (b *bench) preferences() bot.Preferences {
	b.t.Helper()
	i, err := b.db.Installation(b.t.Context(), channel.Platform, channel.Workspace)
	if err != nil {
		b.t.Fatal(err)
	}
	return i.Preferences
}

func TestSettingsAreShownAndChanged(t *testing.T) {
	b := newBench(t)
	shown := b.typed("/discuss settings")
	for _, want := range []string{"zone: UTC", "language: en (default)", "retention: 180d (default)", "notices: who installed it (default)",
		"recap: post (default)", "quote-limit: 90, and a quarter of the article (default)", "consent: ours (default)", "policy: none (default)"} {
		if !strings.Contains(shown, want) {
			t.Errorf("%q is not in\n%s", want, shown)
		}
	}
	got := b.typed(`/discuss settings --zone Asia/Karachi --language de --retention 30d --notices test:W1/ops --recap off --quote-limit 300 --consent "Wir   zeichnen auf" --policy https://example.org/privacy`)
	if want := "Changed: zone: UTC → Asia/Karachi; language: en → de; retention: 180d → 30d; notices: who installed it → test:W1/ops; recap: post → off; " +
		"quote-limit: 90, and a quarter of the article → 300; consent: ours → Wir zeichnen auf; policy: none → https://example.org/privacy. It holds for what is posted from now on."; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	if want := (bot.Preferences{Zone: "Asia/Karachi", Language: "de", Retention: 30 * 24 * time.Hour, Notices: "test:W1/ops", Recap: bot.RecapOff,
		QuoteLimit: 300, Consent: "Wir zeichnen auf", Policy: "https://example.org/privacy"}); b.preferences() != want {
		t.Errorf("stored %+v", b.preferences())
	}
	if got := b.typed("/discuss settings --language default --notices @test:W1/ada"); got != "Changed: language: de → en; notices: test:W1/ops → @test:W1/ada. It holds for what is posted from now on." {
		t.Error(got)
	}
	if to, err := bot.ParseNotices(b.preferences().Notices); to.ID != "@ada" || err != nil {
		t.Error(to, err)
	}
	if got := b.typed("/discuss audit"); !strings.HasPrefix(got, "1 Mar 13:00 PKT — @test:W1/ada, from test:W1/general: settings test:W1 — language: de → en; ") {
		t.Error(got)
	}
}

func TestSettingsRefuse(t *testing.T) {
	b := newBench(t)
	before := b.preferences()
	for line, want := range map[string]string{
		"--zone Karachi":                               "--zone: the zone \"Karachi\" is unknown; did you mean Asia/Karachi?",
		"--zone Local":                                 "differs from machine to machine",
		"--retention 1h":                               "--retention: 1h cannot be used here: give a time from 1d to 3650d",
		"--retention 3651d":                            "--retention: 3651d cannot be used here",
		"--retention forever":                          "no length of time",
		"--language klingon":                           `--language: "klingon" cannot be used here: give one of en, de, es, fr, ur`,
		"--recap maybe":                                "give one of post, preview, off, llm, extractive",
		"--quote-limit 2001":                           "whole number from 1 to 2000",
		"--notices nobody":                             "is no channel",
		"--notices @nobody":                            "is no person",
		"--notices test:W2/ops":                        "otices cannot go to test:W2/ops: give a channel or a person of test:W1",
		"--notices @slack:W1/ada":                      "otices cannot go to @slack:W1/ada",
		"--policy http://example.org":                  "--policy: this is no address of a policy",
		"--policy https://a:b@example.org":             "without a name or a password",
		"--policy javascript:alert(1)":                 "no address of a policy",
		"--policy https://localhost":                   "no address of a policy",
		"--policy https://e\u202excample.org":          "no address of a policy",
		"--consent '" + strings.Repeat("x", 301) + "'": "has 301 characters and may have 300",
		"--consent 'a\u202eb'":                         "turn the text around",
		"--consent 'a\u2066b'":                         "turn the text around",
		"--consent 'a\x1b[31mb'":                       "not shown",
		"--consent '...'":                              "no letter in it",
		"--consent ' '":                                "a value is empty",
		"--colour red":                                 "not known here",
		"--zone Asia/Karachi --retention 1h":           "--retention: ", // and the zone is not changed either
	} {
		if got := b.typed("/discuss settings " + line); !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %q", line, got, want)
		}
	}
	if b.preferences() != before {
		t.Errorf("changed to %+v", b.preferences())
	}
}

// Two managers at once: what both changed is kept, of one thing the last change
// holds, and the audit has every line.
func TestSettingsChangedAtTheSameTime(t *testing.T) {
	b := newBench(t)
	var both sync.WaitGroup
	for i := range 20 {
		both.Go(func() {
			args := map[string]string{"retention": fmt.Sprint(i+1, "d")}
			if i == 7 {
				args = map[string]string{"language": "ur"}
			}
			c := bot.Command{Name: "settings", Args: args, Channel: channel, Actor: bot.Actor{Person: ada, Manager: true}}
			if _, err := b.engine.Command(t.Context(), c); err != nil {
				t.Error(err)
			}
		})
	}
	both.Wait()
	lines, err := b.db.Audits(t.Context(), bot.AuditFilter{Target: "test:W1", Limit: 100})
	if p := b.preferences(); err != nil || len(lines) != 20 || p.Language != "ur" || p.Retention == 0 {
		t.Errorf("%+v, %d lines, %v", p, len(lines), err)
	}
}

// A discussion in the language, on the clock, and by the rules of its installation.
func TestInstallationSpeaksItsLanguage(t *testing.T) {
	for _, test := range []struct{ code, footer, recap, wrote, reminder, by string }{
		{"en", "Replies are recorded until 2 Mar 14:00 PKT and kept for 30 days after that, for a recap posted here. /discuss privacy says more.",
			"Recap: quay", "3 people wrote 3 replies.", "This discussion closes 2 Mar 14:00 PKT. Until then, replies are recorded for its recap.", "Ada, on question 1"},
		{"de", "Antworten werden bis 2027-03-02 14:00 UTC+5 aufgezeichnet und danach 30 Tage aufbewahrt, für einen Rückblick, der hier erscheint. /discuss privacy sagt mehr dazu.",
			"Rückblick: quay", "3 Personen schrieben 3 Antworten.", "Diese Diskussion schließt am 2027-03-02 14:00 UTC+5. Bis dahin werden Antworten für ihren Rückblick aufgezeichnet.", "Ada, zu Frage 1"},
		{"es", "hasta el 2027-03-02 14:00 UTC+5", "Recapitulación: quay", "3 personas escribieron 3 respuestas.", "se cierra el 2027-03-02 14:00 UTC+5.", "Ada, sobre la pregunta 1"},
		{"fr", "jusqu’au 2027-03-02 14:00 UTC+5", "Récapitulation : quay", "3 personnes ont écrit 3 réponses.", "se termine le 2027-03-02 14:00 UTC+5.", "Ada, sur la question 1"},
		{"ur", "\u20682027-03-02 14:00 UTC+5\u2069 تک", "\u2068quay\u2069", "3 افراد نے 3 جوابات لکھے۔", "\u20682027-03-02 14:00 UTC+5\u2069 پر", "\u2068Ada\u2069، سوال 1 پر"},
	} {
		t.Run(test.code, func(t *testing.T) {
			b := newBench(t)
			b.typed("/discuss settings --zone Asia/Karachi --retention 30d --language " + test.code)
			b.schedule(func(s *bot.Schedule) { s.Zone, s.Rules.Remind = "UTC", time.Hour })
			b.web.publish("quay")
			b.wait(time.Hour)
			d := b.discussion()
			b.platform.say(d, "Ada", "@1 It would bring people back to the shops, as in Lindhaven.", true)
			b.platform.say(d, "Ben", "I disagree, the buses stop at eight.", true)
			b.platform.say(d, "Cleo", "Both have a point about the parking.", true)
			b.wait(23 * time.Hour)
			b.wait(time.Hour)
			var footer, reminder, recap bot.Message
			for _, p := range b.platform.posts() {
				switch {
				case p.post.Footer != "" && footer.Footer == "":
					footer = p.post
				case len(p.post.Quotation) > 0:
					recap = p.post
				case len(p.post.Paragraphs) == 1:
					reminder = p.post
				}
			}
			for what, pair := range map[string][2]string{"footer": {footer.Footer, test.footer}, "title": {recap.Title, test.recap}, "count": {strings.Join(recap.Paragraphs, "\n"), test.wrote},
				"reminder": {strings.Join(reminder.Paragraphs, "\n"), test.reminder}, "author": {fmt.Sprint(recap.Quotation), test.by}} {
				if !strings.Contains(pair[0], pair[1]) {
					t.Errorf("%s: %q lacks %q", what, pair[0], pair[1])
				}
			}
			if d = b.discussion(); d.State != bot.StateClosed || d.EraseAt.Sub(d.ClosedAt) != 30*24*time.Hour {
				t.Errorf("%s, erased %s after closing", d.State, d.EraseAt.Sub(d.ClosedAt))
			}
		})
	}
}

// What the root post promised holds for its discussion; what the managers change
// meanwhile holds for the next.
func TestRetentionIsKeptAsItWasSaid(t *testing.T) {
	b := newBench(t)
	b.typed("/discuss settings --retention 10d --recap off")
	b.request(bot.Request{Ref: b.web.URL + "/quay"})
	footer := b.platform.posts()[0].post.Footer
	if !strings.Contains(footer, "kept for 10 days after that. /discuss") { // and no recap is promised
		t.Error(footer)
	}
	b.typed("/discuss settings --retention 300d --recap post")
	for i := range 3 {
		b.platform.say(b.discussion(), fmt.Sprint("P", i), "I think so too.", true)
	}
	b.wait(25 * time.Hour)
	if d := b.discussion(); d.State != bot.StateClosed || d.EraseAt.Sub(d.ClosedAt) != 10*24*time.Hour || d.Rules.Recap != bot.RecapOff {
		t.Errorf("%s, %s, recap %s", d.State, d.EraseAt.Sub(d.ClosedAt), d.Rules.Recap)
	}
	if _, found, err := b.engine.ShowRecap(t.Context(), b.discussion()); found || err != nil {
		t.Errorf("a recap was written: %v", err)
	}
	b.request(bot.Request{Ref: b.web.URL + "/mole"})
	for _, p := range b.platform.posts() {
		if p.post.Footer != "" && p.post.Title == "mole" && !strings.Contains(p.post.Footer, "kept for 300 days after that, for a recap posted here") {
			t.Error(p.post.Footer)
		}
	}
	if got := b.typed("/discuss privacy"); !strings.Contains(got, "kept for 300 days") {
		t.Error(got)
	}
}

// A schedule that says something itself is not overruled.
func TestScheduleOverridesTheInstallation(t *testing.T) {
	b := newBench(t)
	b.typed("/discuss settings --recap off")
	b.schedule(func(s *bot.Schedule) { s.Rules.Recap = bot.RecapPreview })
	b.web.publish("quay")
	b.wait(2 * time.Hour)
	if d := b.discussion(); d.Rules.Recap != bot.RecapPreview {
		t.Errorf("recap %q", d.Rules.Recap)
	}
}

func TestOwnWordingCannotHideWhatIsRecorded(t *testing.T) {
	b := newBench(t)
	b.typed(`/discuss settings --consent "Nothing is recorded, <@everyone> **trust** us" --policy https://example.org/privacy`)
	b.request(bot.Request{Ref: b.web.URL + "/quay"})
	root := b.platform.posts()[0].post
	if want := "Nothing is recorded, <@everyone> **trust** us. Replies are recorded until 2 Mar 08:00 UTC and kept for 180 days after that. /discuss privacy says more. Privacy policy:"; root.Footer != want || root.FooterLink != "https://example.org/privacy" {
		t.Errorf("%q, %q", root.Footer, root.FooterLink)
	}
	a := b.answer(bot.Command{Name: "privacy", Channel: channel, Actor: bot.Actor{Person: ada}})
	if a.Message.FooterLink != "https://example.org/privacy" {
		t.Errorf("%+v", a.Message)
	}
	b.typed(`/discuss settings --consent "ہم جوابات محفوظ کرتے ہیں"`)
	b.wait(time.Second)
	b.request(bot.Request{Ref: b.web.URL + "/mole"})
	for _, p := range b.platform.posts() {
		if p.post.Title == "mole" && !strings.HasPrefix(p.post.Footer, "\u2068ہم جوابات محفوظ کرتے ہیں.\u2069 Replies are recorded until ") {
			t.Errorf("%q", p.post.Footer)
		}
	}
}

// In chat the answer asks for the zone, and nothing is stored before it came.
func TestZoneIsAskedForInChat(t *testing.T) {
	b := newBareBench(t)
	schedules := func() []bot.Schedule {
		t.Helper()
		all, err := b.db.Schedules(t.Context(), channel)
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	add := `/discuss schedule add "0 9 * * *" --feed ` + b.web.feedURL()
	if got := b.typed(add); !strings.Contains(got, "/discuss settings --zone Asia/Karachi") || !strings.Contains(got, "--tz Asia/Karachi") || len(schedules()) != 0 {
		t.Errorf("%s, %d schedules", got, len(schedules()))
	}
	if feeds, err := b.db.Feeds(t.Context(), bot.Channel{}); err != nil || len(feeds) != 0 {
		t.Errorf("a feed was stored: %v, %v", feeds, err)
	}
	if got := b.typed(add + " --tz America/New_York"); !strings.Contains(got, "EST (-05:00)") {
		t.Error(got)
	}
	b.typed("/discuss settings --zone UTC") // which is what holds anyhow, but now it was said
	if got := b.typed(add); !strings.Contains(got, "UTC (+00:00)") {
		t.Error(got)
	}
	b.typed("/discuss settings --zone Asia/Karachi")
	all := schedules()
	if len(all) != 2 || all[0].Zone != "America/New_York" || all[1].Zone != "UTC" {
		t.Fatalf("the zone of a schedule changed: %+v", all)
	}
	if got := b.typed("/discuss schedule change " + all[0].ID.Short() + " --tz default"); !strings.Contains(got, "PKT (+05:00)") {
		t.Error(got)
	}
}

// Whatever is given for a setting is refused as a problem or kept in a form that
// reads the same again.
func FuzzInstallationOptions(f *testing.F) {
	for _, s := range []string{"Asia/Karachi", "de", "30d", "@test:W1/ada", "off", "llm", "extractive", "team", "300", "We record\u202e", "https://example.org/?a=b#c", "\x00", "\xff", "default"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, value string) {
		for _, o := range bot.InstallationOptions(bot.Settings{}) {
			var p, again bot.Preferences
			if err := o.Replace(&p, value); err != nil {
				if bot.ReasonCode(err) == "internal" || strings.Contains(bot.Explain(err), "\n") {
					t.Errorf("--%s %q: %v", o.Name, value, err)
				}
				continue
			}
			for _, kept := range bot.InstallationOptions(bot.Settings{}) { // what it is for may be another
				if err := kept.Set(&again, kept.Get(p)); err != nil {
					t.Errorf("--%s %q: --%s is kept as %q: %v", o.Name, value, kept.Name, kept.Get(p), err)
				}
			}
			if again != p {
				t.Errorf("--%s %q is kept as %+v, read again: %+v", o.Name, value, p, again)
			}
		}
	})
}
