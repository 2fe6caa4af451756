package bot

import (
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

var slot = regexp.MustCompile(`\{[a-z]*\}`)

// slotsOf lists the slots of a phrase, sorted.
func slotsOf(phrase string) []string {
	found := slot.FindAllString(phrase, -1)
	slices.Sort(found)
	return found
}

// eachPhrase hands every text of a language to f, with where it stands.
func eachPhrase(p phrases, f func(where, text string)) {
	v := reflect.ValueOf(p)
	for i := range v.NumField() {
		name := v.Type().Field(i).Name
		switch field := v.Field(i); field.Kind() {
		case reflect.String:
			f(name, field.String())
		case reflect.Struct:
			f(name+".one", field.Field(0).String())
			f(name+".other", field.Field(1).String())
		}
	}
}

func TestEveryLanguageHasEveryPhrase(t *testing.T) {
	want := map[string][]string{}
	command, commands := regexp.MustCompile(`/discuss [a-z-]+`), map[string]string{}
	eachPhrase(english, func(where, text string) { want[where], commands[where] = slotsOf(text), command.FindString(text) })
	if len(want) < 20 {
		t.Fatalf("only %d phrases", len(want))
	}
	for _, p := range spoken() {
		eachPhrase(p, func(where, text string) {
			switch {
			case text == "":
				t.Errorf("%s has no %s", p.code, where)
			case !slices.Equal(slotsOf(text), want[where]):
				t.Errorf("%s: the slots of %s are %v, in English %v", p.code, where, slotsOf(text), want[where])
			case strings.Count(text, "{")+strings.Count(text, "}") != 2*len(want[where]):
				t.Errorf("%s: a brace in %s is no slot: %s", p.code, where, text)
			}
			if got := command.FindString(text); got != commands[where] {
				t.Errorf("%s: %s names the command %q, in English %q", p.code, where, got, commands[where])
			}
		})
	}
	if got := languages(); !slices.Equal(got, []string{"en", "de", "es", "fr", "ur"}) {
		t.Errorf("languages %v", got)
	}
}

func TestPlurals(t *testing.T) {
	for _, test := range []struct {
		code          string
		people, count int
		want          string
	}{
		{"en", 1, 1, "1 person wrote 1 reply."},
		{"en", 3, 5, "3 people wrote 5 replies."},
		{"de", 1, 2, "1 Person schrieb 2 Antworten."},
		{"de", 3, 1, "3 Personen schrieben 1 Antwort."},
		{"es", 1, 1, "1 persona escribió 1 respuesta."},
		{"es", 2, 5, "2 personas escribieron 5 respuestas."},
		{"fr", 1, 0, "1 personne a écrit 0 réponse."},
		{"fr", 2, 2, "2 personnes ont écrit 2 réponses."},
		{"ur", 1, 1, "1 شخص نے 1 جواب لکھا۔"},
		{"ur", 3, 5, "3 افراد نے 5 جوابات لکھے۔"},
	} {
		v := voice{phrases: phrasesIn(test.code)}
		if got := v.fill(v.wrote, "people", v.count(v.people, test.people), "replies", v.count(v.replies, test.count)); got != test.want {
			t.Errorf("%s: %q, want %q", test.code, got, test.want)
		}
	}
}

func TestTimesOnTheClockOfTheInstallation(t *testing.T) {
	at := time.Date(2027, 3, 2, 4, 1, 0, 0, time.UTC)
	for _, test := range []struct{ code, zone, want string }{
		{"en", "UTC", "2 Mar 04:01 UTC"},
		{"en", "Asia/Karachi", "2 Mar 09:01 PKT"},
		{"de", "UTC", "2027-03-02 04:01 UTC"},
		{"de", "Asia/Karachi", "2027-03-02 09:01 UTC+5"},
		{"ur", "Asia/Kolkata", "2027-03-02 09:31 UTC+5:30"},
		{"fr", "America/St_Johns", "2027-03-02 00:31 UTC-3:30"},
	} {
		zone, err := time.LoadLocation(test.zone)
		if err != nil {
			t.Fatal(err)
		}
		v := voice{phrases: phrasesIn(test.code), zone: zone}
		if got := v.stamp(at); got != test.want {
			t.Errorf("%s in %s: %q, want %q", test.code, test.zone, got, test.want)
		}
	}
	for d, want := range map[time.Duration]string{oneDay: "1 day", 36 * time.Hour: "36 hours", 180 * oneDay: "180 days"} {
		if got := (voice{phrases: english}).length(d); got != want {
			t.Errorf("%s: %q", d, got)
		}
	}
}

// What others wrote keeps its direction, fills no slot, and ends no isolation.
func TestValuesInPhrasesStayValues(t *testing.T) {
	en, ur := voice{phrases: english}, voice{phrases: urdu}
	for _, test := range []struct {
		v           voice
		title, want string
	}{
		{en, "The {title} of {n}", "Recap: The {title} of {n}"},
		{en, "Müller’s café", "Recap: Müller’s café"},
		{en, "کراچی", "Recap: \u2068کراچی\u2069"},
		{en, "کراچی\u2069\u202e!", "Recap: \u2068کراچی!\u2069"},
		{ur, "Karachi", "گفتگو کا خلاصہ: \u2068Karachi\u2069"},
		{ur, "کراچی", "گفتگو کا خلاصہ: کراچی"},
	} {
		if got := test.v.fill(test.v.recapTitle, "title", test.title); got != test.want {
			t.Errorf("%q, want %q", got, test.want)
		}
	}
	r := Reply{Author: Person{ID: "1", Name: "آدا"}, Question: 2}
	if got := en.quoted(RecapStatement{Kind: RecapDissent}, r, "").By; got != "\u2068آدا\u2069, on question 2, disagreeing" {
		t.Errorf("%q", got)
	}
	if got := en.quoted(RecapStatement{Kind: RecapQuote}, Reply{Author: Person{ID: "U0G9QF9C6"}, Question: 1}, "").By; got != "somebody, on question 1" {
		t.Errorf("%q", got)
	}
	if got := ur.quoted(RecapStatement{Kind: RecapQuote}, Reply{Author: Person{ID: "1", Name: "ada"}, Question: 2}, "").By; got != "\u2068ada\u2069، سوال 2 پر" {
		t.Errorf("%q", got)
	}
}
