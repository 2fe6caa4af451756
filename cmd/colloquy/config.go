package main

import (
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"colloquy/bot"
	"colloquy/bot/source"
	"colloquy/bot/store"
)

// A Config is what a configuration file says. Zero values mean that it says
// nothing about them. docs/configuration.md describes every key.
type Config struct {
	File         string // as it is named in messages; empty if there is none
	Feeds        []DeclaredFeed
	Schedules    []DeclaredSchedule
	RecapReplies int // the fewest replies a recap is posted for
	RecapPeople  int // the fewest people a recap is posted for
	Retention    time.Duration
	FeedInterval time.Duration
	Shortest     time.Duration // the shortest interval of a schedule

	Discord        DiscordConfig
	Slack          SlackConfig
	Web            WebConfig
	Writer         WriterConfig
	Console        string      // the folder of the console's channels
	Ledger         string      // the folder of the ledger of a database of PostgreSQL
	NoticesChannel bot.Channel // where the operator hears of trouble; zero: nowhere
	NoticesWebhook string      // what is called besides; may be a secret

	flags map[string]string // values for flags, checked, by the flag's name
	at    map[string]string // where each of them stands
}

// A DeclaredFeed is one of feeds.
type DeclaredFeed struct {
	Name, URL string
	Line      int
}

// A DeclaredSchedule is one of schedules. Of its Schedule, everything is set
// that can be written in the file; zero values mean the default.
type DeclaredSchedule struct {
	bot.Schedule
	FeedURLs []string
	Line     int
}

const (
	day            = 24 * time.Hour
	longestConfig  = 1 << 20 // bytes
	longestName    = 64      // characters of a feed's or a schedule's name
	longestAddress = 2000    // characters
)

// ParseConfig reads a configuration file, strictly: what it does not know, what
// comes twice and what cannot work is an error of one line that begins with
// file and the line's number. file is only for messages.
func ParseConfig(file string, data []byte) (*Config, error) {
	f := yamlFile(file)
	if len(data) > longestConfig {
		return nil, fmt.Errorf("%s:1: the file has %d bytes, and a configuration has at most %d; is it the right file?", file, len(data), longestConfig)
	}
	root, err := f.parse(data)
	if err != nil {
		return nil, err
	}
	c := &Config{File: file, flags: map[string]string{}, at: map[string]string{}}
	if root == nil {
		return c, nil
	}
	var schedules []scheduleNodes
	err = f.object(root, "the configuration", fields{
		"db":            c.flag(f, "db", address{}),
		"allow_network": c.networks(f),
		"log": func(n *yaml.Node) error {
			return f.object(n, "log", fields{
				"format": c.flag(f, "log-format", &choice{options: logFormats}),
				"level":  c.flag(f, "log-level", &choice{options: logLevels}),
			})
		},
		"feeds": func(n *yaml.Node) error {
			return f.list(n, "feeds", func(n *yaml.Node) error { return c.addFeed(f, n) })
		},
		"schedules": func(n *yaml.Node) error {
			return f.list(n, "schedules", func(n *yaml.Node) error {
				s, err := f.schedule(n)
				schedules = append(schedules, s)
				return err
			})
		},
		"recap": func(n *yaml.Node) error {
			return f.object(n, "recap", fields{
				"min_replies": f.number(&c.RecapReplies, 1, 1000),
				"min_people":  f.number(&c.RecapPeople, 1, 1000),
			})
		},
		"discord":           c.readDiscord(f),
		"slack":             c.readSlack(f),
		"web":               c.readWeb(f),
		"console":           f.text(&c.Console),
		"ledger":            f.text(&c.Ledger),
		"writer":            c.readWriter(f),
		"notices":           c.notices(f),
		"retention":         f.duration(&c.Retention, day, 3650*day),
		"feed_interval":     f.duration(&c.FeedInterval, time.Second, 7*day),
		"shortest_interval": f.duration(&c.Shortest, time.Second, day),
	})
	if err != nil {
		return nil, err
	}
	for _, s := range schedules { // after everything they refer to
		if err := c.addSchedule(f, s); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// flag reads the value of a flag, checked as the flag itself would.
func (c *Config) flag(f yamlFile, name string, value interface{ Set(string) error }) func(*yaml.Node) error {
	return func(n *yaml.Node) error {
		var s string
		if err := f.text(&s)(n); err != nil {
			return err
		}
		if err := value.Set(s); err != nil {
			return f.errorf(n, "%v", err)
		}
		c.flags[name], c.at[name] = s, fmt.Sprintf("%s:%d", string(f), n.Line)
		return nil
	}
}

// text is a flag that takes anything.
type text struct{}

func (text) Set(string) error { return nil }

// address is that of a database.
type address struct{}

func (address) Set(s string) error { return store.CheckAddress(s) }

func (c *Config) networks(f yamlFile) func(*yaml.Node) error {
	return func(n *yaml.Node) error {
		var all []string
		err := f.list(n, "allow_network", func(n *yaml.Node) error {
			var s string
			if err := f.text(&s)(n); err != nil {
				return err
			}
			if _, err := source.ParseNetworks([]string{s}); err != nil {
				return f.errorf(n, "%v", err)
			}
			all = append(all, s)
			return nil
		})
		c.flags["allow-network"], c.at["allow-network"] = strings.Join(all, ","), fmt.Sprintf("%s:%d", string(f), n.Line)
		return err
	}
}

func (c *Config) addFeed(f yamlFile, n *yaml.Node) error {
	feed := DeclaredFeed{Line: n.Line}
	err := f.object(n, "a feed", fields{"name": f.name(&feed.Name), "url": f.address(&feed.URL)}, "name", "url")
	if err != nil {
		return err
	}
	for _, other := range c.Feeds {
		switch {
		case other.Name == feed.Name:
			return f.errorf(n, "a feed named %q is already on line %d: give each its own name", feed.Name, other.Line)
		case other.URL == feed.URL:
			return f.errorf(n, "the feed of line %d has the same url: keep one of them", other.Line)
		}
	}
	c.Feeds = append(c.Feeds, feed)
	return nil
}

// A scheduleNodes is a schedule as written, with the places that messages name.
type scheduleNodes struct {
	DeclaredSchedule
	at, cron *yaml.Node
	except   []*yaml.Node // read when the zone is known
	feeds    []*yaml.Node
}

// schedule reads one of schedules as far as that goes without the rest of the file.
func (f yamlFile) schedule(n *yaml.Node) (scheduleNodes, error) {
	s := scheduleNodes{at: n}
	s.Line, s.Declared = n.Line, true
	s.DeclaredAt = fmt.Sprintf("%s:%d", string(f), n.Line)
	err := f.object(n, "a schedule", f.options(&s.Schedule, fields{
		"name":    f.name(&s.Name),
		"channel": f.channel(&s.Channel),
		"at":      func(n *yaml.Node) error { return f.when(n, &s) },
		"cron":    func(n *yaml.Node) error { return f.when(n, &s) },
		"feeds": func(n *yaml.Node) error {
			return f.list(n, "feeds", func(n *yaml.Node) error { s.feeds = append(s.feeds, n); return nil })
		},
		"paused": f.yes(&s.Paused),
		"except": func(n *yaml.Node) error {
			if n.Kind != yaml.SequenceNode {
				s.except = []*yaml.Node{n}
				return nil
			}
			s.except = n.Content
			return nil
		},
	}), "name", "channel")
	if err == nil && s.cron == nil {
		err = f.errorf(n, "a schedule needs its times: add \"at: …\", such as at: weekdays 09:00")
	}
	return s, err
}

// when reads the times of a schedule, in words or as a cron spec.
func (f yamlFile) when(n *yaml.Node, s *scheduleNodes) error {
	if s.cron != nil {
		return f.errorf(n, "at and cron both say when, the other on line %d: keep one of them", s.cron.Line)
	}
	s.cron = n
	return f.text(&s.Cron)(n)
}

// leaveOut reads the days that a schedule leaves out.
func (f yamlFile) leaveOut(s *scheduleNodes) error {
	o, _ := bot.FindOption("except")
	for _, n := range s.except {
		var v string
		if err := f.text(&v)(n); err != nil {
			return err
		}
		values := []string{v}
		if isCalendarFile(v) {
			var err error
			if values, err = calendarFiles(values, s.Zone, filepath.Dir(string(f)), func(string) {}); err != nil {
				return f.errorf(n, "%v", err)
			}
		}
		for _, v := range values {
			if err := o.Set(&s.Schedule, v); err != nil {
				return f.errorf(n, "%s", bot.Explain(err))
			}
		}
	}
	return nil
}

// addSchedule checks what depends on the rest of the file: the shortest
// interval, the names of feeds and of other schedules.
func (c *Config) addSchedule(f yamlFile, s scheduleNodes) error {
	for _, other := range c.Schedules {
		if other.Name == s.Name {
			return f.errorf(s.at, "a schedule named %q is already on line %d: give each its own name", s.Name, other.Line)
		}
	}
	if err := f.leaveOut(&s); err != nil {
		return err
	}
	if _, err := s.Times(c.Shortest); err != nil {
		return f.errorf(s.cron, "%s", bot.Explain(err))
	}
	if err := bot.CheckReminder(s.Schedule); err != nil {
		return f.errorf(s.at, "%s", bot.Explain(err))
	}
	for _, n := range s.feeds {
		var ref string
		if err := f.text(&ref)(n); err != nil {
			return err
		}
		address := c.feedURL(ref)
		if address == "" {
			if !strings.Contains(ref, "://") {
				return f.errorf(n, "no feed is named %q: add it under feeds, or write its address", ref)
			}
			if err := f.address(&address)(n); err != nil {
				return err
			}
		}
		for _, other := range s.FeedURLs {
			if other == address {
				return f.errorf(n, "the schedule already has this feed: remove one of them")
			}
		}
		s.FeedURLs = append(s.FeedURLs, address)
	}
	c.Schedules = append(c.Schedules, s.DeclaredSchedule)
	return nil
}

// feedURL gives the address of the feed with that name, or "".
func (c *Config) feedURL(name string) string {
	for _, feed := range c.Feeds {
		if feed.Name == name {
			return feed.URL
		}
	}
	return ""
}

// name reads the name of a feed or a schedule.
func (f yamlFile) name(to *string) func(*yaml.Node) error {
	return func(n *yaml.Node) error {
		if err := f.text(to)(n); err != nil {
			return err
		}
		if err := checkName(*to); err != nil {
			return f.errorf(n, "%v", err)
		}
		return nil
	}
}

// checkName refuses what cannot be the name of a feed or a schedule.
func checkName(name string) error {
	bad := strings.ContainsFunc(name, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r) && !strings.ContainsRune(" -_.", r)
	})
	if bad || name == "" || strings.TrimSpace(name) != name || utf8.RuneCountInString(name) > longestName {
		return fmt.Errorf("%q is no name: use 1 to %d letters, digits, spaces, '-', '_' or '.'", shorten(name), longestName)
	}
	return nil
}

// address reads an http or https address.
func (f yamlFile) address(to *string) func(*yaml.Node) error {
	return func(n *yaml.Node) error {
		if err := f.text(to)(n); err != nil {
			return err
		}
		u, err := url.Parse(*to)
		if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || len(*to) > longestAddress {
			return f.errorf(n, "%q is no address: write it in full, like https://example.org/feed.xml", shorten(*to))
		}
		return nil
	}
}
