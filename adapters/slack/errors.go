package slack

import "errors"

// A slackError is what the Web API answered with "ok": false.
type slackError struct {
	method string
	code   string // "channel_not_found"
}

func (e *slackError) Error() string { return "slack " + e.method + ": " + e.code }

// codeOf is what Slack called the error inside err; empty if it is none of Slack's.
func codeOf(err error) string {
	var e *slackError
	if errors.As(err, &e) {
		return e.code
	}
	return ""
}
