package slack

// A Scope is a right on Slack that the app asks for, as Slack names it.
type Scope struct {
	Name string
	Why  string // completes "to …"
	// Methods of the Web API that need it.
	methods []string
}

// Scopes are all that an app asks for, and no more. Which method needs which is
// told at https://docs.slack.dev/reference/methods.
func Scopes() []Scope {
	return []Scope{
		{"chat:write", "post discussions, and change or remove its own posts", []string{"chat.postMessage", "chat.update", "chat.delete", "chat.postEphemeral"}},
		{"commands", "answer /discuss and the shortcut for messages", nil},
		{"channels:join", "join a public channel when it is asked to post there", []string{"conversations.join"}},
		{"channels:read", "know the names of public channels, and what becomes of them", []string{"conversations.info"}},
		{"groups:read", "know the same of private channels that it was invited to", []string{"conversations.info"}},
		{"channels:history", "record replies in its threads in public channels", []string{"conversations.history", "conversations.replies"}},
		{"groups:history", "record replies in its threads in private channels that it was invited to", []string{"conversations.history", "conversations.replies"}},
		{"reactions:read", "let managers leave a reply out of the recap with a reaction", nil},
		{"users:read", "show names in place of ids, and know who manages the workspace", []string{"users.info"}},
		{"im:write", "tell managers when something fails, and send people what is recorded of them", []string{"conversations.open"}},
		{"im:history", "find its own messages in such a conversation, so that none comes twice", []string{"conversations.history", "conversations.replies"}},
		{"files:write", "send people what is recorded of them as a file", []string{"files.getUploadURLExternal", "files.completeUploadExternal"}},
		{"metadata.message:read", "find its own posts again, so that none comes twice", []string{"conversations.history", "conversations.replies"}},
	}
}

// ScopeNames are the names of [Scopes].
func ScopeNames() []string {
	var names []string
	for _, s := range Scopes() {
		names = append(names, s.Name)
	}
	return names
}

// freeMethods need no scope, or that of another kind of token.
var freeMethods = []string{"auth.test", "apps.connections.open", "oauth.v2.access", "views.open"}

// An eventKind is what an app subscribes to.
type eventKind struct {
	name string // as it is subscribed to, "message.channels"
	kind string // as it arrives, "message"
	why  string
}

// events are all that an app subscribes to.
func events() []eventKind {
	return []eventKind{
		{"message.channels", "message", "replies in threads of public channels"},
		{"message.groups", "message", "replies in threads of private channels"},
		{"reaction_added", "reaction_added", "a manager leaves a reply out of the recap"},
		{"app_uninstalled", "app_uninstalled", "the workspace has removed the app"},
		{"tokens_revoked", "tokens_revoked", "or its token"},
		{"member_joined_channel", "member_joined_channel", "the app was invited to a channel"},
		{"channel_left", "channel_left", "it was removed from a public channel"},
		{"group_left", "group_left", "or from a private one"},
		{"channel_archive", "channel_archive", "a public channel was closed"},
		{"group_archive", "group_archive", "or a private one"},
		{"channel_deleted", "channel_deleted", "a public channel is gone"},
		{"group_deleted", "group_deleted", "or a private one"},
		{"channel_id_changed", "channel_id_changed", "a channel has another id"},
	}
}
