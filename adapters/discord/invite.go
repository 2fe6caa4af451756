package discord

import (
	"net/url"
	"strconv"
)

// A Permission is a right on Discord that the bot needs, as Discord names it.
type Permission struct {
	Bit  int64
	Name string
	Why  string
}

// NeededPermissions are what the invite link asks for, and no more. The bits are
// those of https://discord.com/developers/docs/topics/permissions.
func NeededPermissions() []Permission {
	return []Permission{
		{1 << 10, "View Channels", "see the channels it posts in"},
		{1 << 11, "Send Messages", "post the discussion"},
		{1 << 14, "Embed Links", "show the article and its summary in a box"},
		{1 << 35, "Create Public Threads", "open a thread for each discussion"},
		{1 << 38, "Send Messages in Threads", "post the questions and the recap"},
		{1 << 16, "Read Message History", "find what was written while it was away, and never post twice"},
	}
}

// InviteLink is where somebody who manages a server invites the bot of an
// application, with its commands.
func InviteLink(application string) string {
	var bits int64
	for _, p := range NeededPermissions() {
		bits |= p.Bit
	}
	q := url.Values{"client_id": {application}, "permissions": {strconv.FormatInt(bits, 10)}, "integration_type": {"0"}}
	return "https://discord.com/oauth2/authorize?" + q.Encode() + "&scope=bot+applications.commands"
}
