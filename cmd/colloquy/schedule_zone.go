package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"strings"

	"colloquy/bot"
)

// askZone asks, once for each installation, which zone the times of schedules
// that name none are in, and stores the answer. Where nobody is at a terminal it
// does nothing: such times are in UTC then, and a warning says so.
func (a *app) askZone(ctx context.Context, rt *running, ch bot.Channel) error {
	i, err := rt.db.Installation(ctx, ch.Platform, ch.Workspace)
	if err != nil || i.Zone != "" || !onTerminal(a.stdin) {
		return err
	}
	option := bot.InstallationOptions(rt.engine.Settings())[0]
	suggested := a.machineZone()
	in := bufio.NewReader(a.stdin)
	for {
		fmt.Fprintf(a.stderr, "In which time zone are the times of schedules in %s? [%s] ", i, suggested)
		line, err := in.ReadString('\n')
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			return bot.Problemf("no_zone", "no zone was given, and nothing is scheduled: give one with --tz")
		}
		zone := strings.TrimSpace(line)
		if zone == "" {
			zone = suggested
		}
		changes, err := rt.engine.ChangePreferences(ctx, i.Everywhere(), func(p *bot.Preferences) ([]string, error) {
			change, err := option.Change(p, zone)
			return []string{change}, err
		}, bot.Operator)
		if bot.ReasonCode(err) == "bad_zone" {
			fmt.Fprintln(a.stderr, upper(inline(bot.Explain(err))))
			continue
		}
		if err == nil && len(changes) > 0 {
			fmt.Fprintln(a.stderr, "It is kept; 'colloquy settings' shows and changes it.")
		}
		return err
	}
}

// machineZone is the zone that the clock of this machine is set to, or UTC when
// it does not say.
func (a *app) machineZone() string {
	zone := strings.TrimPrefix(a.getenv("TZ"), ":")
	if zone == "" {
		if path, err := os.Readlink("/etc/localtime"); err == nil {
			_, zone, _ = strings.Cut(path, "zoneinfo/")
		}
	}
	if _, err := bot.ParseTimes("@daily", zone, 0); err != nil || zone == "" {
		return "UTC"
	}
	return zone
}
