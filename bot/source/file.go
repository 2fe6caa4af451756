package source

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"colloquy/bot"
)

// file reads an article from a file, or from standard input for "-". Only the
// command line may: see [Options].AllowFiles.
func (r *Reader) file(ctx context.Context, path string) (bot.Article, error) {
	if path == "-" {
		if r.opt.Stdin == nil {
			return r.document(nil, "", "standard input", false)
		}
		data, err := readAll(r.opt.Stdin, maxBytes, false)
		if err != nil {
			return bot.Article{}, fileProblem("standard input", err)
		}
		return r.document(data, "", "standard input", false)
	}
	name := short(filepath.Base(path))
	data, err := readFile(ctx, path)
	if err != nil {
		return bot.Article{}, fileProblem(name, err)
	}
	contentType := ""
	switch strings.ToLower(filepath.Ext(path)) {
	case ".html", ".htm", ".xhtml":
		contentType = "text/html"
	case ".txt", ".text":
		contentType = "text/plain"
	}
	return r.document(data, contentType, name, isMarkdown(path))
}

func isMarkdown(path string) bool {
	ext := strings.ToLower(filepath.Ext(path))
	return ext == ".md" || ext == ".markdown"
}

func readFile(ctx context.Context, path string) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return nil, errDirectory
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return readAll(f, maxBytes, false)
}

var errDirectory = errors.New("is a directory")

func fileProblem(name string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return problem("no_file", err, "%s could not be read: there is no such file; a web address begins with https://", name)
	case errors.Is(err, errDirectory):
		return problem("no_file", err, "%s could not be read: it is a folder; give a file in it", name)
	case errors.Is(err, fs.ErrPermission):
		return problem("no_file", err, "%s could not be read: permission is denied; change its permissions", name)
	case errors.Is(err, errTooLarge):
		return problem("too_large", err, "%s was not read: it is larger than %d MB; give the part that matters", name, maxBytes>>20)
	case errors.Is(err, io.ErrUnexpectedEOF), err != nil:
		return problem("no_file", err, "%s could not be read: %v", name, err)
	}
	return nil
}

// document makes an article of what a person gave, as a file or in the chat.
// They know what it is: what looks like a stub is taken as it is.
func (r *Reader) document(data []byte, contentType, name string, markdown bool) (bot.Article, error) {
	text, k, err := textOf(data, contentType, name)
	if err != nil {
		return bot.Article{}, err
	}
	var a bot.Article
	switch {
	case markdown:
		a = r.ofText(readMarkdown(text))
	case k == kindFeed:
		return bot.Article{}, problem("is_feed", nil, "%s is a feed, not an article: give the address of one of its articles", name)
	case k == kindHTML && contentType != "text/plain":
		p, err := readPage(text, nil)
		if err != nil {
			return bot.Article{}, problem("unreadable", err, "%s could not be read: its markup is damaged or nested too deeply; give its text instead", name)
		}
		a = r.ofPage(p, nil)
		if a.Words > 0 && !p.hasArticle() {
			return bot.Article{}, noArticle(p, name)
		}
	default:
		a = r.ofText(readText(text))
	}
	return a, sizeProblem(a.Words, name)
}

// textOf decodes data and says what it is, or refuses it.
func textOf(data []byte, contentType, name string) (string, kind, error) {
	k := sniff(data, contentType)
	switch k {
	case kindPDF:
		return "", k, problem("pdf", nil, "%s is a PDF, which is not read: paste the text instead", name)
	case kindBinary:
		return "", k, problem("not_text", nil, "%s is not text: give a web page, a text or a Markdown file", name)
	}
	text, ok := decode(data, contentType)
	if !ok {
		return "", k, problem("unreadable", nil, "%s could not be read: its character set is unknown; save it as UTF-8, or paste the text", name)
	}
	if k == kindText { // UTF-16 shows what it is only now
		k = sniff([]byte(text[:min(len(text), 4096)]), contentType)
		if k == kindBinary {
			k = kindText
		}
	}
	return text, k, nil
}
