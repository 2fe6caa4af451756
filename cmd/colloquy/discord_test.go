package main

import (
	"encoding/base64"
	"net/url"
	"strings"
	"testing"
)

func TestDiscordInvite(t *testing.T) {
	w := newTown(t)
	out := w.ok("discord", "invite", "--application", "1234567890123456789")
	link, _, _ := strings.Cut(out, "\n")
	u, err := url.Parse(link)
	if err != nil || u.Host != "discord.com" || u.Path != "/oauth2/authorize" {
		t.Fatalf("link %q: %v", link, err)
	}
	q := u.Query()
	// View Channels, Send Messages, Embed Links, Read Message History, Create Public Threads, Send Messages in Threads.
	if q.Get("client_id") != "1234567890123456789" || q.Get("scope") != "bot applications.commands" || q.Get("permissions") != "309237730304" || q.Get("integration_type") != "0" {
		t.Errorf("link %q", link)
	}
	contains(t, out, "Message Content Intent", "Create Public Threads: ", "serve")
	for _, bad := range []string{"12", "x", "0123456789012345678", "99999999999999999999999"} {
		w.fails(exitUsage, "is no id of an application", "discord", "invite", "--application", bad)
	}
	w.fails(exitUsage, "which application? set COLLOQUY_DISCORD_TOKEN, or give its id with --application", "discord", "invite")
	invite := func(token string) result {
		return cli(t, []string{"COLLOQUY_DISCORD_TOKEN=" + token}, "", "discord", "invite")
	}
	id := base64.RawStdEncoding.EncodeToString([]byte("987654321098765432"))
	contains(t, invite(id+".Gabcde.secretsecretsecretsecretsecretsecret").stdout, "client_id=987654321098765432")
	for token, want := range map[string]string{
		"hunter2hunter2.hunter2.hunter2": "cannot be read from the token",
		"Bot hunter2":                    "COLLOQUY_DISCORD_TOKEN: give the token of the bot without the word Bot before it",
	} {
		r := invite(token)
		if r.code != exitUsage || !strings.Contains(r.stderr, want) || strings.Contains(r.stderr, "hunter2") {
			t.Errorf("%d, %q", r.code, r.stderr)
		}
	}
}

func TestDiscordConfig(t *testing.T) {
	c, err := ParseConfig("c.yaml", []byte("discord:\n  token: a.b.c\n  message_content: off\n  requests_per_second: 90\n"))
	if err != nil || c.Discord.Token != "a.b.c" || c.Discord.Content != "off" || c.Discord.Rate != 90 {
		t.Errorf("%+v, %v", c, err)
	}
	for text, want := range map[string]string{
		"discord: {message_content: on}":    "c.yaml:1: message_content: \"on\" is none of auto, off",
		"discord: {requests_per_second: 0}": "c.yaml:1: \"0\" cannot be used here: write a whole number from 1 to 10000",
		"discord: {token: Bot abc}":         "c.yaml:1: give the token of the bot without the word Bot before it",
		"discord: {token: \"very secret\"}": "c.yaml:1: this is no token of a bot",
		"discord: {tokens: a}":              "tokens",
	} {
		_, err := ParseConfig("c.yaml", []byte(text))
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "very secret") {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}
