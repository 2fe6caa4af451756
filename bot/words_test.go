package bot_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"testing"
	"time"

	"colloquy/bot"
)

func TestParseChannel(t *testing.T) {
	for text, want := range map[string]bot.Channel{
		"console:general": {Platform: "console", ID: "general"},
		"discord:12/34":   {Platform: "discord", Workspace: "12", ID: "34"},
		"slack:T1/C2":     {Platform: "slack", Workspace: "T1", ID: "C2"},
	} {
		got, err := bot.ParseChannel(text, "console", "discord", "slack")
		if err != nil || got != want || got.String() != text {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "general", ":general", "console:", "irc:x", "discord:34", "console:../x", "console:.x", "console:a b", "slack:T1/", "console:é", "console:a/b/c"} {
		if got, err := bot.ParseChannel(text, "console", "discord", "slack"); bot.ReasonCode(err) != "bad_channel" {
			t.Errorf("%q is taken as %+v, %v", text, got, err)
		}
	}
	if p, err := bot.ParsePerson("slack:T1/U2"); err != nil || p.String() != "slack:T1/U2" {
		t.Errorf("%+v, %v", p, err)
	}
	if _, err := bot.ParsePerson("slack:U2"); bot.ReasonCode(err) != "bad_person" {
		t.Error(err)
	}
}

func TestParseInstallation(t *testing.T) {
	for text, want := range map[string]bot.Installation{
		"console": {Platform: "console"}, "discord:12": {Platform: "discord", Workspace: "12"}, "slack:T1": {Platform: "slack", Workspace: "T1"},
	} {
		if got, err := bot.ParseInstallation(text, "console", "discord", "slack"); err != nil || got != want || got.String() != text {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "discord", "discord:", "console:", "console:general", "irc:x", ":x", "slack:T1/C2", "slack:../x", "slack:a b"} {
		if got, err := bot.ParseInstallation(text, "console", "discord", "slack"); bot.ReasonCode(err) != "bad_installation" {
			t.Errorf("%q is taken as %+v, %v", text, got, err)
		}
	}
}

func TestIDs(t *testing.T) {
	form := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	now := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	early, late := bot.NewID(now), bot.NewID(now.Add(time.Millisecond))
	if !form.MatchString(string(early)) || early >= late || early.Short() != string(early[28:]) || bot.ID("abc").Short() != "abc" {
		t.Errorf("%s %s", early, late)
	}
}

func TestErrorsForPeopleAndForTheLog(t *testing.T) {
	inside := errors.New("dial tcp 10.0.0.7: refused")
	p := &bot.Problem{Code: "unreachable", Text: "the site does not answer", Err: inside}
	wrapped := fmt.Errorf("read: %w", p)
	if bot.Explain(wrapped) != "the site does not answer" || !errors.Is(wrapped, inside) || bot.ReasonCode(wrapped) != "unreachable" {
		t.Errorf("%v", wrapped)
	}
	if got := bot.Explain(inside); got == inside.Error() {
		t.Errorf("shown to people: %s", got)
	}
	if bot.Explain(context.DeadlineExceeded) == bot.Explain(context.Canceled) || bot.ReasonCode(inside) != "internal" {
		t.Error("time-out and stop look the same")
	}
	if !errors.Is(bot.Problemf("x", "y: %w", inside), inside) {
		t.Error("Problemf loses what is wrapped")
	}
	if d, ok := bot.RetryDelay(fmt.Errorf("post: %w", bot.RetryAfter(time.Second, inside))); !ok || d != time.Second {
		t.Error(d, ok)
	}
	if bot.IsPermanent(inside) || !bot.IsPermanent(fmt.Errorf("post: %w", bot.Permanent(inside))) {
		t.Error("Permanent is not seen")
	}
}
