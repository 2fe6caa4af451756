package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"gopkg.in/yaml.v3"

	"colloquy/adapters/slack"
)

var manifestFormats = []string{"yaml", "json"}

func (a *app) slackManifestCommand() *cobra.Command {
	var o slack.ManifestOptions
	format := choice{value: "yaml", options: manifestFormats}
	cmd := &cobra.Command{
		Use:   "manifest",
		Short: "Print what Slack makes the app from",
		Long: `Print the manifest from which Slack makes an app for one organisation, with the
scopes and events that Colloquy uses and no others. With --socket-mode, or where
no address is known, Colloquy connects to Slack and no port needs to be open;
with --url alone Slack calls that address.

What to do with it is printed beside it, on standard error.`,
		Example: `  colloquy slack manifest --socket-mode
  colloquy slack manifest --app acme --url https://bot.example.org --format json`,
		Args: takes(),
		RunE: func(*cobra.Command, []string) error { return a.slackManifest(o, format.value) },
	}
	f := cmd.Flags()
	f.StringVar(&o.App, "app", "", "`NAME` of the app in the configuration, a part of its addresses (default "+defaultSlackApp+", or the one that is configured)")
	f.StringVar(&o.URL, "url", "", "`ADDRESS` at which Slack reaches this machine, such as https://bot.example.org")
	f.BoolVar(&o.SocketMode, "socket-mode", false, "events come over Socket Mode")
	f.StringVar(&o.Name, "name", "", "`NAME` that people see (default Colloquy)")
	f.StringVar(&o.Command, "command", "", "slash `COMMAND` (default /discuss)")
	f.Var(&format, "format", "how it is written")
	return cmd
}

func (a *app) slackManifest(o slack.ManifestOptions, format string) error {
	var err error
	if o.App == "" {
		o.App = defaultSlackApp
		if apps := a.config.Slack.Apps; len(apps) == 1 {
			o.App = apps[0].Name
		}
	}
	if o.URL != "" {
		if o.URL, err = checkURL(o.URL); err != nil {
			return usagef("--url: %w", err)
		}
	} else if o.URL, err = a.publicURL(); err != nil {
		return err
	}
	o.SocketMode = o.SocketMode || o.URL == ""
	text, err := slack.Manifest(o)
	if err != nil {
		return &usageError{err}
	}
	if format == "yaml" {
		if text, err = asYAML(text); err != nil {
			return err
		}
	}
	if _, err := fmt.Fprintf(a.stdout, "%s\n", bytes.TrimSpace(text)); err != nil {
		return err
	}
	return a.manifestSteps(o, format)
}

// asYAML writes JSON as YAML, in its order.
func asYAML(text []byte) ([]byte, error) {
	var n yaml.Node
	if err := yaml.Unmarshal(text, &n); err != nil {
		return nil, fmt.Errorf("the manifest as YAML: %w", err)
	}
	plainStyle(&n)
	var out bytes.Buffer
	enc := yaml.NewEncoder(&out)
	enc.SetIndent(2)
	if err := enc.Encode(&n); err != nil {
		return nil, fmt.Errorf("the manifest as YAML: %w", err)
	}
	return out.Bytes(), nil
}

// plainStyle leaves the brackets and quotes of JSON out where YAML needs none.
func plainStyle(n *yaml.Node) {
	n.Style = 0
	if strings.Contains(n.Value, "\n") {
		n.Style = yaml.LiteralStyle
	}
	for _, c := range n.Content {
		plainStyle(c)
	}
}

// manifestSteps says what to do with a manifest.
func (a *app) manifestSteps(o slack.ManifestOptions, format string) error {
	steps := []string{"At https://api.slack.com/apps, press Create New App, then From a manifest; choose the workspace and paste this as " + strings.ToUpper(format) + "."}
	if o.SocketMode {
		steps = append(steps, "Basic Information, App-Level Tokens: generate one with the scope connections:write. It is COLLOQUY_SLACK_APP_TOKEN.")
	} else {
		steps = append(steps, "Basic Information: the signing secret is COLLOQUY_SLACK_SIGNING_SECRET.")
	}
	if o.URL == "" {
		steps = append(steps, "Install App: the Bot User OAuth Token is COLLOQUY_SLACK_BOT_TOKEN.", a.named(o.App)+"Set them and start 'colloquy serve'.")
	} else {
		steps = append(steps, "Basic Information: the client id and the client secret are COLLOQUY_SLACK_CLIENT_ID and COLLOQUY_SLACK_CLIENT_SECRET, unless you give the bot token of one workspace instead.",
			a.named(o.App)+"Set them with COLLOQUY_URL and COLLOQUY_SECRET_KEY, and start 'colloquy serve --listen :8080'; where Slack could not verify the request URL before, press Retry.",
			"Open "+o.URL+"/slack/"+o.App+"/install to install it.")
	}
	var b strings.Builder
	for i, s := range steps {
		b.WriteString(strings.TrimLeft(a.wrap(fmt.Sprintf("%d. %s", i+1, s), "   "), " ") + "\n")
	}
	_, err := fmt.Fprint(a.stderr, "\n"+b.String())
	return err
}

// named says what an app needs whose name the configuration has to give.
func (a *app) named(name string) string {
	if name == defaultSlackApp || slices.ContainsFunc(a.config.Slack.Apps, func(x slack.App) bool { return x.Name == name }) {
		return ""
	}
	return "Add \"- name: " + name + "\" under slack.apps in " + defaultConfigFile + ". "
}
