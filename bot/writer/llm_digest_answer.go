package writer

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"colloquy/bot"
)

// digestSchema is the shape of an answer that holds a digest, or what is to
// replace parts of one.
var digestSchema = json.RawMessage(`{"type":"object","additionalProperties":false,"required":["summary","questions"],"properties":{` +
	`"summary":{"type":"array","items":{"type":"object","additionalProperties":false,"required":["text","sentences"],"properties":{` +
	`"text":{"type":"string"},"sentences":{"type":"array","items":{"type":"integer"}}}}},` +
	`"questions":{"type":"array","items":{"type":"object","additionalProperties":false,"required":["text","move","sentences"],"properties":{` +
	`"text":{"type":"string"},"move":{"type":"string","enum":["clarify","assumption","evidence","viewpoint","implication","compare","decide","counter","missing"]},` +
	`"sentences":{"type":"array","items":{"type":"integer"}}}}}}}`)

// An item is a sentence or a question as a model wrote it.
type item struct {
	text     string
	move     string // of a question
	evidence []int  // from 0, in order
	failure  failure
	passed   bool
}

func (i item) statement() bot.Statement { return bot.Statement{Text: i.text, Evidence: i.evidence} }

func (i item) question() bot.Question {
	return bot.Question{Text: i.text, Move: i.move, Evidence: i.evidence}
}

// A draft is what a model wrote, before anything of it was checked.
type draft struct {
	summary   []item
	questions []item
}

// Limits of an answer: what is beyond them was not asked for by anybody.
const (
	maxItems    = 40       // sentences, and questions, of an answer
	maxEvidence = 6        // sentences that one of them may rest on
	maxAnswer   = 64 << 10 // bytes; a longer one is not sent back to be repaired, which is paid for
)

// decodeStrict reads one JSON value of exactly the fields that v has. The error
// is one line, fit to be sent back to the model.
func decodeStrict(data json.RawMessage, v any) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		return fmt.Errorf("the answer does not have the shape asked for: %s", strings.TrimPrefix(err.Error(), "json: "))
	}
	if _, err := dec.Token(); err != io.EOF {
		return fmt.Errorf("the answer does not have the shape asked for: something follows it")
	}
	return nil
}

// decodeDraft reads an answer about an article of n sentences. Sentences are
// numbered from 1 in it.
func decodeDraft(data json.RawMessage, n int) (draft, error) {
	var in struct {
		Summary *[]struct {
			Text      *string `json:"text"`
			Sentences *[]int  `json:"sentences"`
		} `json:"summary"`
		Questions *[]struct {
			Text      *string `json:"text"`
			Move      *string `json:"move"`
			Sentences *[]int  `json:"sentences"`
		} `json:"questions"`
	}
	if err := decodeStrict(data, &in); err != nil {
		return draft{}, err
	}
	missing := fmt.Errorf("the answer does not have the shape asked for: a field is missing")
	if in.Summary == nil || in.Questions == nil {
		return draft{}, missing
	}
	if len(*in.Summary) > maxItems || len(*in.Questions) > maxItems {
		return draft{}, fmt.Errorf("the answer has more than %d sentences or questions", maxItems)
	}
	var d draft
	for _, s := range *in.Summary {
		if s.Text == nil || s.Sentences == nil {
			return draft{}, missing
		}
		d.summary = append(d.summary, item{text: strings.TrimSpace(*s.Text), evidence: evidenceFrom(*s.Sentences, n)})
	}
	for _, q := range *in.Questions {
		if q.Text == nil || q.Move == nil || q.Sentences == nil {
			return draft{}, missing
		}
		d.questions = append(d.questions, item{text: strings.TrimSpace(*q.Text), move: *q.Move, evidence: evidenceFrom(*q.Sentences, n)})
	}
	return d, nil
}

// evidenceFrom makes indexes of sentence numbers: in order, each once, at most
// [maxEvidence]. A number that no sentence has stays, as an index that none
// has, so that the check of evidence refuses it.
func evidenceFrom(numbers []int, n int) []int {
	var out []int
	for _, k := range numbers {
		i := k - 1
		if i < 0 || i >= n {
			i = -1
		}
		if !slices.Contains(out, i) && len(out) < maxEvidence {
			out = append(out, i)
		}
	}
	slices.Sort(out)
	return out
}
