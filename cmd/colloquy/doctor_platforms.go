package main

import (
	"context"
	"slices"

	"colloquy/adapters/discord"
	"colloquy/bot"
)

// connections asks each platform that needs an account whether it lets us in.
func (e *examination) connections(ctx context.Context, rt *running, schedules []bot.Schedule) {
	wanted := slices.ContainsFunc(schedules, func(s bot.Schedule) bool { return s.Channel.Platform == discord.Platform && !s.Paused })
	if rt.adapter(discord.Platform) != nil {
		e.ask(ctx, rt, bot.Channel{Platform: discord.Platform})
	} else if wanted {
		e.bad("discord", "there are schedules for Discord, and no token to reach it with", "set "+discordTokenVariable+" to the bot's token, here and for 'colloquy serve'")
	}
}

// ask adds what a platform finds out about a channel, or, for one without an id,
// about its connection.
func (e *examination) ask(ctx context.Context, rt *running, ch bot.Channel) {
	doctor, ok := rt.adapter(ch.Platform).(bot.Doctor)
	if !ok {
		return
	}
	name := ch.String()
	if ch.ID == "" {
		name = ch.Platform
	}
	for _, f := range doctor.Check(ctx, ch) {
		f.Name = name + " " + f.Name
		e.findings = append(e.findings, f)
	}
}
