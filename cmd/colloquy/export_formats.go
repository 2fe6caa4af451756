package main

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"strconv"
	"strings"
	"time"

	"colloquy/bot"
)

// A lineWriter writes lines in one format.
type lineWriter interface {
	write(exportLine) error
	end() error
}

// jsonLines writes a JSON object a line.
type jsonLines struct{ enc *json.Encoder }

func newJSONLines(w io.Writer) jsonLines {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return jsonLines{enc}
}

func (j jsonLines) write(l exportLine) error {
	if l.Reactions == nil {
		l.Reactions = []bot.Reaction{}
	}
	return j.enc.Encode(l)
}
func (jsonLines) end() error { return nil }

// csvLines writes RFC 4180, in UTF-8, with a line of names at the top.
type csvLines struct {
	w     *csv.Writer
	begun bool
}

func newCSVLines(w io.Writer) *csvLines { return &csvLines{w: csv.NewWriter(w)} }

func (c *csvLines) write(l exportLine) error {
	if !c.begun {
		c.begun = true
		if err := c.w.Write([]string{"type", "id", "message_id", "author_id", "author", "question", "text",
			"created_at", "edited_at", "deleted", "late", "reactions"}); err != nil {
			return err
		}
	}
	cells := []string{l.Type, l.ID, cell(l.MessageID), cell(l.AuthorID), cell(l.Author), "", cell(l.Text),
		cellTime(l.CreatedAt), cellTime(l.EditedAt), strconv.FormatBool(l.Deleted), strconv.FormatBool(l.Late), ""}
	if l.Question != nil {
		cells[5] = strconv.Itoa(*l.Question)
	}
	if len(l.Reactions) > 0 {
		text, err := json.Marshal(l.Reactions)
		if err != nil {
			return err
		}
		cells[11] = string(text)
	}
	return c.w.Write(cells)
}

func (c *csvLines) end() error {
	c.w.Flush()
	return c.w.Error()
}

// cell is a text that no spreadsheet takes for a formula.
func cell(s *string) string {
	switch {
	case s == nil:
		return ""
	case *s != "" && strings.ContainsRune("=+-@\t\r", rune((*s)[0])):
		return "'" + *s
	}
	return *s
}

func cellTime(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.Format(time.RFC3339Nano)
}
