package bot

import (
	"cmp"
	"fmt"
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
	// Instead is the option that is meant where one of InsteadFor is given to this
	// one: what people call "recap llm" sets who writes the recap, not whether it
	// is posted. Nil: none.
	Instead    *OptionOf[T]
	InsteadFor []string
}

// meant is the option that values are for.
func (o OptionOf[T]) meant(values []string) OptionOf[T] {
	if o.Instead != nil && len(values) == 1 && slices.Contains(o.InsteadFor, values[0]) {
		return *o.Instead
	}
	return o
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
		spansOption("except", "DAYS", "days to leave out, such as 2026-12-24..2027-01-06; a local .ics file on the command line and in the file (none)",
			func(s *Schedule, v string) (err error) { s.Rules.Except, err = ParseDays(v); return err },
			func(s Schedule) string { return joined(s.Rules.Except) }),
		spansOption("not-between", "TIMES", "times of day between which nothing is posted, such as 22:00-07:00 (none)",
			func(s *Schedule, v string) (err error) { s.Rules.NotBetween, err = ParseWindows(v); return err },
			func(s Schedule) string { return joined(s.Rules.NotBetween) }),
		durationOption("jitter", "post up to so much later than on the dot, 1m to 1h (none)", time.Minute, time.Hour,
			func(s *Schedule) *time.Duration { return &s.Rules.Jitter }),
		durationOption("close-after", "how long people can reply, 1m to 30d (24h)", time.Minute, 30*oneDay,
			func(s *Schedule) *time.Duration { return &s.CloseAfter }),
		durationOption("deadline", "how late it may still be posted after downtime, up to 7d (6h)", time.Minute, 7*oneDay,
			func(s *Schedule) *time.Duration { return &s.Deadline }),
		wordOption("order", "which new item is taken first (newest)", func(s *Schedule) *string { return &s.Order }, Newest, Oldest),
		numberOption("questions", "most questions, 1 to 10 (5)", 1, 10, func(s *Schedule) *int { return &s.Questions }),
		numberOption("sentences", "most sentences in the summary, 1 to 10 (3)", 1, 10, func(s *Schedule) *int { return &s.Sentences }),
		ageOption(),
		numberOption("min-words", "fewest words of an article, 1 to 10000 (any)", 1, 10000, func(s *Schedule) *int { return &s.Rules.MinWords }),
		wordsOption("only", "take only articles with one of these words in them, divided by commas; elect* is any word that begins so (all)",
			func(s *Schedule) *[]string { return &s.Rules.Only }),
		wordsOption("skip", "take no article with one of these words in it (none)", func(s *Schedule) *[]string { return &s.Rules.Skip }),
		wordOption("sensitive", "what becomes of articles about suicide, sexual violence, mass killing, a named minor or a death (hold)",
			func(s *Schedule) *string { return &s.Rules.Sensitive }, SensitiveHold, SensitiveSummary, SensitivePost),
		wordOption("same-story", "what becomes of a story from another outlet that was discussed here within 7 days (skip)",
			func(s *Schedule) *string { return &s.Rules.SameStory }, SameStorySkip, SameStoryPost),
		numberOption("quote-limit", "most words that a summary quotes, for texts of your own, 1 to 2000 (90, and a quarter of the article)", 1, 2000,
			func(s *Schedule) *int { return &s.Rules.QuoteLimit }),
		wordOption("audience", "for whom a language model writes, where one does (that of the installation, else general)",
			func(s *Schedule) *string { return &s.Rules.Audience }, Audiences()...),
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

// FindOption gives the option of a schedule of that name.
func FindOption(name string) (Option, bool) {
	all := ScheduleOptions()
	i := slices.IndexFunc(all, func(o Option) bool { return o.Name == name })
	if i < 0 {
		return Option{}, false
	}
	return all[i], true
}

// DefaultWord is what people give to go back to the default of an option.
const DefaultWord = "default"

// Replace sets an option to values, instead of what it was; [DefaultWord] alone
// goes back to the default.
func (o OptionOf[T]) Replace(t *T, values ...string) error {
	o = o.meant(values)
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
	o = o.meant(values)
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

// ageOption is a time, or "any".
func ageOption() Option {
	o := durationOption("max-age", "oldest article that is taken, 1h to 366d, or any (3d)", time.Hour, 366*oneDay, func(s *Schedule) *time.Duration { return &s.Rules.MaxAge })
	set, get := o.Set, o.Get
	o.Value = "TIME|any"
	o.Set = func(s *Schedule, v string) error {
		if strings.EqualFold(v, "any") {
			s.Rules.MaxAge = -1
			return nil
		}
		return set(s, v)
	}
	o.Get = func(s Schedule) string {
		if s.Rules.MaxAge < 0 {
			return "any"
		}
		return get(s)
	}
	return o
}

// spansOption takes stretches of time, which set reads all together.
func spansOption(name, value, help string, set func(*Schedule, string) error, get func(Schedule) string) Option {
	return Option{Name: name, Value: value, Help: help, Repeat: true, Get: get,
		Set: func(s *Schedule, v string) error {
			if v == "" {
				s.Rules.Calendar = without(s.Rules.Calendar, name)
				return nil
			}
			changed := *s
			if before := get(*s); before != "" {
				v = before + "," + v
			}
			err := set(&changed, v)
			if err == nil {
				*s = changed
			}
			return err
		}}
}

// without is a calendar without one of its parts.
func without(c Calendar, name string) Calendar {
	if name == "except" {
		c.Except = nil
	} else {
		c.NotBetween = nil
	}
	return c
}

func joined[T fmt.Stringer](list []T) string {
	var parts []string
	for _, v := range list {
		parts = append(parts, v.String())
	}
	return strings.Join(parts, ",")
}

// wordsOption takes words and phrases; see [ParseWords].
func wordsOption(name, help string, at func(*Schedule) *[]string) Option {
	return Option{Name: name, Value: "WORDS", Help: help, Repeat: true,
		Set: func(s *Schedule, v string) error {
			if v == "" {
				*at(s) = nil
				return nil
			}
			all, err := ParseWords(strings.Join(append(slices.Clone(*at(s)), v), ","))
			if err == nil {
				*at(s) = all
			}
			return err
		},
		Get: func(s Schedule) string { return strings.Join(*at(&s), ",") }}
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
