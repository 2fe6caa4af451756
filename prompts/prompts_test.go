package prompts

import "testing"

func TestEveryLanguageLoads(t *testing.T) {
	entries, err := files.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		data, err := files.ReadFile(e.Name())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := parse(e.Name()[:2], string(data)); err != nil {
			t.Error(err)
		}
	}
}
