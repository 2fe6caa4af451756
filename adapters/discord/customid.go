package discord

import (
	"maps"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"colloquy/adapters/internal/text"
)

// Limits of what names a component and a post.
const (
	maxCustomID = 100
	maxKey      = 40 // of a custom_id, so that a command has room beside it
	maxNonce    = 25
)

// customID is what a component sends when it is used, and what tells by its key
// which post it belongs to: "KEY/COMMAND/NAME=VALUE&…", read as in a URL, the
// arguments sorted. One over 100 characters is refused by Discord.
func customID(key, command string, args map[string]string) string {
	var pairs []string
	for _, name := range slices.Sorted(maps.Keys(args)) {
		pairs = append(pairs, plainly(name)+"="+plainly(args[name]))
	}
	return shortKey(key) + "/" + plainly(command) + "/" + strings.Join(pairs, "&")
}

// plainly escapes s as in the query of a URL, but leaves letters of all scripts
// as they are: each counts as one character.
func plainly(s string) string {
	var b strings.Builder
	for s != "" {
		r, size := utf8.DecodeRuneInString(s)
		valid := r != utf8.RuneError || size > 1
		if valid && unicode.In(r, unicode.L, unicode.M, unicode.N, unicode.P) && !strings.ContainsRune("%/&;", r) {
			b.WriteRune(r)
		} else {
			b.WriteString(url.QueryEscape(s[:size]))
		}
		s = s[size:]
	}
	return b.String()
}

// parseCustomID reads what customID wrote; key is as [shortKey] gives it.
func parseCustomID(s string) (key, command string, args map[string]string, ok bool) {
	parts := strings.Split(s, "/")
	if len(parts) != 3 || text.Units(s) > maxCustomID {
		return "", "", nil, false
	}
	command, err := url.QueryUnescape(parts[1])
	if err != nil || command == "" {
		return "", "", nil, false
	}
	values, err := url.ParseQuery(parts[2])
	if err != nil {
		return "", "", nil, false
	}
	args = map[string]string{}
	for name := range values {
		args[name] = values.Get(name)
	}
	return parts[0], command, args, true
}

// shortKey is a key as it stands in a custom_id: itself, or its hash if it is
// long or has characters that would have to be escaped.
func shortKey(key string) string { return text.Key(key, maxKey) }

// nonce is a key as Discord keeps it for some minutes, to post it only once.
func nonce(key string) string { return text.Key(key, maxNonce) }
