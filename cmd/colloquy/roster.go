package main

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"colloquy/bot"
)

// Limits of a roster.
const (
	largestRoster     = 1 << 20 // bytes
	longestPersonName = 200     // characters
)

// rosterHeaders are what the first cell of a line of names can be.
var rosterHeaders = []string{"id", "person", "person_id", "user", "user_id"}

// readRoster reads the people of a file, or of standard input for "-"; see [parseRoster].
func (a *app) readRoster(path string, ch bot.Channel) ([]bot.Person, error) {
	in := a.stdin
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return nil, unreadable(path, err)
		}
		defer func() { _ = f.Close() }()
		in = f
	}
	data, err := io.ReadAll(io.LimitReader(in, largestRoster+1))
	if err != nil {
		return nil, unreadable(path, err)
	}
	if len(data) > largestRoster {
		return nil, bot.Problemf("bad_roster", "the roster %s has more than 1 MiB: give a list of people, each on a line as id,name", path)
	}
	return parseRoster(path, data, ch)
}

func unreadable(path string, err error) error {
	if pe := (*fs.PathError)(nil); errors.As(err, &pe) {
		err = pe.Err
	}
	return bot.Problemf("bad_roster", "the roster %s cannot be read (%v): give another file with --roster", path, err)
}

// parseRoster reads people from CSV or plain lines, each "id" or "id,name";
// semicolons and tabs divide too. An id is a PERSON, or what stands at its end
// for somebody in the channel's workspace. A [bot.Problem] names the line.
func parseRoster(file string, data []byte, ch bot.Channel) ([]bot.Person, error) {
	at := func(line int, format string, args ...any) error {
		return bot.Problemf("bad_roster", "%s, line %d: %s", file, line, fmt.Sprintf(format, args...))
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	data = bytes.ReplaceAll(bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n")), []byte("\r"), []byte("\n"))
	if n := notText(data); n >= 0 {
		return nil, at(1+bytes.Count(data[:n], []byte("\n")), "this is not text in UTF-8: save the list as CSV in UTF-8, or as plain text")
	}
	r := csv.NewReader(bytes.NewReader(data))
	r.FieldsPerRecord, r.TrimLeadingSpace = -1, true
	if i := bytes.IndexAny(data, ",;\t"); i >= 0 { // no id has one in it
		r.Comma = rune(data[i])
	}
	var people []bot.Person
	lines := map[string]int{}
	for first := true; ; first = false {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if pe := (*csv.ParseError)(nil); errors.As(err, &pe) {
			return nil, at(pe.StartLine, "a quotation mark is not closed or stands inside a cell: put the whole cell in quotes, and a mark in it twice")
		}
		if err != nil {
			return nil, err
		}
		line, _ := r.FieldPos(0)
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		for len(cells) > 0 && cells[len(cells)-1] == "" {
			cells = cells[:len(cells)-1]
		}
		switch {
		case len(cells) == 0:
			continue
		case first && slices.Contains(rosterHeaders, strings.ToLower(cells[0])):
			continue
		case len(cells) > 2:
			return nil, at(line, "there are %d cells: write id,name and put a name with a %q in it in quotes", len(cells), r.Comma)
		}
		p, err := rosterPerson(cells[0], ch)
		if err != nil {
			return nil, at(line, "%v", err)
		}
		if len(cells) == 2 {
			p.Name = cells[1]
		}
		if utf8.RuneCountInString(p.Name) > longestPersonName {
			return nil, at(line, "the name has more than %d characters: shorten it", longestPersonName)
		}
		if before := lines[p.ID]; before > 0 {
			return nil, at(line, "%s is on line %d already: remove one of the two", p, before)
		}
		lines[p.ID] = line
		people = append(people, p)
	}
	if len(people) == 0 {
		return nil, bot.Problemf("bad_roster", "the roster %s names nobody: write each person on a line, as id,name", file)
	}
	return people, nil
}

// notText is where data has something in it that no text has; -1 is nowhere.
func notText(data []byte) int {
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && size == 1 || unicode.IsControl(r) && r != '\n' && r != '\t' {
			return i
		}
		i += size
	}
	return -1
}

// rosterPerson reads an id of somebody in the workspace of ch.
func rosterPerson(id string, ch bot.Channel) (bot.Person, error) {
	like := bot.Person{Platform: ch.Platform, Workspace: ch.Workspace, ID: "ada"}
	full := id
	if !strings.Contains(id, ":") {
		full = strings.TrimSuffix(like.String(), like.ID) + id
	}
	p, err := bot.ParsePerson(full, platforms...)
	if err != nil {
		return p, fmt.Errorf("%q is no id: write it as exports name it, like %s or ada", shorten(id), like)
	}
	if p.Platform != ch.Platform || p.Workspace != ch.Workspace {
		return p, fmt.Errorf("%s cannot write in %s, which is elsewhere: the report is of one channel only, remove the line", p, ch)
	}
	return p, nil
}
