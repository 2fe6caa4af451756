package main

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"colloquy/bot"
)

// Every command and every flag of its own is in docs/cli.md.
func TestDocumentedCommands(t *testing.T) {
	page, err := os.ReadFile("../../docs/cli.md")
	if err != nil {
		t.Fatal(err)
	}
	var synopses []string
	for line := range strings.Lines(string(page)) {
		if strings.HasPrefix(line, "`colloquy ") {
			synopses = append(synopses, line)
		}
	}
	general := []string{"help", "format", "db"} // said once for all
	for _, o := range bot.ScheduleOptions() {
		if !strings.Contains(string(page), "\n| `--"+o.Name+" ") {
			t.Errorf("docs/cli.md does not describe the option --%s of a schedule", o.Name)
		}
		general = append(general, o.Name)
	}
	for _, o := range bot.InstallationOptions(bot.Settings{}) {
		if !strings.Contains(string(page), "\n| `--"+o.Name+" ") {
			t.Errorf("docs/cli.md does not describe the setting --%s", o.Name)
		}
		general = append(general, o.Name)
	}
	var check func(c *cobra.Command, group string)
	check = func(c *cobra.Command, group string) {
		if !c.IsAvailableCommand() || c.Name() == "help" || c.Name() == "completion" {
			return
		}
		for _, sub := range c.Commands() {
			check(sub, c.Name())
		}
		if c.HasSubCommands() {
			return
		}
		var described []string
		for _, line := range synopses {
			words := strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune(" `|\n", r) })
			if words[1] == c.Name() && group == "" || words[1] == group && regexp.MustCompile(`\b`+c.Name()+`\b`).MatchString(line) {
				described = append(described, line)
			}
		}
		if len(described) == 0 {
			t.Errorf("docs/cli.md does not describe %q", c.CommandPath())
			return
		}
		c.NonInheritedFlags().VisitAll(func(f *pflag.Flag) {
			for _, name := range general {
				if f.Name == name {
					return
				}
			}
			if !f.Hidden && !strings.Contains(strings.Join(described, ""), "--"+f.Name) {
				t.Errorf("docs/cli.md does not name --%s of %q", f.Name, c.CommandPath())
			}
		})
	}
	for _, c := range (&app{}).rootCommand().Commands() {
		check(c, "")
	}
}

// What the README links to is there.
func TestReadme(t *testing.T) {
	page, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`\]\(([^):]+)\)`).FindAllStringSubmatch(string(page), -1) {
		if _, err := os.Stat("../../" + m[1]); err != nil {
			t.Errorf("the README links to %s, which is not there", m[1])
		}
	}
}
