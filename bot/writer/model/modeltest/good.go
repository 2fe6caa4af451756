package modeltest

// Statement and Question are what an answer of the schema "digest" is made of.
type (
	Statement struct {
		Text      string `json:"text"`
		Sentences []int  `json:"sentences"` // numbers, from 1
	}
	Question struct {
		Text      string `json:"text"`
		Move      string `json:"move"`
		Sentences []int  `json:"sentences"`
	}
	// A RecapStatement is one of the schema "recap".
	RecapStatement struct {
		Text    string `json:"text"`
		Replies []int  `json:"replies"`
	}
	// An Output is an answer of any of the schemas; one has only its own members.
	Output struct {
		Summary    []Statement      `json:"summary,omitempty"`
		Questions  []Question       `json:"questions,omitempty"`
		Notes      []Statement      `json:"notes,omitempty"`
		Statements []RecapStatement `json:"statements,omitempty"`
	}
)

// JSON is the answer for a schema: all its members, also empty ones, and no others.
func (o Output) JSON(schema string) string {
	switch schema {
	case "notes":
		return string(marshal(obj{"notes": full(o.Notes)}))
	case "recap":
		return string(marshal(obj{"statements": full(o.Statements)}))
	}
	return string(marshal(obj{"summary": full(o.Summary), "questions": full(o.Questions)}))
}

func full[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// Good answers as a model does that keeps to what it is told: sentences in the
// article's own words with right evidence, and sound questions about it.
func Good() func(Call) Reply {
	return func(c Call) Reply { return Reply{Text: goodOutput(c).JSON(c.SchemaName)} }
}

func goodOutput(c Call) Output {
	var o Output
	a := c.Article()
	n, _ := c.Wanted()
	for _, s := range a.Sentences {
		if len(o.Summary) < n {
			o.Summary = append(o.Summary, Statement{s.Text, []int{s.N}})
		}
	}
	o.Notes = o.Summary
	for _, r := range c.Discussion().Replies {
		o.Statements = append(o.Statements, RecapStatement{r.Text, []int{r.N}})
	}
	return o
}
