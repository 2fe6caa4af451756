package bot

import "context"

// A Digest is what is written from one article. Sentences are the article's
// own, in order; evidence is given as indexes from 0 into them.
type Digest struct {
	ID        ID
	ArticleID ID
	Language  string // of the article, ISO 639-1; empty if unknown
	Opinion   bool   // the article argues in its author's own voice
	Sentences []string
	Summary   []Statement
	Questions []Question // in the order in which they are best asked
	Spares    []Question // up to two more, for channels that were asked one of the others before
	Writer    WriterInfo
	Dropped   []Dropped
	Spent     Spent    // what it took; zero for the extractive writer
	Fallback  Fallback // why the extractive writer wrote it in place of a model
}

// A Statement is one sentence of a summary and the sentences that support it.
type Statement struct {
	Text     string `json:"text"`
	Evidence []int  `json:"evidence"`
}

// A Question is one open question about an article.
type Question struct {
	Text     string `json:"text"`
	Move     string `json:"move"` // the Socratic move: "clarify", "assumption", "evidence", "viewpoint", "implication", "compare", "decide", "counter", "missing"
	Evidence []int  `json:"evidence"`
}

// WriterInfo says who wrote: the writer's name, the model (empty for the
// extractive writer) and the version of the words in prompts/.
type WriterInfo struct {
	Name          string `json:"name"`
	Model         string `json:"model"`
	PromptVersion string `json:"prompt_version"`
}

// Dropped is a sentence or a question that failed a check, and which.
type Dropped struct {
	Text   string `json:"text"`
	Reason string `json:"reason"`           // the code of the check
	Detail string `json:"detail,omitempty"` // the words that failed it, where it is about some
}

// A Brief says what kind of digest is wanted.
type Brief struct {
	Sentences int // at most; 0 means 3
	Questions int // at most; 0 means 5; -1 means none
	// QuoteWords is how many words of the article a summary made of its sentences
	// may have. 0 means 90, and no more than a quarter of the article; another
	// number takes the place of both, for texts of one's own. At least one sentence
	// is quoted, however long.
	QuoteWords int
	// Audience is for whom a model writes: one of [Audiences]; "" is the first.
	// It changes tone and moves, never the rules.
	Audience string
}

// Audiences lists for whom a model can write, the default first.
func Audiences() []string { return []string{"general", "classroom", "newsroom", "team"} }

// A Writer turns articles into digests and replies into recaps.
type Writer interface {
	// Digest writes about a. It returns a [Problem] when nothing can be said. What
	// was spent until an error is in the digest all the same.
	Digest(ctx context.Context, a Article, b Brief) (Digest, error)
	// Recap writes what was said. It never returns an empty recap without an error.
	Recap(ctx context.Context, in RecapInput) (Recap, error)
	// Version changes when the same article would be written about differently;
	// it is the writer's name, model and prompt version.
	Version() WriterInfo
	// SameQuestion reports whether two questions ask the same thing, so that a
	// channel is not asked again.
	SameQuestion(a, b string) bool
}

// A Judge says what an article is, so that a schedule can choose.
type Judge interface {
	// Sensitive reports whether an article is about a topic that is better not
	// posted unattended, and why that is thought, in plain words.
	Sensitive(a Article) (topic, why string, ok bool)
	// SameStory reports whether two articles tell the same story, as two
	// publishers do who take it from one agency.
	SameStory(a, b Article) bool
}
