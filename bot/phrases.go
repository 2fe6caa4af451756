package bot

// phrases are our own words in a channel, in one language. Each slot in braces
// is filled in by [voice.fill]; every language has the same slots, in the order
// that suits it. Commands stand as they are typed.
type phrases struct {
	code      string // ISO 639-1
	rightLeft bool   // it is written from right to left
	zeroIsOne bool   // 0 takes the form of 1

	generated string // {model}: that a language model wrote the summary and the questions
	consent   string // {until} {kept}: the small print of a root post
	recorded  string // {until} {kept}: the same, where no recap comes or after a wording of somebody's own
	sentTo    string // {model}: follows that, where a language model writes the recap
	privacy   string // where more is said
	onlyForms string // that what is written in the thread is not recorded
	policy    string // stands before a link
	days      counted
	hours     counted

	recapTitle  string // {title}
	people      counted
	replies     counted
	wrote       string  // {people} {replies}
	most        counted // {question}: the one with the most replies
	restsOn     counted // what a statement of a language model rests on
	somebody    string  // who has no name that is known
	onQuestion  string  // {question}: follows the name of whom a quotation is by
	disagreeing string  // follows that
	byWriter    string  // {writer}: the small print of a recap
	byModel     string  // {model}: the same, where a language model wrote it

	gapMissing string  // {from} {to}: what was written while nobody listened may be missing
	gapNone    string  // {from} {to}: nothing was missing
	gapFound   counted // {from} {to}: that many were found afterwards

	reminder  string // {until}
	untilThen string // follows it, where a recap comes
	withdrawn string // where posts cannot be removed
	corrected string // where the recap cannot be edited
	takenBack string // where an answer cannot be removed

	answer     string // on a button: have a form for an answer shown
	answerForm string // what that form asks for; at most 45 characters
	whyThis    string // on a button: what a question rests on
	yourData   string // on a button: what is recorded of whoever presses it
	remove     string // on a button: take an answer back

	hello      string // to an installation that came: what we do
	helloNow   string // how to begin
	helloTimes string // and how to go on
	helloHelp  string
}

// A counted phrase differs with {n}. The languages we have need two forms.
type counted struct{ one, other string }

// spoken are the languages we speak, the default first.
func spoken() []phrases { return []phrases{english, german, spanish, french, urdu} }

// languages lists their codes.
func languages() []string {
	var out []string
	for _, p := range spoken() {
		out = append(out, p.code)
	}
	return out
}

// phrasesIn gives the words of a language; those of the default for one that we
// do not speak.
func phrasesIn(code string) phrases {
	for _, p := range spoken() {
		if p.code == code {
			return p
		}
	}
	return english
}
