package slack

import (
	"bytes"
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"colloquy/adapters/internal/finding"
	"colloquy/bot"
)

var _ bot.Doctor = (*Adapter)(nil)

// Check finds out whether Slack lets us in and, in a channel, whether what a
// discussion needs can be done there. A workspace without a channel stands for
// the installation.
func (a *Adapter) Check(ctx context.Context, ch bot.Channel) []bot.Finding {
	switch {
	case ch.ID != "":
		return a.checkChannel(ctx, ch)
	case ch.Workspace != "":
		f := a.checkTeam(ctx, ch.Workspace)
		f.Name = "workspace" // its id is said before
		return []bot.Finding{f}
	}
	var out []bot.Finding
	teams, failed := a.all(ctx)
	for _, p := range a.apps {
		mine := slices.DeleteFunc(slices.Clone(teams), func(t *team) bool { return t.app != p })
		out = append(out, p.checkTokens(ctx, mine, failed[p])...)
		out = append(out, p.checkEvents(ctx))
	}
	if skew, known := a.clock.Skew(); known {
		out = append(out, finding.Clock("Slack", skew, ", which refuses what is signed five minutes off"))
	}
	return out
}

// checkTokens looks at the workspaces of an app: err is why there may be more.
func (p *app) checkTokens(ctx context.Context, teams []*team, err error) []bot.Finding {
	name := "app " + p.Name
	var out []bot.Finding
	if err != nil {
		out = append(out, finding.Unchecked(name, "Slack", err))
	}
	right, text := 0, ""
	for _, t := range teams {
		if f := t.checkScopes(ctx, "it"); f.OK {
			right, text = right+1, f.Text
		} else {
			out = append(out, f)
		}
	}
	switch {
	case right == 1 && len(teams) == 1:
		out = append(out, finding.Good(name, "%s", text))
	case right > 0:
		out = append(out, finding.Good(name, "it is installed in %d workspaces, and lacks nothing in %d of them", len(teams), right))
	case len(teams) == 0 && err == nil:
		f := finding.Good(name, "it is installed in no workspace yet")
		f.Fix = "open " + p.a.o.URL + "/slack/" + p.Name + "/install"
		out = append(out, f)
	}
	return out
}

// checkScopes looks whether the token of a workspace is good for all that is
// done with it. app is what the app is called in what is right.
func (t *team) checkScopes(ctx context.Context, app string) bot.Finding {
	name := "workspace " + t.id
	var has []string
	if err := t.do(ctx, call{method: "auth.test", scopes: &has}, nil); err != nil {
		return finding.Unchecked(name, "Slack", err)
	}
	if len(has) == 0 { // what stands between may not pass the list on
		return finding.Good(name, "%s is installed in %s; which scopes it has is not known", app, t.name)
	}
	var lacks []string
	for _, s := range ScopeNames() {
		if !slices.Contains(has, s) {
			lacks = append(lacks, s)
		}
	}
	if len(lacks) > 0 {
		return bot.Finding{Name: name, Text: "in " + t.name + " the app " + t.app.Name + " lacks the scopes " + strings.Join(lacks, ", "),
			Fix: "paste what 'colloquy slack manifest' prints at App Manifest of the app, save it, and install it there again"}
	}
	return finding.Good(name, "%s is installed in %s, with all scopes that it needs", app, t.name)
}

func (a *Adapter) checkTeam(ctx context.Context, workspace string) bot.Finding {
	t, err := a.team(ctx, workspace)
	if err != nil {
		return finding.Unchecked("workspace "+workspace, "Slack", err)
	}
	return t.checkScopes(ctx, "the app "+t.app.Name)
}

// checkEvents looks whether what happens on Slack can reach us.
func (p *app) checkEvents(ctx context.Context) bot.Finding {
	name := "events of " + p.Name
	if p.AppToken != "" {
		if err := p.a.call(ctx, p.AppToken, call{method: "apps.connections.open"}, nil); err != nil {
			var said *slackError
			if errors.As(err, &said) {
				err = cmp.Or(appTokenRefused(p, said.code, errors.New(said.code)), err)
			}
			return finding.Unchecked(name, "Slack", err)
		}
		return finding.Good(name, "Slack lets it connect for Socket Mode")
	}
	if p.a.o.URL == "" {
		f := finding.Good(name, "whether they arrive is not known: nothing says at which address Slack reaches this machine")
		f.Fix = "set web.url in the configuration file, or COLLOQUY_URL"
		return f
	}
	if err := p.knock(ctx); err != nil {
		return bot.Finding{Name: name, Text: fmt.Sprintf("they do not arrive at %s: %v", p.events(), err),
			Fix: "see that 'colloquy serve' runs with the same signing secret, and that the web server before it passes body and headers on unchanged"}
	}
	return finding.Good(name, "%s answers to what is signed with the app's secret", p.events())
}

// events is where Slack delivers them.
func (p *app) events() string { return p.a.o.URL + "/slack/" + p.Name + "/events" }

// knock does at our own address what Slack does to verify it.
func (p *app) knock(ctx context.Context) error {
	challenge := rand.Text()
	body, err := json.Marshal(map[string]string{"type": "url_verification", "challenge": challenge})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, maxTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.events(), bytes.NewReader(body))
	if err != nil {
		return err
	}
	at := strconv.FormatInt(p.a.o.Clock().Unix(), 10)
	sum := hmac.New(sha256.New, []byte(p.SigningSecret))
	fmt.Fprintf(sum, "v0:%s:%s", at, body)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Slack-Request-Timestamp", at)
	req.Header.Set("X-Slack-Signature", "v0="+hex.EncodeToString(sum.Sum(nil)))
	res, err := p.a.http.Do(req)
	if err != nil {
		return fmt.Errorf("nobody answers there")
	}
	defer func() { _ = res.Body.Close() }()
	said, err := io.ReadAll(io.LimitReader(res.Body, 1<<16))
	switch {
	case err != nil || res.StatusCode == http.StatusServiceUnavailable:
		return fmt.Errorf("what answers there is not ready")
	case res.StatusCode == http.StatusUnauthorized:
		return fmt.Errorf("the signing secret there is another")
	case res.StatusCode != http.StatusOK:
		return fmt.Errorf("the answer there has the status %d", res.StatusCode)
	case !strings.Contains(string(said), challenge):
		return fmt.Errorf("what answers there is not Colloquy")
	}
	return nil
}

// checkChannel looks whether we are a member, and how fast its threads may be read.
func (a *Adapter) checkChannel(ctx context.Context, ch bot.Channel) []bot.Finding {
	const name = "membership"
	t, err := a.team(ctx, ch.Workspace)
	if err != nil {
		return []bot.Finding{finding.Unchecked(name, "Slack", err)}
	}
	var got struct {
		Channel struct {
			Name     string `json:"name"`
			Archived bool   `json:"is_archived"`
			Private  bool   `json:"is_private"`
			Member   bool   `json:"is_member"`
			Direct   bool   `json:"is_im"`
		} `json:"channel"`
	}
	if err := t.do(ctx, call{method: "conversations.info", args: url.Values{"channel": {ch.ID}}}, &got); err != nil {
		return []bot.Finding{finding.Unchecked(name, "Slack", err)}
	}
	c := got.Channel
	switch {
	case c.Archived:
		return []bot.Finding{{Name: name, Text: "the channel is archived", Fix: "unarchive it, or remove its schedules"}}
	case !c.Member && !c.Direct && c.Private:
		return []bot.Finding{{Name: name, Text: "Colloquy is no member of this private channel", Fix: "type /invite @Colloquy there"}}
	case !c.Member && !c.Direct:
		return []bot.Finding{finding.Good(name, "Colloquy joins this public channel when it first posts there")}
	}
	out := []bot.Finding{finding.Good(name, "Colloquy is a member")}
	// More than one page's worth is asked for, so that a shorter page shows.
	err = t.do(ctx, call{method: "conversations.history", args: url.Values{"channel": {ch.ID}, "limit": {pageSize}}}, nil)
	switch {
	case t.historySlow():
		out = append(out, bot.Finding{Name: "reading", Text: "Slack lets this app read one page of 15 messages a minute, as it does with apps that are distributed; what was written while nobody listened is found slowly",
			Fix: "make the app in your own organisation, from 'colloquy slack manifest'"})
	case err != nil:
		out = append(out, finding.Unchecked("reading", "Slack", err))
	}
	return out
}
