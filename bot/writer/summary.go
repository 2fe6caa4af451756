package writer

// maxSummaryWords is the most a summary has, by [length].
const maxSummaryWords = 90

// summarize returns the indexes of at most limit sentences, in order.
func summarize(d document, limit int) []int {
	var out []int
	n := 0
	for i, s := range d.sentences {
		if l := length(s.Words); len(out) < limit && !s.Heading && quotable(s.Text) && n+l <= maxSummaryWords {
			out = append(out, i)
			n += l
		}
	}
	return out
}
