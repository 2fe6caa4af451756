package writer

import "strings"

// root cuts what words of one kind differ in, roughly: endings, and of a long
// word all behind its first letters. Two words with one root may well be one
// word: "parks" and "parking", "announced" and "announcement".
func root(w string) string {
	const letters = 5
	w = possessive(w)
	for _, end := range [...]string{"ing", "ied", "ies", "ed", "es", "s", "en", "er", "e", "n", "y"} {
		if base, ok := strings.CutSuffix(w, end); ok && len(base) >= 3 {
			w = base
			break
		}
	}
	n := 0
	for i := range w {
		if n == letters {
			return w[:i]
		}
		n++
	}
	return w
}
