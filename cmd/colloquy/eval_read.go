package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"colloquy/bot"
)

// evalEndings are those of the files that hold articles.
var evalEndings = []string{".txt", ".text", ".md", ".markdown", ".html", ".htm", ".xhtml", ".jsonl"}

const (
	longestLine   = 8 << 20 // bytes of one article in a .jsonl file
	mostArticles  = 100_000 // of one run, which are kept in memory
	refusalsNamed = 5
)

// An evalArticle is one to write about, and where it came from.
type evalArticle struct {
	name    string
	article bot.Article
}

// A refusal is what could not be read, and why.
type refusal struct {
	name string
	err  error
}

// evalArticles reads every article in files and folders, in a fixed order. Only
// what keeps it from going on is an error.
func (a *app) evalArticles(ctx context.Context, paths []string) (articles []evalArticle, refused []refusal, err error) {
	reader := a.reader(slog.LevelError)
	for _, path := range paths {
		if strings.Contains(path, "://") {
			return nil, nil, usagef("%s is an address, and eval reads files: save the page as a file first", path)
		}
		files, closed, err := evalFiles(path)
		if err != nil {
			return nil, nil, usagef("%s cannot be read: %w; give a file or a folder that is there", path, err)
		}
		refused = append(refused, closed...)
		for _, file := range files {
			if err := ctx.Err(); err != nil {
				return nil, nil, err
			}
			add := func(name string, art bot.Article, err error) error {
				switch {
				case err != nil:
					refused = append(refused, refusal{name, err})
				case len(articles) == mostArticles:
					return usagef("there are more than %d articles: give fewer at a time", mostArticles)
				default:
					articles = append(articles, evalArticle{name, art})
				}
				return ctx.Err()
			}
			if strings.EqualFold(filepath.Ext(file), ".jsonl") {
				err = readLines(reader, file, add)
			} else {
				art, failed := reader.Article(ctx, bot.Source{Ref: file})
				err = add(file, art, failed)
			}
			if err != nil {
				return nil, nil, err
			}
		}
	}
	return articles, refused, nil
}

// evalFiles lists the files of articles in a folder and those in it, or the file
// itself, and what is in the way. Hidden ones are passed over.
func evalFiles(path string) (files []string, refused []refusal, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil, withoutPath(err)
	}
	if !info.IsDir() {
		return []string{path}, nil, nil
	}
	others := 0
	_ = filepath.WalkDir(path, func(file string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			refused = append(refused, refusal{file, bot.Problemf("no_file", "it cannot be read: %w", withoutPath(err))})
		case file != path && strings.HasPrefix(entry.Name(), "."):
			if entry.IsDir() {
				return fs.SkipDir
			}
		case entry.IsDir():
		case entry.Type().IsRegular() && slices.Contains(evalEndings, strings.ToLower(filepath.Ext(file))):
			files = append(files, file)
		default:
			others++
		}
		return nil
	})
	if others > 0 {
		err := bot.Problemf("other", "%s without an ending of an article", plural(others, "file", "files"))
		refused = append(refused, refusal{path, err})
	}
	return files, refused, nil
}

// withoutPath is what the system said, without the path that a message names.
func withoutPath(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// An articleLine is one article in a .jsonl file.
type articleLine struct {
	Title string   `json:"title"`
	Text  string   `json:"text"`
	Paras []string `json:"paras"`
	URL   string   `json:"url"`
}

// readLines gives each article of a .jsonl file to add, until that fails.
func readLines(reader bot.Reader, file string, add func(name string, art bot.Article, err error) error) error {
	f, err := os.Open(file)
	if err != nil {
		return add(file, bot.Article{}, bot.Problemf("no_file", "it cannot be read: %w", withoutPath(err)))
	}
	defer func() { _ = f.Close() }()
	in := bufio.NewScanner(f)
	in.Buffer(nil, longestLine)
	for n := 1; in.Scan(); n++ {
		if len(bytes.TrimSpace(in.Bytes())) == 0 {
			continue
		}
		art, err := lineArticle(reader, withoutMark(in.Bytes()))
		if err := add(fmt.Sprintf("%s:%d", file, n), art, err); err != nil {
			return err
		}
	}
	if err := in.Err(); err != nil {
		if errors.Is(err, bufio.ErrTooLong) {
			err = bot.Problemf("too_large", "a line has more than %d MB, and what follows was not read", longestLine>>20)
		}
		return add(file, bot.Article{}, withoutPath(err))
	}
	return nil
}

// withoutMark takes away what some programs put before UTF-8.
func withoutMark(data []byte) []byte { return bytes.TrimPrefix(data, []byte("\ufeff")) }

func lineArticle(reader bot.Reader, line []byte) (bot.Article, error) {
	var l articleLine
	if err := json.Unmarshal(line, &l); err != nil {
		return bot.Article{}, bot.Problemf("not_json", "the line is no JSON object with title and text: write one article a line")
	}
	if l.Text == "" {
		l.Text = strings.Join(l.Paras, "\n\n")
	}
	return reader.Pasted(l.Text, l.Title, l.URL)
}

// tellRefused names what was left out, and why.
func (a *app) tellRefused(list []refusal) {
	for i, r := range list {
		if i == refusalsNamed && len(list) > i+1 {
			a.warn(fmt.Sprintf("left out too: %d more that cannot be read", len(list)-i))
			return
		}
		a.warn("left out: " + r.name + ": " + errorLine(r.err))
	}
}

// setOf identifies a set of articles by what is in them.
func setOf(articles []evalArticle) string {
	h := sha256.New()
	for _, art := range articles {
		for _, part := range []string{art.article.Title, art.article.Text} {
			sum := sha256.Sum256([]byte(part))
			h.Write(sum[:])
		}
	}
	return hex.EncodeToString(h.Sum(nil))[:16]
}

// readBaseline reads what an earlier run printed as JSON.
func readBaseline(file string) (*evalJSON, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, usagef("the baseline %s cannot be read: %w", file, withoutPath(err))
	}
	defer func() { _ = f.Close() }()
	data, err := io.ReadAll(io.LimitReader(f, longestConfig+1))
	if err != nil || len(data) > longestConfig {
		return nil, usagef("the baseline %s cannot be read: give a file that 'colloquy eval --format json' wrote", file)
	}
	var b evalJSON
	if err := json.Unmarshal(withoutMark(data), &b); err != nil || len(b.Figures) == 0 || b.Articles == 0 {
		return nil, usagef("%s is no baseline: give a file that 'colloquy eval --format json' wrote", file)
	}
	return &b, nil
}
