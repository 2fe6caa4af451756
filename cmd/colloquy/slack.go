package main

import (
	"cmp"
	"log/slog"
	"strings"

	"github.com/spf13/cobra"
	"gopkg.in/yaml.v3"

	"colloquy/adapters/slack"
	"colloquy/bot"
)

// slackAPIVariable moves Slack's Web API to another host.
const slackAPIVariable = "COLLOQUY_SLACK_API"

// defaultSlackApp is what the app is called that only variables describe.
const defaultSlackApp = "colloquy"

// A SlackConfig is what the configuration file says about Slack.
type SlackConfig struct {
	Apps  []slack.App // checked when the variables are known
	Lines []int       // where each app is
}

// secrets are the parts of an app that may come from variables, each by the end
// of its variable.
func slackSecrets(x *slack.App) map[string]*string {
	return map[string]*string{
		"BOT_TOKEN": &x.BotToken, "APP_TOKEN": &x.AppToken, "SIGNING_SECRET": &x.SigningSecret,
		"CLIENT_ID": &x.ClientID, "CLIENT_SECRET": &x.ClientSecret,
	}
}

// readSlack reads the part about Slack.
func (c *Config) readSlack(f yamlFile) func(*yaml.Node) error {
	return func(n *yaml.Node) error {
		return f.object(n, "slack", fields{"apps": func(n *yaml.Node) error {
			return f.list(n, "apps", func(n *yaml.Node) error { return c.addSlackApp(f, n) })
		}})
	}
}

func (c *Config) addSlackApp(f yamlFile, n *yaml.Node) error {
	var x slack.App
	layout := choice{options: []string{string(slack.OneThread), string(slack.ThreadPerQuestion)}}
	known := fields{
		"name":    f.text(&x.Name),
		"command": f.text(&x.Command),
		"layout": func(n *yaml.Node) error {
			var s string
			if err := f.text(&s)(n); err != nil {
				return err
			}
			if err := layout.Set(s); err != nil {
				return f.errorf(n, "layout: %v", err)
			}
			x.Layout = slack.Layout(s)
			return nil
		},
	}
	for end, to := range slackSecrets(&x) {
		known[strings.ToLower(end)] = f.text(to)
	}
	if err := f.object(n, "an app of Slack", known, "name"); err != nil {
		return err
	}
	for i, other := range c.Slack.Apps {
		if other.Name == x.Name {
			return f.errorf(n, "an app named %q is already on line %d: give each its own name", x.Name, c.Slack.Lines[i])
		}
	}
	for _, to := range slackSecrets(&x) {
		*to = strings.TrimSpace(*to)
	}
	if err := cmp.Or(slack.CheckName(x.Name), x.CheckSecrets(), slack.CheckCommand(x.Command)); err != nil {
		return f.errorf(n, "%v", err)
	}
	c.Slack.Apps, c.Slack.Lines = append(c.Slack.Apps, x), append(c.Slack.Lines, n.Line)
	return nil
}

// slackApps gives the apps, with what variables say of them. Where there is one
// app, its variables need not name it, and one that only variables describe need
// not be in the file.
func (a *app) slackApps() ([]slack.App, error) {
	apps := append([]slack.App(nil), a.config.Slack.Apps...)
	if len(apps) == 0 {
		apps = []slack.App{{Name: defaultSlackApp}}
	}
	given := len(a.config.Slack.Apps) > 0
	for i := range apps {
		x := &apps[i]
		for end, to := range slackSecrets(x) {
			names := []string{"COLLOQUY_SLACK_" + strings.ToUpper(strings.ReplaceAll(x.Name, "-", "_")) + "_" + end}
			if len(apps) == 1 {
				names = append(names, "COLLOQUY_SLACK_"+end)
			}
			for _, name := range names {
				value, err := secret(a.getenv, name)
				if err != nil {
					return nil, err
				}
				if value = strings.TrimSpace(value); value != "" {
					*to, given = value, true
					if err := x.CheckSecrets(); err != nil {
						return nil, usagef("%s: %w", name, err)
					}
					break
				}
			}
		}
	}
	if !given {
		return nil, nil
	}
	for i, x := range apps {
		if err := x.Check(); err != nil {
			if len(a.config.Slack.Apps) > 0 {
				return nil, usagef("%s:%d: %w", a.config.File, a.config.Slack.Lines[i], err)
			}
			return nil, usagef("COLLOQUY_SLACK_…: %w", err)
		}
	}
	return apps, nil
}

// slackAdapter makes the connection to Slack, or nil where there is no app.
func (a *app) slackAdapter(vault slack.Vault, log *slog.Logger, sharer bot.Sharer) (*slack.Adapter, error) {
	o, err := a.slackOptions()
	if err != nil || len(o.Apps) == 0 {
		return nil, err
	}
	o.Vault, o.Sharer, o.Clock, o.Log = vault, sharer, a.now, log
	return slack.New(o), nil
}

// slackOptions reads what is said of Slack; without apps there is no connection.
func (a *app) slackOptions() (o slack.Options, err error) {
	apps, err := a.slackApps()
	if err != nil || len(apps) == 0 {
		return o, err
	}
	api, err := slack.ParseAPI(cmp.Or(a.getenv(slackAPIVariable), slack.DefaultAPI))
	if err != nil {
		return o, &usageError{err} // it names the variable
	}
	url, err := a.publicURL()
	if err != nil {
		return o, err
	}
	keys, err := a.secretKeys()
	if err != nil {
		return o, err
	}
	for _, x := range apps {
		if x.ClientID != "" && url == "" {
			return o, usagef("the app %s is to be installed with its client id, and nothing says at which address: set %s to the address at which Slack reaches this machine, like https://bot.example.org", x.Name, urlVariable)
		}
		if x.ClientID != "" && len(keys) == 0 {
			return o, usagef("the app %s is to be installed with its client id, and there is no key to keep its tokens with: set %s to 32 random bytes, which 'openssl rand -base64 32' makes, and keep it apart from the database", x.Name, secretKeyVariable)
		}
	}
	return slack.Options{Apps: apps, API: api, URL: url, Version: readBuild().Version}, nil
}

func (a *app) slackCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "slack",
		Short:   "Make and install the app on Slack",
		GroupID: groupAdmin,
		Args:    cobra.ArbitraryArgs,
		RunE:    group,
	}
	cmd.AddCommand(a.slackManifestCommand())
	return cmd
}
