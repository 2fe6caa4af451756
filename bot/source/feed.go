package source

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/mmcdole/gofeed"

	"colloquy/bot"
)

const (
	maxItems      = 1000 // entries kept of one feed, the newest
	maxFeedDepth  = 200  // elements within elements
	maxRetryAfter = 7 * 24 * time.Hour
)

// Feed polls a feed; see [bot.Reader]. Where the server asked for a pause, the
// result beside the error has RetryAfter.
func (r *Reader) Feed(ctx context.Context, q bot.FeedRequest) (bot.FeedResult, error) {
	ctx, cancel := context.WithTimeout(ctx, maxTime)
	defer cancel()
	u, err := parseURL(q.URL)
	if err != nil {
		return bot.FeedResult{}, err
	}
	res, err := r.feedResponse(ctx, u, request{robots: q.Scheduled, unattended: true, etag: q.ETag, modified: q.Modified})
	if err != nil {
		return bot.FeedResult{}, err
	}
	out, done, err := r.feedStatus(u, res, q.ETag, q.Modified)
	if done || err != nil {
		return out, err
	}
	if res.permanent != nil {
		out.URL = res.permanent.String()
	}
	if sniff(res.body, res.header.Get("Content-Type")) == kindHTML {
		return r.discover(ctx, u, res, q.Scheduled)
	}
	return r.parseFeed(u, res, out)
}

func (r *Reader) feedResponse(ctx context.Context, u *url.URL, req request) (*response, error) {
	req.accept = "application/rss+xml,application/atom+xml,application/feed+json,application/xml;q=0.9,text/xml;q=0.9,*/*;q=0.5"
	return r.client.get(ctx, u, req)
}

// feedStatus reads what a poll's answer says before its body. done means that
// there is no body to read.
func (r *Reader) feedStatus(u *url.URL, res *response, etag, modified string) (out bot.FeedResult, done bool, err error) {
	out.ETag, out.Modified = res.header.Get("ETag"), res.header.Get("Last-Modified")
	switch {
	case res.status == http.StatusNotModified:
		out.NotModified = true
		if out.ETag == "" {
			out.ETag = etag
		}
		if out.Modified == "" {
			out.Modified = modified
		}
		return out, true, nil
	case res.status == http.StatusGone:
		return bot.FeedResult{Gone: true}, true, nil
	}
	if err := statusProblem(u, res.status); err != nil {
		return bot.FeedResult{RetryAfter: r.retryAfter(res.header.Get("Retry-After"))}, true, err
	}
	return out, false, nil
}

// retryAfter reads the header of that name: seconds, or a date.
func (r *Reader) retryAfter(s string) time.Duration {
	var d time.Duration
	if n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64); err == nil {
		d = time.Duration(min(n, int64(maxRetryAfter/time.Second))) * time.Second
	} else if at, err := http.ParseTime(s); err == nil {
		d = at.Sub(r.opt.Clock())
	}
	return min(max(d, 0), maxRetryAfter)
}

// discover follows a page to the feed that it names.
func (r *Reader) discover(ctx context.Context, asked *url.URL, res *response, scheduled bool) (bot.FeedResult, error) {
	text, _ := decode(res.body, res.header.Get("Content-Type"))
	p, err := readPage(text, res.url)
	if err != nil {
		return bot.FeedResult{}, notFeed(asked, err)
	}
	found := ""
	for _, href := range p.feeds {
		at := webURL(p.baseURL(res.url), href)
		if at != "" && (found == "" || strings.Contains(found, "comment") && !strings.Contains(at, "comment")) {
			found = at
		}
	}
	if found == "" {
		return bot.FeedResult{}, notFeed(asked, nil)
	}
	u, err := parseURL(found)
	if err != nil {
		return bot.FeedResult{}, err
	}
	if res, err = r.feedResponse(ctx, u, request{robots: scheduled}); err != nil {
		return bot.FeedResult{}, err
	}
	out, done, err := r.feedStatus(u, res, "", "")
	if done || err != nil {
		return out, err
	}
	out.URL = found
	return r.parseFeed(u, res, out)
}

func notFeed(u *url.URL, err error) error {
	return problem("not_a_feed", err, "%s is no feed, and names none: give the address of an RSS, Atom or JSON feed", shown(u))
}

func (r *Reader) parseFeed(asked *url.URL, res *response, out bot.FeedResult) (bot.FeedResult, error) {
	feed, err := parse(res.body, res.header.Get("Content-Type"))
	if err != nil {
		return bot.FeedResult{}, notFeed(asked, err)
	}
	base := res.url
	if at := webURL(res.url, feed.Link); at != "" {
		out.Link = CanonicalURL(at)
		if u, err := url.Parse(at); err == nil {
			base = u
		}
	}
	if out.Title = limitLine(plainTitle(feed.Title), maxTitle); out.Title == "" {
		out.Title = hostName(res.url)
	}
	list := newest(feed.Items, r.opt.Clock())
	out.Skipped = max(0, len(list)-maxItems)
	for _, it := range list[:min(len(list), maxItems)] {
		item := itemOf(it, base, r.opt.Clock())
		if item.URL == "" && item.Text == "" {
			out.Skipped++
			continue
		}
		out.Items = append(out.Items, item)
	}
	return out, nil
}

// parse reads a feed of any format from bytes in any character set.
func parse(body []byte, contentType string) (feed *gofeed.Feed, err error) {
	defer func() {
		if r := recover(); r != nil { // the parser is not ours, and its input is hostile
			feed, err = nil, fmt.Errorf("panic in the feed parser: %v", r)
		}
	}()
	text, err := feedText(body, contentType)
	if err != nil {
		return nil, err
	}
	if !strings.HasPrefix(text, "{") && tooDeep(text, maxFeedDepth) {
		return nil, fmt.Errorf("elements nested deeper than %d", maxFeedDepth)
	}
	return gofeed.NewParser().ParseString(text)
}

var xmlDeclaration = regexp.MustCompile(`^<\?xml[^>]*?(?:encoding\s*=\s*["']([A-Za-z0-9._:-]+)["'])?[^>]*\?>`)

// feedText decodes a feed to UTF-8, takes the XML declaration off, which may
// say otherwise, and the characters that XML forbids.
func feedText(body []byte, contentType string) (string, error) {
	body = bytes.TrimLeft(body, " \t\r\n")
	if binaryMagic(body) {
		return "", fmt.Errorf("not text")
	}
	if m := xmlDeclaration.FindSubmatch(bytes.TrimPrefix(body, []byte("\ufeff"))); m != nil && len(m[1]) > 0 && !strings.Contains(contentType, "charset") {
		contentType = "text/xml; charset=" + string(m[1])
	}
	text, ok := decode(body, contentType)
	if !ok {
		return "", fmt.Errorf("unknown character set")
	}
	text = xmlDeclaration.ReplaceAllString(strings.TrimLeft(text, "\ufeff \t\r\n"), "")
	return strings.TrimSpace(strings.Map(func(c rune) rune {
		if c < ' ' && c != '\n' && c != '\t' && c != '\r' || c == 0xfffe || c == 0xffff {
			return -1
		}
		return c
	}, text)), nil
}

// tooDeep reports whether XML nests deeper than limit. The parser that follows
// recurses, and a stack that is used up cannot be recovered from.
func tooDeep(xml string, limit int) bool {
	depth := 0
	for {
		i := strings.IndexByte(xml, '<')
		if i < 0 || i+1 == len(xml) {
			return false
		}
		xml = xml[i:]
		n := tagEnd(xml)
		if n < 0 {
			return false
		}
		switch {
		case xml[1] == '/':
			depth = max(0, depth-1)
		case xml[1] != '!' && xml[1] != '?' && xml[n-2] != '/':
			depth++
		}
		if depth > limit {
			return true
		}
		xml = xml[n:]
	}
}

// tagEnd is the length of the tag, comment or section that xml begins with; -1
// if it does not end.
func tagEnd(xml string) int {
	end := ""
	switch {
	case strings.HasPrefix(xml, "<![CDATA["):
		end = "]]>"
	case strings.HasPrefix(xml, "<!--"):
		end = "-->"
	}
	if end != "" {
		n := strings.Index(xml, end)
		if n < 0 {
			return -1
		}
		return n + len(end)
	}
	var quote byte
	for i := 1; i < len(xml); i++ {
		switch c := xml[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '>':
			return i + 1
		}
	}
	return -1
}
