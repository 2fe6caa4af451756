package main

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"log/slog"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"gopkg.in/yaml.v3"

	"colloquy/adapters/discord"
	"colloquy/bot"
)

// Variables that concern Discord.
const (
	discordTokenVariable = "COLLOQUY_DISCORD_TOKEN"
	discordAPIVariable   = "COLLOQUY_DISCORD_API"
)

// A DiscordConfig is what the configuration file says about Discord.
type DiscordConfig struct {
	Token   string          // of the bot; a secret
	Content discord.Content // empty: nothing is said
	Rate    int             // requests a second; 0: nothing is said
}

// readDiscord reads the part about Discord.
func (c *Config) readDiscord(f yamlFile) func(*yaml.Node) error {
	return func(n *yaml.Node) error {
		return f.object(n, "discord", fields{
			"token": func(n *yaml.Node) error {
				if err := f.text(&c.Discord.Token)(n); err != nil {
					return err
				}
				if err := checkToken(c.Discord.Token); err != nil {
					return f.errorf(n, "%v", err)
				}
				return nil
			},
			"message_content": func(n *yaml.Node) error {
				content := choice{options: []string{string(discord.ContentAuto), string(discord.ContentOff)}}
				var text string
				if err := f.text(&text)(n); err != nil {
					return err
				}
				if err := content.Set(text); err != nil {
					return f.errorf(n, "message_content: %v", err)
				}
				c.Discord.Content = discord.Content(text)
				return nil
			},
			"requests_per_second": f.number(&c.Discord.Rate, 1, 10_000),
		})
	}
}

// checkToken refuses what can be no token of a bot. The error does not repeat it.
func checkToken(token string) error {
	switch {
	case strings.HasPrefix(token, "Bot "):
		return fmt.Errorf("give the token of the bot without the word Bot before it")
	case len(token) > 200 || strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }):
		return fmt.Errorf("this is no token of a bot: copy it from the page Bot of your application in Discord's developer portal")
	}
	return nil
}

// discordToken gives the bot's token, from the environment or else from the
// configuration file. Empty is none.
func (a *app) discordToken() (string, error) {
	token, err := secret(a.getenv, discordTokenVariable)
	if err != nil {
		return "", err
	}
	token = strings.TrimSpace(cmp.Or(token, a.config.Discord.Token))
	if err := checkToken(token); err != nil {
		return "", usagef("%s: %w", discordTokenVariable, err)
	}
	return token, nil
}

// discordAdapter makes the connection to Discord, or nil where there is no token.
// sharer is nil where no other process has it too.
func (a *app) discordAdapter(log *slog.Logger, sharer bot.Sharer) (*discord.Adapter, error) {
	token, err := a.discordToken()
	if err != nil || token == "" {
		return nil, err
	}
	api, err := discord.ParseAPI(cmp.Or(a.getenv(discordAPIVariable), discord.DefaultAPI))
	if err != nil {
		return nil, &usageError{err} // it names the variable
	}
	return discord.New(discord.Options{
		Token: token, API: api, Content: a.config.Discord.Content, PerSecond: float64(a.config.Discord.Rate),
		Version: readBuild().Version, Sharer: sharer, Clock: a.now, Log: log,
	}), nil
}

func (a *app) discordCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "discord",
		Short:   "Invite the bot to Discord",
		GroupID: groupAdmin,
		Args:    cobra.ArbitraryArgs,
		RunE:    group,
	}
	cmd.AddCommand(a.discordInviteCommand())
	return cmd
}

func (a *app) discordInviteCommand() *cobra.Command {
	var application string
	cmd := &cobra.Command{
		Use:   "invite",
		Short: "Print the link by which the bot is invited to a server",
		Long: `Print the link by which somebody with the right Manage Server invites the bot,
with the rights it needs and no more, and what has to be set in Discord's
developer portal before. The id of the application is taken from the token in
` + discordTokenVariable + ` or the configuration file, unless it is given.`,
		Example: `  colloquy discord invite --application 1234567890123456789`,
		Args:    takes(),
		RunE: func(*cobra.Command, []string) error {
			link, err := a.inviteLink(application)
			if err != nil {
				return err
			}
			return a.showInvite(link)
		},
	}
	cmd.Flags().StringVar(&application, "application", "", "`ID` of the application, from its General Information page")
	return cmd
}

// inviteLink makes the link for an application, or for that of the token.
func (a *app) inviteLink(application string) (string, error) {
	if application != "" {
		if !isSnowflake(application) {
			return "", usagef("%.40q is no id of an application: it has 17 to 20 digits, on the page General Information in Discord's developer portal", application)
		}
		return discord.InviteLink(application), nil
	}
	token, err := a.discordToken()
	if err != nil {
		return "", err
	}
	if token == "" {
		return "", usagef("which application? set %s, or give its id with --application", discordTokenVariable)
	}
	id, ok := applicationOf(token)
	if !ok {
		return "", usagef("the id of the application cannot be read from the token: give it with --application; it is on the page General Information in Discord's developer portal")
	}
	return discord.InviteLink(id), nil
}

// applicationOf reads the bot's user id out of its token: the first of its three
// parts, in base64. It is the id of the application too, but for bots that were
// made before 2016.
func applicationOf(token string) (id string, ok bool) {
	first, _, _ := strings.Cut(token, ".")
	text, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(first, "="))
	return string(text), err == nil && isSnowflake(string(text))
}

// isSnowflake reports whether s can be an id of Discord's.
func isSnowflake(s string) bool {
	n, err := strconv.ParseUint(s, 10, 64)
	return err == nil && len(s) >= 15 && n > 0 && strconv.FormatUint(n, 10) == s
}

func (a *app) showInvite(link string) error {
	steps := []string{
		"On the page Bot, turn on Message Content Intent, so that what people write in threads is recorded. Without it only the form under a question is.",
		"On the page Installation, keep Guild Install and leave the Install Link at None if only you are to invite it; on the page Bot turn off Public Bot then.",
		"Put the token from the page Bot into " + discordTokenVariable + " and start 'colloquy serve'.",
		"Open the link, choose the server, and confirm. Then /discuss in a channel there.",
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\nIn Discord's developer portal (https://discord.com/developers/applications):\n", link)
	for i, s := range steps {
		b.WriteString(strings.TrimLeft(a.wrap(fmt.Sprintf("%d. %s", i+1, s), "   "), " ") + "\n")
	}
	b.WriteString("\nThe link asks for these rights:\n")
	for _, p := range discord.NeededPermissions() {
		b.WriteString(strings.TrimLeft(a.wrap("- "+p.Name+": "+p.Why, "  "), " ") + "\n")
	}
	_, err := fmt.Fprint(a.stdout, b.String())
	return err
}
