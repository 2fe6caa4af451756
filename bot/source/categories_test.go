package source

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"colloquy/bot"
)

func TestCategoriesOfPages(t *testing.T) {
	ld := func(json string) string { return `<script type="application/ld+json">` + json + `</script>` }
	for name, c := range map[string]struct {
		head string
		want []string
	}{
		"none":             {"", nil},
		"section and tags": {`<meta property="article:section" content="Arts, Culture"><meta property="article:tag" content="Opera"><meta property="article:tag" content="Vellmar, harbour">`, []string{"Arts, Culture", "Opera", "Vellmar", "harbour"}},
		"keywords":         {`<meta name="Keywords" content=" opera ,, Opera; night&amp;day ، بندرگاہ,…">`, []string{"opera", "night&day", "بندرگاہ"}},
		"news keywords":    {`<meta name="news_keywords" content="a1,b1">`, []string{"a1", "b1"}},
		"JSON-LD":          {ld(`{"@type":"NewsArticle","headline":"x","articleSection":["World","Asia"],"keywords":"tea, rice &amp; salt"}`), []string{"World", "Asia", "tea", "rice & salt"}},
		"a graph":          {ld(`{"@graph":[{"@type":"WebSite","keywords":"site"},{"headline":"x","keywords":["tea",7,null,{"a":"b"}]}]}`), []string{"tea"}},
		"of another thing": {ld(`{"@type":"WebSite","keywords":"site","publisher":{"headline":"x","keywords":"no"}}`), nil},
		"damaged":          {ld(`{"headline":"x","keywords":"tea`), nil},
		"too large":        {ld(`{"headline":"x","keywords":"tea","x":"` + strings.Repeat("x", maxJSONLD) + `"}`), nil},
		"too deep":         {ld(strings.Repeat(`{"@graph":[`, 2000) + `{"headline":"x","keywords":"tea"}` + strings.Repeat(`]}`, 2000)), nil},
		"markup":           {"<meta name='keywords' content='&lt;b&gt;tea&lt;/b&gt;,@everyone \u202eevil'>", []string{"tea", "@everyone evil"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, map[string]http.HandlerFunc{"/": send("text/html", prosePage("T", c.head))})
			if a := article(t, testReader(), bot.Source{Ref: s.URL}); !slices.Equal(a.Categories, c.want) {
				t.Errorf("%q, and should be %q", a.Categories, c.want)
			}
		})
	}
}

func TestCategoriesAreBounded(t *testing.T) {
	var tags strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&tags, `<meta property="article:tag" content="Tag %d %s">`, i, strings.Repeat("long ", 100))
	}
	s := serve(t, map[string]http.HandlerFunc{"/": send("text/html", prosePage("T", tags.String()))})
	a := article(t, testReader(), bot.Source{Ref: s.URL})
	if len(a.Categories) != maxCategories {
		t.Errorf("%d categories", len(a.Categories))
	}
	checkCategories(t, a.Categories)
}

func TestCategoriesOfEntries(t *testing.T) {
	s := serve(t, map[string]http.HandlerFunc{
		"/page": send("text/html", prosePage("T", `<meta property="article:section" content="Sport"><meta name="keywords" content="rowing">`)),
		"/feed": send("text/xml", `<rss version="2.0"><channel><title>F</title><item><title>T</title><link>/page</link>
			<category>Sport</category><category domain="x">Harbour &amp;amp; sea</category><category>sport</category><category> </category></item></channel></rss>`),
	})
	res, err := testReader().Feed(t.Context(), bot.FeedRequest{URL: s.URL + "/feed"})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"Sport", "Harbour & sea"}
	if got := res.Items[0].Categories; !slices.Equal(got, want) {
		t.Errorf("the item has %q, and should have %q", got, want)
	}
	a := article(t, testReader(), bot.Source{Item: &res.Items[0]})
	if want = append(want, "rowing"); !slices.Equal(a.Categories, want) {
		t.Errorf("the article has %q, and should have %q", a.Categories, want)
	}
	a = article(t, testReader(), bot.Source{Item: &bot.Item{Title: "T", Text: sentence, Categories: want}})
	if !slices.Equal(a.Categories, want) {
		t.Errorf("without a page it has %q, and should have %q", a.Categories, want)
	}
}

// checkCategories asks for what [bot.Article] promises of them.
func checkCategories(t *testing.T, list []string) {
	t.Helper()
	if len(list) > maxCategories {
		t.Errorf("%d categories", len(list))
	}
	for _, c := range list {
		checkText(t, c, false)
		if c == "" || utf8.RuneCountInString(c) > maxCategory {
			t.Errorf("category %q", c)
		}
	}
}
