package bot

// A Message is what we want to say, as structure. The adapter renders, escapes,
// splits and truncates it. Every text in it is plain: what looks like markup,
// a mention or a link is to be shown, never to work.
type Message struct {
	Title      string
	Link       string // of the title; http or https; empty if none
	Source     string // publisher and byline, one line
	Image      string // http or https
	Language   string // of what is quoted and asked, and of a digest; ISO 639-1, empty if unknown. Our own words may be in another
	Paragraphs []string
	Lines      []string // a list, each on a line of its own
	Quotation  []Quoted // verbatim, shown as a quotation
	Number     int      // of Question, from 1; 0 if there is none
	Question   string
	Asks       []string // the questions that follow as posts of their own, for a root whose thread is not seen beside it; from number 1
	Buttons    []Button
	Footer     string // small print, in our own words
	FooterLink string // https; ends the small print, whole; empty if none
	Ping       string // id of the one role to notify; empty: nobody. Nothing else in a message ever notifies
}

// Quoted is somebody else's text with its author.
type Quoted struct {
	Text string
	By   string // the publisher, or the person who wrote the reply
	Link string // to a reply, where the platform has links; empty otherwise
	ID   string // of a reply, short, where there is no link
}

// A Button sends a [Command] when it is pressed. Adapters of platforms without
// buttons leave them out.
type Button struct {
	Label   string
	Command string            // name of the command
	Args    map[string]string // short: platforms allow about 100 characters in all
	Form    string            // what the person is asked to write before; it is handed over as the argument "text". Empty: nothing
}
