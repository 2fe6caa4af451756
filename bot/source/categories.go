package source

import (
	"encoding/json"
	"strings"
)

// Bounds of the categories of an article or an item.
const (
	maxCategories = 20
	maxCategory   = 80 // characters
)

const (
	maxJSONLD     = 256 << 10 // bytes of one script that are read
	maxJSONLDDeep = 12        // objects within objects; real ones have four
)

// categories makes a list for people of what a page or a feed gives as such:
// one line each, none twice.
func categories(raw []string) []string {
	var out []string
	seen := map[string]bool{}
	for _, s := range raw {
		s = limitLine(plainTitle(s), maxCategory-1)
		key := wordsOnly(s)
		if key == "" || seen[key] {
			continue
		}
		seen[key] = true
		if out = append(out, s); len(out) == maxCategories {
			break
		}
	}
	return out
}

// noteCategories keeps what a <meta> element says about the article's subject.
func (m *meta) noteCategories(key, content string) {
	switch key {
	case "article:section", "articlesection":
		m.addCategory(content)
	case "article:tag", "keywords", "news_keywords":
		for _, s := range splitKeywords(content) {
			m.addCategory(s)
		}
	}
}

// addCategory keeps more than are shown, as some are empty or there twice.
func (m *meta) addCategory(s string) {
	if len(m.categories) < 5*maxCategories {
		m.categories = append(m.categories, s)
	}
}

// splitKeywords divides a list. Its entities are read first: they end in a sign
// that divides too.
func splitKeywords(s string) []string {
	return strings.FieldsFunc(plainTitle(s), func(r rune) bool { return r == ',' || r == ';' || r == '،' || r == '，' || r == '、' })
}

// readJSONLD keeps the section and the keywords of the articles in a script of
// schema.org's JSON. What cannot be read says nothing.
func (m *meta) readJSONLD(script string) {
	if len(script) > maxJSONLD || !strings.Contains(script, "articleSection") && !strings.Contains(script, "keywords") {
		return
	}
	var v any
	if json.Unmarshal([]byte(script), &v) == nil {
		m.walkJSONLD(v, 0)
	}
}

func (m *meta) walkJSONLD(v any, depth int) {
	if depth > maxJSONLDDeep {
		return
	}
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			m.walkJSONLD(x, depth+1)
		}
	case map[string]any:
		if _, article := v["headline"]; article {
			for _, s := range stringsOf(v["articleSection"]) {
				m.addCategory(s)
			}
			for _, s := range stringsOf(v["keywords"]) {
				for _, k := range splitKeywords(s) {
					m.addCategory(k)
				}
			}
		}
		for _, key := range []string{"@graph", "mainEntity", "mainEntityOfPage"} {
			m.walkJSONLD(v[key], depth+1)
		}
	}
}

// stringsOf gives the strings of a value that is one, or a list of them.
func stringsOf(v any) []string {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		var out []string
		for _, x := range v {
			if s, ok := x.(string); ok {
				out = append(out, s)
			}
		}
		return out
	}
	return nil
}
