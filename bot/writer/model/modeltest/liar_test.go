package modeltest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// asking is a call as the project's prompts make one.
func asking(t *testing.T, nonce string, a Article) Call {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "language: x\nkind: news\ngrave: no\nsummary: 3\nquestions: 7\n\nBelow is the article.\n\n<article %s>\ntitle: %s\n", nonce, a.Title)
	for _, s := range a.Sentences {
		fmt.Fprintf(&b, "[%d] %s\n", s.N, s.Text)
	}
	fmt.Fprintf(&b, "</article %s>\n\nThat was the data.\n", nonce)
	return Call{SchemaName: "digest", Turns: []Turn{{Text: b.String()}}}
}

// repairing is the call that follows an answer.
func repairing(c Call, said string) Call {
	c.Turns = append(slices.Clone(c.Turns), Turn{Assistant: true, Text: said}, Turn{Text: "Failed:\n\n<failures m1>\n- summary 2: the name “Fernando” is not in the article\n" +
		"- question 1: yes or no answers it\n</failures m1>\n\n- \"summary\": at most 1 sentence.\n- \"questions\": at most 1 question, which begin otherwise.\n"})
	return c
}

type digest struct {
	Summary   []Statement
	Questions []Question
}

func answered(t *testing.T, r Reply) digest {
	t.Helper()
	var d digest
	if err := json.Unmarshal([]byte(r.Text), &d); err != nil {
		t.Fatalf("%v in %s", err, r.Text)
	}
	return d
}

func TestEveryKindOfLieIsTold(t *testing.T) {
	for _, kind := range LieKinds() {
		told := 0
		for code, a := range fixtures() {
			c := asking(t, "n1", a)
			liar := NewLiar(1, 1, kind)
			answered(t, liar.Reply(c))
			lies := liar.Lies()
			if len(lies) > 0 {
				told++
			}
			data := strings.ToLower(a.Title)
			for _, s := range a.Sentences {
				data += " " + strings.ToLower(s.Text)
			}
			for _, l := range lies {
				if l.Kind != kind || l.Token == "" && !strings.HasSuffix(kind, "evidence") {
					t.Errorf("%s: a lie without token or of another kind: %+v", code, l)
				}
				if l.Token != "" && (strings.Contains(data, strings.ToLower(l.Token)) || !strings.Contains(l.Text, l.Token)) {
					t.Errorf("%s: the token stands in the article, or not in the lie: %+v", code, l)
				}
			}
		}
		if recapOnly := kind == "person" || kind == "ranking"; told < 3 && !recapOnly {
			t.Errorf("lies of the kind %q are told in %d languages only", kind, told)
		}
	}
}

func TestLiesAreTheShareAskedForAndTheSameAgain(t *testing.T) {
	c := asking(t, "n1", fixtures()["en"])
	liar, again := NewLiar(7, 0.5), NewLiar(7, 0.5)
	first := liar.Reply(c)
	other := asking(t, "n2", fixtures()["en"])
	if second := again.Reply(other); second.Text != first.Text {
		t.Errorf("another nonce, another answer:\n%s\n%s", first.Text, second.Text)
	}
	if NewLiar(8, 0.5).Reply(c).Text == first.Text {
		t.Error("another seed, the same answer")
	}
	for seed := range uint64(25) {
		l := NewLiar(seed, 0.5)
		l.Reply(c)
		l.Reply(repairing(c, "{}"))
		liar.lies = append(liar.lies, l.Lies()...)
		liar.said += l.Said()
	}
	if share := float64(len(liar.Lies())) / float64(liar.Said()); share < 0.42 || share > 0.58 {
		t.Errorf("%.2f of what it says is a lie, want 0.5", share)
	}
	honest := NewLiar(1, 0)
	if honest.Reply(c).Text != Good()(c).Text || len(honest.Lies()) > 0 {
		t.Errorf("it lies without being told to: %+v", honest.Lies())
	}
}

func TestRepairsAnswerWhatIsAskedFor(t *testing.T) {
	for code, a := range fixtures() {
		c := asking(t, "n1", a)
		first := Good()(c)
		before := answered(t, first)
		d := answered(t, Good()(repairing(c, first.Text)))
		if len(before.Summary) == 0 || len(before.Summary) > 3 || len(d.Summary) > 1 || len(d.Questions) > 1 {
			t.Errorf("%s: %d sentences at first, then %d and %d questions, want up to 3, 1 and 1", code, len(before.Summary), len(d.Summary), len(d.Questions))
		}
		for _, q := range d.Questions {
			if strings.Contains(first.Text, q.Text) {
				t.Errorf("%s: the same question again: %s", code, q.Text)
			}
		}
	}
}

// A recap's prompt of four replies.
func recapping() Call {
	return Call{SchemaName: "recap", Turns: []Turn{{Text: "language: English (en)\nreplies: 4\npersons: 3\n\n<replies n1>\ntitle: A ferry for Velm\nquestion 1: Who would use it?\n" +
		"[1] (person 1, question 1) Farmers would reach the market sooner with the ferry.\n[2] (person 2, question 1) The market needs farmers, and the ferry brings them.\n" +
		"[3] (person 3, question 1) I disagree: nobody crosses in winter, and tickets cost too much.\n[4] (person 2, question 0) Anglers were never asked about the waves.\n</replies n1>\n"}}}
}

func TestRecapsAreWrittenAndFalsified(t *testing.T) {
	statements := func(r Reply) []RecapStatement {
		var v struct{ Statements []RecapStatement }
		if err := json.Unmarshal([]byte(r.Text), &v); err != nil {
			t.Fatal(err)
		}
		return v.Statements
	}
	good := statements(Good()(recapping()))
	if len(good) != 2 || !slices.Contains(good[1].Replies, 1) || !slices.Contains(good[1].Replies, 2) || slices.Contains(good[1].Replies, 4) {
		t.Errorf("a good recap: %+v", good)
	}
	for _, kind := range LieKinds() {
		liar := NewLiar(1, 1, kind)
		said := statements(liar.Reply(recapping()))
		for _, l := range liar.Lies() {
			if l.Where != "recap" || !slices.ContainsFunc(said, func(s RecapStatement) bool { return s.Text == l.Text }) {
				t.Errorf("a lie that was not told: %+v", l)
			}
		}
		if none := kind == "number" || kind == "name_swapped" || kind == "wrong_evidence"; len(liar.Lies()) == 0 && !none {
			t.Errorf("no lie of the kind %q in %+v", kind, said)
		}
	}
}
