package slack

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"colloquy/adapters/adaptertest"
	"colloquy/adapters/internal/text"
	"colloquy/bot"
)

func TestRenderPutsThingsInTheirPlace(t *testing.T) {
	ours := "https://readers.slack.com/archives/C012AB3CD/p1700000000123456?cid=C012AB3CD&thread_ts=1700000000.000100"
	for _, c := range []struct {
		name string
		m    bot.Message
		want string // in the blocks
		text string // beside them
	}{
		{"a note", bot.Message{Paragraphs: []string{"Two *words*.", "/discuss why says more."}}, "Two *words*.\n\n/discuss why says more.", "Two *words*.\n/discuss why says more."},
		{"a question", bot.Message{Number: 2, Question: "Why <this> & that?"}, "2. Why <this> & that?", "2. Why &lt;this&gt; &amp; that?"},
		{"a list", bot.Message{Lines: []string{"- one", "2. two"}}, "bullet 0\n- one\n2. two", "• - one\n• 2. two"},
		{"a numbered list", bot.Message{Lines: []string{"3. one", "4. *two*"}}, "ordered 2\none\n*two*", "3. one\n4. *two*"},
		{"an answer", bot.Message{Quotation: []bot.Quoted{{Text: "Because\n> it is", By: "Ada_"}}}, "Ada_\n> Because\n> it is", "Ada_\n&gt; Because\n&gt; it is"},
		{"small print", bot.Message{Paragraphs: []string{"Words"}, Footer: "See: /discuss privacy", FooterLink: "https://example.org/policy?a|b"},
			"Words\n\nSee: /discuss privacy | <https://example.org/policy?a%7Cb>", "Words\nSee: /discuss privacy https://example.org/policy?a|b"},
		{"how a channel is written", bot.Message{Paragraphs: []string{"Write it as slack:TEAM/CHANNEL."}}, "Write it as slack:TEAM/CHANNEL.", "Write it as slack:TEAM/CHANNEL."},
		{"small print with a channel", bot.Message{Title: "Draft", Footer: "Due in slack:T012AB3CD/C012AB3CD at noon."}, "Draft\n\nDue in | <#C012AB3CD> | at noon.", "Draft\nDue in <#C012AB3CD> at noon."},
		{"small print that ends with a channel", bot.Message{Title: "Draft", Footer: "Posted in slack:T012AB3CD/C012AB3CD."}, "Draft\n\nPosted in | <#C012AB3CD>", "Draft\nPosted in <#C012AB3CD>."},
		{"channels and people", bot.Message{Paragraphs: []string{"In slack:T012AB3CD/C012AB3CD (or channel C999AB3CD): @slack:T012AB3CD/U012AB3CD"}},
			"In #C012AB3CD (or channel #C999AB3CD): @slack:T012AB3CD/U012AB3CD", "In <#C012AB3CD> (or channel <#C999AB3CD>): @slack:T012AB3CD/U012AB3CD"},
		{"a recap", bot.Message{Title: "Recap", Link: "https://www.example.org/a", Paragraphs: []string{"slack:T012AB3CD/C012AB3CD"},
			Quotation: []bot.Quoted{{Text: "Yes. […] No.", By: "Ada, on [2]", Link: ours}, {Text: "No.", By: "ایڈا", Link: "https://evil.example", ID: "0a1b"}, {Text: "Perhaps."}}},
			"Recap\n\n[example.org](https://www.example.org/a)\n\nslack:T012AB3CD/C012AB3CD\n\n> Yes.\n[…] No.\n— [Ada, on [2]](" + ours + ")\n\n> No.\n— \u2068ایڈا\u2069 (0a1b)\n\n> Perhaps.", ""},
		{"a root", bot.Message{Title: "T", Link: "https://a.example/b", Source: "Times (a.example)", Image: "https://a.example/i.jpg", Paragraphs: []string{"S."}, Asks: []string{"Who?", "Why?"}, Footer: "/discuss privacy",
			Buttons: []bot.Button{{Label: "Your data", Command: "privacy"}}},
			"T\n\n[Times (a.example)](https://a.example/b)\n\n![T](https://a.example/i.jpg)\n\nS.\n\nordered 0\nWho?\nWhy?\n\n/discuss privacy\n\nYour data", "T\nTimes (a.example)\nS.\n1. Who?\n2. Why?\n/discuss privacy"},
		{"a picture without encryption", bot.Message{Title: "T", Image: "http://a.example/i.jpg"}, "T", "T"},
		{"a link that is named for another", bot.Message{Title: "T", Link: "https://evil.example", Source: "Times"}, "T\n\n[\u2068evil.example · Times\u2069](https://evil.example)", ""},
		{"a link that is none", bot.Message{Title: "T", Link: "javascript:alert(1)"}, "T", "T"},
		{"a link alone", bot.Message{Link: "https://a.example/b"}, "[https://a.example/b](https://a.example/b)", "https://a.example/b"},
		{"a ping", bot.Message{Question: "Why?", Ping: "S012AB3CD"}, "<!subteam^S012AB3CD>\n\nWhy?", "<!subteam^S012AB3CD>\nWhy?"},
		{"a ping of something else", bot.Message{Question: "Why?", Ping: "channel"}, "Why?", "Why?"},
		{"nothing", bot.Message{Title: " ", Paragraphs: []string{"", "\n\u200b"}, Quotation: []bot.Quoted{{By: "nobody"}}}, "…", "…"},
	} {
		out := rendered(t, c.m, look{key: "k", ping: true})
		if got := shownBy(t, out); got != c.want {
			t.Errorf("%s is shown as\n%s\nwant\n%s", c.name, got, c.want)
		}
		if c.text != "" && out.Text != c.text {
			t.Errorf("%s is read out as\n%s\nwant\n%s", c.name, out.Text, c.text)
		}
		if id := tree(t, out)[0].(node)["block_id"]; keyIn(fmt.Sprint(id)) != "k" {
			t.Errorf("%s: the first block is called %v", c.name, id)
		}
	}
	pinged := bot.Message{Question: "Why?", Ping: "S012AB3CD"}
	if out := rendered(t, pinged, look{key: "k"}); strings.Contains(out.Text+shownBy(t, out), "S012AB3CD") {
		t.Errorf("what must not notify: %s", shownBy(t, out))
	}
	private := renderer.renderAll(t.Context(), bot.Message{Lines: []string{"24 Nov — @slack:T012AB3CD/U012AB3CD, from slack:T012AB3CD/C012AB3CD", "U012AB3CD may manage"}}, true)
	if got, want := shownBy(t, private[0]), "bullet 0\n24 Nov — @U012AB3CD, from #C012AB3CD\n@U012AB3CD may manage"; got != want {
		t.Errorf("a private answer is shown as %s, want %s", got, want)
	}
}

func TestRenderCutsWhatIsLongAndKeepsTheRest(t *testing.T) {
	long := strings.Repeat("A sentence that goes on. ", 800)
	m := bot.Message{Title: "T " + long, Source: long, Link: "https://example.org/a", Paragraphs: []string{"The first.", long, "The last."},
		Quotation: []bot.Quoted{{Text: long, By: "Ada", ID: "0a1b"}}, Number: 1, Question: "Why?", Asks: []string{"Who?"}, Footer: "The end. " + long, FooterLink: "https://example.org/policy",
		Buttons: []bot.Button{{Label: long, Command: "help"}}}
	out := rendered(t, m, look{key: "k"})
	for _, part := range []string{"example.org", "The first.", "goes on.…", "The last.", "\n— Ada (0a1b)", "Why?", "Who?", "The end.", "<https://example.org/policy>"} {
		if !strings.Contains(shownBy(t, out), part) {
			t.Errorf("it lacks %q:\n%s", part, shownBy(t, out))
		}
	}
	if n := text.Units(out.Text); n < maxPlain-200 || !strings.HasSuffix(out.Text, "…") {
		t.Errorf("%d characters beside the blocks, at the end %q", n, out.Text[len(out.Text)-20:])
	}
	small := rendered(t, m, look{key: "k", plainer: true})
	if n := text.Units(shownBy(t, small)); n > 2*fewWords || !strings.Contains(shownBy(t, small), "Why?") {
		t.Errorf("a plainer message has %d characters:\n%s", n, shownBy(t, small))
	}
	m.Link, m.FooterLink = "https://example.org/"+strings.Repeat("x", 1900), "https://example.org/"+strings.Repeat("y", 1900)
	if s := shownBy(t, rendered(t, m, look{key: "k", plainer: true})); !strings.Contains(s, "Why?") {
		t.Errorf("long addresses leave no room for the question:\n%s", s)
	}
	lines := bot.Message{Title: "T", Question: "Why?", Footer: "The end."}
	for i := range 300 {
		lines.Lines = append(lines.Lines, fmt.Sprintf("line %d, which says something that takes some room of its own, and more", i))
	}
	said := shownBy(t, rendered(t, lines, look{}))
	if !strings.Contains(said, "line 50,") || strings.Contains(said, "line 299") || !strings.Contains(said, "\n…\n") || !strings.Contains(said, "Why?") || !strings.Contains(said, "The end.") {
		t.Errorf("a long list is shown as\n%s", said)
	}
	many := bot.Message{Title: "T"}
	for i := range 120 {
		many.Paragraphs = append(many.Paragraphs, fmt.Sprintf("Paragraph %d.", i))
	}
	if said := shownBy(t, rendered(t, many, look{})); !strings.Contains(said, "Paragraph 0.") || !strings.Contains(said, "Paragraph 119.") {
		t.Errorf("120 paragraphs are shown as\n%s", said)
	}
	answer := bot.Message{Quotation: []bot.Quoted{{Text: strings.TrimSpace(strings.Repeat("Because, ", 330) + strings.Repeat("x", 3500)), By: "Ada"}}}
	if s := shownBy(t, rendered(t, answer, look{})); !strings.HasSuffix(s, answer.Quotation[0].Text) {
		t.Errorf("a long answer is cut:\n%s", s)
	}
}

func TestRenderAllGoesOnInTheNextMessage(t *testing.T) {
	help := bot.Message{Title: "Help", Footer: "The end.", Buttons: []bot.Button{{Label: "Go", Command: "help"}}, Ping: "S012AB3CD"}
	for i := range 400 {
		help.Lines = append(help.Lines, fmt.Sprintf("%d. /discuss why %d says why, and much more", i+1, i))
	}
	all := renderer.renderAll(t.Context(), help, true)
	said := ""
	for i, out := range all {
		withinLimits(t, out)
		shown := shownBy(t, out)
		said += shown + "\n"
		if last := i == len(all)-1; last != strings.HasSuffix(shown, "Go") || last != strings.Contains(shown, "The end.") {
			t.Errorf("message %d of %d: %s", i, len(all), shown)
		}
	}
	if n := strings.Count(said, "says why"); n != 400 || len(all) < 2 || strings.Contains(said, "ordered 1\n") || !strings.Contains(said, "ordered 0\n") || strings.Contains(said, "S012") {
		t.Errorf("%d of 400 lines in %d messages", n, len(all))
	}
	if all := renderer.renderAll(t.Context(), bot.Message{Paragraphs: []string{"Short."}}, true); len(all) != 1 || shownBy(t, all[0]) != "Short." {
		t.Errorf("a short answer: %+v", all)
	}
	long := strings.Repeat("A sentence that goes on. ", 1000)
	words := 0
	for _, out := range renderer.renderAll(t.Context(), bot.Message{Lines: []string{long}}, false) {
		withinLimits(t, out)
		words += strings.Count(shownBy(t, out), "goes on.")
	}
	if words != 1000 {
		t.Errorf("%d of 1000 sentences", words)
	}
}

func TestButtons(t *testing.T) {
	var many []bot.Button
	for i := range 30 {
		many = append(many, bot.Button{Label: "Same", Command: "why", Args: map[string]string{"id": fmt.Sprint(i)}})
	}
	many = slices.Insert(many, 0, bot.Button{Label: "Long", Command: "now", Args: map[string]string{"source": strings.Repeat("x", 2000)}}, bot.Button{Label: "Dead"},
		bot.Button{Label: " ", Command: "help"}, bot.Button{Label: "Answer", Command: "answer", Form: "What do you think?"})
	out := rendered(t, bot.Message{Paragraphs: []string{"x"}, Buttons: many}, look{key: "key"})
	blocks := tree(t, out)
	buttons := blocks[len(blocks)-1].(node)["elements"].([]any)
	first, second := buttons[0].(node), buttons[1].(node)
	if len(buttons) != maxButtons || first["text"].(node)["text"] != "help" || first["style"] != nil || second["style"] != "primary" {
		t.Errorf("%d buttons, the first are %v and %v", len(buttons), first, second)
	}
	key, command, args, ok := parseAction(second["action_id"].(string), second["value"].(string))
	if !ok || key != "key" || command != "answer" || args[formArgument] != "What do you think?" {
		t.Errorf("the form's button sends %q, %q, %v", key, command, args)
	}
}

// hostile are words that mean something to Slack where they are markup.
const hostile = "<!channel> <!here> <!everyone> <@U012AB3CD> <!subteam^S012AB3CD> <#C012AB3CD> *b* _i_ ~s~ `c` ```p``` > q <https://evil.example|label> https://evil.example evil.example @here :smile: &lt;b&gt; <!date^0^{date}|x> slack:T1/C1"

func TestHostileWordsStayWords(t *testing.T) {
	m := bot.Message{Title: hostile, Source: hostile, Paragraphs: []string{hostile}, Lines: []string{hostile}, Asks: []string{hostile}, Number: 1, Question: hostile, Footer: hostile, Ping: hostile,
		Quotation: []bot.Quoted{{Text: hostile, By: hostile, Link: "https://evil.example/x", ID: hostile}}, Link: "javascript:alert(1)", FooterLink: "slack://x", Image: "data:image/png;base64,x",
		Buttons: []bot.Button{{Label: hostile, Command: "help", Args: map[string]string{"x": hostile}}}}
	for _, l := range []look{{key: "k", ping: true}, {key: hostile}, {plainer: true}} {
		out := rendered(t, m, l)
		if found := live(t, out); len(found) > 0 {
			t.Errorf("Slack acts on %q", found)
		}
		if bad := strings.ContainsAny(out.Text, "<>"); bad {
			t.Errorf("beside the blocks stands %q", out.Text)
		}
		if n := strings.Count(shownBy(t, out), "<!channel> <!here>"); n < 8 {
			t.Errorf("it is shown %d times:\n%s", n, shownBy(t, out))
		}
	}
}

// texts of which the fuzzer makes messages of all kinds.
func FuzzRender(f *testing.F) {
	family := "\U0001F468\u200D\U0001F469\u200D\U0001F467\u200D\U0001F466"
	for _, s := range []string{hostile, "h" + strings.Repeat("\u0335\u0321", 300), strings.Repeat("x", 7000), strings.Repeat("<&>", 1000),
		strings.Repeat("line\n", 500), strings.Repeat(family, 300), "bell\a\x1b[31m caf\xe9 \u202e gnp.exe", " \n\t\u200b", strings.Repeat("A sentence. ", 600), "1. slack:T012AB3CD/C012AB3CD"} {
		f.Add(s, "https://example.org/"+s, uint16(0xFFFF), uint8(3))
	}
	f.Fuzz(func(t *testing.T, s, link string, parts uint16, many uint8) {
		s, link = s[:min(len(s), 3000)], link[:min(len(link), 2000)] // more is only slow
		m := adaptertest.Made(s, link, "S012AB3CD", parts, many)
		for _, l := range []look{{key: s, ping: true}, {key: "k", plainer: true}} {
			out := rendered(t, m, l)
			if keyIn(fmt.Sprint(tree(t, out)[0].(node)["block_id"])) != shortKey(l.key) {
				t.Fatal("nothing to find it by")
			}
			holdsStill(t, out, link)
		}
		for _, out := range renderer.renderAll(t.Context(), m, many%2 == 0) {
			withinLimits(t, out)
		}
	})
}

// holdsStill fails if anything of a message could act but its links and its ping.
func holdsStill(t *testing.T, out outgoing, link string) {
	t.Helper()
	for _, s := range live(t, out) {
		switch u := linkURL(link); {
		case s == "<!subteam^S012AB3CD>", strings.HasPrefix(s, "#C"), strings.HasPrefix(s, "#G"), strings.HasPrefix(s, "<#"):
		case u != "" && (s == u || s == link || s == "<"+plain(strings.ReplaceAll(u, "|", "%7C"))+">"):
		default:
			t.Fatalf("Slack acts on %q", s)
		}
	}
	for _, s := range strings.Split(strings.Replace(out.Text, "<!subteam^S012AB3CD>", "", 1), "<")[1:] {
		if !strings.HasPrefix(s, "#C") && !strings.HasPrefix(s, "#G") {
			t.Fatalf("beside the blocks: %q", s)
		}
	}
}

func TestReadOutEndsWithinItsLimit(t *testing.T) {
	for _, n := range []int{maxPlain - 2, maxPlain - 1, maxPlain, maxPlain + 1} {
		m := bot.Message{Paragraphs: []string{strings.Repeat("x", n), "slack:T012AB3CD/C012AB3CD & more"}}
		if out := rendered(t, m, look{}); text.Units(out.Text) < maxPlain-2 {
			t.Errorf("after %d characters, %d are read out", n, text.Units(out.Text))
		}
	}
}
