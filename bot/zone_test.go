package bot_test

import (
	"strings"
	"testing"

	"colloquy/bot"
)

func TestUnknownZonesNameTheNearest(t *testing.T) {
	for name, want := range map[string]string{
		"asia/karachi":     "Asia/Karachi",
		"Karachi":          "Asia/Karachi",
		"new york":         "America/New_York",
		"America/New York": "America/New_York",
		"Europe/Berln":     "Europe/Berlin",
		"Europe/Beriln":    "Europe/Berlin",
		"Asia/Karachii":    "Asia/Karachi",
		"Uerope/Paris":     "Europe/Paris",
		"utc":              "UTC",
	} {
		if _, err := bot.ParseTimes("@daily", name, 0); bot.ReasonCode(err) != "bad_zone" || !strings.Contains(bot.Explain(err), "did you mean "+want+"?") {
			t.Errorf("%q: %v", name, err)
		}
	}
	for _, name := range []string{"Mars/Olympus", "../../etc/passwd", "right/UTC", "Local", "local", "\x00", "ا", strings.Repeat("x", 64)} {
		if _, err := bot.ParseTimes("@daily", name, 0); bot.ReasonCode(err) != "bad_zone" || strings.Contains(bot.Explain(err), "did you mean") {
			t.Errorf("%q: %v", name, err)
		}
	}
}
