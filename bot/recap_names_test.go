package bot

import (
	"slices"
	"testing"
)

func TestNamesOfADiscussion(t *testing.T) {
	got := namesIn([]Reply{
		{Author: Person{Name: "Ada Lovelace"}, Text: "@Ben, what does @fay_w. say? See a@b.example"},
		{Author: Person{Name: "آدا"}, Text: "@2 yes"},
		{Author: Person{Name: "Ada Lovelace"}},
		{Author: Person{Name: " 42 "}},
	})
	if want := []string{"Ada Lovelace", "Ben", "b.example", "fay_w", "آدا"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

func TestHoldsName(t *testing.T) {
	names := []string{"Ada Lovelace", "fay", "آدا", "O’Neil", "J"}
	for text, want := range map[string]bool{
		"Some agree with Ada that shops gain.":         true,
		"Some agree with ada lovelace there.":          true,
		"Lovelace’s view was shared by others.":        true,
		"One holds, as Fay does, that buses matter.":   true,
		"Others hold, as fay does, that buses matter.": true,
		"ایک رائے آدا کی تھی۔":                         true,
		"As O'Neil said, the quay is fine.":            true,
		"Adaptable plans are wanted.":                  false,
		"The ada of the shops.":                        false, // a part, not written as a name
		"Plan J is wanted.":                            false,
		"Some expect the shops to gain.":               false,
		"":                                             false,
	} {
		if got := holdsName(text, names); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}
