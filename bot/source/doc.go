// Package source reads articles and feeds: it fetches them through a guarded
// HTTP client, finds the article in the page and leaves plain, clean text.
//
//	source.go, file.go                       an address, a file or pasted text to an article
//	client.go, dial.go, gate.go, robots.go   fetching: addresses, redirects, politeness
//	decode.go                                bytes to text: character sets, what is no text at all
//	page.go, prune.go, render.go, trim.go    a page to its article
//	meta.go, url.go                          title, date, canonical address
//	categories.go, snippet.go                what it is filed under, how much of it may be quoted
//	text.go, markdown.go, title.go           text and Markdown to an article
//	clean.go                                 what may remain in text
//	feed.go, item.go, entry.go               feeds, their entries, and the article of an entry
//
// Whatever it reads is hostile until proven otherwise. What it cannot read
// ends in a [bot.Problem] with one of these codes:
//
//	bad_url           not an http(s) address, or one with a name and password in it
//	blocked_address   not a public address, or a port other than 80 and 443
//	unknown_host      the name does not exist
//	unreachable       no connection, or it broke off
//	timeout           more than 20 seconds
//	stopped           the caller gave up
//	redirects         more than 5 redirects, or in a circle
//	busy              429, or too many requests of ours wait for this host
//	refused           401, 403 and their like, or a page that only tests whether we are human
//	not_found, gone   404, 410
//	server_error      5xx
//	robots            robots.txt forbids it, or could not be read just now
//	too_large         more than 10 MB, or 200,000 words
//	pdf, not_text     nothing that we read
//	unreadable        text in an unknown character set, or markup nested too deeply
//	paywall, login    the article is for those who pay or log in
//	no_article        a page without an article
//	nosnippet         the publisher lets nothing of it be quoted
//	is_feed           a feed was given as an article
//	not_a_feed        something else was given as a feed
//	empty, too_short  nothing, or a single word
//	no_file           no such file, or it cannot be read
package source
