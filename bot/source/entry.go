package source

import (
	"context"
	"net/url"
	"slices"

	"colloquy/bot"
)

// fullText is how many words of a feed's own text stand for the article where
// the page cannot be read. Teasers are shorter.
const fullText = 150

// entry reads the article of a feed's entry: its page, or the feed's own text
// where the page is refused, a stub or out of reach. A page that was taken
// down, stands at an address that is not public, or may not be quoted, is not
// read from the feed.
func (r *Reader) entry(ctx context.Context, it bot.Item, scheduled bool) (bot.Article, error) {
	own := r.ofItem(it)
	if it.URL == "" {
		return own, sizeProblem(own.Words, short(it.Title))
	}
	a, err := r.web(ctx, it.URL, scheduled)
	if err != nil {
		switch bot.ReasonCode(err) {
		case "blocked_address", "bad_url", "not_found", "gone", "stopped", "nosnippet":
			return bot.Article{}, err
		}
		if own.Words >= fullText && own.Words <= maxWords || a.Words > 0 && own.Words > a.Words {
			return own, nil
		}
		return bot.Article{}, err
	}
	if a.Words < fullText && own.Words > a.Words {
		a.Text, a.Words, a.Language = own.Text, own.Words, own.Language
	}
	if it.Title != "" {
		a.Title, a.TitleMade = own.Title, false
	}
	if a.Byline == "" {
		a.Byline = own.Byline
	}
	if a.Published.IsZero() {
		a.Published = own.Published
	}
	a.Categories = categories(slices.Concat(own.Categories, a.Categories))
	return a, nil
}

// ofItem makes an article of what the feed itself says.
func (r *Reader) ofItem(it bot.Item) bot.Article {
	w := written{title: it.Title, byline: it.Byline}
	if it.Text != "" {
		w.paras = paragraphs(clean(it.Text))
	}
	a := r.ofText(w)
	a.URL = CanonicalURL(it.URL)
	if u, err := url.Parse(a.URL); err == nil && a.URL != "" {
		a.Site = hostName(u)
	}
	a.Published = plausible(it.Published, r.opt.Clock())
	a.Categories = categories(it.Categories)
	return a
}
