package modeltest

import (
	"regexp"
	"strconv"
	"strings"
)

// A Numbered is one sentence of the article, or one question, with its number.
type Numbered struct {
	N    int
	Text string
}

// A ReplyLine is one reply of a recap's prompt.
type ReplyLine struct {
	N, Person, Question int // Question 0: to the whole
	Text                string
}

// An Article is what stands within the delimiter of a prompt.
type Article struct {
	Nonce                    string
	Title, Byline, Publisher string
	Sentences                []Numbered
}

// A Discussion is the same of a recap.
type Discussion struct {
	Nonce, Title string
	Questions    []Numbered
	Replies      []ReplyLine
}

var (
	openTag  = regexp.MustCompile(`(?m)^<(article|replies|failures) ([A-Za-z0-9]+)>\s*$`)
	numbered = regexp.MustCompile(`^\[(\d+)\] ?(.*)$`)
	replied  = regexp.MustCompile(`^\[(\d+)\] ?\(person (\d+), question (\d+)\) ?(.*)$`)
	asked    = regexp.MustCompile(`^question (\d+): ?(.*)$`)
)

// inside returns what stands within the first delimiter of a kind in the client's
// turns, with its nonce, and what those turns say around it.
func (c Call) inside(kind string) (nonce, in, out string) {
	for _, t := range c.Turns {
		if t.Assistant {
			continue
		}
		for _, m := range openTag.FindAllStringSubmatchIndex(t.Text, -1) {
			if nonce != "" || t.Text[m[2]:m[3]] != kind {
				continue
			}
			n := t.Text[m[4]:m[5]]
			rest := t.Text[m[1]:]
			end := strings.Index(rest, "\n</"+kind+" "+n+">")
			if end < 0 {
				continue
			}
			nonce, in = n, strings.TrimPrefix(rest[:end], "\n")
			out += t.Text[:m[0]] + rest[end+len("\n</"+kind+" "+n+">"):] + "\n"
		}
		if !strings.Contains(t.Text, nonce) || nonce == "" {
			out += t.Text + "\n"
		}
	}
	return nonce, in, out
}

// Nonce is that of the delimiter in the client's last turn that has one, "" if none.
func (c Call) Nonce() string {
	for i := len(c.Turns) - 1; i >= 0; i-- {
		if m := openTag.FindStringSubmatch(c.Turns[i].Text); m != nil && !c.Turns[i].Assistant {
			return m[2]
		}
	}
	return ""
}

// Article is the article that the prompt holds, the zero value if none.
func (c Call) Article() Article {
	nonce, in, _ := c.inside("article")
	a := Article{Nonce: nonce}
	for line := range strings.Lines(in) {
		line = strings.TrimRight(line, "\n")
		if m := numbered.FindStringSubmatch(line); m != nil {
			a.Sentences = append(a.Sentences, Numbered{atoi(m[1]), m[2]})
			continue
		}
		if len(a.Sentences) > 0 {
			continue
		}
		for name, to := range map[string]*string{"title: ": &a.Title, "by: ": &a.Byline, "publisher: ": &a.Publisher} {
			if v, ok := strings.CutPrefix(line, name); ok {
				*to = v
			}
		}
	}
	return a
}

// Discussion is what the prompt of a recap holds, the zero value if none.
func (c Call) Discussion() Discussion {
	nonce, in, _ := c.inside("replies")
	d := Discussion{Nonce: nonce}
	for line := range strings.Lines(in) {
		line = strings.TrimRight(line, "\n")
		if m := replied.FindStringSubmatch(line); m != nil {
			d.Replies = append(d.Replies, ReplyLine{atoi(m[1]), atoi(m[2]), atoi(m[3]), m[4]})
		} else if m := asked.FindStringSubmatch(line); m != nil {
			d.Questions = append(d.Questions, Numbered{atoi(m[1]), m[2]})
		} else if v, ok := strings.CutPrefix(line, "title: "); ok && d.Title == "" {
			d.Title = v
		}
	}
	return d
}

var (
	wantLine  = regexp.MustCompile(`(?m)^(summary|questions|notes): (\d+)$`)
	wantAgain = regexp.MustCompile(`(?m)^- "(summary|questions)": (?:at most (\d+)|an empty list)`)
	wantList  = regexp.MustCompile(`(?m)^- At most (\d+) in the list`)
)

// Wanted is how many sentences (or notes, or statements) and questions the client
// asks for at most, outside its delimiters; 3 and 5 where it does not say.
func (c Call) Wanted() (sentences, questions int) {
	sentences, questions = 3, 5
	set := func(what, n string) {
		if what == "questions" {
			questions = atoi(n)
			return
		}
		sentences = atoi(n)
	}
	if c.Failures() != nil {
		last := c.Turns[len(c.Turns)-1].Text
		for _, m := range wantAgain.FindAllStringSubmatch(last, -1) {
			set(m[1], m[2])
		}
		if m := wantList.FindStringSubmatch(last); m != nil {
			sentences, questions = atoi(m[1]), 0
		}
		return sentences, questions
	}
	for _, m := range wantLine.FindAllStringSubmatch(c.outside(), -1) {
		set(m[1], m[2])
	}
	return sentences, questions
}

// outside is what the client's first turn says around its data.
func (c Call) outside() string {
	kind := "article"
	if c.SchemaName == "recap" {
		kind = "replies"
	}
	_, _, out := c.inside(kind)
	return out
}

func atoi(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}

// Replies are those that the prompt of a recap holds.
func (c Call) Replies() []ReplyLine { return c.Discussion().Replies }
