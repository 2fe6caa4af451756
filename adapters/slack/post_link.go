package slack

import (
	"net/url"
	"regexp"
	"strings"

	"colloquy/bot"
)

// appHost is where Slack is in a browser, for every workspace.
const appHost = "app.slack.com"

// isUser reports whether an id is that of a person.
var isUser = regexp.MustCompile(`^[UW][A-Z0-9]{2,20}$`).MatchString

// LinkTo is where people see a message. No request is made for it: where nothing
// was heard of the workspace yet, the link leads to its thread in the browser.
func (a *Adapter) LinkTo(ref bot.MessageRef) string {
	base := a.urlOf(ref.Workspace)
	channel := url.PathEscape(ref.ID)
	if base == "" {
		thread := ref.Thread
		if thread == "" {
			thread = ref.MessageID
		}
		return "https://" + appHost + "/client/" + url.PathEscape(ref.Workspace) + "/" + channel + "/thread/" + channel + "-" + url.PathEscape(thread)
	}
	link := base + "/archives/" + channel + "/p" + url.PathEscape(strings.ReplaceAll(ref.MessageID, ".", ""))
	if ref.Thread != "" && ref.Thread != ref.MessageID {
		link += "?" + url.Values{"thread_ts": {ref.Thread}, "cid": {ref.ID}}.Encode()
	}
	return link
}

// urlOf is the address of a workspace, without a slash at its end; empty where it
// is not known yet.
func (a *Adapter) urlOf(workspace string) string {
	a.teams.mu.Lock()
	defer a.teams.mu.Unlock()
	t := a.teams.byID[workspace]
	if t == nil || !strings.HasPrefix(t.url, "https://") {
		return ""
	}
	return strings.TrimRight(t.url, "/")
}
