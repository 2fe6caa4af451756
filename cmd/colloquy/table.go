package main

import (
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/rivo/uniseg"

	"colloquy/bot"
)

// A row of a table, and what is said about it on lines of its own.
type row struct {
	cells []string
	notes []string
}

// table writes rows in aligned columns under their names. On a terminal the
// last column is cut where the line ends.
func (a *app) table(names []string, rows []row) error {
	widths := make([]int, len(names))
	for _, r := range append([]row{{cells: names}}, rows...) {
		for i, c := range r.cells {
			widths[i] = max(widths[i], uniseg.StringWidth(inline(c)))
		}
	}
	var b strings.Builder
	for _, r := range append([]row{{cells: names}}, rows...) {
		text, used := "", 0
		for i, c := range r.cells {
			c = inline(c)
			if room := a.width() - used; i == len(r.cells)-1 && onTerminal(a.stdout) && room > 10 {
				c = cut(c, room)
			}
			text += c + strings.Repeat(" ", max(0, widths[i]-uniseg.StringWidth(c))+2)
			used += widths[i] + 2
		}
		b.WriteString(strings.TrimRight(text, " ") + "\n")
		for _, n := range r.notes {
			b.WriteString(a.wrap(inline(n), strings.Repeat(" ", widths[0]+2)) + "\n")
		}
	}
	_, err := fmt.Fprint(a.stdout, b.String())
	return err
}

// warn tells people on standard error what they should know; nothing failed.
func (a *app) warn(warnings ...string) {
	for _, w := range warnings {
		fmt.Fprintln(a.stderr, "colloquy: warning: "+inline(w))
	}
}

// cut shortens text to so many columns.
func cut(s string, columns int) string {
	if uniseg.StringWidth(s) <= columns {
		return s
	}
	var b strings.Builder
	used := 0
	for g := uniseg.NewGraphemes(s); g.Next() && used+g.Width() < columns; used += g.Width() {
		b.WriteString(g.Str())
	}
	return strings.TrimRight(b.String(), " ") + "…"
}

// plain is text that others wrote, without what a terminal or an editor would
// act on: control characters and overrides of the direction of writing. Line
// breaks stay.
func plain(s string) string {
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\t", " ")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case unicode.IsControl(r), r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069:
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "�"))
}

// inline is plain text on one line.
func inline(s string) string { return strings.Join(strings.Fields(plain(s)), " ") }

// orDash shows that there is nothing.
func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// local shows a moment on the clock of this machine; the year only when it is another.
func (a *app) local(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	t = t.Local()
	if t.Year() != a.now().Local().Year() {
		return t.Format("2 Jan 2006 15:04")
	}
	return t.Format("2 Jan 15:04")
}

// zoned shows a moment on the clock of its own zone, with the offset.
func zoned(t time.Time) string {
	layout := "Mon 2 Jan 2006 15:04"
	if t.Second() != 0 {
		layout += ":05"
	}
	s := t.Format(layout + " -07:00")
	if name, _ := t.Zone(); strings.ContainsFunc(name, unicode.IsLetter) {
		s += " (" + name + ")"
	}
	return s
}

// inZone is t in a time zone; in UTC when the zone is not known.
func inZone(t time.Time, zone string) time.Time {
	loc, err := time.LoadLocation(zone)
	if err != nil {
		loc = time.UTC
	}
	return t.In(loc)
}

// utc is a moment in JSON: in UTC, null when it is not known.
func utc(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// plural counts things.
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// messageText shows what was posted, as the terminal does.
func (a *app) messageText(m bot.Message) string {
	parts := []string{}
	add := func(text, prefix string) {
		if text = plain(text); text != "" {
			parts = append(parts, a.wrap(text, prefix))
		}
	}
	add(join([]string{m.Title, m.Link}, "\n"), "")
	for _, p := range m.Paragraphs {
		add(p, "")
	}
	for _, q := range m.Quotation {
		by := "— " + inline(q.By)
		if ref := join([]string{q.Link, q.ID}, " "); ref != "" {
			by += " (" + inline(ref) + ")"
		}
		add(strings.TrimSpace(plain(q.Text))+"\n"+by, "│ ")
	}
	list := []string{}
	for _, l := range m.Lines {
		list = append(list, a.wrap(inline(l), ""))
	}
	if len(list) > 0 {
		parts = append(parts, strings.Join(list, "\n"))
	}
	add(join([]string{m.Footer, m.FooterLink}, "\n"), "")
	return strings.Join(parts, "\n\n")
}
