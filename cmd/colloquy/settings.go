package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/netip"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"colloquy/bot/source"
)

// defaultConfigFile is read if it is there; one that is named must be there.
const defaultConfigFile = "colloquy.yaml"

// defaultDB is the database where nothing names another.
const defaultDB = "colloquy.db"

// settings are what can be set by a flag, a COLLOQUY_* variable or the
// configuration file; the first of these that says something wins.
type settings struct {
	configFile string
	db         string
	allow      networks
	logFormat  choice
	logLevel   choice
	writer     choice
	prompts    string
}

// addGlobalFlags adds the flags that every command has.
func (s *settings) addGlobalFlags(f *pflag.FlagSet) {
	s.logFormat = choice{value: "text", options: logFormats}
	s.logLevel = choice{options: logLevels}
	s.writer = choice{value: extractive, options: writers}
	f.StringVar(&s.configFile, "config", "", "configuration `FILE` (default "+defaultConfigFile+", if it is there)")
	f.Var(&s.allow, "allow-network", "private network that may be fetched from, such as 10.0.0.0/8; may be repeated")
	f.Var(&s.logFormat, "log-format", "how the log is written")
	f.Var(&s.logLevel, "log-level", "least serious line that is logged (default info under serve, else warn)")
	f.Var(&s.writer, "writer", "`WHO` writes digests and recaps: extractive, or a model of anthropic, openai or ollama")
	f.StringVar(&s.prompts, "prompts", "", "`FOLDER` with what a model is told, instead of our own; see 'colloquy prompts'")
}

// addDB adds the flag of the commands that touch the database.
func (s *settings) addDB(f *pflag.FlagSet) {
	f.StringVar(&s.db, "db", defaultDB, "database `FILE`, or postgres://HOST/NAME")
}

// variable gives the name of the environment variable that stands for a flag.
func variable(flag string) string {
	return "COLLOQUY_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// configure reads the configuration file and gives each flag that is not on
// the command line the value of its variable, or else of the file.
func (a *app) configure(cmd *cobra.Command) error {
	a.config = &Config{}
	for c := cmd; c != nil; c = c.Parent() {
		switch c.Name() {
		case "version", "completion", cobra.ShellCompRequestCmd, cobra.ShellCompNoDescRequestCmd:
			return nil // must work whatever the settings say
		}
	}
	if err := a.loadConfig(); err != nil {
		return err
	}
	a.said = map[string]string{}
	for _, name := range []string{"db", "allow-network", "log-format", "log-level", "writer", "prompts"} {
		flag := cmd.Flag(name)
		if flag == nil {
			continue
		}
		if flag.Changed {
			a.said[name] = "--" + name
			continue
		}
		from, value := variable(name), a.getenv(variable(name))
		if name == "db" { // it may hold a password
			var err error
			if value, err = secret(a.getenv, from); err != nil {
				return err
			}
		}
		if value == "" {
			from, value = a.config.at[name], a.config.flags[name]
		}
		if value == "" {
			continue
		}
		if err := flag.Value.Set(value); err != nil {
			return usagef("%s: %w", from, err)
		}
		a.said[name] = from
	}
	return a.checkDB()
}

func (a *app) loadConfig() error {
	named := cmp.Or(a.set.configFile, a.getenv(variable("config")))
	file := cmp.Or(named, defaultConfigFile)
	data, err := os.ReadFile(file)
	switch {
	case err == nil:
	case errors.Is(err, fs.ErrNotExist) && named == "":
		return nil
	default:
		return usagef("cannot read the configuration: %w; give another file with --config", err)
	}
	if a.config, err = ParseConfig(file, data); err != nil {
		return &usageError{err}
	}
	return nil
}

// secret gives the value of the environment variable name, or the content of
// the file that name_FILE points to, without the end of its line. Both empty is
// no secret. Its errors never hold the secret.
func secret(getenv func(string) string, name string) (string, error) {
	value, file := getenv(name), getenv(name+"_FILE")
	switch {
	case file == "":
		return value, nil
	case value != "":
		return "", usagef("%s and %s_FILE are both set: keep one of them", name, name)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return "", usagef("%s_FILE names %s, which cannot be read (%w): name a file that holds the secret alone", name, file, withoutPath(err))
	}
	return strings.TrimRight(string(data), "\r\n"), nil
}

// logger makes the log of this run, on standard error. level is used when none
// is set.
func (a *app) logger(level slog.Level) *slog.Logger {
	if a.set.logLevel.value != "" {
		_ = level.UnmarshalText([]byte(a.set.logLevel.value)) // one of logLevels
	}
	opts := &slog.HandlerOptions{Level: level}
	if a.set.logFormat.value == "json" {
		return slog.New(slog.NewJSONHandler(a.stderr, opts))
	}
	return slog.New(slog.NewTextHandler(a.stderr, opts))
}

var (
	logFormats    = []string{"text", "json"}
	logLevels     = []string{"debug", "info", "warn", "error"}
	outputFormats = []string{"text", "json"}
)

// A choice is a flag that takes one of several words.
type choice struct {
	value   string
	options []string
}

func (c *choice) String() string { return c.value }
func (c *choice) Type() string   { return strings.Join(c.options, "|") }
func (c *choice) Set(s string) error {
	if !slices.Contains(c.options, s) {
		return fmt.Errorf("%q is none of %s", s, strings.Join(c.options, ", "))
	}
	c.value = s
	return nil
}

// networks is a flag that takes address ranges; each use adds to it.
type networks []netip.Prefix

func (n *networks) String() string {
	var out []string
	for _, p := range *n {
		out = append(out, p.String())
	}
	return strings.Join(out, ",")
}
func (n *networks) Type() string { return "CIDR" }
func (n *networks) Set(s string) error {
	list, err := source.ParseNetworks(strings.Split(s, ","))
	*n = append(*n, list...)
	return err
}
