package slack

import (
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"time"

	"colloquy/bot"
)

// A slackError is what the Web API answered to a call that it did not carry out,
// or perhaps not. It holds codes and ids alone.
type slackError struct {
	method  string
	status  int    // of HTTP
	code    string // "channel_not_found"; empty if Slack gave none
	channel string // that the call was about; empty: about none
	needed  string // scopes that are missing
	where   string // in the blocks that were sent
}

func (e *slackError) Error() string {
	s := "slack " + e.method + ": "
	if e.code == "" {
		return s + fmt.Sprintf("status %d", e.status)
	}
	s += e.code
	if e.needed != "" {
		s += " (" + e.needed + ")"
	}
	if e.where != "" {
		s += " at " + e.where
	}
	return s
}

// codeOf is what Slack called the error inside err; empty if it is none of Slack's.
func codeOf(err error) string {
	var e *slackError
	if errors.As(err, &e) {
		return e.code
	}
	return ""
}

// A fate is what became of a call with an error.
type fate int

const (
	never   fate = iota // it was not carried out, and will not be
	inTime              // it was not, and may be after a while
	unclear             // nobody knows
)

// A sense is what a code of Slack's means. CHANNEL and SCOPES in the text are
// replaced by what the error is about.
type sense struct {
	fate    fate
	problem string // its code for the engine
	text    string
	wait    time.Duration // of inTime
}

// meaning gives the error for a code.
func meaning(e *slackError) error {
	s, known := senses[e.code]
	if !known {
		s = sense{never, "refused", "Slack refused that (CODE), and the log says more; look for a newer version of Colloquy, or report it with this code", 0}
		if strings.HasPrefix(e.code, "restricted_action") {
			s = senses["restricted_action"]
		}
	}
	channel, scopes := "the channel", "all that its manifest names"
	if e.channel != "" {
		channel = "the channel " + e.channel
	}
	if e.needed != "" {
		scopes = strings.ReplaceAll(e.needed, ",", ", ")
	}
	text := strings.NewReplacer("CHANNEL", channel, "SCOPES", scopes, "CODE", e.code).Replace(s.text)
	err := error(&bot.Problem{Code: s.problem, Text: text, Err: e})
	switch s.fate {
	case never:
		return bot.Permanent(err)
	case inTime:
		return bot.RetryAfter(s.wait, err)
	}
	return err
}

// endsToken reports whether Slack's code means that no call with the same token
// will do.
func endsToken(code string) bool {
	s, known := senses[code]
	return known && (s.problem == "bad_token" || s.problem == "guild_gone")
}

// severity is that of a refusal for the log. That something is not there, or is
// there already, is often just what was asked.
func severity(code string) slog.Level {
	if s := senses[code]; slices.Contains([]string{"message_gone", "nothing_to_do", "too_late"}, s.problem) || code == "not_in_channel" {
		return slog.LevelDebug
	}
	return slog.LevelWarn
}

// noAnswer is for a request that may have been carried out.
func noAnswer(err error) error {
	return problem("no_answer", err, "Slack did not answer, so nobody knows whether it did what was asked; look there before you try again")
}

// unreachable is for a request that was surely not sent.
func unreachable(err error) error {
	return problem("unreachable", err, "Slack cannot be reached: check the network, the proxy and COLLOQUY_SLACK_API")
}

// elsewhereWait is before the next call through what is not Slack.
const elsewhereWait = time.Minute

// elsewhere is for an answer that Slack's Web API does not give.
func elsewhere(e *slackError) error {
	return problem("bad_api", e, "what answered (%d) is not Slack's Web API: a proxy or a firewall stands before it, or COLLOQUY_SLACK_API is wrong; set it to the address with /api at the end, or unset it", e.status)
}

// slackDown is for trouble of Slack's own; nobody knows what became of the call.
func slackDown(e *slackError) error {
	return problem("slack_down", e, "Slack has trouble of its own (%d); try again in some minutes, and see slack-status.com", e.status)
}

// badAnswer is for a call that was carried out, nobody knows with what result.
func badAnswer(method string, err error) error {
	return problem("bad_answer", err, "Slack's answer could not be read: its form is not known (%s); look for a newer version of Colloquy", method)
}

// problem makes a Problem for people around an error for the log.
func problem(code string, err error, format string, args ...any) error {
	return &bot.Problem{Code: code, Text: fmt.Sprintf(format, args...), Err: err}
}

var notInWord = regexp.MustCompile(`[^A-Za-z0-9_.:,-]+`)

// word makes an id, a code or a list of scopes of what should be one.
func word(s string) string {
	s = notInWord.ReplaceAllString(s, "")
	return s[:min(len(s), 200)]
}

var pointer = regexp.MustCompile(`json-pointer:(/[A-Za-z0-9_/-]{1,100})`)

// pointers are the places in what we sent that Slack finds wrong: "/blocks/0/text".
// What it says of them may repeat what stands there.
func pointers(said []string) string {
	const most = 3
	var found []string
	for _, s := range said {
		if m := pointer.FindStringSubmatch(s); m != nil && len(found) < most {
			found = append(found, m[1])
		}
	}
	return strings.Join(found, " ")
}
