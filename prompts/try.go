package prompts

import (
	"errors"

	"colloquy/bot"
)

// try renders every template with sample data, with little of it and with all.
func (t *Templates) try(dir string) error {
	for _, s := range samples() {
		if _, err := s.render(t); err != nil {
			var p *bot.Problem
			if errors.As(err, &p) && p.Err != nil {
				err = p.Err
			}
			return refused(dir, s.file, oneLine(err))
		}
	}
	return nil
}

// A sample is one call of a template.
type sample struct {
	file   string
	render func(*Templates) (string, error)
}

const sampleNonce = "0123456789abcdef"

func samples() []sample {
	article := []Numbered{{1, "The council of Marlow opens a ferry."}, {2, "It will cross the river ten times a day."}}
	var out []sample
	digest := func(d DigestData) {
		d.Nonce, d.Article = sampleNonce, article
		out = append(out, sample{Digest + ".tmpl", func(t *Templates) (string, error) { return t.Digest(d) }})
	}
	digest(DigestData{})
	for _, audience := range bot.Audiences() {
		digest(DigestData{Language: "en", Audience: audience, Sentences: 3, Questions: 5, Title: "A ferry for Marlow", Byline: "Ann Lee", Publisher: "The Marlow Post", Opinion: true})
	}
	digest(DigestData{Language: "xx", Sentences: 1, Questions: 1, Grave: true, Notes: []string{"The council opens a ferry. [1]"}})
	for _, d := range []NotesData{{Nonce: sampleNonce}, {Nonce: sampleNonce, Language: "de", Section: 2, Sections: 3, Notes: 6, Opinion: true, Article: article}} {
		out = append(out, sample{Notes + ".tmpl", func(t *Templates) (string, error) { return t.Notes(d) }})
	}
	for _, d := range []RepairData{
		{Nonce: sampleNonce},
		{Nonce: sampleNonce, Kind: Digest, Language: "en", Failures: []string{"summary 2: the name “Fernando” is not in the article"}, Sentences: 1, Questions: 2},
		{Nonce: sampleNonce, Kind: Notes, Sentences: 1, Failures: []string{"note 1: the number 12 is not in the sentences cited"}},
		{Nonce: sampleNonce, Kind: Recap, Sentences: 2, Failures: []string{"statement 1: it names a person"}},
	} {
		out = append(out, sample{repair + ".tmpl", func(t *Templates) (string, error) { return t.Repair(d) }})
	}
	for _, d := range []RecapData{
		{Nonce: sampleNonce},
		{
			Nonce: sampleNonce, Language: "fr", Title: "A ferry for Marlow", Questions: []Numbered{{1, "Who would use the ferry, and for what?"}},
			Replies: []ReplyLine{{1, 1, 1, "My sister would, to get to work."}, {2, 2, 0, "Nobody in winter."}},
		},
	} {
		out = append(out, sample{Recap + ".tmpl", func(t *Templates) (string, error) { return t.Recap(d) }})
	}
	return out
}
