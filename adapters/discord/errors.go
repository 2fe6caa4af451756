package discord

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode"

	"colloquy/adapters/internal/outbox"
	"colloquy/bot"
)

// Codes of Discord that are acted on.
const (
	codeUnknownChannel     = 10003
	codeUnknownGuild       = 10004
	codeUnknownMessage     = 10008
	codeUnknownInteraction = 10062 // expired, too
	codeThreadEdits        = 30046 // messages older than an hour were edited too often
	codeAnswered           = 40060 // the interaction was acknowledged before
	codeMissingAccess      = 50001
	codeNotOurs            = 50005 // a message of somebody else cannot be edited
	codeNoDirect           = 50007 // this person takes no messages from us
	codeMissingPermission  = 50013
	codeArchived           = 50083
	codeOverloaded         = 130000
	codeThreadExists       = 160004
	codeThreadLocked       = 160005
	codeThreadLimit        = 160006
)

// An apiError is Discord's answer to a call that it did not carry out.
type apiError struct {
	Status  int
	Code    int    // Discord's own, such as 10003; 0 if it gave none
	Message string // for the log
}

func (e *apiError) Error() string { return e.Message }

// codeOf gives Discord's code in err; 0 if there is none.
func codeOf(err error) int {
	var e *apiError
	if errors.As(err, &e) {
		return e.Code
	}
	return 0
}

// refused says what an answer that is not 2xx means, and draws the
// consequences for later calls.
func (c *client) refused(ctx context.Context, k call, r route, res *http.Response, body []byte, v outbox.Verdict) error {
	e, ours := readError(res.StatusCode, c.withoutToken(body))
	c.o.Log.Log(ctx, severity(e.Status), "discord refused a request", "route", r.name, "status", e.Status, "code", e.Code, "wait", v.Wait)
	if counts(e.Status, res.Header) {
		if pause := c.doors.invalid(); pause > 0 {
			c.o.Log.WarnContext(ctx, "discord refuses too much, so everything pauses", "pause", pause)
			c.out.Pause(pause)
		}
	}
	switch s := e.Status; {
	case s == http.StatusTooManyRequests:
		return bot.RetryAfter(v.Wait, e)
	case s >= 500:
		return problem("discord_down", e, "Discord has trouble of its own (%d); try again in some minutes, and see discordstatus.com", s)
	case s < 400, !ours && s != http.StatusUnauthorized:
		return c.elsewhere(e)
	case s == http.StatusUnauthorized && !k.free:
		err := bot.Permanent(badToken(e))
		c.out.Stop(err)
		return err
	}
	shuts, err := meaning(e, r)
	switch shuts {
	case shutsRoute:
		c.doors.shutFor(k.channel, r.name, err)
	case shutsChannel:
		c.doors.shutFor(k.channel, "", err)
	}
	return err
}

// severity is that of an answer for the log. That something is not there, or is
// there already, is often just what was asked.
func severity(status int) slog.Level {
	if status == http.StatusNotFound || status == http.StatusBadRequest {
		return slog.LevelDebug
	}
	return slog.LevelWarn
}

// counts reports whether Discord counts an answer towards banning the address.
func counts(status int, h http.Header) bool {
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden:
		return true
	case http.StatusTooManyRequests:
		return h.Get("X-RateLimit-Scope") != "shared"
	}
	return false
}

// elsewhere is the error for an answer that Discord's API does not give.
func (c *client) elsewhere(e *apiError) error {
	if e.Status == http.StatusForbidden { // for the whole address
		c.out.Pause(waitBlocked)
	}
	return bot.RetryAfter(waitBlocked, problem("bad_api", e,
		"what answered (%d) is not Discord's API: a proxy or a firewall stands before it, or COLLOQUY_DISCORD_API is wrong; set it to the address without version, or unset it", e.Status))
}

// What a refusal closes for a while.
const (
	shutsNothing = iota
	shutsRoute   // calls of the same kind to the channel
	shutsChannel // all calls to the channel
)

// meaning gives the error for a refusal by Discord itself, and what it closes.
func meaning(e *apiError, r route) (shuts int, err error) {
	id := r.channel()
	there := ""
	if id != "" {
		there = " in channel " + id
	}
	switch {
	case e.Code == codeUnknownChannel:
		err = problem("channel_gone", e, "channel %s is not there: it was deleted on Discord, or its id is mistyped; choose another channel", id)
	case e.Code == codeUnknownGuild:
		err = problem("guild_gone", e, "the server is gone, or Colloquy was removed from it; invite it again (colloquy discord invite)")
	case e.Code == codeMissingAccess && id == "":
		err = problem("no_access", e, "Colloquy has no access to that: invite it again, with all permissions of its invite link (colloquy discord invite)")
	case e.Code == codeMissingAccess:
		shuts, err = shutsChannel, problem("no_access", e, "Colloquy cannot see channel %s: allow it View Channel in the channel's permissions, and in a private channel add it", id)
	case e.Code == codeMissingPermission:
		shuts, err = shutsRoute, problem("no_permission", e, "Colloquy may not do that%s: allow it %s", there, r.needs())
	case e.Code == codeNoDirect:
		shuts, err = shutsRoute, problem("no_direct", e, "this person takes no direct messages from Colloquy: they can allow them in the server's privacy settings")
	case e.Code == codeThreadLocked, e.Code == codeArchived: // to write in one that is only archived opens it
		err = problem("thread_locked", e, "the thread is locked: unlock it, or allow Colloquy Manage Threads")
	case e.Code == codeThreadLimit:
		return shutsNothing, bot.RetryAfter(threadsFull, problem("too_many_threads", e, "the server has as many active threads as Discord allows: archive some"))
	case e.Code == codeThreadEdits, e.Code == codeOverloaded:
		return shutsNothing, bot.RetryAfter(time.Minute, e)
	case e.Code == codeUnknownMessage:
		err = problem("message_gone", e, "the message is gone: it was deleted on Discord")
	case e.Code == codeUnknownInteraction:
		err = problem("too_late", e, "Discord waits no longer for an answer to that: ask again")
	default:
		err = problem("refused", e, "Discord refused that (status %d, code %d), and the log says more; look for a newer version of Colloquy, or report it with these numbers", e.Status, e.Code)
	}
	return shuts, bot.Permanent(err)
}

func badToken(e error) error {
	return problem("bad_token", e, "Discord does not know the bot token: it was reset or is mistyped; reset it in the developer portal (Bot, Reset Token) and set COLLOQUY_DISCORD_TOKEN")
}

// checkToken finds what can be no token before Discord is asked.
func checkToken(token string) error {
	if token == "" || strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
		return bot.Problemf("bad_token", "there is no usable bot token: copy it from the developer portal (Bot, Reset Token) and set COLLOQUY_DISCORD_TOKEN")
	}
	return nil
}

// noAnswer is for a request that may have been carried out.
func noAnswer(err error) error {
	return problem("no_answer", err, "Discord did not answer, so nobody knows whether it did what was asked; look there before you try again")
}

// unreachable is for a request that was surely not sent.
func unreachable(err error) error {
	return problem("unreachable", err, "Discord cannot be reached: check the network, the proxy and COLLOQUY_DISCORD_API")
}

// problem makes a Problem for people around an error for the log.
func problem(code string, err error, format string, args ...any) error {
	return &bot.Problem{Code: code, Text: fmt.Sprintf(format, args...), Err: err}
}

// readError reads the body of an error. ours is whether it has Discord's form.
// Of form errors it keeps the fields and codes, and nothing that was sent.
func readError(status int, body []byte) (e *apiError, ours bool) {
	var said struct {
		Code    *int            `json:"code"`
		Message string          `json:"message"`
		Errors  json.RawMessage `json:"errors"`
	}
	e = &apiError{Status: status}
	ours = json.Unmarshal(body, &said) == nil && (said.Code != nil || said.Message != "")
	if said.Code != nil {
		e.Code = *said.Code
	}
	e.Message = fmt.Sprintf("discord: status %d, code %d", status, e.Code)
	if text := clip(said.Message, 200); text != "" {
		e.Message += ", " + text
	}
	if fields := fieldErrors(said.Errors); fields != "" {
		e.Message += " (" + fields + ")"
	}
	return e, ours
}

// fieldErrors lists the first fields that Discord finds wrong, like
// "embeds.0.title: BASE_TYPE_MAX_LENGTH".
func fieldErrors(raw json.RawMessage) string {
	const most, deepest = 5, 12
	var found []string
	var walk func(path string, raw json.RawMessage, depth int)
	walk = func(path string, raw json.RawMessage, depth int) {
		var fields map[string]json.RawMessage
		if depth > deepest || len(found) == most || json.Unmarshal(raw, &fields) != nil {
			return
		}
		var errs []struct {
			Code string `json:"code"`
		}
		if json.Unmarshal(fields["_errors"], &errs) == nil && len(errs) > 0 {
			found = append(found, strings.TrimPrefix(path, ".")+": "+clip(errs[0].Code, 60))
		}
		for _, name := range slices.Sorted(maps.Keys(fields)) {
			if name != "_errors" {
				walk(path+"."+clip(name, 40), fields[name], depth+1)
			}
		}
	}
	walk("", raw, 0)
	return strings.Join(found, ", ")
}

// clip makes one line of at most n letters and other visible characters.
func clip(s string, n int) string {
	var b strings.Builder
	for _, r := range s {
		if n == 0 {
			break
		}
		if unicode.IsPrint(r) {
			b.WriteRune(r)
			n--
		}
	}
	return b.String()
}

// withoutToken takes the token out of an answer, should anybody have echoed it.
func (c *client) withoutToken(body []byte) []byte {
	if c.o.Token == "" {
		return body
	}
	return bytes.ReplaceAll(body, []byte(c.o.Token), []byte("[token]"))
}
