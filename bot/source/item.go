package source

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/mmcdole/gofeed"
	"golang.org/x/net/html"

	"colloquy/bot"
)

// newest sorts entries by date, the newest first. One without a date keeps its
// place behind the entry before it.
func newest(items []*gofeed.Item, now time.Time) []*gofeed.Item {
	type dated struct {
		item *gofeed.Item
		at   time.Time
	}
	var list []dated
	at := now
	for _, it := range items {
		if it == nil {
			continue
		}
		if t := published(it, now); !t.IsZero() {
			at = t
		}
		list = append(list, dated{it, at})
	}
	slices.SortStableFunc(list, func(a, b dated) int { return b.at.Compare(a.at) })
	out := make([]*gofeed.Item, len(list))
	for i, d := range list {
		out[i] = d.item
	}
	return out
}

// published is zero also where the feed gives a time to come: such an entry
// would stay the newest.
func published(it *gofeed.Item, now time.Time) time.Time {
	for _, t := range []*time.Time{it.PublishedParsed, it.UpdatedParsed} {
		if t != nil {
			return plausible(*t, now)
		}
	}
	return time.Time{}
}

// itemOf makes our item of a feed's entry. Relative addresses are relative to
// base.
func itemOf(it *gofeed.Item, base *url.URL, now time.Time) bot.Item {
	out := bot.Item{GUID: guid(it.GUID), Title: limitLine(plainTitle(it.Title), maxTitle), Published: published(it, now)}
	link := it.Link
	if orig := it.Extensions["feedburner"]["origLink"]; len(orig) > 0 {
		link = orig[0].Value
	}
	if link == "" && looksLikeURL(it.GUID) {
		link = it.GUID
	}
	out.URL = CanonicalURL(webURL(base, link))
	for _, a := range it.Authors {
		if a != nil && out.Byline == "" {
			out.Byline = cleanByline(plainTitle(a.Name))
		}
	}
	out.Text = itemText(it.Content)
	if other := itemText(it.Description); len(other) > len(out.Text) {
		out.Text = other
	}
	if out.Title == "" {
		first, _, _ := strings.Cut(out.Text, "\n")
		out.Title = titleFrom(first)
	}
	out.Categories = categories(it.Categories[:min(len(it.Categories), 5*maxCategories)])
	out.Hash = hashOf(out)
	return out
}

// guid is as given, or a hash of it where it is longer than any sane one.
func guid(s string) string {
	s = line(s)
	if len(s) > 512 {
		return hexHash(s)
	}
	return s
}

// hashOf recognises the content of an entry. Where that is too little to tell
// entries apart, the address counts too.
func hashOf(it bot.Item) string {
	s := wordsOnly(it.Title) + "\n" + wordsOnly(it.Text)
	if countWords(it.Text, 12) < 12 {
		s += "\n" + it.URL + "\n" + it.GUID
	}
	return hexHash(s)
}

func hexHash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:16])
}

var markup = regexp.MustCompile(`<[a-zA-Z/!][^<>]*>|&(#\d+|#x[0-9a-fA-F]+|[a-zA-Z]\w+);`)

// itemText is the text of an entry's HTML, or of its plain text.
func itemText(s string) string {
	if strings.TrimSpace(s) == "" {
		return ""
	}
	if !markup.MatchString(s) {
		return strings.Join(paragraphs(clean(s)), "\n\n")
	}
	p := fragment(s)
	return strings.Join(p, "\n\n")
}

// fragment gives the paragraphs of a piece of HTML that is all article.
func fragment(s string) []string {
	doc, err := html.Parse(strings.NewReader(s))
	if err != nil {
		return nil
	}
	prune(doc, true)
	var out []string
	for _, b := range dropBareHeadings(trimTail(keep(dropLinks(blocks(doc)), func(b block) bool {
		return b.letters > 0 && !noise.MatchString(b.text) && !isPointer(b)
	}))) {
		out = append(out, line(b.text))
	}
	return out
}

// plainTitle takes markup and entities out of a title; feeds have them escaped
// once or twice.
func plainTitle(s string) string {
	for range 2 {
		if !markup.MatchString(s) {
			break
		}
		doc, err := html.Parse(strings.NewReader(s))
		if err != nil {
			return ""
		}
		var parts []string
		for _, b := range blocks(doc) {
			parts = append(parts, b.text)
		}
		s = strings.Join(parts, " ")
	}
	return s
}
