package prompts

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/template"
	"unicode/utf8"

	"colloquy/bot"
)

const (
	maxFile   = 64 << 10 // bytes of a file in an override folder
	maxPrompt = 64 << 10 // bytes of a rendered prompt beside its data
)

// A File is one of the built-in prompts.
type File struct {
	Name string // as it is called in an override folder
	Text string
}

// Files returns the built-in prompts, by name: a folder that holds them
// changes nothing, and is where changes begin.
func Files() []File {
	entries, err := modelFiles.ReadDir("model")
	if err != nil {
		return nil // embedded: it is there
	}
	var out []File
	for _, e := range entries {
		data, err := modelFiles.ReadFile("model/" + e.Name())
		if err == nil {
			out = append(out, File{e.Name(), string(data)})
		}
	}
	return out
}

// LoadTemplates reads the prompts, parses them and tries each with sample data.
// In dir, if it is not empty, a file takes the place of the built-in one of the
// same name; names that begin with a full stop are passed over. An error is a
// [bot.Problem] of one line that names the file.
func LoadTemplates(dir string) (*Templates, error) {
	files := map[string]string{}
	var names []string
	for _, f := range Files() {
		files[f.Name], names = f.Text, append(names, f.Name)
	}
	version := TemplatesVersion
	if dir != "" {
		changed, err := overrides(dir, names)
		if err != nil {
			return nil, err
		}
		hash := sha256.New()
		differ := false
		for _, name := range names {
			text, ok := changed[name]
			if !ok || text == files[name] {
				continue
			}
			differ = true
			files[name] = text
			fmt.Fprintf(hash, "%s %d\n%s", name, len(text), text)
		}
		if differ {
			version += "+" + hex.EncodeToString(hash.Sum(nil))[:8]
		}
	}
	t := &Templates{version: version, text: map[string]string{}, tmpl: map[string]*template.Template{}}
	for _, name := range names {
		if err := t.add(name, files[name]); err != nil {
			return nil, refused(dir, name, err)
		}
	}
	return t, t.try(dir)
}

// refused is an error about one file.
func refused(dir, name string, err error) error {
	const do = "mend it, or remove it to have the built-in one"
	return bot.Problemf("prompts", "the prompt %s %w: %s", filepath.Join(dir, name), err, do)
}

// add parses one file.
func (t *Templates) add(name, text string) error {
	if strings.HasSuffix(name, ".txt") {
		if strings.Contains(text, "{{") {
			return errors.New("holds {{, which a .txt file says as it is; only those ending in .tmpl are templates")
		}
		t.text[name] = strings.TrimSpace(text) + "\n"
		return nil
	}
	parsed, err := template.New(name).Parse(text)
	if err != nil {
		return fmt.Errorf("is no template: %w", oneLine(err))
	}
	if len(parsed.Templates()) > 1 {
		return errors.New("defines other templates, which it may not")
	}
	t.tmpl[name] = parsed
	return nil
}

// overrides reads the files of dir that replace built-in ones.
func overrides(dir string, names []string) (map[string]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, bot.Problemf("prompts", "the folder of prompts %s cannot be read (%w): give one that is there, with --prompts", dir, cause(err))
	}
	out := map[string]string{}
	for _, e := range entries {
		name := e.Name()
		if strings.HasPrefix(name, ".") {
			continue
		}
		if !slices.Contains(names, name) {
			return nil, bot.Problemf("prompts", "%s replaces no prompt: name it as one of %s, or remove it", filepath.Join(dir, name), strings.Join(names, ", "))
		}
		text, err := readOverride(filepath.Join(dir, name))
		if err != nil {
			return nil, refused(dir, name, err)
		}
		out[name] = text
	}
	return out, nil
}

// readOverride reads one file; line ends become "\n".
func readOverride(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", fmt.Errorf("cannot be read (%w)", cause(err))
	}
	if !info.Mode().IsRegular() {
		return "", errors.New("is no file")
	}
	f, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("cannot be read (%w)", cause(err))
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return "", fmt.Errorf("cannot be read (%w)", cause(err))
	}
	text := strings.NewReplacer("\ufeff", "", "\r\n", "\n").Replace(string(data))
	switch {
	case len(data) > maxFile:
		return "", fmt.Errorf("has more than %d KB", maxFile>>10)
	case !utf8.Valid(data):
		return "", errors.New("is no UTF-8 text")
	case strings.TrimSpace(text) == "":
		return "", errors.New("is empty")
	}
	return text, nil
}

// cause is err without the path that it repeats.
func cause(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// oneLine is err as one line.
func oneLine(err error) error {
	if s := err.Error(); strings.ContainsAny(s, "\n\r") {
		return errors.New(strings.Join(strings.Fields(s), " "))
	}
	return err
}
