package main

import (
	"slices"
	"strings"

	"github.com/spf13/pflag"
	"golang.org/x/text/unicode/norm"
	"gopkg.in/yaml.v3"

	"colloquy/bot"
)

// An optionFlag is one option of a T as a flag. It keeps what was given until
// there is a T to set it on.
type optionFlag[T any] struct {
	bot.OptionOf[T]
	given []string
}

func (f *optionFlag[T]) String() string { return strings.Join(f.given, ",") }
func (f *optionFlag[T]) Type() string   { return f.Value }

// Set checks a value; one that is given again replaces the one before, unless
// the option takes several. Calendar files are read when the zone is known.
func (f *optionFlag[T]) Set(value string) error {
	value = norm.NFC.String(value) // as articles are
	given := append(f.given, value)
	if !f.Repeat {
		given = []string{value}
	}
	known := slices.DeleteFunc(slices.Clone(given), func(v string) bool { return f.Name == "except" && isCalendarFile(v) })
	if err := f.Replace(new(T), known...); err != nil {
		return err
	}
	f.given = given
	return nil
}

// optionFlags are the options of a T that a command takes.
type optionFlags[T any] []*optionFlag[T]

// addOptions adds a flag for each option.
func addOptions[T any](fs *pflag.FlagSet, options []bot.OptionOf[T]) *optionFlags[T] {
	var all optionFlags[T]
	for _, o := range options {
		f := &optionFlag[T]{OptionOf: o}
		all = append(all, f)
		help := o.Help
		if o.Repeat {
			help += "; may be repeated"
		}
		fs.Var(f, o.Name, help)
	}
	return &all
}

// given reports whether there is anything to apply.
func (all *optionFlags[T]) given() bool {
	return slices.ContainsFunc(*all, func(f *optionFlag[T]) bool { return len(f.given) > 0 })
}

// define takes the options as they are now that the settings are read: what is
// the default may differ.
func (all *optionFlags[T]) define(options []bot.OptionOf[T]) {
	for i, o := range options {
		(*all)[i].OptionOf = o
	}
}

// apply sets what was given on t, and says what that changed.
func (all *optionFlags[T]) apply(t *T) (changes []string, err error) {
	for _, f := range *all {
		if len(f.given) == 0 {
			continue
		}
		change, err := f.Change(t, f.given...)
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
