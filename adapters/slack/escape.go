package slack

import (
	"regexp"
	"strings"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackutilsx"

	"colloquy/adapters/internal/text"
)

// Others' words reach a block only as plain_text with emoji false, or as text in
// rich_text. Slack finds no markup in either: no bold, links, mentions or emoji
// codes, and nothing has to be escaped. mrkdwn has no escape for * _ ~ and the
// backtick, so that nothing but links and mentions of our own making is mrkdwn. In
// rich_text, links, mentions and emoji are elements by themselves. That addresses
// and ":codes:" in its texts stay words is how Slack's clients behave; its
// documentation does not say so.
//
// The text beside the blocks is what notifications show and screen readers read.
// It is mrkdwn, escaped once by plain, and with mrkdwn=false new messages ask for
// no markup in it.

// plain makes words of others into mrkdwn that shows them: Slack reads only
// & < > as more than text once they are escaped.
func plain(s string) string { return slackutilsx.EscapeMessage(s) }

// plainText shows s, which is not empty, as it is.
func plainText(s string) *slack.TextBlockObject {
	emoji := false
	return &slack.TextBlockObject{Type: slack.PlainTextType, Text: s, Emoji: &emoji}
}

// textElements are s as text of rich_text; style may be nil.
func textElements(s string, style *slack.RichTextSectionTextStyle) []slack.RichTextSectionElement {
	var out []slack.RichTextSectionElement
	for s != "" {
		head := s[:within(s, maxText)]
		out = append(out, slack.NewRichTextSectionTextElement(head, style))
		s = s[len(head):]
	}
	return out
}

// within is where s can be divided so that at most limit characters are before,
// after a space if there is one near.
func within(s string, limit int) int {
	n := 0
	for i, r := range s {
		if n += text.Units(string(r)); n > limit {
			if space := strings.LastIndexByte(s[:i], ' '); 2*space > i {
				return space + 1
			}
			return i
		}
	}
	return len(s)
}

// placed is how the engine writes a channel, after an @ a person, and at the
// beginning of a text the id of a person alone. Ids are long, unlike the words
// TEAM and CHANNEL, which say how one is written.
var placed = regexp.MustCompile(`(^|[ (])(@)?slack:[A-Z0-9]{8,21}/([A-Z][A-Z0-9]{7,20})(?:/[0-9.]{1,30})?\b|\bchannel ([CG][A-Z0-9]{7,20})\b|^([UW][A-Z0-9]{7,20})\b`)

// ownElements are a text of ours, with the channels in it as Slack shows them: by
// their names, as links that notify nobody. People are shown by name only where
// private, since a mention notifies them everywhere else.
func ownElements(s string, private bool) []slack.RichTextSectionElement {
	var out []slack.RichTextSectionElement
	last := 0
	for _, m := range placed.FindAllStringSubmatchIndex(s, -1) {
		group := func(n int) string {
			if m[2*n] < 0 {
				return ""
			}
			return s[m[2*n]:m[2*n+1]]
		}
		before, at, id, channel, person := group(1), group(2), group(3), group(4), group(5)
		var e slack.RichTextSectionElement
		switch {
		case channel != "":
			before, e = "channel ", slack.NewRichTextSectionChannelElement(channel, nil)
		case id != "" && at == "" && isChannel(id):
			e = slack.NewRichTextSectionChannelElement(id, nil)
		case private && at != "":
			e = slack.NewRichTextSectionUserElement(id, nil)
		case private && person != "":
			e = slack.NewRichTextSectionUserElement(person, nil)
		default:
			continue
		}
		out = append(append(out, textElements(s[last:m[0]]+before, nil)...), e)
		last = m[1]
	}
	return append(out, textElements(s[last:], nil)...)
}

// placesIn are an escaped text of ours with its channels as Slack names them.
func placesIn(s string) string {
	return placed.ReplaceAllStringFunc(s, func(found string) string {
		m := placed.FindStringSubmatch(found)
		switch {
		case m[4] != "":
			return "channel <#" + m[4] + ">"
		case m[2] == "" && isChannel(m[3]):
			return m[1] + "<#" + m[3] + ">"
		}
		return found
	})
}

// isChannel reports whether an id is that of a channel, not of a conversation
// with one person.
func isChannel(id string) bool { return strings.HasPrefix(id, "C") || strings.HasPrefix(id, "G") }

// isGroup reports whether an id is that of a group of people, which a post may
// notify.
var isGroup = regexp.MustCompile(`^S[A-Z0-9]{2,20}$`).MatchString

// linkURL is an address as Slack takes it, or nothing.
func linkURL(u string) string { return text.PublicLink(u, maxURL) }

// imageURL is the address of a picture that Slack can fetch, or nothing.
func imageURL(u string) string {
	if u = linkURL(u); strings.HasPrefix(u, "https://") {
		return u
	}
	return ""
}

// isOurLink reports whether u leads to a message on Slack.
func isOurLink(u string) bool {
	host := text.Host(u)
	return linkURL(u) != "" && strings.HasPrefix(u, "https://") && (host == appHost || strings.HasSuffix(host, ".slack.com"))
}
