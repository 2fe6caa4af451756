package main

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// showEval prints a run, beside an earlier one if there is one.
func (a *app) showEval(now evalJSON, before *evalJSON, format string) error {
	if format == "json" {
		if before == nil {
			return a.printJSON(now)
		}
		return a.printJSON(comparedJSON{now, *before, differences(now, *before)})
	}
	fmt.Fprintln(a.stdout, runLine("this run", now))
	if before != nil {
		fmt.Fprintln(a.stdout, runLine("baseline", *before))
		a.warn(notAlike(now, *before)...)
	}
	fmt.Fprintln(a.stdout)
	names, rows := []string{"FIGURE", "THIS RUN"}, []row{}
	if before == nil {
		for _, f := range now.Figures {
			rows = append(rows, row{cells: []string{f.label(), f.shown(f.Value)}})
		}
		return a.table(names, rows)
	}
	for _, d := range differences(now, *before) {
		cells := []string{d.label(), "-", "-", ""}
		if d.Value != nil {
			cells[1] = d.shown(*d.Value)
		}
		if d.Before != nil {
			cells[2] = d.shown(*d.Before)
		}
		cells[3] = d.difference()
		rows = append(rows, row{cells: cells})
	}
	return a.table(append(names, "BASELINE", "DIFFERENCE"), rows)
}

// runLine says which run it is that figures are of.
func runLine(what string, r evalJSON) string {
	parts := []string{r.Writer.Name}
	if r.Writer.Model != "" {
		parts = append(parts, r.Writer.Model)
	}
	parts = append(parts, "prompts "+r.Writer.PromptVersion, "colloquy "+r.Version, plural(r.Articles, "article", "articles"),
		fmt.Sprintf("%d sentences and %d questions at most", r.Brief.Sentences, r.Brief.Questions))
	if r.Brief.Audience != "" {
		parts = append(parts, "for "+r.Brief.Audience)
	}
	if !r.Complete {
		parts = append(parts, "stopped early")
	}
	return what + ": " + inline(strings.Join(parts, ", "))
}

// notAlike says what makes two runs hard to compare, beside the writer.
func notAlike(now, before evalJSON) []string {
	var out []string
	if now.Set != before.Set {
		out = append(out, "the baseline is of other articles: differences may be theirs")
	} else if now.Articles != before.Articles {
		out = append(out, fmt.Sprintf("the baseline is of %d of these articles", before.Articles))
	}
	if now.Brief != before.Brief {
		out = append(out, "the baseline was asked for other digests: "+runLine("", before)[2:])
	}
	return out
}

// comparedJSON is a run with the one it is compared with.
type comparedJSON struct {
	evalJSON
	Baseline    evalJSON   `json:"baseline"`
	Differences []compared `json:"differences"`
}

// A compared is one figure of two runs; null where a run does not have it.
type compared struct {
	figure
	Value      *float64 `json:"value"`
	Before     *float64 `json:"baseline"`
	Difference *float64 `json:"difference"`
}

// differences puts the figures of two runs side by side, in the order of the
// first. What only the other has stands behind its family, or at the end.
func differences(now, before evalJSON) []compared {
	list := []compared{}
	for _, f := range now.Figures {
		list = append(list, newCompared(f, &f.Value, before.value(f)))
	}
	for _, f := range before.Figures {
		at := len(list)
		for i, c := range list {
			if c.ID == f.ID {
				at = -1
				break
			}
			if f.family() != "" && c.family() == f.family() {
				at = i + 1
			}
		}
		if at >= 0 {
			list = slices.Insert(list, at, newCompared(f, now.value(f), &f.Value))
		}
	}
	return list
}

func newCompared(f figure, value, before *float64) compared {
	c := compared{figure: f, Value: value, Before: before}
	if value != nil && before != nil {
		by := *value - *before
		c.Difference = &by
	}
	return c
}

// value is what a run has for f, which is a figure of another run.
func (r evalJSON) value(f figure) *float64 {
	for _, mine := range r.Figures {
		if mine.ID == f.ID {
			return &mine.Value
		}
	}
	if f.family() != "" {
		return new(float64)
	}
	return nil
}

func (c compared) difference() string {
	if c.Difference == nil {
		return ""
	}
	text := c.shown(*c.Difference)
	if strings.Trim(text, "-0. %ms") == "" {
		return "0"
	}
	if *c.Difference > 0 {
		text = "+" + text
	}
	return text
}

// shown is a value for people, with its unit.
func (f figure) shown(v float64) string {
	digits := 2
	switch {
	case f.Unit != "":
		digits = 1
	case v == math.Trunc(v):
		digits = 0
	case math.Abs(v) >= 100:
		digits = 1
	}
	return strings.TrimSpace(strconv.FormatFloat(v, 'f', digits, 64) + " " + f.Unit)
}
