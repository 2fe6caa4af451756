package main

import (
	"context"
	"log/slog"
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

// badToken notes what can be no connection to Discord.
func (e *examination) badToken(err error) {
	e.bad("discord", errorLine(err), "correct it, or unset it to do without Discord")
}

// beforehand asks the platforms while nothing is stored yet.
func (e *examination) beforehand(ctx context.Context) {
	d, err := e.discordAdapter(slog.New(slog.DiscardHandler))
	switch {
	case err != nil:
		e.badToken(err)
	case d != nil:
		e.checked(ctx, d, bot.Channel{Platform: discord.Platform})
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
	if ch.ID == "" {
		name = ch.Platform
	}
	for _, f := range doctor.Check(ctx, ch) {
		f.Name = name + " " + f.Name
		e.findings = append(e.findings, f)
	}
}
