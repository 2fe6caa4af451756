package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"colloquy/bot"
	"colloquy/bot/store"
)

// reportMarkdown writes tables to read.
type reportMarkdown struct {
	markdown
	r        *report
	byPerson bool
	count    int   // discussions so far
	group    *bool // whether the table under way is of people on the roster; nil before the first
}

func newReportMarkdown(r *report, w io.Writer, byPerson bool) *reportMarkdown {
	m := &reportMarkdown{markdown: markdown{w: w}, r: r, byPerson: byPerson}
	m.printf("# Replies in %s\n\nOpened %s: %s.\n", escape(r.channel.String()), escape(r.days.String()), plural(len(r.discussions), "discussion", "discussions"))
	if r.pseudonymous {
		m.printf("People have another name in each of them.\n")
	}
	if byPerson {
		m.printf("\n## Discussions\n\n")
		m.row("No.", "Opened", "Title", "State", "Replies", "Late", "People", "Remarks")
		m.rule(8)
	}
	return m
}

// row writes a line of a table. Its cells are escaped already.
func (m *reportMarkdown) row(cells ...string) { m.printf("| %s |\n", strings.Join(cells, " | ")) }

func (m *reportMarkdown) rule(columns int) { m.printf("|%s\n", strings.Repeat("---|", columns)) }

// cellText is what others wrote, in a cell.
func cellText(s string) string { return escape(inline(s)) }

func (m *reportMarkdown) discussion(d *store.ReportDiscussion, who []reportLine) error {
	m.count++
	replies, late, people := strconv.Itoa(d.Replies), strconv.Itoa(d.Late), strconv.Itoa(d.People)
	if d.State == bot.StateErased || d.State == bot.StateUnknown {
		replies, late, people = "?", "?", "?"
	}
	if m.byPerson {
		m.row(strconv.Itoa(m.count), m.r.moment(opened(d)), cellText(d.Title), d.State, replies, late, people, cellText(m.r.remark(d)))
		return m.err
	}
	m.printf("\n## %d. %s\n\nOpened %s, %s. Replies: %s, late: %s, people: %s.\n", m.count, cellText(d.Title), m.r.moment(opened(d)), d.State, replies, late, people)
	if remark := m.r.remark(d); remark != "" {
		m.printf("\n%s.\n", cellText(upper(remark)))
	}
	m.wrote(who)
	m.silent(who)
	return m.err
}

// wrote is the table of those who replied in a discussion.
func (m *reportMarkdown) wrote(who []reportLine) {
	begun := false
	for _, l := range who {
		if l.status != toldReplied {
			continue
		}
		if !begun {
			begun = true
			m.printf("\n")
			m.row("Person", "Replies", "Late", "To question", "To whom", "Remarks")
			m.rule(6)
		}
		var remarks []string
		if m.r.rostered && !l.person.expected {
			remarks = append(remarks, "not on the roster")
		}
		if l.excluded > 0 {
			remarks = append(remarks, strconv.Itoa(l.excluded)+" kept out of recaps")
		}
		if remark := m.r.lineRemark(l); remark != "" {
			remarks = append(remarks, remark)
		}
		m.row(cellText(l.person.Name), strconv.Itoa(l.replies), strconv.Itoa(l.late), strings.Join(l.questionNames(), ", "), cellText(strings.Join(toNames(l.to), ", ")), strings.Join(remarks, "; "))
	}
}

// silent lists those on the roster of whom no reply is recorded, by the reason.
func (m *reportMarkdown) silent(who []reportLine) {
	for _, kind := range []struct{ status, words string }{
		{toldNothing, "No reply recorded"}, {toldUnknown, "Unknown whether they replied"}, {toldOptedOut, "Opted out"},
		{toldWithdrawn, "No reply recorded before it was withdrawn"}, {toldErased, "Erased"},
	} {
		var names []string
		for _, l := range who {
			if l.status == kind.status {
				names = append(names, cellText(l.person.Name))
			}
		}
		if len(names) > 0 {
			m.printf("\n%s: %s.\n", kind.words, strings.Join(names, ", "))
		}
	}
}

func (m *reportMarkdown) person(p reportPerson, in []reportLine) error {
	if m.group == nil || *m.group != p.expected {
		m.group = &p.expected
		m.printf("\n## %s\n\n", m.heading(p.expected))
		columns := []string{"Person", "Replied in", "Replies", "Late", "Remarks"}
		if p.expected {
			columns = slices.Insert(columns, 2, "No reply in", "Not counted")
		}
		m.row(columns...)
		m.rule(len(columns))
	}
	s := sum(in)
	remarks := []string{p.standing()}
	if s.excluded > 0 {
		remarks = append(remarks, strconv.Itoa(s.excluded)+" kept out of recaps")
	}
	cells := []string{cellText(p.Name), strconv.Itoa(s.replied), strconv.Itoa(s.replies), strconv.Itoa(s.late), join(remarks, "; ")}
	if s.known == 0 {
		cells[1], cells[2], cells[3] = "", "", ""
	}
	if p.expected {
		nothing := strconv.Itoa(s.nothing)
		if s.known == 0 {
			nothing = ""
		}
		cells = slices.Insert(cells, 2, nothing, strconv.Itoa(s.unknown))
	}
	m.row(cells...)
	return m.err
}

func (m *reportMarkdown) heading(expected bool) string {
	switch {
	case !m.r.rostered:
		return "People"
	case expected:
		return "On the roster"
	}
	return "Not on the roster"
}

// perTable is how many discussions stand beside one another.
const perTable = 6

// end writes who wrote what in which discussion, some discussions at a time.
func (m *reportMarkdown) end(ctx context.Context) error {
	if !m.byPerson || len(m.r.people) == 0 {
		return m.err
	}
	m.printf("\n## Who replied to what\n\n%s\n", matrixHelp)
	for first := 0; first < len(m.r.discussions); first += perTable {
		if err := m.matrix(ctx, first, min(first+perTable, len(m.r.discussions))); err != nil {
			return err
		}
	}
	return m.err
}

const matrixHelp = `A cell counts the replies of a person in the discussion of that number: to which question (Q1; whole is the
discussion as a whole), how many were late (after it closed) or kept out of recaps, and whose replies they answered.
0: nothing is recorded. ?: unknown, because nobody listened for a time; the list above says when.`

func (m *reportMarkdown) matrix(ctx context.Context, first, last int) error {
	table := map[string][]string{}
	names := []string{"Person"}
	for i := first; i < last; i++ {
		names = append(names, strconv.Itoa(i+1))
		who, err := m.r.who(ctx, &m.r.discussions[i])
		if err != nil {
			return err
		}
		for _, l := range who {
			if table[l.person.ID] == nil {
				table[l.person.ID] = make([]string, last-first)
			}
			table[l.person.ID][i-first] = m.cell(l)
		}
	}
	m.printf("\n")
	m.row(names...)
	m.rule(len(names))
	for _, p := range m.r.people {
		if cells := table[p.ID]; cells != nil {
			m.row(append([]string{cellText(p.Name)}, cells...)...)
		}
	}
	return m.err
}

func (m *reportMarkdown) cell(l reportLine) string {
	switch l.status {
	case toldNothing:
		return "0"
	case toldUnknown:
		return "?"
	case toldReplied:
	default:
		return strings.ReplaceAll(l.status, "_", " ")
	}
	out := fmt.Sprintf("%d (%s)", l.replies, strings.Join(l.questionNames(), ", "))
	if l.late > 0 {
		out += fmt.Sprintf(", %d late", l.late)
	}
	if l.excluded > 0 {
		out += fmt.Sprintf(", %d kept out", l.excluded)
	}
	if len(l.to) > 0 {
		out += ", to " + cellText(strings.Join(toNames(l.to), ", "))
	}
	return out
}
