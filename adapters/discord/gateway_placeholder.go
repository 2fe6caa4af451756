package discord

import (
	"context"
	"encoding/json"

	"colloquy/bot"
)

func (a *Adapter) interaction(ctx context.Context, h bot.Handler, raw json.RawMessage) {}
func (a *Adapter) register(ctx context.Context) error                                  { return nil }
