package store

import "strings"

// Passing reports whether an operation that failed is worth another try.
func Passing(err error) bool {
	return err != nil && (strings.Contains(err.Error(), "refused") || strings.Contains(err.Error(), "SQLSTATE 57P0"))
}
