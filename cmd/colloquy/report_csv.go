package main

import (
	"context"
	"encoding/csv"
	"io"
	"strconv"
	"strings"
	"time"

	"colloquy/bot"
	"colloquy/bot/store"
)

// reportColumns are a contract.
var reportColumns = []string{"type", "discussion", "title", "opened_at", "state", "person_id", "person", "roster", "status",
	"replies", "on_time", "late", "excluded", "questions", "to", "remark"}

// reportCSV writes a line for each discussion, and one for each person in it.
type reportCSV struct {
	r *report
	w *csv.Writer
}

func newReportCSV(r *report, w io.Writer) reportCSV {
	out := reportCSV{r, csv.NewWriter(w)}
	_ = out.w.Write(reportColumns) // it keeps the error for end
	return out
}

func (c reportCSV) head(kind string, d *store.ReportDiscussion) []string {
	return []string{kind, string(d.ID), spreadsheet(d.Title), opened(d).In(c.r.days.From.Location()).Format(time.RFC3339), d.State}
}

func (c reportCSV) discussion(d *store.ReportDiscussion, who []reportLine) error {
	cells := append(c.head("discussion", d), "", "", "", "")
	if d.State == bot.StateErased || d.State == bot.StateUnknown {
		cells = append(cells, "", "", "", "")
	} else {
		cells = append(cells, numbers(d.Replies, d.Replies-d.Late, d.Late, d.Excluded)...)
	}
	if err := c.w.Write(append(cells, "", "", spreadsheet(c.r.remark(d)))); err != nil {
		return err
	}
	return c.lines(who)
}

func (c reportCSV) person(_ reportPerson, in []reportLine) error { return c.lines(in) }

func (c reportCSV) lines(list []reportLine) error {
	for _, l := range list {
		roster := ""
		if c.r.rostered {
			roster = strconv.FormatBool(l.person.expected)
		}
		cells := append(c.head("person", l.discussion), spreadsheet(l.person.ID), spreadsheet(l.person.Name), roster, l.status)
		if l.counted() {
			cells = append(cells, numbers(l.replies, l.replies-l.late, l.late, l.excluded)...)
		} else {
			cells = append(cells, "", "", "", "")
		}
		cells = append(cells, strings.Join(l.questionNames(), " "), spreadsheet(strings.Join(toNames(l.to), "; ")), c.r.lineRemark(l))
		if err := c.w.Write(cells); err != nil {
			return err
		}
	}
	return nil
}

func (c reportCSV) end(context.Context) error {
	c.w.Flush()
	return c.w.Error()
}

// spreadsheet is text on one line that no spreadsheet takes for a formula.
func spreadsheet(s string) string {
	s = inline(s)
	return cell(&s)
}

func numbers(list ...int) []string {
	var out []string
	for _, n := range list {
		out = append(out, strconv.Itoa(n))
	}
	return out
}
