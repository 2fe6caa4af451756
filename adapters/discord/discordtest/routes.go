package discordtest

import (
	"net/url"
	"strings"
)

// A route is one endpoint that is here, with its rate limit.
type route struct {
	method  string
	pattern string // as in Discord's OpenAPI document
	limit   int    // requests in a window, for each channel, server or webhook; 0: only the global limit
	window  int    // ms
	open    bool   // without the bot's token, and outside the global limit
	do      func(*Server, *request) (reply, error)
}

// routes are all that is here. Discord does not document the limits; these are
// as they were seen, or tighter.
func routes() []route {
	const hook = "/webhooks/{webhook_id}/{webhook_token}"
	const msg = "/channels/{channel_id}/messages/{message_id}"
	const cmds = "/applications/{application_id}/commands"
	return []route{
		{"GET", "/gateway", 0, 0, true, (*Server).getGateway},
		{"GET", "/gateway/bot", 2, 5000, false, (*Server).getGatewayBot},
		{"GET", "/users/@me", 5, 1000, false, (*Server).getMe},
		{"GET", "/users/@me/guilds", 5, 1000, false, (*Server).getMyGuilds},
		{"GET", "/users/{user_id}", 30, 30000, false, (*Server).getUser},
		{"POST", "/users/@me/channels", 10, 10000, false, (*Server).openDirect},
		{"GET", "/applications/@me", 5, 1000, false, (*Server).getApplication},
		{"GET", "/oauth2/applications/@me", 5, 1000, false, (*Server).getApplication},

		{"GET", "/guilds/{guild_id}", 10, 10000, false, (*Server).getGuild},
		{"GET", "/guilds/{guild_id}/channels", 10, 10000, false, (*Server).getGuildChannels},
		{"GET", "/guilds/{guild_id}/roles", 10, 10000, false, (*Server).getRoles},
		{"GET", "/guilds/{guild_id}/members/{user_id}", 10, 10000, false, (*Server).getMember},
		{"GET", "/guilds/{guild_id}/threads/active", 10, 10000, false, (*Server).activeThreads},

		{"GET", "/channels/{channel_id}", 10, 10000, false, (*Server).getChannel},
		{"PATCH", "/channels/{channel_id}", 5, 10000, false, (*Server).patchChannel},
		{"DELETE", "/channels/{channel_id}", 5, 10000, false, (*Server).deleteChannel},
		{"POST", "/channels/{channel_id}/typing", 5, 5000, false, (*Server).typing},
		{"POST", "/channels/{channel_id}/threads", 5, 5000, false, (*Server).createThread},
		{"GET", "/channels/{channel_id}/threads/archived/public", 5, 5000, false, (*Server).archivedThreads},
		{"PUT", "/channels/{channel_id}/thread-members/@me", 5, 5000, false, (*Server).joinThread},

		{"GET", "/channels/{channel_id}/messages", 5, 5000, false, (*Server).listMessages},
		{"POST", "/channels/{channel_id}/messages", 5, 5000, false, (*Server).createMessage},
		{"GET", msg, 5, 5000, false, (*Server).getMessage},
		{"PATCH", msg, 5, 5000, false, (*Server).editMessage},
		{"DELETE", msg, 5, 1000, false, (*Server).deleteMessage},
		{"POST", msg + "/threads", 5, 5000, false, (*Server).createThreadFrom},
		{"PUT", msg + "/reactions/{emoji_name}/@me", 1, 250, false, (*Server).react},
		{"DELETE", msg + "/reactions/{emoji_name}/@me", 1, 250, false, (*Server).unreact},
		{"GET", msg + "/reactions/{emoji_name}", 5, 5000, false, (*Server).reactors},

		{"GET", cmds, 5, 20000, false, (*Server).getCommands},
		{"PUT", cmds, 5, 20000, false, (*Server).putCommands},
		{"POST", "/interactions/{interaction_id}/{interaction_token}/callback", 0, 0, true, (*Server).callback},
		{"POST", hook, 5, 2000, true, (*Server).followUp},
		{"GET", hook + "/messages/@original", 5, 2000, true, (*Server).getAnswer},
		{"PATCH", hook + "/messages/@original", 5, 2000, true, (*Server).editAnswer},
		{"DELETE", hook + "/messages/@original", 5, 2000, true, (*Server).deleteAnswer},
		{"GET", hook + "/messages/{message_id}", 5, 2000, true, (*Server).getAnswer},
		{"PATCH", hook + "/messages/{message_id}", 5, 2000, true, (*Server).editAnswer},
		{"DELETE", hook + "/messages/{message_id}", 5, 2000, true, (*Server).deleteAnswer},
	}
}

// match finds the route of an escaped path, those with fewer parameters first.
func match(method, path string) (*route, map[string]string) {
	var best *route
	var params map[string]string
	for _, r := range routes() {
		if r.method != method {
			continue
		}
		if p, ok := fit(r.pattern, path); ok && (best == nil || len(p) < len(params)) {
			best, params = &r, p
		}
	}
	return best, params
}

// fit compares an escaped path with a pattern and gives the parameters' values.
func fit(pattern, path string) (map[string]string, bool) {
	want, have := strings.Split(pattern, "/"), strings.Split(path, "/")
	if len(want) != len(have) {
		return nil, false
	}
	params := map[string]string{}
	for i, w := range want {
		v, err := url.PathUnescape(have[i])
		if err != nil {
			return nil, false
		}
		if strings.HasPrefix(w, "{") {
			params[strings.Trim(w, "{}")] = v
		} else if w != v {
			return nil, false
		}
	}
	return params, true
}
