package writer

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"colloquy/bot"
)

// recapSchema is the shape of an answer that holds a recap, or replacements for
// parts of one.
var recapSchema = json.RawMessage(`{"type":"object","additionalProperties":false,"required":["statements"],"properties":{` +
	`"statements":{"type":"array","items":{"type":"object","additionalProperties":false,"required":["text","replies"],"properties":{` +
	`"text":{"type":"string"},"replies":{"type":"array","items":{"type":"integer"}}}}}}}`)

const (
	maxStatements = 5  // that a recap shows
	maxCited      = 12 // replies that one of them may rest on
)

// A stated is a statement as a model wrote it.
type stated struct {
	text    string
	replies []int // indexes into the replies that were sent, -1 for one that was not
	failure failure
	passed  bool
}

// decodeRecap reads an answer about n replies, which are numbered from 1 in it.
func decodeRecap(data json.RawMessage, n int) ([]stated, error) {
	var in struct {
		Statements *[]struct {
			Text    *string `json:"text"`
			Replies *[]int  `json:"replies"`
		} `json:"statements"`
	}
	if err := decodeStrict(data, &in); err != nil {
		return nil, err
	}
	missing := errors.New("the answer does not have the shape asked for: a field is missing")
	if in.Statements == nil {
		return nil, missing
	}
	var out []stated
	for _, s := range *in.Statements {
		if s.Text == nil || s.Replies == nil {
			return nil, missing
		}
		st := stated{text: strings.Join(strings.Fields(*s.Text), " ")}
		for _, k := range *s.Replies {
			if k < 1 || k > n {
				k = 0
			}
			if !slices.Contains(st.replies, k-1) {
				st.replies = append(st.replies, k-1)
			}
		}
		slices.Sort(st.replies)
		if out = append(out, st); len(out) == maxItems {
			break
		}
	}
	return out, nil
}

// review checks the statements that have not passed yet.
func (t *recapTask) review() {
	for i := range t.statements {
		s := &t.statements[i]
		if s.passed {
			continue
		}
		if s.failure = t.judge(*s); s.failure.failed() {
			t.drop(s.failure)
			continue
		}
		s.passed = true
	}
}

// judge returns the first check that a statement fails, beside those that passed.
func (t *recapTask) judge(s stated) failure {
	passed := t.passed()
	switch {
	case len(passed) == maxStatements:
		return failure{code: "surplus"}
	case len(s.replies) > maxCited:
		return failed("replies", fmt.Sprintf("reply %d", s.replies[maxCited]+1))
	case placeholder.MatchString(s.text):
		return failed("person", placeholder.FindString(s.text))
	case commandLike.MatchString(s.text):
		return failed("link", strings.TrimSpace(commandLike.FindString(s.text)))
	}
	if f := t.check.statement(s.text, s.replies); f.failed() {
		return f
	}
	if n := len(segment(s.text, t.language)); n > 1 { // one that is supported could carry another
		return failed("length", strconv.Itoa(n)+" sentences")
	}
	if w := wordsOf(s.text); personal(w[0]) {
		return failed("person", w[0])
	}
	for _, p := range passed {
		if jaccard(contentStems(p.text), contentStems(s.text)) > 0.7 {
			return failure{code: "repeated"}
		}
	}
	return failure{}
}

func (t *recapTask) passed() []stated {
	var out []stated
	for _, s := range t.statements {
		if s.passed {
			out = append(out, s)
		}
	}
	return out
}

// ofReplies makes what is said of an article say the same of a discussion.
var ofReplies = strings.NewReplacer("the article's language", "the discussion's language", "another sentence of the summary", "another statement",
	"instead of the article", "instead of the discussion", "what the article says", "what the replies say", "from the article", "from the replies",
	"the sentences", "the replies", "sentence numbers", "reply numbers")

// wrong says what failed, a line each for the model.
func (t *recapTask) wrong() []string {
	var out []string
	for i, s := range t.statements {
		if !s.passed && s.failure.code != "surplus" {
			out = append(out, fmt.Sprintf("statement %d: %s", i+1, ofReplies.Replace(describe(s.failure))))
		}
	}
	return out
}

// drop writes down which check failed, and about what, if that is no word that
// somebody wrote and no name: a recap is kept when a reply is erased.
func (t *recapTask) drop(f failure) {
	d := bot.Dropped{Reason: f.code}
	switch f.code {
	case "length", "ranking", "preamble":
		d.Detail = f.detail
	case "name_not_in_replies", "number_not_in_replies":
		said := func(r bot.Reply) bool { return strings.Contains(strings.ToLower(r.Text), strings.ToLower(f.detail)) }
		if !slices.ContainsFunc(t.in.Replies, said) {
			d.Detail = f.detail
		}
	}
	t.dropped = append(t.dropped, d)
}
