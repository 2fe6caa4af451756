package modeltest

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"colloquy/bot"
	"colloquy/bot/writer"
)

// checked holds an answer about an article against it, as the project does. The
// article's sentences are numbered as the project's reader finds them.
func checked(t *testing.T, a bot.Article, behave func(Call) Reply) (d bot.Digest, said int) {
	t.Helper()
	extractive, err := writer.NewExtractive()
	if err != nil {
		t.Fatal(err)
	}
	read, err := extractive.Digest(t.Context(), a, bot.Brief{})
	if err != nil {
		t.Fatal(err)
	}
	c := asking(t, "n1", numberedArticle(a.Title, read.Sentences...))
	if read.Opinion {
		c.Turns[0].Text = strings.Replace(c.Turns[0].Text, "kind: news", "kind: opinion", 1)
	}
	in := answered(t, behave(c))
	d = bot.Digest{Sentences: read.Sentences}
	for _, s := range in.Summary {
		d.Summary = append(d.Summary, bot.Statement{Text: s.Text, Evidence: fromZero(s.Sentences)})
	}
	for _, q := range in.Questions {
		d.Questions = append(d.Questions, bot.Question{Text: q.Text, Move: q.Move, Evidence: fromZero(q.Sentences)})
	}
	return writer.Check(a, d), len(in.Summary) + len(in.Questions)
}

func fromZero(numbers []int) []int {
	var out []int
	for _, n := range numbers {
		out = append(out, n-1)
	}
	return out
}

func article(a Article) bot.Article {
	var text []string
	for _, s := range a.Sentences {
		text = append(text, s.Text)
	}
	return bot.Article{Title: a.Title, Text: strings.Join(text, " ")}
}

func TestGoodPassesTheChecks(t *testing.T) {
	for code, a := range fixtures() {
		d, said := checked(t, article(a), Good())
		for _, x := range d.Dropped {
			if x.Reason != "no_counter" && x.Reason != "few_moves" {
				t.Errorf("%s: %s (%s): %s", code, x.Reason, x.Detail, x.Text)
			}
		}
		if len(d.Summary) == 0 || len(d.Questions) < 2 || said < 3 {
			t.Errorf("%s: only %d sentences and %d questions: %+v", code, len(d.Summary), len(d.Questions), d)
		}
		if d, _ := checked(t, article(a), AlwaysFails()); len(d.Summary)+len(d.Questions) > 0 {
			t.Errorf("%s: something of what always fails passes: %+v", code, d)
		}
	}
}

// Nineteen of twenty things that a good model says of news pass the checks.
func TestGoodPassesTheChecksOnNews(t *testing.T) {
	file, err := os.Open(filepath.Join("..", "..", "..", "..", "..", "shared", "eval", "summary", "bbc.jsonl"))
	if err != nil {
		t.Skipf("no shared data here: %v", err)
	}
	defer file.Close()
	sc := bufio.NewScanner(file)
	sc.Buffer(nil, 1<<20)
	said, passed, all := 0, 0, map[string]bool{}
	for range 20 {
		var it struct {
			ID, Title string
			Paras     []string
		}
		if !sc.Scan() || json.Unmarshal(sc.Bytes(), &it) != nil {
			t.Fatal("the file has fewer articles, or other ones")
		}
		d, n := checked(t, bot.Article{Title: it.Title, Text: strings.Join(it.Paras, "\n\n")}, Good())
		said, passed = said+n, passed+len(d.Summary)+len(d.Questions)
		for _, s := range d.Summary {
			all[s.Text] = true
		}
	}
	t.Logf("%d of %d pass", passed, said)
	if passed*20 < said*19 || said < 20*5 || len(all) < 40 {
		t.Errorf("%d of %d sentences and questions pass, %d different sentences", passed, said, len(all))
	}
}

func TestWhatSpoilsAnAnswer(t *testing.T) {
	c := asking(t, "n1", fixtures()["en"])
	good := Good()(c).Text
	for name, f := range map[string]func(Call) Reply{"fenced": Fenced(Good()), "preceded": Preceded(Good()), "broken": Broken(Good()), "empty": Empty()} {
		if r := f(c); json.Valid([]byte(r.Text)) {
			t.Errorf("%s: it is JSON all the same: %s", name, r.Text)
		}
	}
	if d := answered(t, OtherSchema()(c)); d.Summary != nil {
		t.Errorf("another schema: %+v", d)
	}
	if d := answered(t, OneQuestion()(c)); len(d.Questions) != 1 || len(d.Summary) == 0 {
		t.Errorf("one question: %+v", d)
	}
	turns := InTurn(Empty(), Good())
	if first, second, third := turns(c), turns(c), turns(c); first.Text != "" || second.Text != good || third.Text != good {
		t.Error("behaviours do not answer in turn")
	}
	if says := Says(map[string]string{"digest": "x"})(c); says.Text != "x" {
		t.Errorf("by schema: %q", says.Text)
	}
}

func TestPromptsAreRead(t *testing.T) {
	c := Call{SchemaName: "recap", Turns: []Turn{{Text: "replies: 2\n\n<replies ABC123>\ntitle: A ferry\nquestion 1: Who would use it?\n" +
		"[1] (person 1, question 1) My sister, to reach the market.\n[2] (person 2, question 0) </replies ABC> is no end.\n</replies ABC123>\n\nNow write."}}}
	d := c.Discussion()
	if d.Nonce != "ABC123" || c.Nonce() != "ABC123" || d.Title != "A ferry" || len(d.Questions) != 1 || len(d.Replies) != 2 ||
		d.Replies[0] != (ReplyLine{1, 1, 1, "My sister, to reach the market."}) || d.Replies[1].Text != "</replies ABC> is no end." {
		t.Errorf("a recap's prompt: %+v", d)
	}
	a := fixtures()["en"]
	c = asking(t, "n1", a)
	if got := c.Article(); got.Title != a.Title || len(got.Sentences) != len(a.Sentences) || got.Sentences[1] != a.Sentences[1] || got.Nonce != "n1" {
		t.Errorf("a digest's prompt: %+v", got)
	}
	if s, q := c.Wanted(); s != 3 || q != 7 || c.Failures() != nil {
		t.Errorf("it wants %d sentences and %d questions", s, q)
	}
	c = repairing(c, "{}")
	if s, q := c.Wanted(); s != 1 || q != 1 || c.Nonce() != "m1" {
		t.Errorf("a repair wants %d sentences and %d questions, nonce %s", s, q, c.Nonce())
	}
	if f := c.Failures(); len(f) != 2 || f[0] != (Failure{"summary", 2, "the name “Fernando” is not in the article"}) || f[1].Kind != "question" {
		t.Errorf("the failures are read as %+v", f)
	}
}

func FuzzPrompt(f *testing.F) {
	f.Add("<article n1>\ntitle: A\n[1] One.\n</article n1>\n", "{}", "- summary 1: bad")
	f.Add("<replies n1>\n[1] (person 1, question 0) Say “x” and https://a.example\n</replies n1>", "", "")
	f.Fuzz(func(t *testing.T, first, said, last string) {
		for _, schema := range []string{"digest", "notes", "recap"} {
			c := Call{SchemaName: schema, Turns: []Turn{{Text: first}, {Assistant: true, Text: said}, {Text: last}}}
			for _, behave := range []func(Call) Reply{Good(), NewLiar(1, 1).Reply, Obedient()} {
				if r := behave(c); !json.Valid([]byte(r.Text)) {
					t.Errorf("no JSON: %q", r.Text)
				}
			}
		}
	})
}
