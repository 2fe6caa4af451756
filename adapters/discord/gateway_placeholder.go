package discord

import (
	"context"
	"encoding/json"

	"colloquy/bot"
)

func (a *Adapter) event(ctx context.Context, h bot.Handler, name string, raw json.RawMessage) error {
	return nil
}
func (a *Adapter) interaction(ctx context.Context, h bot.Handler, raw json.RawMessage) {}
func (a *Adapter) register(ctx context.Context) error                                  { return nil }
func permissions(g guild, ch channel, me member) int64                                 { return -1 }
func isUnreadable(error) bool                                                          { return false }

const (
	typeText         = 0
	typeAnnouncement = 5
)
