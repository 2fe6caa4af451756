package slack

import (
	"fmt"
	"regexp"
	"strings"

	"colloquy/bot"
)

var appName = regexp.MustCompile(`^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$`)

// CheckName refuses what cannot be the name of an app.
func CheckName(name string) error {
	if !appName.MatchString(name) {
		return fmt.Errorf("%.40q is no name of an app: use 1 to 32 lower-case letters, digits and '-'", name)
	}
	return nil
}

// CheckCommand refuses what cannot be the name of a slash command. None is fine.
func CheckCommand(name string) error {
	if name != "" && !isCommand(name) {
		return bot.Problemf("bad_command", "%.80q is no command of Slack: give one of at most %d characters that begins with / and has small letters, digits, '-' and '_'", name, mostCommand)
	}
	return nil
}

// Check says what is wrong with what somebody wrote down of an app, in one line
// with what to do. It never repeats a secret.
func (x App) Check() error {
	if err := CheckName(x.Name); err != nil {
		return err
	}
	if err := x.CheckSecrets(); err != nil {
		return err
	}
	if err := CheckCommand(x.Command); err != nil {
		return err
	}
	switch {
	case (x.ClientID == "") != (x.ClientSecret == ""):
		return fmt.Errorf("the client id and the client secret of the app %s belong together: give both, or neither", x.Name)
	case x.BotToken == "" && x.ClientID == "":
		return fmt.Errorf("the app %s has no way into a workspace: give its bot token, or its client id and client secret so that it can be installed", x.Name)
	case x.BotToken != "" && x.ClientID != "":
		return fmt.Errorf("the app %s has both a bot token and a client id: keep the token to use it in one workspace, or the client to have it installed", x.Name)
	case x.AppToken == "" && x.SigningSecret == "":
		return fmt.Errorf("nothing that happens on Slack reaches the app %s: give its app token for Socket Mode, or its signing secret for HTTP", x.Name)
	case x.Layout != "" && x.Layout != OneThread && x.Layout != ThreadPerQuestion:
		return fmt.Errorf("%.40q is no layout: write %s or %s", string(x.Layout), OneThread, ThreadPerQuestion)
	}
	return nil
}

// CheckSecrets says which of what is secret cannot be what it is to be, without
// repeating it. What is empty is fine.
func (x App) CheckSecrets() error {
	for _, s := range []struct{ what, value, begins, from string }{
		{"bot token", x.BotToken, "xoxb-", "the page OAuth & Permissions"},
		{"app token", x.AppToken, "xapp-", "App-Level Tokens on the page Basic Information"},
		{"signing secret", x.SigningSecret, "", "the page Basic Information"},
		{"client id", x.ClientID, "", "the page Basic Information"},
		{"client secret", x.ClientSecret, "", "the page Basic Information"},
	} {
		bad := strings.ContainsFunc(s.value, func(r rune) bool { return r <= ' ' || r > '~' })
		if bad || len(s.value) > 300 || s.value != "" && !strings.HasPrefix(s.value, s.begins) {
			return fmt.Errorf("this is no %s of a Slack app: copy it from %s of the app at https://api.slack.com/apps%s", s.what, s.from, begins(s.begins))
		}
	}
	return nil
}

func begins(with string) string {
	if with == "" {
		return ""
	}
	return "; it begins with " + with
}

// Web reports whether the app needs our own endpoints: for its events, or to be
// installed.
func (x App) Web() bool { return x.AppToken == "" || x.ClientID != "" }
