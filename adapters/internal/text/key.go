package text

import (
	"crypto/sha256"
	"encoding/base32"
	"strings"
)

// Key is a key as it can stand in an identifier of a platform that takes at most
// limit characters, at least 24: itself, or its hash if it is longer or has
// characters other than ASCII letters, digits, "-" and "_".
func Key(key string, limit int) string {
	safe := len(key) <= limit && !strings.ContainsFunc(key, func(r rune) bool {
		return r != '-' && r != '_' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	})
	if safe {
		return key
	}
	sum := sha256.Sum256([]byte(key))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:15])) // 24 characters
}
