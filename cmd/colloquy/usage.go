package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"colloquy/bot"
)

// A usageError says that the command line, a variable or the configuration
// file is wrong: nothing was tried, and the exit code is 2.
type usageError struct{ err error }

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

func usagef(format string, args ...any) error {
	return &usageError{fmt.Errorf(format, args...)}
}

// errorLine is err for a person: one line, without anything that a terminal
// would act on.
func errorLine(err error) string {
	text := err.Error()
	switch {
	case errors.As(err, new(*usageError)):
	case errors.Is(err, context.Canceled):
		text = bot.Explain(context.Canceled)
	case errors.As(err, new(*bot.Problem)):
		text = bot.Explain(err)
	}
	text = strings.Join(strings.Fields(text), " ")
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return -1
		}
		return r
	}, text)
}

// group is what a command does that only has others below it: it shows them,
// or refuses a name that is none of them with the one that was perhaps meant.
func group(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		if cmd.HasParent() {
			return usagef("%s alone does nothing, it needs one of its commands: %s", cmd.CommandPath(), strings.Join(names(cmd), ", "))
		}
		return cmd.Help()
	}
	if strings.Contains(args[0], "://") && !cmd.HasParent() {
		return usagef("%q is no command, to see its digest run 'colloquy digest %s'", args[0], args[0])
	}
	if near := bot.Nearest(args[0], names(cmd)); near != "" {
		return usagef("unknown command %q, did you mean %q? Run '%s --help' for the list", args[0], near, cmd.CommandPath())
	}
	return usagef("unknown command %q, run '%s --help' for the list", args[0], cmd.CommandPath())
}

func names(cmd *cobra.Command) []string {
	var out []string
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			out = append(out, c.Name())
		}
	}
	return out
}

// narrow breaks what a command's help says of its flags into lines that fit.
func narrow(usage func(*cobra.Command) error) func(*cobra.Command) error {
	return func(cmd *cobra.Command) error {
		out := cmd.OutOrStderr()
		var text strings.Builder
		cmd.SetOut(&text)
		err := usage(cmd)
		cmd.SetOut(out)
		said := text.String()
		for _, flags := range []*pflag.FlagSet{cmd.LocalFlags(), cmd.InheritedFlags()} {
			if wide := strings.TrimRight(flags.FlagUsages(), "\n"); wide != "" {
				said = strings.ReplaceAll(said, wide, strings.TrimRight(flags.FlagUsagesWrapped(pipeWidth), "\n"))
			}
		}
		_, werr := io.WriteString(out, said)
		return errors.Join(err, werr)
	}
}

// flagError puts a mistake in a flag into one line.
func flagError(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	if errors.As(err, &unknown) {
		var flags []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) { flags = append(flags, f.Name) })
		if near := bot.Nearest(unknown.GetSpecifiedName(), flags); near != "" {
			return usagef("unknown flag --%s, did you mean --%s? Run '%s --help' for the list", unknown.GetSpecifiedName(), near, cmd.CommandPath())
		}
	}
	var bad *pflag.InvalidValueError
	if errors.As(err, &bad) {
		return usagef("--%s: %w (run '%s --help' for what it takes)", bad.GetFlag().Name, bad.Unwrap(), cmd.CommandPath())
	}
	return usagef("%w (run '%s --help' for what it takes)", err, cmd.CommandPath())
}

// takes checks that there are exactly as many arguments as there are names.
func takes(names ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) < len(names):
			return usagef("%s needs %s, run '%s --help' for examples", cmd.Name(), withArticle(names[len(args)]), cmd.CommandPath())
		case len(args) > len(names):
			return usagef("%s does not take %q, put quotes around what has spaces in it, or run '%s --help'", cmd.Name(), args[len(names)], cmd.CommandPath())
		}
		return nil
	}
}

// withArticle puts "a" or "an" before a word.
func withArticle(word string) string {
	if strings.ContainsRune("AEIOaeio", rune(word[0])) {
		return "an " + word
	}
	return "a " + word
}
