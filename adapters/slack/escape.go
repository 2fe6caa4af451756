package slack

import "github.com/slack-go/slack/slackutilsx"

// plain makes words of others into mrkdwn that shows them: Slack reads only
// & < > as more than text once they are escaped.
func plain(s string) string { return slackutilsx.EscapeMessage(s) }
