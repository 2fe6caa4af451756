// Package finding says in the same words what the adapters' doctors find out.
package finding

import (
	"fmt"
	"strings"
	"time"

	"colloquy/bot"
)

// Good is something that is right.
func Good(name, format string, args ...any) bot.Finding {
	return bot.Finding{OK: true, Name: name, Text: fmt.Sprintf(format, args...)}
}

// Unchecked is a check that found no answer. A problem says what to do after its
// last colon.
func Unchecked(name, platform string, err error) bot.Finding {
	text := bot.Explain(err)
	if i := strings.LastIndex(text, ": "); i > 0 {
		return bot.Finding{Name: name, Text: text[:i], Fix: text[i+2:]}
	}
	return bot.Finding{Name: name, Text: text, Fix: "see whether this machine reaches " + platform + ", and run it again with --log-level debug"}
}

// mostSkew is how far this machine's clock may be off: by it the times of posts and
// gaps are shown, and Slack's signatures are good for five minutes.
const mostSkew = 30 * time.Second

// Clock is how far this machine's clock is off a platform's, and what that leads to,
// if it needs to be said: ", which …".
func Clock(platform string, skew time.Duration, leads string) bot.Finding {
	if skew.Abs() <= mostSkew {
		return Good("clock", "this machine's clock agrees with %s's", platform)
	}
	return bot.Finding{Name: "clock", Text: fmt.Sprintf("this machine's clock is %s off %s's%s", skew.Abs().Round(time.Second), platform, leads),
		Fix: "let it set its clock from the network (NTP)"}
}
