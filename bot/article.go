package bot

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"
)

// An Article is text with a title and an origin.
type Article struct {
	ID        ID
	URL       string    // where people read it: canonical, http or https; empty for pasted text
	Title     string    // never empty: made from the first clause where the origin has none
	TitleMade bool      // the title was made from the text
	Byline    string    // who wrote it
	Site      string    // the publisher's name, else the host
	Published time.Time // zero if unknown
	Language  string    // ISO 639-1 ("en", "ur"); empty if unknown
	Image     string    // http or https URL; empty if none
	Words     int       // words of Text, by Unicode word boundaries
	Text      string    // paragraphs divided by a blank line; NFC, no markup, no control characters; empty once it is kept no longer
	// Categories are the sections, tags and keywords that the page and its feed
	// give, as they write them: at most 20 of at most 80 characters.
	Categories []string
	// Snippet is how many characters of it the publisher lets others show: 0 for
	// any number, [NoSnippet] for none. It comes from "nosnippet" and "max-snippet"
	// in the page's robots rules, so that files and pasted text have no limit.
	Snippet int
}

// NoSnippet is the [Article].Snippet of an article from which nothing may be quoted.
const NoSnippet = -1

// KeepText is how long the full text of an article, and that of an entry of a
// feed, is kept after it was read. What was posted of it, and the sentences that
// support that, stay.
const KeepText = 30 * oneDay

// ContentHash is the same for texts that differ only in case and white space.
func ContentHash(text string) string {
	sum := sha256.Sum256([]byte(strings.Join(strings.Fields(strings.ToLower(text)), " ")))
	return hex.EncodeToString(sum[:])
}

// A Source says what to read: exactly one of Ref and Item is set.
type Source struct {
	// Ref is an http(s) URL, or, where files are allowed, a file's path or "-".
	Ref string
	// Item is an entry of a feed: its page is fetched, and its own text used
	// where the page is refused.
	Item *Item
	// Title and URL name what is pasted or read from a file. They are the
	// person's word and override what the text says.
	Title, URL string
	// Scheduled: nobody waits for it, so robots.txt is respected.
	Scheduled bool
}

// A Reader fetches and reads articles and feeds. Its errors are [Problem]s
// whose text names what was read.
type Reader interface {
	// Article reads one article. It may take up to 20 seconds.
	Article(ctx context.Context, src Source) (Article, error)
	// Pasted makes an article of text that a person gave; title and url may be empty.
	Pasted(text, title, url string) (Article, error)
	// Feed polls a feed.
	Feed(ctx context.Context, r FeedRequest) (FeedResult, error)
}

// A FeedRequest says which feed to poll.
type FeedRequest struct {
	URL            string
	ETag, Modified string // those of the poll before, or empty
	Scheduled      bool   // for posting unattended, so robots.txt is respected
}

// FeedResult is what one poll of a feed brought.
type FeedResult struct {
	NotModified    bool   // the server said so; Items is empty
	URL            string // where the feed itself is, if the address given moved for good or was a page that names it
	Title          string
	Link           string        // the site's page
	ETag, Modified string        // for the next poll
	RetryAfter     time.Duration // the server asked to wait this long; 0 if not
	Gone           bool          // 410: never poll again
	Items          []Item        // at most 1,000, newest first
	Skipped        int           // entries without text, link or title, and those over the limit
}

// An Item is one entry of a feed.
type Item struct {
	ID        ID
	FeedID    ID
	GUID      string // as the feed gives it; may be empty
	URL       string // canonical form, without tracking parameters; may be empty
	Title     string
	Byline    string
	Published time.Time // zero if the feed gives none
	Text      string    // the feed's own text of the entry, as an article's Text; may be short or empty
	Hash      string    // of title and text, to recognise an entry whose guid and link changed
	Seen      bool      // part of the backlog of the first poll: never posted unattended
	// Categories are those of the entry, bounded as an article's.
	Categories []string
}
