package bot

import (
	"context"
	"net/url"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Limits of what managers may set.
const (
	longestConsent = 300  // characters: it stands in the small print of every root post
	longestPolicy  = 300  // characters
	mostQuoted     = 2000 // words
)

// recapWriterOption is the name of the option for who writes recaps.
const recapWriterOption = "recap-writer"

// InstallationOptions lists what managers can set for a whole installation, in
// the order of the help. s holds what is the default where they set nothing.
func InstallationOptions(s Settings) []OptionOf[Preferences] {
	s = s.withDefaults()
	recapWriter := wordOption(recapWriterOption, "who writes recaps; llm sends replies, without names, to the provider of the language model that is set up (extractive)",
		func(p *Preferences) *string { return &p.RecapWriter }, RecapExtractive, RecapLLM).or(RecapExtractive)
	return []OptionOf[Preferences]{
		{Name: "zone", Value: "ZONE", Help: "zone of the times of schedules that name none, and of times in posts (UTC)", Default: "UTC",
			Set: func(p *Preferences, v string) error {
				_, err := parseZone(v)
				p.Zone = v
				return err
			}, Get: func(p Preferences) string { return p.Zone }},
		wordOption("language", "language of our own words in the channels (en)", func(p *Preferences) *string { return &p.Language }, languages()...).or("en"),
		durationOption("retention", "how long replies are kept after closing, 1d to 3650d (180d)", oneDay, 3650*oneDay,
			func(p *Preferences) *time.Duration { return &p.Retention }).or(FormatDuration(s.Retention)),
		{Name: "notices", Value: "CHANNEL|@PERSON|off", Help: "who hears of trouble: a channel, or @ and a person (who installed it)", Default: "who installed it",
			Set: func(p *Preferences, v string) error {
				p.Notices = v
				var err error
				if v != "" {
					_, err = ParseNotices(v)
				}
				return err
			}, Get: func(p Preferences) string { return p.Notices }},
		wordOption("recap", "whether the recap is posted, for schedules that do not say; llm and extractive set recap-writer (post)",
			func(p *Preferences) *string { return &p.Recap }, RecapPost, RecapPreview, RecapOff).or(RecapPost).instead(recapWriter, RecapLLM, RecapExtractive),
		recapWriter,
		wordOption("audience", "for whom a language model writes, where one does, for schedules that do not say (general)",
			func(p *Preferences) *string { return &p.Audience }, Audiences()...).or(Audiences()[0]),
		numberOption("quote-limit", "most words that a summary quotes, for texts of your own, 1 to 2000 (90, and a quarter of the article)", 1, mostQuoted,
			func(p *Preferences) *int { return &p.QuoteLimit }).or("90, and a quarter of the article"),
		{Name: "consent", Value: "TEXT", Help: "your wording of the small print, before what is recorded and until when (ours)", Default: "ours",
			Set: func(p *Preferences, v string) (err error) {
				p.Consent, err = checkConsent(v)
				return err
			}, Get: func(p Preferences) string { return p.Consent }},
		{Name: "policy", Value: "URL", Help: "https address of a privacy policy, shown beside it (none)", Default: "none",
			Set: func(p *Preferences, v string) error {
				p.Policy = v
				return checkPolicy(v)
			}, Get: func(p Preferences) string { return p.Policy }},
	}
}

// or is the option with its default as people read it.
func (o OptionOf[T]) or(def string) OptionOf[T] {
	o.Default = def
	return o
}

// instead is the option with words that are meant for another one.
func (o OptionOf[T]) instead(other OptionOf[T], words ...string) OptionOf[T] {
	o.Instead, o.InsteadFor = &other, words
	o.Value += "|" + strings.Join(words, "|")
	set := o.Set
	o.Set = func(t *T, v string) error {
		if err := set(t, v); err != nil {
			return Problemf("bad_value", "%q cannot be used here: give one of %s", firstWord(v), strings.ReplaceAll(o.Value, "|", ", "))
		}
		return nil
	}
	return o
}

// checkConsent makes one line of a wording and refuses what cannot be read as text.
func checkConsent(s string) (string, error) {
	s = strings.Join(strings.Fields(s), " ")
	bad := func(r rune) bool {
		return unicode.IsControl(r) || r == utf8.RuneError || r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069
	}
	switch {
	case s == "":
		return "", nil
	case utf8.RuneCountInString(s) > longestConsent:
		return "", Problemf("bad_consent", "the wording has %d characters and may have %d: shorten it, and put the rest in a policy", utf8.RuneCountInString(s), longestConsent)
	case strings.ContainsFunc(s, bad):
		return "", Problemf("bad_consent", "the wording has characters in it that are not shown or turn the text around: write it with letters and signs alone")
	case !strings.ContainsFunc(s, unicode.IsLetter):
		return "", Problemf("bad_consent", "the wording has no letter in it: write a sentence, or %q", DefaultWord)
	}
	return s, nil
}

func checkPolicy(s string) error {
	if s == "" {
		return nil
	}
	u, err := url.Parse(s)
	odd := func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune("<>\"`", r) }
	if err != nil || u.Scheme != "https" || u.User != nil || !strings.Contains(strings.Trim(u.Hostname(), "."), ".") || len(s) > longestPolicy || strings.ContainsFunc(s, odd) {
		return Problemf("bad_policy", "this is no address of a policy: give one that begins with https://, without a name or a password, of at most %d letters, digits and signs", longestPolicy)
	}
	return nil
}

// ChangePreferences changes what holds in the installation of a channel and says
// what that changed. What several people change at the same time is all kept; of
// one thing, the last change holds.
func (e *Engine) ChangePreferences(ctx context.Context, in Channel, change func(*Preferences) ([]string, error), by By) (changes []string, err error) {
	in = in.everywhere()
	err = e.store.ChangePreferences(ctx, in.Platform, in.Workspace, e.now(), func(p *Preferences) (Audit, error) {
		if changes, err = change(p); err != nil || len(changes) == 0 {
			return Audit{}, err
		}
		here := Installation{Platform: in.Platform, Workspace: in.Workspace}.String()
		if p.Notices != "" {
			to, perr := ParseNotices(p.Notices)
			if err = perr; err == nil && to != (Channel{}) && !sameTenant(to, in) {
				err = Problemf("bad_notices", "notices cannot go to %s: give a channel or a person of %s", p.Notices, here)
			}
		}
		return e.audit(by, "settings", here, changes...).In(in), err
	})
	return changes, err
}
