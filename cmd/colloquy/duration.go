package main

import (
	"time"

	"colloquy/bot"
)

// A duration is a flag that takes a time like 24h or 30d.
type duration time.Duration

func (d *duration) String() string { return bot.FormatDuration(time.Duration(*d)) }
func (d *duration) Type() string   { return "TIME" }
func (d *duration) Set(s string) error {
	v, err := bot.ParseDuration(s)
	*d = duration(v)
	return err
}
