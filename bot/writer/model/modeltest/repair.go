package modeltest

import "regexp"

// A Failure is one line of a request for repairs.
type Failure struct {
	Kind string // "summary", "question", "note", "statement"; "" where the line does not say
	N    int    // which one, from 1; 0 where the line is about all of them
	Why  string
}

var failureLine = regexp.MustCompile(`(?m)^(?:- )?(summary|question|note|statement)s?(?: (\d+))?: (.+)$`)

// Failures are what the client's last turn wants repaired; nil if it answers none of the model's.
func (c Call) Failures() []Failure {
	if len(c.Turns) < 2 || !c.Turns[len(c.Turns)-2].Assistant {
		return nil
	}
	out := []Failure{}
	for _, m := range failureLine.FindAllStringSubmatch(c.Turns[len(c.Turns)-1].Text, -1) {
		out = append(out, Failure{m[1], atoi(m[2]), m[3]})
	}
	return out
}
