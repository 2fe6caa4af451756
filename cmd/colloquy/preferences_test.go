package main

import (
	"strings"
	"testing"
)

func TestSettingsOfAnInstallation(t *testing.T) {
	w := newTown(t)
	w.noDatabase("settings")
	w.fails(exitUsage, `--zone: the zone "Europe/Berln" is unknown; did you mean Europe/Berlin?`, "settings", "--zone", "Europe/Berln")
	if exists("colloquy.db") {
		t.Error("a wrong value made a database")
	}
	got := read[preferencesJSON](w, "settings", "--zone", "Europe/Berlin", "--consent", "Wir zeichnen auf.")
	if got.Installation != "console" || got.Settings["zone"] != "Europe/Berlin" || got.Settings["retention"] != "180d" || len(got.Settings) != 10 ||
		strings.Join(got.Set, " ") != "zone consent" || strings.Join(got.Changes, "; ") != "zone: UTC → Europe/Berlin; consent: ours → Wir zeichnen auf." {
		t.Errorf("%+v", got)
	}
	if again := read[preferencesJSON](w, "settings", "--zone", "Europe/Berlin"); len(again.Changes) != 0 || again.Changes == nil {
		t.Errorf("changed again: %+v", again)
	}
	contains(t, w.ok("settings"), "What holds in console:", "SETTING", "zone          Europe/Berlin\n", "language      en (default)")
	contains(t, w.ok("settings", "--zone", "default", "--retention", "30d"), "Changed in console: zone: Europe/Berlin → UTC; retention: 180d → 30d. It holds")
	writeFile(t, "colloquy.yaml", "retention: 90d\n")
	contains(t, w.ok("settings", "--retention", "default"), "retention: 30d → 90d")
	contains(t, w.ok("settings", "--recap", "llm"), "Changed in console: recap-writer: extractive → llm. It holds for what is posted from now on.\nNo language model is set up, so recaps")
	contains(t, w.ok("settings"), "recap-writer  llm\n", "recap         post (default)", "\nNo language model is set up")
	contains(t, w.ok("settings", "--recap-writer", "default"), "recap-writer: llm → extractive. It holds for what is posted from now on.\n")
	w.fails(exitFailed, "there is no installation discord:12: Colloquy was not added there yet", "settings", "--installation", "discord:12", "--zone", "UTC")
	w.fails(exitUsage, `"nowhere" is no installation`, "settings", "--installation", "nowhere")
	w.fails(exitUsage, "notices cannot go to slack:T1/C1: give a channel or a person of console", "settings", "--notices", "slack:T1/C1")
	if lines := read[[]auditJSON](w, "audit", "--target", "console"); len(lines) != 5 || lines[0].Installation != "console" || lines[0].Channel != "" {
		t.Errorf("%+v", lines)
	}
}

// The console shows our own words in another language and direction beside those
// of an article in English.
func TestDemonstrationInUrdu(t *testing.T) {
	w := newTown(t)
	w.ok("settings", "--language", "ur", "--zone", "Asia/Karachi", "--policy", "https://example.org/privacy")
	r := cli(t, nil, "Buses are for everyone\n", "demo")
	if r.code != exitDone {
		t.Fatal(r.stderr)
	}
	contains(t, r.stdout, "UTC+5\u2069 تک", "\u2066/discuss privacy\u2069", "https://example.org/privacy\n", "گفتگو کا خلاصہ: \u2068The last bus should run even when it is empty\u2069", "1 شخص نے 1 جواب لکھا۔")
	for line := range strings.Lines(r.stdout) {
		if strings.Count(line, "\u2068")+strings.Count(line, "\u2066") < strings.Count(line, "\u2069") {
			t.Errorf("an isolation ends that did not begin: %q", line)
		}
	}
}
