package prompts

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
)

// What the templates are given. The data itself is one field that holds its
// delimiters, so that no template can put a part of it anywhere else.
type (
	view struct {
		Nonce    string
		Language string
		Article  string
	}
	digestView struct {
		view
		Readers              string
		Sentences, Questions int
		Opinion, Grave       bool
		Notes                bool
	}
	notesView struct {
		view
		Section, Sections, Notes int
		Opinion                  bool
	}
	repairView struct {
		Nonce, Language, Failures, Kind string
		Sentences, Questions            int
	}
	recapView struct {
		Nonce, Language, Replies string
		People, Count            int
	}
)

// A block is data between delimiters: cleaned lines, none of which can end it.
type block struct {
	name  string // "article", "replies" or "failures"
	lines []string
}

// add writes one line, whatever is in text.
func (b *block) add(label, text string) {
	b.lines = append(b.lines, strings.TrimSpace(label+" "+Clean(text)))
}

// addNamed is add for what may be missing.
func (b *block) addNamed(label, text string) {
	if Clean(text) != "" {
		b.add(label, text)
	}
}

func articleBlock(title, byline, publisher string, sentences []Numbered, notes []string) block {
	b := block{name: "article"}
	b.addNamed("title:", title)
	b.addNamed("by:", byline)
	b.addNamed("publisher:", publisher)
	for _, s := range sentences {
		b.add(fmt.Sprintf("[%d]", s.N), s.Text)
	}
	for _, n := range notes {
		b.addNamed("note:", n)
	}
	return b
}

func repliesBlock(d RecapData) block {
	b := block{name: "replies"}
	b.addNamed("title:", d.Title)
	for _, q := range d.Questions {
		b.add(fmt.Sprintf("question %d:", q.N), q.Text)
	}
	for _, r := range d.Replies {
		b.add(fmt.Sprintf("[%d] (person %d, question %d)", r.N, r.Person, r.Question), r.Text)
	}
	return b
}

// What a prompt for repairs says of failures at most, so that an answer without
// end is not told again: so many, and so many characters of each.
const (
	maxFailures = 40
	maxFailure  = 400
)

func failuresBlock(failures []string) block {
	b := block{name: "failures"}
	for _, f := range failures[:min(len(failures), maxFailures)] {
		if line := []rune(Clean(f)); len(line) > maxFailure {
			f = string(line[:maxFailure]) + "…"
		}
		b.addNamed("-", f)
	}
	return b
}

// in is the block with its delimiters, each on a line of its own.
func (b block) in(nonce string) string {
	var s strings.Builder
	fmt.Fprintf(&s, "<%s %s>\n", b.name, nonce)
	for _, l := range b.lines {
		s.WriteString(l)
		s.WriteByte('\n')
	}
	fmt.Fprintf(&s, "</%s %s>", b.name, nonce)
	return s.String()
}

// standsIn reports what is wrong with the place of the block in a prompt.
func (b block) standsIn(prompt, nonce string) error {
	begin, end, whole := fmt.Sprintf("<%s %s>", b.name, nonce), fmt.Sprintf("</%s %s>", b.name, nonce), b.in(nonce)
	lines, what := "\n"+prompt+"\n", ""
	switch {
	case !strings.Contains(prompt, nonce):
		what = "leaves out the nonce"
	case !strings.Contains(prompt, begin):
		what = "leaves out the delimiter <" + b.name + " NONCE>"
	case !strings.Contains(prompt, end):
		what = "does not end the data with </" + b.name + " NONCE>"
	case !strings.Contains(lines, "\n"+whole+"\n"):
		what = "leaves out a part of the data, or writes beside it"
	case strings.Count(lines, "\n"+begin+"\n") != 1 || strings.Count(lines, "\n"+end+"\n") != 1:
		what = "holds the data more than once"
	default:
		return nil
	}
	return fmt.Errorf("%s; it must hold {{.%s%s}} once, on a line of its own", what, strings.ToUpper(b.name[:1]), b.name[1:])
}

func people(replies []ReplyLine) int {
	seen := map[int]bool{}
	for _, r := range replies {
		seen[r.Person] = true
	}
	return len(seen)
}

func goodNonce(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'z') {
			return false
		}
	}
	return len(s) >= 16 && len(s) <= 64
}

// limited is a buffer that refuses what goes beyond a number of bytes.
type limited struct {
	b    *bytes.Buffer
	left int
}

func (l *limited) Write(p []byte) (int, error) {
	if len(p) > l.left {
		return 0, errors.New("it writes too much")
	}
	l.left -= len(p)
	return l.b.Write(p)
}
