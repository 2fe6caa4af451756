package main

import (
	"context"

	"colloquy/bot"
)

// postDigest posts the digest of an article in a channel and records it.
func (a *app) postDigest(_ context.Context, _ bot.Source, _ bot.Brief, channel, _ string) error {
	if _, err := bot.ParseChannel(channel, platforms...); err != nil {
		return &usageError{err}
	}
	return bot.Problemf("no_post", "this build cannot post in %s yet: leave --post out to see the digest here", channel)
}
