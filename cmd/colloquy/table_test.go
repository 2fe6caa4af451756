package main

import (
	"strings"
	"testing"
	"time"
)

func TestTableIsAligned(t *testing.T) {
	var out strings.Builder
	a := &app{stdout: &out}
	err := a.table([]string{"ID", "NAME", "X"}, []row{
		{cells: []string{"1", "日本", "a"}, notes: []string{"why \x1b[31mred"}},
		{cells: []string{"22", "e", ""}},
	})
	if want := "ID  NAME  X\n1   日本  a\n    why [31mred\n22  e\n"; err != nil || out.String() != want {
		t.Errorf("%q, want %q", out.String(), want)
	}
}

func TestCut(t *testing.T) {
	for _, tt := range []struct {
		text    string
		columns int
		want    string
	}{{"short", 5, "short"}, {"longer", 5, "long…"}, {"日本語", 5, "日本…"}, {"日本語", 4, "日…"}, {"a b c", 3, "a…"}} {
		if got := cut(tt.text, tt.columns); got != tt.want {
			t.Errorf("%q in %d columns is %q, want %q", tt.text, tt.columns, got, tt.want)
		}
	}
}

func TestZoned(t *testing.T) {
	moment := time.Date(2026, 11, 24, 4, 0, 0, 0, time.UTC)
	for zone, want := range map[string]string{
		"Asia/Karachi":    "Tue 24 Nov 2026 09:00 +05:00 (PKT)",
		"Pacific/Chatham": "Tue 24 Nov 2026 17:45 +13:45",
		"UTC":             "Tue 24 Nov 2026 04:00 +00:00 (UTC)",
		"No/Such":         "Tue 24 Nov 2026 04:00 +00:00 (UTC)",
	} {
		if got := zoned(inZone(moment, zone)); got != want {
			t.Errorf("%s: %q, want %q", zone, got, want)
		}
	}
	if got := zoned(moment.Add(5 * time.Second)); !strings.Contains(got, "04:00:05") {
		t.Errorf("with seconds: %q", got)
	}
}
