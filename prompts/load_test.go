package prompts

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"colloquy/bot"
)

// folder makes a folder that holds files.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestAFolderReplacesPromptsByName(t *testing.T) {
	built := load(t)
	dir := folder(t, map[string]string{
		"team.txt":  "Nurses of one ward.\r\n",
		"notes.txt": "\ufeffTake notes.\n",
		".DS_Store": "\x00\x01",
	})
	if err := os.Mkdir(filepath.Join(dir, "..2026_01_01"), 0o700); err != nil { // as Kubernetes mounts
		t.Fatal(err)
	}
	own, err := LoadTemplates(dir)
	if err != nil {
		t.Fatal(err)
	}
	d := ferry
	d.Audience = "team"
	text, err := own.Digest(d)
	if err != nil || !strings.Contains(text, "readers: Nurses of one ward.\n") {
		t.Errorf("the audience is not the folder's (%v):\n%s", err, text)
	}
	if got := own.System(Notes); !strings.HasPrefix(got, "Take notes.\n\n# Data") {
		t.Errorf("the system text is not the folder's with the rules behind it: %.60q", got)
	}
	if own.System(Digest) != built.System(Digest) {
		t.Error("what the folder does not hold changed")
	}
}

func TestVersionChangesWithWhatAFolderChanges(t *testing.T) {
	version := func(files map[string]string) string {
		t.Helper()
		templates, err := LoadTemplates(folder(t, files))
		if err != nil {
			t.Fatal(err)
		}
		return templates.Version()
	}
	all := map[string]string{}
	for _, f := range Files() {
		all[f.Name] = strings.ReplaceAll(f.Text, "\n", "\r\n")
	}
	if got := version(nil); got != TemplatesVersion {
		t.Errorf("an empty folder: %q", got)
	}
	if got := version(all); got != TemplatesVersion {
		t.Errorf("the built-in files, with other line ends: %q", got)
	}
	seen := map[string]bool{TemplatesVersion: true}
	for _, files := range []map[string]string{{"team.txt": "a"}, {"team.txt": "b"}, {"general.txt": "a"}, {"general.txt": "a", "team.txt": "a"}} {
		got := version(files)
		if seen[got] || !strings.HasPrefix(got, TemplatesVersion+"+") || len(got) != len(TemplatesVersion)+9 {
			t.Errorf("%v: version %q", files, got)
		}
		if seen[got] = true; got != version(files) {
			t.Error("the version of the same files differs")
		}
	}
}

func TestFilesAreAllThatAFolderCanHold(t *testing.T) {
	var names []string
	for _, f := range Files() {
		names = append(names, f.Name)
		if len(f.Text) == 0 || len(f.Text) > maxFile || !strings.HasSuffix(f.Text, "\n") {
			t.Errorf("%s has %d bytes", f.Name, len(f.Text))
		}
	}
	want := "classroom.txt digest.tmpl digest.txt general.txt newsroom.txt notes.tmpl notes.txt recap.tmpl recap.txt repair.tmpl rules.txt team.txt"
	if got := strings.Join(names, " "); got != want {
		t.Errorf("files %s", got)
	}
	for _, audience := range bot.Audiences() {
		if !strings.Contains(want, audience+".txt") {
			t.Errorf("the audience %s has no file", audience)
		}
	}
}

func TestDamagedFoldersAreRefusedInOneLine(t *testing.T) {
	for name, c := range map[string]struct {
		files map[string]string
		says  []string
	}{
		"unknown name":    {map[string]string{"teams.txt": "x"}, []string{"teams.txt replaces no prompt", "digest.tmpl, ", "team.txt, or remove it"}},
		"empty":           {map[string]string{"team.txt": " \n"}, []string{"team.txt is empty", "or remove it"}},
		"too long":        {map[string]string{"rules.txt": strings.Repeat("x", maxFile+1)}, []string{"rules.txt has more than 64 KB"}},
		"no text":         {map[string]string{"rules.txt": "\xff\xfe"}, []string{"rules.txt is no UTF-8 text"}},
		"template as txt": {map[string]string{"team.txt": "In {{.Language}}."}, []string{"team.txt holds {{"}},
		"no template":     {map[string]string{"digest.tmpl": "{{if}}\n\n{{end"}, []string{"digest.tmpl is no template", "digest.tmpl:1"}},
		"unknown field":   {map[string]string{"digest.tmpl": "{{.Articles}}"}, []string{"digest.tmpl fails", "Articles"}},
		"raw title":       {map[string]string{"digest.tmpl": "{{.Title}}\n{{.Article}}"}, []string{"digest.tmpl fails", "Title"}},
		"other templates": {map[string]string{"digest.tmpl": `{{define "x"}}{{end}}{{.Article}}`}, []string{"digest.tmpl defines other templates"}},
		"no article":      {map[string]string{"digest.tmpl": "Write."}, []string{"digest.tmpl leaves out the nonce; it must hold {{.Article}} once"}},
		"nonce alone":     {map[string]string{"notes.tmpl": "Write {{.Nonce}}."}, []string{"notes.tmpl leaves out the delimiter <article NONCE>"}},
		"not ended":       {map[string]string{"digest.tmpl": "{{slice .Article 0 60}}"}, []string{"digest.tmpl does not end the data with </article NONCE>"}},
		"on one line":     {map[string]string{"recap.tmpl": "Replies: {{.Replies}}"}, []string{"recap.tmpl leaves out a part of the data, or writes beside it"}},
		"twice":           {map[string]string{"repair.tmpl": "{{.Failures}}\n{{.Failures}}"}, []string{"repair.tmpl holds the data more than once"}},
		"only with notes": {map[string]string{"digest.tmpl": "{{if not .Notes}}{{.Article}}{{end}}"}, []string{"digest.tmpl leaves out the nonce"}},
		"a flood":         {map[string]string{"digest.tmpl": "{{range 100000}}xxxxxxxx{{end}}\n{{.Article}}"}, []string{"digest.tmpl fails", "it writes too much"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := LoadTemplates(folder(t, c.files))
			refusedWith(t, err, c.says...)
		})
	}
}

func refusedWith(t *testing.T, err error, says ...string) {
	t.Helper()
	var p *bot.Problem
	if !errors.As(err, &p) {
		t.Fatalf("no problem: %v", err)
	}
	if strings.ContainsAny(p.Text, "\n\r") {
		t.Errorf("more than one line: %q", p.Text)
	}
	for _, want := range says {
		if !strings.Contains(p.Text, want) {
			t.Errorf("%q does not say %q", p.Text, want)
		}
	}
}

func TestFoldersThatCannotBeReadAreRefused(t *testing.T) {
	dir := folder(t, map[string]string{"team.txt": "x"})
	_, err := LoadTemplates(filepath.Join(dir, "none"))
	refusedWith(t, err, filepath.Join(dir, "none"), "no such file", "--prompts")
	_, err = LoadTemplates(filepath.Join(dir, "team.txt"))
	refusedWith(t, err, "team.txt cannot be read", "not a directory")

	dir = t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "team.txt"), 0o700); err != nil {
		t.Fatal(err)
	}
	_, err = LoadTemplates(dir)
	refusedWith(t, err, "team.txt is no file")
	if runtime.GOOS != "windows" {
		dir = t.TempDir()
		if err := os.Symlink("nowhere", filepath.Join(dir, "team.txt")); err != nil {
			t.Fatal(err)
		}
		_, err = LoadTemplates(dir)
		refusedWith(t, err, "team.txt cannot be read", "no such file")
	}
}

func TestWhatCannotBeRenderedSaysSo(t *testing.T) {
	templates := load(t)
	for _, bad := range []string{"", "short", "0123456789abcde\n", "0123456789abcdef>", strings.Repeat("a", 65)} {
		d := ferry
		d.Nonce = bad
		if text, err := templates.Digest(d); err == nil {
			t.Errorf("nonce %q: %s", bad, text)
		}
	}
	d := ferry
	d.Audience = "../rules"
	_, err := templates.Digest(d)
	refusedWith(t, err, `"../rules"`, "general, classroom, newsroom, team")
	d.Audience = "rules"
	if _, err = templates.Digest(d); err == nil {
		t.Error("a file that is no audience was taken as one")
	}
}
