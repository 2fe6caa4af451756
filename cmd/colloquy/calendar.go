package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"colloquy/bot"
)

// isCalendarFile tells a file of days from the days themselves.
func isCalendarFile(value string) bool { return strings.EqualFold(filepath.Ext(value), ".ics") }

// readCalendars reads the calendar files among the options of a schedule, whose
// zone is given among them, or known.
func (a *app) readCalendars(options *optionFlags[bot.Schedule], zone string) error {
	for _, f := range *options {
		var err error
		switch {
		case f.Name == "tz" && len(f.given) > 0:
			zone = f.given[0]
		case f.Name == "except":
			f.given, err = calendarFiles(f.given, zone, "", func(text string) { a.warn(text) })
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// calendarFiles puts the days of each .ics file in the place of its name. Names
// are relative to a folder. What a file holds and cannot be read is told to warn.
func calendarFiles(values []string, zone, folder string, warn func(string)) ([]string, error) {
	var out []string
	for _, v := range values {
		if !isCalendarFile(v) {
			out = append(out, v)
			continue
		}
		path := v
		if folder != "" && !filepath.IsAbs(v) {
			path = filepath.Join(folder, v)
		}
		days, err := calendarFile(path, zone, warn)
		if err != nil {
			return nil, err
		}
		out = append(out, days...)
	}
	return out, nil
}

func calendarFile(path, zone string, warn func(string)) ([]string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, usagef("the calendar cannot be read: %w; give a local .ics file", err)
	}
	defer func() { _ = f.Close() }()
	days, warning, err := bot.ParseICS(f, zone, time.Now())
	if err != nil {
		return nil, usagef("%s: %s", path, bot.Explain(err))
	}
	if warning != "" {
		warn(fmt.Sprintf("%s: %s", path, warning))
	}
	var out []string
	for _, d := range days {
		out = append(out, d.String())
	}
	return out, nil
}
