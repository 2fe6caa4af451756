package discord

import (
	"strings"

	"colloquy/adapters/internal/once"
	"colloquy/bot"
)

// ParseAPI reads the address of Discord's REST API, or of a proxy for it, and
// gives it without slash and version at the end. Empty is [DefaultAPI]. Since
// the token goes there, it has to be https but on the same machine or in a private
// network. Its errors are Problems "bad_api".
func ParseAPI(s string) (string, error) {
	if s = strings.TrimSpace(s); s == "" {
		return DefaultAPI, nil
	}
	u, err := once.Base(s, DefaultAPI)
	if err != nil {
		return "", badAPI("%w", err)
	}
	path := strings.TrimRight(strings.TrimSuffix(u.Path, "/"+apiVersion), "/")
	if last := path[strings.LastIndex(path, "/")+1:]; len(last) > 1 && last[0] == 'v' && isDigits(last[1:]) {
		return "", badAPI("names version %s, but Colloquy speaks %s: leave the version out", last, apiVersion)
	}
	u.Path = path
	return u.String(), nil
}

func badAPI(format string, args ...any) error {
	return bot.Problemf("bad_api", "COLLOQUY_DISCORD_API "+format, args...)
}
