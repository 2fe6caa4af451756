package source

import (
	"strings"
	"testing"
)

// Pages made to cost time: each ends, well within the test's own limit, in an
// article or a Problem. Without maxTags and maxWork some take minutes.
func TestHostilePages(t *testing.T) {
	const n = 1 << 18
	rep := func(s string) string { return "<html><body>" + strings.Repeat(s, n/len(s)) }
	r := testReader()
	for name, page := range map[string]string{
		"bold":        rep("<b><p>x"),
		"divs":        rep("<div>"),
		"links":       rep("<a href=x>x"),
		"tables":      rep("<table><tr><td>x"),
		"forms":       rep("<i><form>x</form>"),
		"svg":         rep("<svg><desc>"),
		"angles":      rep("<"),
		"breaks":      rep("<br>"),
		"a break":     rep("a<br>"),
		"class names": "<html><body><div class='" + strings.Repeat("a-b ", n/4) + "'>x</div>",
		"style":       "<html><body><div style='" + strings.Repeat("display : ", n/10) + "'>x</div>",
		"json":        "<script type='application/ld+json'>" + strings.Repeat("[", n) + "</script><p>x",
		"comment":     "<html><!--" + strings.Repeat("-", n),
		"title":       "<title>" + strings.Repeat("a | b - ", n/8) + "</title><p>x y z.",
		"word":        "<p>" + strings.Repeat("x", n),
		"depth":       strings.Repeat("<div>", 400) + strings.Repeat("<p>This is a sentence, yes, of a paragraph.</p>", 5_000),
		"items":       strings.Repeat("<li>some words here", 8_000),
	} {
		a, err := r.document([]byte(page), "text/html", name, false)
		checkArticle(t, a, err)
	}
}
