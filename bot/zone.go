package bot

import (
	"strings"
	"time"
	"unicode"
)

// regions are the first parts of the names of zones that people live in.
var regions = []string{"Africa", "America", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"}

// longestGuess is how long a name may be for its neighbours to be tried.
const longestGuess = 32

// nearZone finds the zone that an unknown name was perhaps meant to be: written
// in another case, with spaces, without its region, or with one letter wrong; ""
// if there is none. The database of zones has no list to look through, so it is
// asked for what could be meant.
func nearZone(name string) string {
	if name == "" || len(name) > longestGuess {
		return ""
	}
	written := zoneCase(name)
	guesses := []string{written, strings.ToUpper(name)}
	if !strings.Contains(written, "/") {
		for _, r := range regions {
			guesses = append(guesses, r+"/"+written)
		}
	}
	for _, guess := range guesses {
		if isZone(guess) {
			return guess
		}
	}
	for _, other := range oneLetterOff(strings.ToLower(written)) {
		if guess := zoneCase(other); isZone(guess) {
			return guess
		}
	}
	return ""
}

func isZone(name string) bool {
	if name == "" || name == "Local" {
		return false
	}
	_, err := time.LoadLocation(name)
	return err == nil
}

// zoneCase writes a name as the database does: "new york" as "New_York". Words
// such as "of" and "au" are not known to it.
func zoneCase(name string) string {
	begins := true
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			r = '_'
		}
		if begins {
			r = unicode.ToUpper(r)
		} else {
			r = unicode.ToLower(r)
		}
		begins = !unicode.IsLetter(r)
		return r
	}, strings.TrimSpace(name))
}

// oneLetterOff lists the names with one letter added, removed, replaced, or
// swapped with its neighbour.
func oneLetterOff(name string) []string {
	const letters = "abcdefghijklmnopqrstuvwxyz"
	var out []string
	for i := range len(name) + 1 {
		before, rest := name[:i], name[i:]
		if len(rest) > 0 {
			out = append(out, before+rest[1:])
		}
		if len(rest) > 1 {
			out = append(out, before+rest[1:2]+rest[:1]+rest[2:])
		}
		for _, l := range letters {
			out = append(out, before+string(l)+rest)
			if len(rest) > 0 {
				out = append(out, before+string(l)+rest[1:])
			}
		}
	}
	return out
}
