package bot

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// An OptionOf is one thing of a T that people can set. It is defined once, for
// the flags of the command line, for the commands in chat and for the
// configuration file, where its name has underscores.
type OptionOf[T any] struct {
	Name    string
	Value   string // what the value is called in help: "TIME"
	Help    string // one line; the default stands in brackets at its end
	Default string // how what holds without it is shown; empty means [DefaultWord]
	Repeat  bool   // several values may be given
	// Set reads one value; "" goes back to the default. A Repeat option adds it
	// to those before. Its error is a [Problem] that does not name the option.
	Set func(t *T, value string) error
	// Get writes the value as Set reads it, parts divided by commas; "" is the default.
	Get func(t T) string
}

// An Option is one setting of a schedule.
type Option = OptionOf[Schedule]

// ScheduleOptions lists what can be set of a schedule, in the order of the help.
func ScheduleOptions() []Option {
	return []Option{
		{Name: "tz", Value: "ZONE", Help: "zone of the times, such as Europe/Berlin (that of the installation, else UTC)",
			Set: func(s *Schedule, v string) error {
				_, err := parseZone(v)
				s.Zone = v
				return err
			}, Get: func(s Schedule) string { return s.Zone }},
		durationOption("close-after", "how long people can reply, 1m to 30d (24h)", time.Minute, 30*oneDay,
			func(s *Schedule) *time.Duration { return &s.CloseAfter }),
		durationOption("deadline", "how late it may still be posted after downtime, up to 7d (6h)", time.Minute, 7*oneDay,
			func(s *Schedule) *time.Duration { return &s.Deadline }),
		wordOption("order", "which new item is taken first (newest)", func(s *Schedule) *string { return &s.Order }, Newest, Oldest),
		numberOption("questions", "most questions, 1 to 10 (5)", 1, 10, func(s *Schedule) *int { return &s.Questions }),
		numberOption("sentences", "most sentences in the summary, 1 to 10 (3)", 1, 10, func(s *Schedule) *int { return &s.Sentences }),
		channelOption("approve", "channel where managers see a draft first (none)", func(s *Schedule) *Channel { return &s.Rules.Approve }),
		durationOption("approve-before", "how long before it is due they see it, 1m to 7d (4h)", time.Minute, 7*oneDay,
			func(s *Schedule) *time.Duration { return &s.Rules.ApproveBefore }),
		wordOption("unattended", "what happens to a draft that nobody answered (post)", func(s *Schedule) *string { return &s.Rules.Unattended }, UnattendedPost, UnattendedHold),
		pingOption(),
		durationOption("remind", "remind the thread so long before it closes, 1m to 7d (not at all)", time.Minute, 7*oneDay,
			func(s *Schedule) *time.Duration { return &s.Rules.Remind }),
		wordOption("recap", "whether the recap is posted (post)", func(s *Schedule) *string { return &s.Rules.Recap }, RecapPost, RecapPreview, RecapOff),
	}
}

// DefaultWord is what people give to go back to the default of an option.
const DefaultWord = "default"

// Replace sets an option to values, instead of what it was; [DefaultWord] alone
// goes back to the default.
func (o OptionOf[T]) Replace(t *T, values ...string) error {
	if err := o.Set(t, ""); err != nil {
		return err
	}
	for _, v := range values {
		if len(values) == 1 && strings.EqualFold(v, DefaultWord) {
			break
		}
		if strings.TrimSpace(v) == "" {
			return Problemf("bad_value", "a value is empty: give one, or %q", DefaultWord)
		}
		if err := o.Set(t, v); err != nil {
			return err
		}
	}
	return nil
}

// Change sets an option of t and says what that changed, such as
// "questions: 5 → 3"; nothing when it was so before.
func (o OptionOf[T]) Change(t *T, values ...string) (change string, err error) {
	was := o.Get(*t)
	if err := o.Replace(t, values...); err != nil {
		return "", err
	}
	return o.diff(was, o.Get(*t)), nil
}

// Diff says in what two Ts differ by this option; nothing when they do not.
func (o OptionOf[T]) Diff(before, after T) string {
	return o.diff(o.Get(before), o.Get(after))
}

func (o OptionOf[T]) diff(was, is string) string {
	if was == is {
		return ""
	}
	from, to := cmp.Or(was, o.Default, DefaultWord), cmp.Or(is, o.Default, DefaultWord)
	if from == to { // what was the default is now set
		from, to = cmp.Or(was, DefaultWord), cmp.Or(is, DefaultWord)
	}
	return o.Name + ": " + from + " → " + to
}

// shown is the value as people read it.
func (o OptionOf[T]) shown(t T) string { return cmp.Or(o.Get(t), o.Default, DefaultWord) }

// changed says what became of one thing; nothing when it is what it was.
func changed(what, was, is string) string {
	if was == is {
		return ""
	}
	return what + ": " + was + " → " + is
}

func durationOption[T any](name, help string, least, most time.Duration, at func(*T) *time.Duration) OptionOf[T] {
	return OptionOf[T]{Name: name, Value: "TIME", Help: help,
		Set: func(t *T, v string) error {
			if v == "" {
				*at(t) = 0
				return nil
			}
			d, err := ParseDuration(v)
			if err != nil {
				return err
			}
			if d < least || d > most {
				return Problemf("bad_duration", "%s cannot be used here: give a time from %s to %s", FormatDuration(d), FormatDuration(least), FormatDuration(most))
			}
			*at(t) = d
			return nil
		},
		Get: func(t T) string {
			if d := *at(&t); d != 0 {
				return FormatDuration(d)
			}
			return ""
		}}
}

func numberOption[T any](name, help string, least, most int, at func(*T) *int) OptionOf[T] {
	return OptionOf[T]{Name: name, Value: "N", Help: help,
		Set: func(t *T, v string) error {
			if v == "" {
				*at(t) = 0
				return nil
			}
			n, err := strconv.Atoi(v)
			if err != nil || n < least || n > most {
				return Problemf("bad_count", "%q cannot be used here: give a whole number from %d to %d", firstWord(v), least, most)
			}
			*at(t) = n
			return nil
		},
		Get: func(t T) string {
			if n := *at(&t); n != 0 {
				return strconv.Itoa(n)
			}
			return ""
		}}
}

// wordOption takes one of some words, the first of which is the default.
func wordOption[T any](name, help string, at func(*T) *string, words ...string) OptionOf[T] {
	return OptionOf[T]{Name: name, Value: strings.Join(words, "|"), Help: help,
		Set: func(t *T, v string) error {
			if v != "" && !slices.Contains(words, v) {
				return Problemf("bad_value", "%q cannot be used here: give one of %s", firstWord(v), strings.Join(words, ", "))
			}
			*at(t) = v
			return nil
		},
		Get: func(t T) string { return *at(&t) }}
}

func channelOption[T any](name, help string, at func(*T) *Channel) OptionOf[T] {
	return OptionOf[T]{Name: name, Value: "CHANNEL", Help: help,
		Set: func(t *T, v string) (err error) {
			*at(t) = Channel{}
			if v != "" {
				*at(t), err = ParseChannel(v)
			}
			return err
		},
		Get: func(t T) string {
			if c := *at(&t); c != (Channel{}) {
				return c.String()
			}
			return ""
		}}
}

func pingOption() Option {
	return Option{Name: "ping", Value: "ROLE", Help: "id of the one role that the root post notifies (none)",
		Set: func(s *Schedule, v string) error {
			if v != "" && (len(v) > 64 || strings.ContainsFunc(v, func(r rune) bool {
				return r != '-' && r != '_' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
			})) {
				return Problemf("bad_role", "%q is no role: give the id that the platform shows for it, letters and digits only", firstWord(v))
			}
			s.Rules.Ping = v
			return nil
		},
		Get: func(s Schedule) string { return s.Rules.Ping }}
}
