package main

import (
	"slices"
	"strings"

	"github.com/spf13/pflag"
	"golang.org/x/text/unicode/norm"
	"gopkg.in/yaml.v3"

	"colloquy/bot"
)

// An optionFlag is one option of a schedule as a flag. It keeps what was given
// until there is a schedule to set it on.
type optionFlag struct {
	bot.Option
	given []string
}

func (f *optionFlag) String() string { return strings.Join(f.given, ",") }
func (f *optionFlag) Type() string   { return f.Value }

// Set checks a value; one that is given again replaces the one before, unless
// the option takes several. Calendar files are read when the zone is known.
func (f *optionFlag) Set(value string) error {
	value = norm.NFC.String(value) // as articles are
	given := append(f.given, value)
	if !f.Repeat {
		given = []string{value}
	}
	known := slices.DeleteFunc(slices.Clone(given), func(v string) bool { return f.Name == "except" && isCalendarFile(v) })
	if err := f.Replace(&bot.Schedule{}, known...); err != nil {
		return err
	}
	f.given = given
	return nil
}

// optionFlags are the options of a schedule that a command takes.
type optionFlags []*optionFlag

// addOptions adds a flag for each option of a schedule.
func addOptions(fs *pflag.FlagSet) *optionFlags {
	var all optionFlags
	for _, o := range bot.ScheduleOptions() {
		f := &optionFlag{Option: o}
		all = append(all, f)
		help := o.Help
		if o.Repeat {
			help += "; may be repeated"
		}
		fs.Var(f, o.Name, help)
	}
	return &all
}

// apply sets the options that were given on s, and says what that changed.
func (a *app) apply(all *optionFlags, s *bot.Schedule) (changes []string, err error) {
	for _, f := range *all {
		if len(f.given) == 0 {
			continue
		}
		given := f.given
		if f.Name == "except" {
			if given, err = calendarFiles(given, s.Zone, "", func(text string) { a.warn(text) }); err != nil {
				return nil, err
			}
		}
		change, err := bot.ChangeOption(s, f.Option, given...)
		if err != nil {
			return nil, usagef("--%s: %w", f.Name, err)
		}
		if change != "" {
			changes = append(changes, change)
		}
	}
	return changes, nil
}

// options reads the options of a schedule from the configuration file: a value,
// or a list where several may be given.
func (f yamlFile) options(s *bot.Schedule, into fields) fields {
	for _, o := range bot.ScheduleOptions() {
		if _, own := into[strings.ReplaceAll(o.Name, "-", "_")]; own {
			continue
		}
		into[strings.ReplaceAll(o.Name, "-", "_")] = func(n *yaml.Node) error {
			var values []string
			add := func(n *yaml.Node) error {
				var v string
				err := f.text(&v)(n)
				values = append(values, norm.NFC.String(v))
				return err
			}
			var err error
			if o.Repeat && n.Kind == yaml.SequenceNode {
				err = f.list(n, o.Name, add)
			} else {
				err = add(n)
			}
			if err == nil {
				if err = o.Replace(s, values...); err != nil {
					err = f.errorf(n, "%s", bot.Explain(err))
				}
			}
			return err
		}
	}
	return into
}
