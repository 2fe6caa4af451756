package main

import (
	"context"
	"log/slog"
	"slices"

	"colloquy/adapters/discord"
	"colloquy/adapters/slack"
	"colloquy/bot"
)

// An account is a platform that needs one, and what is to be set to reach it.
type account struct{ platform, name, lacks, fix string }

var accounts = []account{
	{discord.Platform, "Discord", "no token", "set " + discordTokenVariable + " to the bot's token, here and for 'colloquy serve'"},
	{slack.Platform, "Slack", "no app", "set COLLOQUY_SLACK_BOT_TOKEN and COLLOQUY_SLACK_APP_TOKEN, here and for 'colloquy serve', or name the app in the configuration file"},
}

// connections asks each platform that needs an account whether it lets us in.
func (e *examination) connections(ctx context.Context, rt *running, schedules []bot.Schedule) {
	for _, p := range accounts {
		wanted := slices.ContainsFunc(schedules, func(s bot.Schedule) bool { return s.Channel.Platform == p.platform && !s.Paused })
		if rt.adapter(p.platform) != nil {
			e.ask(ctx, rt, bot.Channel{Platform: p.platform})
		} else if wanted {
			e.bad(p.platform, "there are schedules for "+p.name+", and "+p.lacks+" to reach it with", p.fix)
		}
	}
}

// accounts refuses what is said of the accounts of a platform and cannot be used.
func (a *app) accounts() (platform string, err error) {
	if _, err := a.discordToken(); err != nil {
		return discord.Platform, err
	}
	_, err = a.slackOptions()
	return slack.Platform, err
}

// accountsUnderstood reports whether what is said of the accounts can be used;
// else it notes what is wrong with it, which would seem to be the database.
func (e *examination) accountsUnderstood() bool {
	platform, err := e.accounts()
	if err != nil {
		e.bad(platform, errorLine(err), "correct it, or unset it to do without")
	}
	return err == nil
}

// beforehand asks the platforms while nothing is stored yet.
func (e *examination) beforehand(ctx context.Context) {
	if !e.accountsUnderstood() {
		return
	}
	quiet := slog.New(slog.DiscardHandler)
	if d, err := e.discordAdapter(quiet, nil); err == nil && d != nil {
		e.checked(ctx, d, bot.Channel{Platform: discord.Platform})
	}
	if s, err := e.slackAdapter(nil, quiet, nil); err == nil && s != nil {
		e.checked(ctx, s, bot.Channel{Platform: slack.Platform})
	}
}

// installations asks about each server and workspace by itself.
func (e *examination) installations(ctx context.Context, rt *running) {
	for _, p := range accounts {
		if rt.adapter(p.platform) == nil {
			continue
		}
		list, err := rt.db.InstallationsOf(ctx, p.platform)
		if err != nil {
			e.failed(p.platform, err)
			return
		}
		for _, i := range list {
			if !i.Gone {
				e.ask(ctx, rt, i.Everywhere())
			}
		}
	}
}

// ask adds what a platform finds out about a channel, or, for one without an id,
// about its connection.
func (e *examination) ask(ctx context.Context, rt *running, ch bot.Channel) {
	if doctor, ok := rt.adapter(ch.Platform).(bot.Doctor); ok {
		e.checked(ctx, doctor, ch)
	}
}

func (e *examination) checked(ctx context.Context, doctor bot.Doctor, ch bot.Channel) {
	name := ch.String()
	switch {
	case ch.ID == "" && ch.Workspace == "":
		name = ch.Platform
	case ch.ID == "":
		name = ch.Platform + ":" + ch.Workspace
	}
	for _, f := range doctor.Check(ctx, ch) {
		f.Name = name + " " + f.Name
		e.findings = append(e.findings, f)
	}
}
