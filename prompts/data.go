package prompts

// Numbered is one numbered line of data: a sentence of an article, counted from
// 1 over the whole article, or a question of a discussion as posted.
type Numbered struct {
	N    int
	Text string
}

// A ReplyLine is a reply as a model sees it: people have numbers and no names.
type ReplyLine struct {
	N        int // from 1
	Person   int // from 1; the same number is the same person
	Question int // that it answers, from 1; 0 for the discussion as a whole
	Text     string
}

// DigestData is what the prompt of a digest says. What comes from the article,
// title, byline and notes included, stands between the delimiters alone.
type DigestData struct {
	Nonce     string // 16 to 64 letters and digits, new for each call
	Language  string // of the article, ISO 639-1; "" when unknown
	Audience  string // one of [bot.Audiences]; "" is the first
	Sentences int    // of the summary, at most; less than 1 is 1
	// Questions is how many are wanted; the prompt asks for [Spares] more. Less
	// than 1 asks for none.
	Questions int
	Opinion   bool // the article argues in its author's voice
	Grave     bool // it is about a death or a crime against a person
	// Title, Byline and Publisher are as the article's; empty ones are left out.
	Title, Byline, Publisher string
	Article                  []Numbered
	// Notes are those taken of a long article; Article then holds the sentences
	// that they rest on. Nil for an article that is given whole.
	Notes []string
}

// NotesData is what the prompt for notes of one section of a long article says.
type NotesData struct {
	Nonce             string // as in [DigestData]
	Language          string // as in [DigestData]
	Section, Sections int    // which section this is, from 1, of how many
	Notes             int    // at most; less than 1 is 1
	Opinion           bool

	Title, Byline, Publisher string
	Article                  []Numbered // the section's sentences, with their numbers in the article
}

// RepairData is what the prompt says that asks for replacements. It follows
// the first prompt and the model's answer to it.
type RepairData struct {
	Nonce    string // as in [DigestData]; another one than the first prompt's
	Language string // as in [DigestData]
	Kind     string // "digest", "notes" or "recap"
	// Failures are lines such as "summary 2: the name “X” is not in the article".
	Failures []string
	// How many replacements are wanted at most of each list of the answer: for a
	// digest Sentences of the summary and Questions; for notes and a recap, Sentences.
	Sentences, Questions int
}

// RecapData is what the prompt of a recap says.
type RecapData struct {
	Nonce     string // as in [DigestData]
	Language  string // that the recap is written in, ISO 639-1; "" is that of most replies
	Title     string // of the article
	Questions []Numbered
	Replies   []ReplyLine
}

// Spares is how many more questions the prompt asks for than are wanted.
const Spares = 2
