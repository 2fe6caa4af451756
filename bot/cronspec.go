package bot

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

func badCron(err error, format string, args ...any) error {
	return &Problem{Code: "bad_cron", Text: fmt.Sprintf(format, args...), Err: err}
}

// parseZone refuses what depends on the machine ("Local", "localtime") and the
// zones that count leap seconds ("right/…").
func parseZone(name string) (*time.Location, error) {
	if name == "" {
		return time.UTC, nil
	}
	lower := strings.ToLower(name)
	if lower == "local" || lower == "localtime" {
		return nil, Problemf("bad_zone", "the zone %q differs from machine to machine; write its name, such as Asia/Karachi or UTC", name)
	}
	if len(name) > 64 || strings.HasPrefix(lower, "right/") {
		return nil, Problemf("bad_zone", "the zone %.64q is not a place of the time zone database; write a name such as Asia/Karachi or UTC", name)
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		text := fmt.Sprintf("the zone %q is unknown; write a name of the time zone database, such as Asia/Karachi or UTC", name)
		if near := nearZone(name); near != "" {
			text = fmt.Sprintf("the zone %q is unknown; did you mean %s?", name, near)
		}
		return nil, &Problem{Code: "bad_zone", Err: err, Text: text}
	}
	return loc, nil
}

func parseEvery(spec string, shortest time.Duration) (time.Duration, error) {
	words := strings.Fields(spec)
	d, err := time.ParseDuration(strings.Join(words[1:], ""))
	switch {
	case !strings.EqualFold(words[0], "@every") || err != nil:
		return 0, badCron(err, "the times %q have no duration after @every; write one such as @every 90m or @every 24h", spec)
	case d < shortest:
		return 0, badCron(nil, "the times %q come too often: the shortest interval is %s; write @every %s or more", spec, shortDuration(shortest), shortDuration(shortest))
	case d%time.Second != 0:
		return 0, badCron(nil, "the times %q are not whole seconds; write a duration such as @every 90m", spec)
	case d > longestEvery:
		return 0, badCron(nil, "the times %q are more than a year apart; write a shorter duration, or @yearly", spec)
	}
	return d, nil
}

// shortDuration is a duration without the zero units that String adds.
func shortDuration(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	return strings.Replace(s, "h0m", "h", 1)
}

var fieldHelp = [6]string{ // in the order of the fields
	"second is 0 to 59",
	"minute is 0 to 59",
	"hour is 0 to 23",
	"day of the month is 1 to 31",
	"month is 1 to 12 or JAN to DEC",
	"weekday is 0 to 7 or SUN to SAT",
}

// inFields tells a cron spec, right or wrong, from plain words: it is an "@"
// word, has a "*", or begins with two words of digits and signs.
func inFields(spec string) bool {
	fields := strings.Fields(spec)
	isField := func(s string) bool { return strings.Trim(s, "0123456789*?/,-+") == "" }
	return strings.HasPrefix(spec, "@") || strings.Contains(spec, "*") || len(fields) > 1 && isField(fields[0]) && isField(fields[1])
}

// parseFields reads a spec of fields or one of the "@" words that stand for
// one, and says whether it follows elapsed time.
func parseFields(spec string, shortest time.Duration) (cron.SpecSchedule, bool, error) {
	plain, err := expandWord(spec)
	if err != nil {
		return cron.SpecSchedule{}, false, err
	}
	fields := strings.Fields(strings.ReplaceAll(plain, "?", "*")) // the parser takes them as the same
	switch {
	case len(fields) == 6 && shortest >= time.Minute:
		return cron.SpecSchedule{}, false, badCron(nil, "the times %q have six fields, and seconds cannot be given; write five (minute hour day month weekday), such as 0 9 * * MON-FRI", spec)
	case len(fields) == 5:
		fields = append([]string{"0"}, fields...)
	case len(fields) != 6:
		return cron.SpecSchedule{}, false, badCron(nil, "the times %q are not five fields; write minute, hour, day, month and weekday, such as 0 9 * * MON-FRI", spec)
	}
	given := strings.Join(fields, " ")
	fields[5] = sundays(fields[5])
	parsed, err := parseSix(fields)
	if err == nil {
		return parsed, strings.HasPrefix(fields[2], "*"), nil
	}
	for i := range fields { // which one is it?
		alone := []string{"*", "*", "*", "*", "*", "*"}
		alone[i] = fields[i]
		if _, err := parseSix(alone); err != nil {
			return cron.SpecSchedule{}, false, badCron(err, "the times %q are wrong at %q: the %s, as a number, a range from low to high (1-5), a list (1,3) or a step (*/2)",
				spec, strings.Fields(given)[i], fieldHelp[i])
		}
	}
	return cron.SpecSchedule{}, false, badCron(err, "the times %q cannot be read; write five fields, such as 0 9 * * MON-FRI", spec)
}

func expandWord(spec string) (string, error) {
	if !strings.HasPrefix(spec, "@") {
		return spec, nil
	}
	switch strings.ToLower(spec) {
	case "@hourly":
		return "0 * * * *", nil
	case "@daily", "@midnight":
		return "0 0 * * *", nil
	case "@weekly":
		return "0 0 * * 0", nil
	case "@monthly":
		return "0 0 1 * *", nil
	case "@yearly", "@annually":
		return "0 0 1 1 *", nil
	}
	return "", badCron(nil, "the word %q is not known; use @hourly, @daily, @weekly, @monthly, @yearly or @every with a duration", spec)
}

// parseSix gives six fields, seconds first, to the parser, after refusing what
// it silently takes for something else.
func parseSix(fields []string) (s cron.SpecSchedule, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the parser panicked: %v", r)
		}
	}()
	for _, field := range fields {
		for part := range strings.SplitSeq(field, ",") {
			if part == "" || strings.HasPrefix(part, "*-") || strings.Contains(part, "+") {
				return s, fmt.Errorf("%q in a field", part)
			}
		}
	}
	parser := cron.NewParser(cron.Second | cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow)
	parsed, err := parser.Parse(strings.Join(fields, " "))
	if err != nil {
		return s, err
	}
	found, ok := parsed.(*cron.SpecSchedule)
	if !ok {
		return s, errors.New("the parser made no fields of it")
	}
	return *found, nil
}

// sundays rewrites a weekday field for the parser, which knows Sunday as 0
// only and no range that ends with it: "5-7" and "FRI-SUN" become "5,6,0".
// What it does not understand it leaves for the parser to refuse.
func sundays(field string) string {
	parts := strings.Split(field, ",")
	for i, part := range parts {
		days, stepText, stepped := strings.Cut(part, "/")
		low, high, ranged := strings.Cut(days, "-")
		first, step := weekday(low), 1
		if stepped {
			step, _ = strconv.Atoi(stepText)
		}
		last := first
		if ranged {
			last = weekday(high)
		}
		endsOnSunday := last == 7 || last == 0 && first > 0 && high != "0"
		if first < 0 || !endsOnSunday || step < 1 {
			continue
		}
		var list []string
		for day := first; day <= 7; day += min(step, 7) {
			list = append(list, strconv.Itoa(day%7))
		}
		parts[i] = strings.Join(list, ",")
	}
	return strings.Join(parts, ",")
}

// weekday is the number of a weekday from 0 to 7, or -1.
func weekday(s string) int {
	for day := range 7 {
		if strings.EqualFold(s, time.Weekday(day).String()[:3]) {
			return day
		}
	}
	if n, err := strconv.Atoi(s); err == nil && n >= 0 && n <= 7 {
		return n
	}
	return -1
}
