package main

import (
	"embed"
	"fmt"
	"strings"
)

// The bundled articles, different in kind: an opinion, a news report and an
// explanation. Each file is a title, an empty line and the text. They were
// written for Colloquy, and their people and towns are invented.
//
//go:embed articles/*.txt
var articleFiles embed.FS

// bundledNames are the names of the bundled articles. The first is the one
// that the demonstration takes when it is given none.
func bundledNames() []string {
	return []string{"last-bus", "car-free-street", "heat-pumps"}
}

// bundledArticle gives the title and the text of a bundled article.
func bundledArticle(name string) (title, text string, err error) {
	data, err := articleFiles.ReadFile("articles/" + name + ".txt")
	if err != nil {
		return "", "", fmt.Errorf("no bundled article is named %q, there are %s: %w", name, strings.Join(bundledNames(), ", "), err)
	}
	title, text, _ = strings.Cut(string(data), "\n\n")
	return title, strings.TrimSpace(text), nil
}
