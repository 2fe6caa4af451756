package discord

import (
	"net/http"
	"strings"

	"colloquy/bot"
)

// A route is what Discord limits together.
type route struct {
	name  string // method and path without ids: safe to log
	major string // the id that has limits of its own; may hold a secret
}

// routeOf reads the route from a path, which may hold what people typed.
func routeOf(method, path string) (route, error) {
	rest, ok := strings.CutPrefix(path, "/")
	parts := strings.Split(rest, "/")
	for _, p := range parts {
		ok = ok && p != "" && p != "." && p != ".." && !strings.ContainsFunc(p, notInPath)
	}
	if !ok {
		return route{}, bot.Problemf("bad_id", "an id is not one of Discord's: ids are numbers of 17 to 20 digits; copy it from Discord with Developer Mode on")
	}
	var r route
	names := make([]string, len(parts))
	for i, p := range parts {
		switch {
		case i > 0 && parts[i-1] == "reactions":
			names[i] = ":emoji"
		case i == 2 && (parts[0] == "webhooks" || parts[0] == "interactions"):
			names[i] = ":token"
			r.major += "/" + p
		case isDigits(p):
			names[i] = ":id"
		default:
			names[i] = p
		}
		if i == 1 && names[1] == ":id" {
			r.major = p
		}
	}
	r.name = method + " /" + strings.Join(names, "/")
	return r, nil
}

// notInPath says of what may not stand in a part of a path.
func notInPath(r rune) bool {
	return r <= ' ' || r >= 0x7f || strings.ContainsRune(`?#\"<>^{|}`+"`", r)
}

// channel is the id of the channel that a route is about; empty: about none.
func (r route) channel() string {
	if _, path, _ := strings.Cut(r.name, " "); strings.HasPrefix(path, "/channels/:id") {
		return r.major
	}
	return ""
}

// needs names the permissions without which Discord refuses a route.
func (r route) needs() string {
	method, path, _ := strings.Cut(r.name, " ")
	switch {
	case strings.HasSuffix(path, "/threads"):
		return "Create Public Threads (in a forum: Create Posts)"
	case strings.Contains(path, "/reactions"):
		return "Add Reactions and Read Message History"
	case path == "/channels/:id/messages" && method == http.MethodPost:
		return "View Channel, Send Messages, Send Messages in Threads and Embed Links"
	case strings.HasPrefix(path, "/channels/:id/messages") && method == http.MethodGet:
		return "View Channel and Read Message History"
	case strings.HasPrefix(path, "/channels/:id/messages") && method == http.MethodDelete:
		return "Manage Messages"
	case path == "/channels/:id" && method == http.MethodPatch:
		return "Manage Threads"
	case path == "/channels/:id":
		return "View Channel"
	}
	return "the permissions of its invite link"
}
