package source

import (
	"html"
	"regexp"
	"strings"
)

var (
	mdFence     = regexp.MustCompile("^ {0,3}(```+|~~~+)")
	mdHeading   = regexp.MustCompile(`^ {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$`)
	mdUnderline = regexp.MustCompile(`^ {0,3}(=+|-+)[ \t]*$`)
	mdRule      = regexp.MustCompile(`^ {0,3}([-*_][ \t]*){3,}$`)
	mdQuote     = regexp.MustCompile(`^([ \t]{0,3}>[ \t]?)+`)
	mdItem      = regexp.MustCompile(`^[ \t]*([-*+]|\d{1,9}[.)])[ \t]+(\[[ xX]\][ \t]+)?`)
	mdReference = regexp.MustCompile(`^ {0,3}\[[^\]]+\]:[ \t]*\S+`)
	mdTable     = regexp.MustCompile(`^[ \t]*\|?[ \t]*:?-{2,}:?[ \t]*(\|[ \t]*:?-{2,}:?[ \t]*)*\|?[ \t]*$`)
	mdImage     = regexp.MustCompile(`!\[[^\]]*\](\([^)]*\)|\[[^\]]*\])?`)
	mdFootnote  = regexp.MustCompile(`\[\^[^\]]+\]`)
	mdLink      = regexp.MustCompile(`\[([^\[\]]+)\](\([^()]*(\([^()]*\))?[^()]*\)|\[[^\]]*\])`)
	mdAutolink  = regexp.MustCompile(`<((https?://|mailto:)[^>\s]+)>`)
	mdTag       = regexp.MustCompile(`</?[a-zA-Z][^<>]*>`)
	mdComment   = regexp.MustCompile(`(?s)<!--.*?(-->|$)`)
	mdStrong    = regexp.MustCompile(`(\*{1,3}|~~)(\S(?:.*?\S)?)(\*{1,3}|~~)`)
	mdUnder     = regexp.MustCompile(`(^|[^\pL\pN_])_{1,3}([^\s_](?:.*?[^\s_])?)_{1,3}($|[^\pL\pN_])`)
	mdCode      = regexp.MustCompile("`+([^`]*)`+")
	mdEscape    = regexp.MustCompile(`\\[!-/:-@\[-` + "`" + `{-~]`)
)

// readMarkdown reads Markdown as far as articles use it. Code blocks, pictures
// and tables' rules are left out; everything else becomes plain paragraphs.
// The title is that of the front matter, else the first heading where nothing
// comes before it.
func readMarkdown(text string) written {
	text = clean(text)
	var w written
	text, front := frontMatter(text)
	w.title, w.byline = front["title"], front["author"]
	m := mdReader{lines: strings.Split(mdComment.ReplaceAllString(text, ""), "\n")}
	m.read()
	if w.title == "" && m.title != "" {
		w.title = m.title
		m.paras = m.paras[1:]
	} else if len(m.paras) > 0 && m.title != "" && sameText(m.title, w.title) {
		m.paras = m.paras[1:]
	}
	w.paras = m.paras
	w.takeByline()
	return w
}

// frontMatter takes a block of "key: value" lines between rules off the top.
func frontMatter(text string) (rest string, front map[string]string) {
	text = strings.TrimLeft(text, "\n ")
	for _, rule := range []string{"---\n", "+++\n"} {
		if !strings.HasPrefix(text, rule) {
			continue
		}
		block, rest, ok := strings.Cut(text[len(rule):], "\n"+rule)
		if !ok || len(block) > 8<<10 {
			continue
		}
		front = map[string]string{}
		for _, l := range strings.Split(block, "\n") {
			key, value, ok := strings.Cut(l, ":")
			if rule[0] == '+' {
				key, value, ok = strings.Cut(l, "=")
			}
			if ok && !strings.HasPrefix(l, " ") {
				front[strings.ToLower(strings.TrimSpace(key))] = strings.Trim(strings.TrimSpace(value), `"'`)
			}
		}
		return rest, front
	}
	return text, nil
}

type mdReader struct {
	lines []string
	paras []string
	open  []string
	title string // the first heading, if it is the first paragraph
}

func (m *mdReader) read() {
	fence := ""
	for _, l := range m.lines {
		if f := mdFence.FindStringSubmatch(l); f != nil {
			if fence == "" {
				m.flush()
				fence = f[1]
				continue
			}
			if strings.HasPrefix(f[1], fence) {
				fence = ""
			}
			continue
		}
		if fence == "" {
			m.line(l)
		}
	}
	m.flush()
}

func (m *mdReader) line(l string) {
	l = mdQuote.ReplaceAllString(l, "")
	switch h := mdHeading.FindStringSubmatch(l); {
	case h != nil:
		m.flush()
		m.heading(h[2])
	case mdUnderline.MatchString(l) && len(m.open) > 0:
		text := strings.Join(m.open, " ")
		m.open = m.open[:0]
		m.heading(text)
	case strings.TrimSpace(l) == "", mdRule.MatchString(l):
		m.flush()
	case mdReference.MatchString(l), mdTable.MatchString(l):
	case mdItem.MatchString(l):
		m.flush()
		m.open = append(m.open, mdItem.ReplaceAllString(l, ""))
	case strings.HasPrefix(strings.TrimSpace(l), "|"):
		m.flush()
		m.open = append(m.open, strings.Join(strings.FieldsFunc(l, func(r rune) bool { return r == '|' }), " "))
		m.flush()
	default:
		m.open = append(m.open, l)
	}
}

func (m *mdReader) heading(text string) {
	first := len(m.paras) == 0
	m.add(text)
	if first && len(m.paras) == 1 {
		m.title = m.paras[0]
	}
}

func (m *mdReader) flush() {
	if len(m.open) > 0 {
		m.add(strings.Join(m.open, " "))
		m.open = m.open[:0]
	}
}

func (m *mdReader) add(text string) {
	if text = mdInline(text); strings.IndexFunc(text, isWordRune) >= 0 {
		m.paras = append(m.paras, text)
	}
}

const escaped = '\ue000'

// mdInline takes the markup out of one paragraph.
func mdInline(s string) string {
	// What a backslash protects waits in the private use area, which clean emptied.
	s = mdEscape.ReplaceAllStringFunc(s, func(m string) string { return string(escaped + rune(m[1])) })
	s = mdImage.ReplaceAllString(s, "")
	s = mdFootnote.ReplaceAllString(s, "")
	s = mdLink.ReplaceAllString(s, "$1")
	s = mdAutolink.ReplaceAllString(s, "$1")
	s = mdTag.ReplaceAllString(s, "")
	s = mdCode.ReplaceAllString(s, "$1")
	for range 2 { // strong within emphasised
		s = mdStrong.ReplaceAllString(s, "$2")
		s = mdUnder.ReplaceAllString(s, "$1$2$3")
	}
	s = html.UnescapeString(s)
	return line(strings.Map(func(r rune) rune {
		if r > escaped && r < escaped+0x80 {
			return r - escaped
		}
		return r
	}, s))
}
