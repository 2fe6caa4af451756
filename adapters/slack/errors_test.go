package slack

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"colloquy/bot"
)

// What the engine and people make of Slack's codes.
func TestMeanings(t *testing.T) {
	for code, want := range map[string]struct{ mark, problem, says string }{
		"channel_not_found":                     {"never", "channel_gone", "channel C1"},
		"not_in_channel":                        {"never", "no_access", "/invite"},
		"is_archived":                           {"never", "no_access", "unarchive"},
		"restricted_action":                     {"never", "no_permission", "admin"},
		"restricted_action_read_only_channel":   {"never", "no_permission", "channel C1"},
		"restricted_action_thread_only_channel": {"never", "no_permission", "threads"},
		"restricted_action_thread_locked":       {"never", "thread_locked", "unlock"},
		"restricted_action_something_else":      {"never", "no_permission", "restricted_action_something_else"},
		"missing_scope":                         {"never", "no_permission", "(channels:history, groups:history)"},
		"token_revoked":                         {"never", "guild_gone", "install"},
		"account_inactive":                      {"never", "guild_gone", "install"},
		"org_login_required":                    {"never", "no_access", "admins"},
		"invalid_auth":                          {"never", "bad_token", "copy"},
		"not_authed":                            {"never", "bad_token", "copy"},
		"token_expired":                         {"never", "bad_token", "rotation"},
		"invalid_blocks":                        {"never", "bad_form", "invalid_blocks"},
		"msg_blocks_too_long":                   {"never", "too_long", "shorten"},
		"msg_too_long":                          {"never", "too_long", "shorten"},
		"edit_window_closed":                    {"never", "refused", "over"},
		"message_not_found":                     {"never", "message_gone", "deleted"},
		"thread_not_found":                      {"never", "message_gone", "deleted"},
		"expired_trigger_id":                    {"never", "too_late", "again"},
		"user_disabled":                         {"never", "no_direct", "closed"},
		"message_limit_exceeded":                {"retry", "rate_limited", "minute"},
		"team_added_to_org":                     {"retry", "slack_down", "organisation"},
		"internal_error":                        {"unknown", "slack_down", "slack-status.com"},
		"fatal_error":                           {"unknown", "slack_down", "slack-status.com"},
		"request_timeout":                       {"unknown", "slack_down", "slack-status.com"},
		"service_unavailable":                   {"unknown", "slack_down", "slack-status.com"},
		"too_blue":                              {"never", "refused", "too_blue"},
	} {
		err := meaning(&slackError{method: "chat.postMessage", code: code, channel: "C1", needed: "channels:history,groups:history"})
		if mark(err) != want.mark || bot.ReasonCode(err) != want.problem || !strings.Contains(bot.Explain(err), want.says) || codeOf(err) != code {
			t.Errorf("%s: %s %s %q; want %+v", code, mark(err), bot.ReasonCode(err), bot.Explain(err), want)
		}
	}
}

// Every text is one line for people, with nothing left to fill in.
func TestTextsOfErrors(t *testing.T) {
	for _, code := range slices.Sorted(maps.Keys(senses)) {
		s := senses[code]
		for _, e := range []*slackError{{code: code}, {code: code, channel: "C1", needed: "chat:write"}} {
			text := bot.Explain(meaning(e))
			if strings.ContainsAny(text, "\n%") || strings.HasSuffix(text, ".") || len(text) < 15 || len(text) > 300 {
				t.Errorf("%s: %q", code, text)
			}
			for _, left := range []string{"CHANNEL", "SCOPES", "CODE"} {
				if strings.Contains(text, left) {
					t.Errorf("%s: %q", code, text)
				}
			}
		}
		if (s.wait > 0) != (s.fate == inTime) || s.wait > time.Hour {
			t.Errorf("%s waits %v", code, s.wait)
		}
		if word(code) != code {
			t.Errorf("%q is no code", code)
		}
	}
}

// What Slack says is never repeated beyond its ids and codes.
func FuzzAnswers(f *testing.F) {
	for _, s := range []string{`{"ok":true}`, `{"ok":false,"error":"missing_scope","needed":"chat:write","provided":"x"}`, `{"ok":false,"error":"ratelimited"}`,
		`{"ok":false,"error":"invalid_blocks","response_metadata":{"messages":["[ERROR] x [json-pointer:/blocks/0/text]"]}}`, `[]`, `{"ok":1}`, `<html>`} {
		for _, status := range []int{200, 302, 403, 429, 500} {
			f.Add(status, []byte(s), "30")
		}
	}
	f.Fuzz(func(t *testing.T, status int, body []byte, after string) {
		out := read(answer{status: status, body: body, retryAfter: after}, posting("C1"))
		if (out.err == nil) != (out.body != nil) || out.err != nil && bot.Explain(out.err) == "" {
			t.Fatalf("%v with %q", out.err, out.body)
		}
		if out.verdict.Refused != (out.verdict.Wait > 0) || out.verdict.Wait > longest {
			t.Fatalf("%+v", out.verdict)
		}
		if out.err != nil {
			if text := out.err.Error() + bot.Explain(out.err); strings.ContainsAny(text, "<>\n\r\x00*") || len(text) > 2000 {
				t.Fatalf("%q", text)
			}
		}
	})
}
