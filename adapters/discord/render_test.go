package discord

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"colloquy/adapters/adaptertest"
	"colloquy/adapters/internal/text"
	"colloquy/bot"
)

var renderer = New(Options{Token: "t", Log: slog.New(slog.DiscardHandler)})

func rendered(t testing.TB, m bot.Message, key string) outgoing {
	t.Helper()
	out := renderer.render(t.Context(), m, key)
	withinLimits(t, out)
	return out
}

// withinLimits holds a message against what Discord accepts, and what nobody should see.
func withinLimits(t testing.TB, out outgoing) {
	t.Helper()
	raw, err := json.Marshal(out)
	if err != nil || !utf8.Valid(raw) {
		t.Fatalf("no JSON: %v", err)
	}
	if !strings.Contains(string(raw), `"allowed_mentions":{"parse":[]}`) || strings.Contains(string(raw), "null") && strings.Contains(string(raw), `:null`) {
		t.Fatalf("sent: %s", raw)
	}
	limit := func(what, s string, most int) {
		t.Helper()
		if n := text.Units(s); n > most {
			t.Fatalf("%s has %d characters of %d: %.200q", what, n, most, s)
		}
		if bad := strings.IndexFunc(s, func(r rune) bool { return r != '\n' && r != '\t' && unicode.IsControl(r) || r >= 0x202A && r <= 0x202E }); bad >= 0 {
			t.Fatalf("%s has a character that should have gone: %q", what, s[bad:])
		}
	}
	limit("content", out.Content, maxContent)
	total, sees := 0, text.Visible(out.Content)
	for _, e := range out.Embeds {
		limit("title", e.Title, maxTitle)
		limit("description", e.Description, maxDescription)
		total += e.units()
		sees = sees || text.Visible(e.Title+e.Description) || e.Image != nil || e.Author != nil || e.Footer != nil
		if e.Author != nil {
			limit("author", e.Author.Name, maxAuthor)
		}
		if e.Footer != nil {
			limit("footer", e.Footer.Text, maxFooter)
		}
		if e.URL != "" && !strings.HasPrefix(e.URL, "http") || text.Units(e.URL) > maxURL {
			t.Fatalf("link %q", e.URL)
		}
	}
	if total > maxEmbeds || !sees {
		t.Fatalf("%d characters in embeds, something to see: %v, in %s", total, sees, raw)
	}
	components, ids := 0, map[string]bool{}
	for _, r := range out.Components {
		components++
		for _, b := range r.Components {
			components++
			limit("label", b.Label, maxLabel)
			limit("custom_id", b.CustomID, maxCustomID)
			if !text.Visible(b.Label) || ids[b.CustomID] || b.CustomID == "" {
				t.Fatalf("button %+v", b)
			}
			ids[b.CustomID] = true
		}
		if len(r.Components) == 0 || len(r.Components) > perRow {
			t.Fatalf("a row of %d", len(r.Components))
		}
	}
	if components > 40 || len(out.Components) > maxRows {
		t.Fatalf("%d components in %d rows", components, len(out.Components))
	}
}

// shownBy is all that a message shows as text.
func shownBy(out outgoing) string {
	all := []string{out.Content}
	for _, e := range out.Embeds {
		if e.Author != nil {
			all = append(all, e.Author.Name)
		}
		all = append(all, e.Title, e.URL, e.Description)
		if e.Footer != nil {
			all = append(all, e.Footer.Text)
		}
	}
	return strings.Join(all, "\n")
}

func TestRenderPutsThingsInTheirPlace(t *testing.T) {
	ours := "https://discord.com/channels/197038439483310086/290926798999357250/334385199974960000"
	for _, c := range []struct {
		name string
		m    bot.Message
		want string
	}{
		{"a note", bot.Message{Paragraphs: []string{"Two words.", "/discuss why says more."}}, "Two words.\n\n/colloquy why says more."},
		{"a question", bot.Message{Number: 2, Question: "Why *this*?"}, `**2.** Why \*this\*?`},
		{"a list", bot.Message{Lines: []string{"- one", "2. two"}}, "- \\- one\n- 2\\. two"},
		{"a numbered list", bot.Message{Lines: []string{"1. one", "2. *two*"}}, "1. one\n2. \\*two\\*"},
		{"an answer", bot.Message{Quotation: []bot.Quoted{{Text: "Because\n> it is", By: "Ada_"}}}, "**Ada\\_**\n> Because\n> \\> it is"},
		{"small print", bot.Message{Paragraphs: []string{"Words"}, Footer: "See: /discuss privacy", FooterLink: "https://example.org/policy"},
			"Words\n\n-# See: /colloquy privacy <https://example.org/policy>"},
		{"a recap", bot.Message{Title: "Recap: /discuss why", Link: "https://www.example.org/a", Paragraphs: []string{"/discuss why"},
			Quotation: []bot.Quoted{{Text: "Yes.", By: "Ada, on [2]", Link: ours}, {Text: "No.", By: "ایڈا", Link: "https://evil.example", ID: "0a1b"}, {Text: "Perhaps."}}},
			"\nexample.org\nRecap: /discuss why\nhttps://www.example.org/a\n/discuss why\n\n> Yes.\n-# — [Ada, on \\[2\\]](" + ours + ")\n\n> No.\n-# — \u2068ایڈا\u2069 (0a1b)\n\n> Perhaps."},
		{"a root", bot.Message{Title: "T", Link: "https://a.example/b", Source: "Times (a.example)", Paragraphs: []string{"S."}, Asks: []string{"Who?", "", "Why?"}, Footer: "/discuss privacy"},
			"\nTimes (a.example)\nT\nhttps://a.example/b\nS.\n\n1. Who?\n3. Why?\n/colloquy privacy"},
		{"a link that is named for another", bot.Message{Title: "T", Link: "https://evil.example", Source: "Times"}, "\n\u2068evil.example · Times\u2069\nT\nhttps://evil.example\n"},
		{"a link that is none", bot.Message{Title: "T", Link: "javascript:alert(1)"}, "\nT\n\n"},
		{"a ping", bot.Message{Question: "Why?", Ping: "197038439483310086"}, "<@&197038439483310086>\nWhy?"},
		{"a ping of something else", bot.Message{Question: "Why?", Ping: "everyone"}, "Why?"},
		{"nothing", bot.Message{Title: " ", Paragraphs: []string{"", "\n\u200b"}, Quotation: []bot.Quoted{{By: "nobody"}}}, "…"},
	} {
		if got := shownBy(rendered(t, c.m, "k")); got != c.want {
			t.Errorf("%s is shown as\n%s\nwant\n%s", c.name, got, c.want)
		}
	}
}

func TestRenderCutsWhatIsLongAndKeepsTheRest(t *testing.T) {
	long := strings.Repeat("A sentence that goes on. ", 800)
	m := bot.Message{Title: "T " + long, Source: long, Link: "https://example.org/a", Paragraphs: []string{"The first.", long, "The last."},
		Quotation: []bot.Quoted{{Text: long, By: "Ada", ID: "0a1b"}}, Number: 1, Question: "Why?", Asks: []string{"Who?"}, Footer: "The end. " + long, FooterLink: "https://example.org/policy",
		Buttons: []bot.Button{{Label: long, Command: "help"}}}
	out := rendered(t, m, "k")
	for _, part := range []string{"example.org", "The first.", "goes on.…", "The last.", "\n-# — Ada (0a1b)", "Why?", "Who?", "-# The end.", "<https://example.org/policy>"} {
		if !strings.Contains(shownBy(out), part) {
			t.Errorf("it lacks %q:\n%s", part, shownBy(out))
		}
	}
	lines := bot.Message{Title: "T", Question: "Why?", Footer: "The end."}
	for i := range 500 {
		lines.Lines = append(lines.Lines, fmt.Sprintf("Line %d of many lines", i))
	}
	if s := shownBy(rendered(t, lines, "k")); !strings.Contains(s, "Line 99 of many lines\n") || !strings.Contains(s, "\n…\n\nWhy?\nThe end.") {
		t.Errorf("many lines are shown as\n%s", s)
	}
	asks := bot.Message{Title: "T", Paragraphs: []string{"The first."}, Footer: "The end."}
	for range 100 {
		asks.Asks = append(asks.Asks, strings.TrimSpace(long[:500]))
	}
	if s := shownBy(rendered(t, asks, "k")); !strings.Contains(s, "\n9. A sentence") || !strings.HasSuffix(s, "\n…\nThe end.") {
		t.Errorf("many questions are shown as\n%s", s)
	}
	for n, embeds := range map[int]int{maxContent: 0, maxContent + 1: 1} {
		if out := rendered(t, bot.Message{Paragraphs: []string{strings.Repeat("x", n)}}, "k"); len(out.Embeds) != embeds || strings.Count(shownBy(out), "x") != n {
			t.Errorf("%d characters are %d embeds with %d", n, len(out.Embeds), strings.Count(shownBy(out), "x"))
		}
	}
	answer := bot.Message{Quotation: []bot.Quoted{{Text: strings.TrimSpace(long[:3900]), By: "Ada"}}}
	if s := shownBy(rendered(t, answer, "k")); !strings.HasSuffix(s, strings.TrimSpace(long[:3900])) {
		t.Errorf("an answer of 3900 characters is cut:\n%s", s)
	}
}

func TestRenderAllGoesOnInTheNextMessage(t *testing.T) {
	help := bot.Message{Title: "Help", Footer: "The end.", Buttons: []bot.Button{{Label: "Go", Command: "help"}}}
	for i := range 300 {
		help.Lines = append(help.Lines, fmt.Sprintf("/discuss why %d says why", i))
	}
	all := renderer.renderAll(t.Context(), help)
	said := ""
	for i, out := range all {
		withinLimits(t, out)
		said += shownBy(out) + "\n"
		if last := i == len(all)-1; last != (len(out.Components) > 0) || last != strings.Contains(shownBy(out), "The end.") {
			t.Errorf("message %d of %d has %d rows: %s", i, len(all), len(out.Components), shownBy(out))
		}
	}
	if n := strings.Count(said, "says why"); n != 300 || len(all) < 2 {
		t.Errorf("%d of 300 lines in %d messages", n, len(all))
	}
	if all := renderer.renderAll(t.Context(), bot.Message{Paragraphs: []string{"Short."}}); len(all) != 1 || all[0].Content != "Short." || len(all[0].Components) != 0 {
		t.Errorf("a short answer: %+v", all)
	}
}

func TestButtons(t *testing.T) {
	var many []bot.Button
	for i := range 30 {
		many = append(many, bot.Button{Label: "Same", Command: "why", Args: map[string]string{"id": fmt.Sprint(i / 2)}})
	}
	many = append(many, bot.Button{Label: "Long", Command: "now", Args: map[string]string{"source": "https://example.org/" + strings.Repeat("x", 100)}}, bot.Button{Label: "Dead"},
		bot.Button{Label: " ", Command: "help"})
	out := rendered(t, bot.Message{Paragraphs: []string{"x"}, Buttons: many}, "key")
	n := 0
	for _, r := range out.Components {
		n += len(r.Components)
	}
	last := out.Components[len(out.Components)-1].Components
	if n != 16 || last[len(last)-1].Label != "help" {
		t.Errorf("%d buttons, the last is %+v", n, last)
	}
	form := bot.Button{Label: "جواب دیں", Command: "answer", Args: map[string]string{"id": "0a1b2c3d", "n": "12"}, Form: "جواب، یہاں آپ کے نام سے نظر آئے گا"}
	b := rendered(t, bot.Message{Question: "Why?", Buttons: []bot.Button{form}}, "abcdefghijklmnopqrstuvwx").Components[0].Components[0]
	key, command, args, ok := parseCustomID(b.CustomID)
	if !ok || b.Style != stylePrimary || key != "abcdefghijklmnopqrstuvwx" || command != "answer" || args[formArgument] != form.Form || args["n"] != "12" || args["id"] != "0a1b2c3d" {
		t.Errorf("the button of a form is %+v: %q, %q, %v", b, key, command, args)
	}
	form.Form = strings.Repeat("what to write ", 20)
	if _, _, args, ok := parseCustomID(buttonID("abcdefghijklmnopqrstuvwx", form)); !ok || !strings.HasPrefix(form.Form, strings.TrimSuffix(args[formArgument], "…")) || len(args[formArgument]) < 20 {
		t.Errorf("a long form asks %q", args[formArgument])
	}
	if form.Args["form"] != "" {
		t.Error("the message was changed")
	}
	if out := rendered(t, bot.Message{Paragraphs: []string{"x"}}, "key"); !strings.HasPrefix(out.Components[0].Components[0].CustomID, "key/privacy/") {
		t.Errorf("a post without buttons has %+v", out.Components)
	}
}

// texts of which the fuzzer makes messages of all kinds.
func FuzzRender(f *testing.F) {
	family := "\U0001F468\u200D\U0001F469\u200D\U0001F467\u200D\U0001F466"
	for _, s := range []string{"@everyone <@&123> **b** [l](https://e.example)", "h" + strings.Repeat("\u0335\u0321", 300), strings.Repeat("x", 7000), strings.Repeat("*", 3000),
		strings.Repeat("line\n", 500), strings.Repeat(family, 300), "bell\a\x1b[31m caf\xe9 \u202e gnp.exe", " \n\t\u200b", strings.Repeat("A sentence. ", 600)} {
		f.Add(s, "https://example.org/"+s, uint16(0xFFFF), uint8(3))
	}
	f.Fuzz(func(t *testing.T, s, link string, parts uint16, many uint8) {
		s, link = s[:min(len(s), 3000)], link[:min(len(link), 2000)] // more is only slow
		m := adaptertest.Made(s, link, "197038439483310086", parts, many)
		out := rendered(t, m, "a key")
		if len(out.Components) == 0 {
			t.Fatal("nothing to find it by")
		}
		if found := actedOn(out); found != "" {
			t.Fatalf("a mention that is none: %q", found)
		}
		for _, out := range renderer.renderAll(t.Context(), m) {
			withinLimits(t, out)
		}
	})
}

// actedOn is what of a message could notify or be a command, but for its ping.
func actedOn(out outgoing) string {
	words := strings.TrimPrefix(out.Content, "<@&197038439483310086>")
	for _, e := range out.Embeds {
		words += "\n" + e.Title + "\n" + e.Description
	}
	words = regexp.MustCompile(`<https?://[^>\s]*>`).ReplaceAllString(words, "")
	for _, s := range []string{"<@", "<#", "</", "<t:", "<:", "<id:", "@everyone", "@here"} {
		if i := strings.Index(unescaped(words), s); i >= 0 {
			return unescaped(words)[i:]
		}
	}
	return ""
}

// The footer of an embed shows no names of channels, so small print with one
// stands below the words.
func TestSmallPrintNamesAChannel(t *testing.T) {
	m := bot.Message{Title: "Draft: a harbour", Quotation: []bot.Quoted{{Text: "A quay is closed."}}, Footer: "Due in discord:123/456 at noon."}
	out := New(Options{}).renderAll(t.Context(), m)
	if e := out[0].Embeds[0]; e.Footer != nil || !strings.HasSuffix(e.Description, "-# Due in <#456> at noon.") {
		t.Errorf("%+v", e)
	}
}
