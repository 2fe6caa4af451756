package prompts

import (
	"bytes"
	"embed"
	"fmt"
	"slices"
	"strings"
	"text/template"

	"colloquy/bot"
)

// TemplatesVersion names this state of the prompts in model/. It is raised with
// every change of theirs, so that digests are written anew.
const TemplatesVersion = "2"

// Files ending in .txt are said as they are, those in .tmpl are templates of
// text/template and begin with a comment that names their fields.
//
//go:embed model/*.txt model/*.tmpl
var modelFiles embed.FS

// The kinds of prompts.
const (
	Digest = "digest" // summary and questions in one call
	Notes  = "notes"  // of one section of a long article
	Recap  = "recap"
	repair = "repair"
)

// rulesFile is said behind the task of each kind.
const rulesFile = "rules.txt"

// Templates are the prompts for language models, read and tried out by
// [LoadTemplates]. They do not change, and are safe for concurrent use.
type Templates struct {
	version string
	text    map[string]string             // the .txt files
	tmpl    map[string]*template.Template // the .tmpl files
}

// Version changes with every prompt. Behind a "+" it has a hash of the files
// that differ from the built-in ones.
func (t *Templates) Version() string { return t.version }

// System is what a model is told before anything else: the same for all
// articles, audiences and discussions, so that providers cache it. kind is
// [Digest], [Notes] or [Recap]; another one has none.
func (t *Templates) System(kind string) string {
	task, ok := t.text[kind+".txt"]
	if !ok || kind != Digest && kind != Notes && kind != Recap {
		return ""
	}
	return task + "\n" + t.text[rulesFile]
}

// Digest is our turn that asks for a digest.
func (t *Templates) Digest(d DigestData) (string, error) {
	audience := d.Audience
	if audience == "" {
		audience = bot.Audiences()[0]
	}
	if !slices.Contains(bot.Audiences(), audience) {
		return "", bot.Problemf("audience", "there is no audience %q: give one of %s", audience, strings.Join(bot.Audiences(), ", "))
	}
	questions := 0
	if d.Questions > 0 {
		questions = d.Questions + Spares
	}
	data := articleBlock(d.Title, d.Byline, d.Publisher, d.Article, d.Notes)
	return t.execute(Digest, d.Nonce, data, digestView{
		view:    view{Nonce: d.Nonce, Language: languageName(d.Language), Article: data.in(d.Nonce)},
		Readers: strings.TrimSpace(t.text[audience+".txt"]), Sentences: max(1, d.Sentences), Questions: questions,
		Opinion: d.Opinion, Grave: d.Grave, Notes: len(d.Notes) > 0,
	})
}

// Notes is our turn that asks for notes of a section.
func (t *Templates) Notes(d NotesData) (string, error) {
	data := articleBlock(d.Title, d.Byline, d.Publisher, d.Article, nil)
	return t.execute(Notes, d.Nonce, data, notesView{
		view:    view{Nonce: d.Nonce, Language: languageName(d.Language), Article: data.in(d.Nonce)},
		Section: d.Section, Sections: d.Sections, Notes: max(1, d.Notes), Opinion: d.Opinion,
	})
}

// Repair is our turn that asks for replacements of what failed.
func (t *Templates) Repair(d RepairData) (string, error) {
	data := failuresBlock(d.Failures)
	return t.execute(repair, d.Nonce, data, repairView{
		Nonce: d.Nonce, Language: languageName(d.Language), Failures: data.in(d.Nonce),
		Kind: d.Kind, Sentences: max(0, d.Sentences), Questions: max(0, d.Questions),
	})
}

// Recap is our turn that asks for a recap.
func (t *Templates) Recap(d RecapData) (string, error) {
	data := repliesBlock(d)
	return t.execute(Recap, d.Nonce, data, recapView{
		Nonce: d.Nonce, Language: languageName(d.Language), Replies: data.in(d.Nonce), People: people(d.Replies), Count: len(d.Replies),
	})
}

// execute renders a template and makes sure that the data stands in it once, whole.
func (t *Templates) execute(name, nonce string, data block, v any) (string, error) {
	if !goodNonce(nonce) {
		return "", bot.Problemf("nonce", "a nonce has 16 to 64 letters and digits")
	}
	out, err := t.run(name+".tmpl", nonce, data, v)
	if err != nil {
		return "", bot.Problemf("prompts", "the prompt %s.tmpl %w", name, err)
	}
	return out, nil
}

func (t *Templates) run(file, nonce string, data block, v any) (string, error) {
	var b bytes.Buffer
	if err := t.tmpl[file].Execute(&limited{&b, maxPrompt + len(data.in(nonce))}, v); err != nil {
		return "", fmt.Errorf("fails (%w)", err)
	}
	out := strings.TrimSpace(b.String()) + "\n"
	return out, data.standsIn(out, nonce)
}
