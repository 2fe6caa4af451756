package source

import (
	"net/http"
	"strconv"
	"strings"

	"colloquy/bot"
)

// A robotsRule is what a page tells programs, in a <meta> element of that name:
// "robots" for all of them, else one of them.
type robotsRule struct{ name, content string }

// maxRobotsRules is how many rules of one page are kept.
const maxRobotsRules = 50

// noteRobots keeps what a <meta> element says about excerpts.
func (m *meta) noteRobots(name, content string) {
	if len(m.robots) < maxRobotsRules && strings.Contains(strings.ToLower(content), "snippet") {
		m.robots = append(m.robots, robotsRule{name, content})
	}
}

// snippet is the [bot.Article].Snippet that a page and the X-Robots-Tag headers
// sent with it allow the program called agent. Where several rules are for it,
// the strictest counts.
func snippet(page []robotsRule, header http.Header, agent string) int {
	agent, _, _ = strings.Cut(strings.ToLower(agent), "/")
	limit := 0
	for _, r := range page {
		if r.name == "robots" || r.name == agent {
			limit = stricter(limit, snippetOf(r.content, agent))
		}
	}
	for _, line := range header.Values("X-Robots-Tag") {
		limit = stricter(limit, snippetOf(line, agent))
	}
	return limit
}

// snippetOf reads one list of rules: "noindex, max-snippet:160". In a header a
// program's name may stand before a rule; it goes for the rules behind it too.
func snippetOf(list, agent string) int {
	limit, ours := 0, true
	for rule := range strings.SplitSeq(strings.ToLower(list), ",") {
		name, value, found := cutRule(rule)
		if found && !valued(name) && !strings.ContainsAny(name, " \t") {
			ours = name == agent || name == "*" || name == "robots"
			name, value, _ = cutRule(value)
		}
		if !ours {
			continue
		}
		switch name {
		case "nosnippet":
			limit = bot.NoSnippet
		case "max-snippet":
			if n, err := strconv.Atoi(value); err == nil && n >= 0 { // -1 is no limit
				if n == 0 {
					n = bot.NoSnippet
				}
				limit = stricter(limit, n)
			}
		}
	}
	return limit
}

func cutRule(rule string) (name, value string, found bool) {
	name, value, found = strings.Cut(rule, ":")
	return strings.TrimSpace(name), strings.TrimSpace(value), found
}

// valued reports whether a rule of that name has a value behind a colon.
func valued(name string) bool {
	switch name {
	case "max-snippet", "max-image-preview", "max-video-preview", "unavailable_after":
		return true
	}
	return false
}

// stricter is the one of two limits that allows less.
func stricter(a, b int) int {
	switch {
	case a == 0:
		return b
	case b == 0:
		return a
	}
	return min(a, b)
}
