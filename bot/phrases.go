package bot

import "context"

// phrases are our own words in a channel, in one language.
type phrases struct {
	withdrawn string // where posts cannot be removed
	corrected string // where the recap cannot be edited
	reminder  string // one %s: when it closes
}

var english = phrases{
	withdrawn: "This discussion was withdrawn by those who manage it. It is over, and no recap will follow.",
	corrected: "The recap above quotes something that its author has taken back since. Please take the quotation as not made.",
	reminder:  "This discussion closes %s. Until then, replies are recorded for its recap.",
}

// words gives the phrases for a discussion.
func (e *Engine) words(context.Context, Discussion) phrases { return english }
