package main

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"colloquy/bot"
)

func TestConfigReadsEverything(t *testing.T) {
	c, err := ParseConfig("colloquy.yaml", []byte(`
db: /data/colloquy.db
allow_network: [10.0.0.0/8, "::1"]
log: {format: json, level: warn}
feeds:
  - name: daily
    url: https://example.org/feed.xml
schedules:
  - name: morning
    channel: console:general
    cron: "*/5 * * * * *"
    tz: Asia/Karachi
    feeds: [daily, "https://example.com/atom"]
    close_after: 2d
    deadline: 90m
    order: oldest
    questions: 4
    sentences: 2
    paused: true
  - {name: evening, channel: "discord:1/2", cron: "0 18 * * *"}
recap: {min_replies: 1, min_people: 1}
retention: 90d
feed_interval: 30m
shortest_interval: 1s
`))
	if err != nil {
		t.Fatal(err)
	}
	if c.flags["db"] != "/data/colloquy.db" || c.flags["allow-network"] != "10.0.0.0/8,::1" || c.flags["log-format"] != "json" || c.flags["log-level"] != "warn" {
		t.Errorf("flags %v", c.flags)
	}
	if len(c.Feeds) != 1 || c.Feeds[0] != (DeclaredFeed{"daily", "https://example.org/feed.xml", 6}) {
		t.Errorf("feeds %+v", c.Feeds)
	}
	if len(c.Schedules) != 2 {
		t.Fatalf("schedules %+v", c.Schedules)
	}
	s := c.Schedules[0]
	if s.Name != "morning" || s.Channel != (bot.Channel{Platform: "console", ID: "general"}) || s.Cron != "*/5 * * * * *" || s.Zone != "Asia/Karachi" ||
		strings.Join(s.FeedURLs, " ") != "https://example.org/feed.xml https://example.com/atom" || s.CloseAfter != 48*time.Hour ||
		s.Deadline != 90*time.Minute || s.Order != bot.Oldest || s.Questions != 4 || s.Sentences != 2 || !s.Paused || !s.Declared || s.Line != 9 {
		t.Errorf("schedule %+v", s)
	}
	if s := c.Schedules[1]; s.Line != 20 || s.Paused || s.Channel.String() != "discord:1/2" || s.CloseAfter != 0 {
		t.Errorf("schedule %+v", s)
	}
	if c.RecapReplies != 1 || c.RecapPeople != 1 || c.Retention != 90*24*time.Hour || c.FeedInterval != 30*time.Minute || c.Shortest != time.Second {
		t.Errorf("config %+v", c)
	}
}

func TestConfigMayBeEmpty(t *testing.T) {
	for _, text := range []string{"", "# nothing\n", "---\n", "feeds:\nschedules: []\nlog:\n"} {
		if c, err := ParseConfig("c.yaml", []byte(text)); err != nil || c.File != "c.yaml" || len(c.Feeds)+len(c.Schedules) > 0 {
			t.Errorf("%q: %+v, %v", text, c, err)
		}
	}
}

func TestConfigIsStrict(t *testing.T) {
	const schedule = "schedules:\n- name: a\n  channel: console:x\n  cron: '0 9 * * *'\n"
	tests := []struct {
		name, text, want string
	}{
		{"unknown key", "db: x\ndatabase: y\n", `2: the configuration has no key "database"`},
		{"meant another", "shedules: []\n", `1: the configuration has no key "shedules": did you mean "schedules"?`},
		{"unknown key inside", "log:\n  colour: red\n", `2: log has no key "colour": it may have format, level`},
		{"twice", "db: x\n\ndb: y\n", "3: db is already on line 1"},
		{"empty value", "db:\n", "1: the value is missing"},
		{"not an object", "log: json\n", "1: log is not written as keys"},
		{"the top is a list", "- db\n", "1: the configuration is not written as keys"},
		{"not a list", "feeds: {name: a}\n", "1: feeds is no list"},
		{"a list as a value", "db: [a]\n", "1: a single value belongs here"},
		{"log format", "log:\n  format: xml\n", `2: "xml" is none of text, json`},
		{"network", "allow_network:\n- 10.0.0.0/8\n- 10/8\n", `3: "10/8" is no network`},
		{"duration", "retention: forever\n", `1: "forever" is no length of time`},
		{"negative", "retention: -3h\n", `1: "-3h" is no length of time`},
		{"too short", "retention: 1h\n", "1: 1h cannot be used here: give a time from 1d to 3650d"},
		{"number", "recap:\n  min_people: two\n", `2: "two" cannot be used here: write a whole number from 1 to 1000`},
		{"boolean", schedule + "  paused: 1\n", "5: this is neither true nor false"},
		{"feed without url", "feeds:\n- name: a\n", `2: a feed needs a url`},
		{"feed address", "feeds:\n- name: a\n  url: ftp://example.org\n", "3: \"ftp://example.org\" is no address"},
		{"feed name", "feeds:\n- name: a/b\n  url: http://example.org\n", `2: "a/b" is no name`},
		{"feed name twice", "feeds:\n- {name: a, url: 'http://a.example'}\n- {name: a, url: 'http://b.example'}\n", `3: a feed named "a" is already on line 2`},
		{"feed twice", "feeds:\n- {name: a, url: 'http://a.example'}\n- {name: b, url: 'http://a.example'}\n", "3: the feed of line 2 has the same url"},
		{"schedule without cron", "schedules:\n- {name: a, channel: 'console:x'}\n", "2: a schedule needs its times"},
		{"schedule name twice", schedule + schedule[len("schedules:\n"):], `5: a schedule named "a" is already on line 2`},
		{"channel", "schedules:\n- name: a\n  channel: irc:x\n  cron: '0 9 * * *'\n", "3: \"irc:x\" is no channel"},
		{"cron", "schedules:\n- name: a\n  channel: console:x\n  cron: '0 9 31 2 *'\n", "4: "},
		{"zone", schedule + "  tz: Europe/Atlantis\n", "5: "},
		{"seconds without the setting", "schedules:\n- name: a\n  channel: console:x\n  cron: '* * * * * *'\n", "4: "},
		{"unknown feed", schedule + "  feeds: [daily]\n", `5: no feed is named "daily"`},
		{"feed in schedule twice", schedule + "  feeds: ['http://a.example', 'http://a.example']\n", "5: the schedule already has this feed"},
		{"order", schedule + "  order: random\n", `5: "random" cannot be used here: give one of newest, oldest`},
		{"close_after", schedule + "  close_after: 31d\n", "5: 31d cannot be used here: give a time from 1m to 30d"},
		{"questions", schedule + "  questions: 0\n", `5: "0" cannot be used here`},
		{"alias", "db: &x a\nretention: *x\n", "2: aliases (*x) are not read"},
		{"unquoted star", "schedules:\n- name: a\n  cron: * * * * *\n", "3: this is no YAML"},
		{"two documents", "db: a\n---\ndb: b\n", "2: a second document begins here"},
		{"tab", "log:\n\tformat: json\n", "2: this is no YAML"},
		{"binary", "\x00\x01", "1: this is no YAML"},
		{"huge", strings.Repeat("#", longestConfig+1), "1: the file has 1048577 bytes"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := ParseConfig("colloquy.yaml", []byte(tt.text))
			if err == nil || !strings.HasPrefix(err.Error(), "colloquy.yaml:"+tt.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got %v\nwant colloquy.yaml:%s…", err, tt.want)
			}
		})
	}
}

// The example in the documentation is read as it stands, and every key that
// the program reads is in it.
func TestDocumentedConfig(t *testing.T) {
	page, err := os.ReadFile("../../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "```yaml\n")
	example, _, ok := strings.Cut(rest, "```")
	if !ok {
		t.Fatal("docs/configuration.md has no example")
	}
	c, err := ParseConfig("colloquy.yaml", []byte(example))
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Feeds) == 0 || len(c.Schedules) == 0 {
		t.Errorf("the example declares %d feeds and %d schedules", len(c.Feeds), len(c.Schedules))
	}
	var keys [][]string
	for _, file := range []string{"config.go", "config_writer.go"} {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		found := regexp.MustCompile(`(?m)"([a-z_]+)":\s+(?:c\.|f\.|func)`).FindAllStringSubmatch(string(source), -1)
		if len(found) < 10 {
			t.Fatalf("found only %d keys in %s", len(found), file)
		}
		keys = append(keys, found...)
	}
	for _, o := range bot.ScheduleOptions() {
		keys = append(keys, []string{"", strings.ReplaceAll(o.Name, "-", "_")})
	}
	for _, m := range keys {
		if !regexp.MustCompile(`(?m)^[ -]*` + m[1] + `:`).MatchString(example) {
			t.Errorf("the example does not show the key %q", m[1])
		}
	}
	flags := (&app{}).rootCommand().PersistentFlags()
	for _, name := range []string{"db", "config", "allow-network", "log-format", "log-level", "writer", "prompts"} {
		if !strings.Contains(string(page), "`--"+name) || !strings.Contains(string(page), variable(name)) {
			t.Errorf("docs/configuration.md does not name --%s and %s", name, variable(name))
		}
		if name != "db" && flags.Lookup(name) == nil {
			t.Errorf("there is no flag --%s", name)
		}
	}
}

func FuzzConfig(f *testing.F) {
	f.Add("db: x\nfeeds:\n- {name: a, url: 'http://a.example'}\nschedules:\n- {name: b, channel: 'console:x', cron: '@daily', feeds: [a]}\n")
	f.Add("a: &a [*a, *a]\n")
	f.Add("? [x]\n: y\n")
	f.Add("log: {format: json, level: warn}\nrecap: {min_replies: 1}\nretention: 1d12h\n")
	f.Add("--- |\n\xff")
	f.Fuzz(func(t *testing.T, text string) {
		_, err := ParseConfig("c.yaml", []byte(text))
		if err != nil && (!regexp.MustCompile(`^c\.yaml:\d+: `).MatchString(err.Error()) || strings.Contains(errorLine(err), "\n")) {
			t.Errorf("%q: %v", text, err)
		}
	})
}

func TestDuration(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"90m": 90 * time.Minute, "24h": day, "30d": 30 * day, "1d12h": 36 * time.Hour, " 2h ": 2 * time.Hour, "0s": 0,
	} {
		if got, err := bot.ParseDuration(text); err != nil || got != want {
			t.Errorf("parseDuration(%q) = %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "d", "1", "-1d", "1d-1h", "99999d", "1d2d", "1w", "3000000h", "9223372036s9223372036s"} {
		if got, err := bot.ParseDuration(text); err == nil {
			t.Errorf("parseDuration(%q) = %v, want an error", text, got)
		}
	}
	for d, want := range map[time.Duration]string{0: "0s", time.Minute: "1m", 90 * time.Minute: "1h30m", day: "1d", 36 * time.Hour: "1d12h", 65 * time.Second: "1m5s"} {
		if got := bot.FormatDuration(d); got != want {
			t.Errorf("formatDuration(%d) = %s, want %s", d, got, want)
		}
	}
}
