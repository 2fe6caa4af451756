package bot

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// A voice is how Colloquy speaks in the channels of an installation: its words,
// its clock, and what its managers decided.
type voice struct {
	phrases
	zone        *time.Location // nil leaves a moment on its own clock
	preferences Preferences
	formsOnly   bool // what people write in threads does not reach us
}

// voice gives the voice for a channel.
func (e *Engine) voice(ctx context.Context, ch Channel) (voice, error) {
	i, err := e.store.Installation(ctx, ch.Platform, ch.Workspace)
	if err != nil {
		return voice{}, fmt.Errorf("look up the settings of an installation: %w", err)
	}
	v := voice{phrases: phrasesIn(i.Language), zone: time.UTC, preferences: i.Preferences}
	if zone, err := parseZone(i.Zone); err == nil { // else this machine does not know it any more
		v.zone = zone
	}
	if f, ok := e.adapters[ch.Platform].(FormsOnly); ok {
		v.formsOnly = f.FormsOnly()
	}
	return v, nil
}

// private is the voice of answers that the asker alone sees: in English, as all
// commands are.
func (v voice) private() voice {
	v.phrases = english
	return v
}

// fill puts values, each after the name of its slot, into a phrase. Braces in a
// value mean nothing.
func (v voice) fill(phrase string, slots ...string) string {
	var pairs []string
	for i := 0; i+1 < len(slots); i += 2 {
		pairs = append(pairs, "{"+slots[i]+"}", v.isolate(slots[i+1]))
	}
	return strings.NewReplacer(pairs...).Replace(phrase)
}

// count is a phrase in the form for n, with the other slots filled in as well.
func (v voice) count(c counted, n int, slots ...string) string {
	phrase := c.other
	if n == 1 || n == 0 && v.zeroIsOne {
		phrase = c.one
	}
	return v.fill(phrase, append(slots, "n", strconv.Itoa(n))...)
}

// isolate keeps what is written in the other direction from turning around the
// words beside it.
func (v voice) isolate(s string) string {
	other := func(r rune) bool { return unicode.IsLetter(r) && isRightLeft(r) != v.rightLeft }
	if !strings.ContainsFunc(s, other) {
		return s
	}
	return "\u2068" + strings.Map(func(r rune) rune {
		if r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069 {
			return -1
		}
		return r
	}, s) + "\u2069"
}

func isRightLeft(r rune) bool {
	return unicode.In(r, unicode.Arabic, unicode.Hebrew, unicode.Syriac, unicode.Thaana, unicode.Nko, unicode.Adlam)
}

// stamp shows a moment in a form that is the same for everyone who reads it: on
// the clock of the installation, with the zone.
func (v voice) stamp(t time.Time) string {
	if v.zone != nil {
		t = t.In(v.zone)
	}
	if v.code == english.code {
		return t.Format("2 Jan 15:04 MST")
	}
	return t.Format("2006-01-02 15:04 ") + offset(t)
}

// stamp shows a moment to those who decide about a channel, in English.
func (e *Engine) stamp(ctx context.Context, ch Channel, t time.Time) string {
	v, err := e.voice(ctx, ch)
	if err != nil {
		v = voice{zone: time.UTC}
	}
	return v.private().stamp(t)
}

// offset is the distance of a clock from UTC: "UTC", "UTC+5", "UTC-3:30".
func offset(t time.Time) string {
	_, seconds := t.Zone()
	if seconds == 0 {
		return "UTC"
	}
	sign := "+"
	if seconds < 0 {
		sign, seconds = "-", -seconds
	}
	s := "UTC" + sign + strconv.Itoa(seconds/3600)
	if minutes := seconds / 60 % 60; minutes != 0 {
		s += fmt.Sprintf(":%02d", minutes)
	}
	return s
}

// date shows a day.
func (v voice) date(t time.Time) string {
	if v.code == english.code {
		return t.Format("2 January 2006")
	}
	return t.Format(time.DateOnly)
}

// length shows how long something is kept, in days where that is no less exact,
// and from two days on.
func (v voice) length(d time.Duration) string {
	if d >= 2*oneDay || d == oneDay {
		return v.count(v.days, int(d/oneDay))
	}
	return v.count(v.hours, int(d.Hours()))
}

// smallPrint says under a root post what is recorded, until when, and how long
// it is kept, whatever the managers' own wording says.
func (v voice) smallPrint(d Discussion, closes time.Time, kept time.Duration) (text, link string) {
	phrase := v.consent
	own := v.preferences.Consent
	if d.Rules.Recap == RecapOff || own != "" {
		phrase = v.recorded
	}
	parts := []string{v.fill(phrase, "until", v.stamp(closes), "kept", v.length(kept))}
	if d.Rules.Recap != RecapOff && d.Rules.RecapModel != "" {
		parts = append(parts, v.fill(v.sentTo, "model", modelName(d.Rules.RecapModel)))
	}
	if v.formsOnly {
		parts = append(parts, v.onlyForms)
	}
	parts = append(parts, v.privacy)
	if own != "" {
		if last := []rune(own); unicode.IsLetter(last[len(last)-1]) || unicode.IsDigit(last[len(last)-1]) {
			own += "."
		}
		parts = append([]string{v.isolate(own)}, parts...)
	}
	if v.preferences.Policy != "" {
		parts = append(parts, v.policy)
	}
	return strings.Join(parts, " "), v.preferences.Policy
}

// generated says that a language model wrote a digest; nothing where none did.
func (v voice) generated(d Digest) string {
	if d.Writer.Model == "" {
		return ""
	}
	return v.fill(v.phrases.generated, "model", shownModel(d.Writer.Model))
}

// remind says when a discussion closes.
func (v voice) remind(d Discussion) Message {
	text := v.fill(v.reminder, "until", v.stamp(d.ClosesAt))
	if d.Rules.Recap != RecapOff {
		text += " " + v.untilThen
	}
	return Message{Paragraphs: []string{text}}
}

// welcome greets an installation that came, with what to do next.
func (v voice) welcome() Message {
	return Message{Paragraphs: []string{v.hello}, Lines: []string{v.helloNow, v.helloTimes, v.helloHelp}, Footer: v.privacy}
}

// gap says in one line when nobody listened and what that means for the record;
// show puts a moment into words.
func (v voice) gap(g Gap, show func(time.Time) string) string {
	from, to := show(g.From), show(g.To)
	switch {
	case !g.Listed:
		return v.fill(v.gapMissing, "from", from, "to", to)
	case g.Recovered == 0:
		return v.fill(v.gapNone, "from", from, "to", to)
	}
	return v.count(v.gapFound, g.Recovered, "from", from, "to", to)
}

// quoted shows one reply in a recap, with what it answers. link is where it can
// be read; without one it is named by the end of its id.
func (v voice) quoted(s RecapStatement, r Reply, link string) Quoted {
	q := Quoted{Text: r.Text, By: v.author(r), Link: link}
	if s.Kind == RecapDissent {
		q.By += v.disagreeing
	}
	if link == "" {
		q.ID = ShortMessage(r.Ref.MessageID)
	}
	return q
}

// stated shows a statement in a recap with how many replies it rests on. Where
// these cannot be linked to, as with quotations, the ends of their ids name them.
func (v voice) stated(s RecapStatement, on []Reply, link func(Reply) string) string {
	const most = 5 // ids
	basis := v.count(v.restsOn, len(on))
	if s.Question > 0 {
		basis += v.fill(v.onQuestion, "question", strconv.Itoa(s.Question))
	}
	var ids []string
	for _, r := range on {
		if link(r) == "" && len(ids) < most {
			ids = append(ids, ShortMessage(r.Ref.MessageID))
		}
	}
	if len(ids) == min(len(on), most) {
		basis += ": " + strings.Join(ids, ", ")
		if len(on) > most {
			basis += ", …"
		}
	}
	return s.Text + " (" + basis + ")"
}

// writtenBy is the small print of a recap.
func (v voice) writtenBy(w WriterInfo) string {
	if w.Model != "" {
		return v.fill(v.byModel, "model", shownModel(w.Model))
	}
	return v.fill(v.byWriter, "writer", w.Name)
}

// author names who wrote a reply, and what it answers. An id says nothing to
// people.
func (v voice) author(r Reply) string {
	by := v.somebody
	if r.Author.Name != "" {
		by = v.isolate(r.Author.Name)
	}
	if r.Question > 0 {
		by += v.fill(v.onQuestion, "question", strconv.Itoa(r.Question))
	}
	return by
}
