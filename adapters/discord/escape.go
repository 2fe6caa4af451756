package discord

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"colloquy/adapters/internal/text"
	"colloquy/bot"
)

// escape makes Discord show s as it is. A backslash stands before what would be
// markup, a mention, an emoji or a command, at the beginning of a line also before
// what would be a heading, a list or a quotation. What looks like an address is no
// link either: in "https\://" and "discord.gg\/" neither people's programs nor
// Discord's previews find one, and what is shown and copied is the text itself.
// It does not clean; see text.Clean.
func escape(s string) string {
	var b strings.Builder
	b.Grow(len(s) + len(s)/8)
	line := 0 // where it begins
	for i, r := range s {
		if marks(s, line, i, r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
		if r == '\n' {
			line = i + 1
		}
	}
	return b.String()
}

// marks reports whether the rune r at i in s would mean something to Discord;
// line is where its line begins.
func marks(s string, line, i int, r rune) bool {
	switch r {
	case '\\', '*', '_', '~', '|', '`', '<', '@', '[', ']':
		return true
	case '#', '-', '+', '>':
		return strings.TrimSpace(s[line:i]) == ""
	case '.', ')':
		return isDigits(strings.TrimSpace(s[line:i]))
	case '(':
		return strings.HasSuffix(s[:i], "]")
	case ':':
		return strings.HasPrefix(s[i:], "://") || isShortcode(s[i:])
	case '/':
		return endsInHost(s[line:i])
	}
	return false
}

func isDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// isShortcode reports whether s begins like ":smile:".
func isShortcode(s string) bool {
	name, _, ok := strings.Cut(s[1:], ":")
	return ok && name != "" && !strings.ContainsFunc(name, unicode.IsSpace)
}

// endsInHost reports whether the last word of s ends in a name with a dot in it,
// as that of an invitation does before its code.
func endsInHost(s string) bool {
	return strings.Contains(s[strings.LastIndexFunc(s, func(r rune) bool { return r == '/' || unicode.IsSpace(r) })+1:], ".")
}

// escaped is how much of a limit s takes when it is sent.
func escaped(s string) int { return text.Units(escape(s)) }

// membersPrefix begins the commands that everybody may use. Discord sets who may
// use a command for all that begin alike, so managers' begin as in the engine.
const membersPrefix = "/colloquy"

// ownWords puts the commands in a text of ours as they are called on Discord:
// "/discuss why" is "/colloquy why", "managers", which is a command and a
// group of them at once, has a name of its own, and what stands behind a command
// are options; see [asOptions].
func ownWords(s string) string {
	s = about.ReplaceAllString(s, "$1")
	if !strings.Contains(s, bot.CommandPrefix) {
		return s
	}
	var b strings.Builder
	commands := bot.Commands()
	said := false // a command, so that options may follow
	for {
		before, after, found := strings.Cut(s, bot.CommandPrefix)
		if said {
			b.WriteString(flags(before, commands))
		} else {
			b.WriteString(before)
		}
		if !found {
			return b.String()
		}
		spec, ok := command(commands, after)
		if !ok || strings.HasSuffix(before, "/") || !ends(lastRune(before)) {
			b.WriteString(bot.CommandPrefix)
			s = after
			continue
		}
		said = true
		prefix, name := bot.CommandPrefix, " "+spec.Name
		if !spec.Manage {
			prefix = membersPrefix
		}
		s = strings.TrimPrefix(after, name)
		if spec.Name == "managers" {
			name += " " + listWord
		}
		var options string
		options, s = asOptions(spec, s)
		b.WriteString(prefix + name + options)
	}
}

// command is the one with the longest name that s begins with, after a space.
func command(commands []bot.CommandSpec, s string) (spec bot.CommandSpec, ok bool) {
	for _, c := range commands {
		if len(c.Name) > len(spec.Name) && hasWord(s, " "+c.Name) {
			spec, ok = c, true
		}
	}
	return spec, ok
}

// hasWord reports whether s begins with prefix and it ends there.
func hasWord(s, prefix string) bool {
	after, ok := strings.CutPrefix(s, prefix)
	return ok && ends(firstRune(after))
}

func ends(r rune) bool { return r != '-' && r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) }

func firstRune(s string) rune {
	for _, r := range s {
		return r
	}
	return ' '
}

func lastRune(s string) rune {
	if r := []rune(s[max(0, len(s)-4):]); len(r) > 0 {
		return r[len(r)-1]
	}
	return ' '
}

// placed is how the engine writes a channel, after an @ a person, and at the
// beginning of a text a person or a role alone; all as they are when escaped.
var placed = regexp.MustCompile(`(^|[ (])(\\@)?discord\\?:[0-9]{1,20}/([0-9]{1,20})(?:/([0-9]{1,20}))?\b|\bchannel ([0-9]{17,20})\b|^(role\\?:)?([0-9]{17,20})\b`)

// places puts channels, people and roles in an escaped text of ours as Discord's
// mentions: people are shown their names, and nobody is notified.
func places(s string) string {
	return placed.ReplaceAllStringFunc(s, func(found string) string {
		m := placed.FindStringSubmatch(found)
		switch {
		case m[2] != "":
			return m[1] + "<@" + m[3] + ">"
		case m[3] != "":
			return m[1] + "<#" + cmp.Or(m[4], m[3]) + ">"
		case m[5] != "":
			return "channel <#" + m[5] + ">"
		case m[6] != "":
			return "<@&" + m[7] + ">"
		}
		return "<@" + m[7] + ">"
	})
}

// isSnowflake reports whether s is an id of Discord's.
func isSnowflake(s string) bool {
	return isDigits(s) && s[0] != '0' && len(s) <= 20
}

// isOurLink reports whether u leads to a message on Discord.
func isOurLink(u string) bool {
	path, ok := strings.CutPrefix(u, linkBase)
	parts := strings.Split(path, "/")
	return ok && len(parts) == 3 && !slices.ContainsFunc(parts[1:], func(id string) bool { return !isSnowflake(id) }) && (isSnowflake(parts[0]) || parts[0] == "@me")
}

// linkBase begins the address of every message, before the ids of its server,
// its channel and itself.
const linkBase = "https://discord.com/channels/"
