package source

import (
	"bytes"
	"mime"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	utf "golang.org/x/text/encoding/unicode"
)

// kind says what some bytes are.
type kind int

const (
	kindText kind = iota
	kindHTML
	kindFeed
	kindPDF
	kindBinary
)

// sniff finds out what data is by looking at it. contentType, as a server
// gives it, only decides what looking leaves open. data is as it came, or
// decoded to UTF-8.
func sniff(data []byte, contentType string) kind {
	head := bytes.TrimLeft(data[:min(len(data), 4096)], "\ufeff \t\r\n")
	lower := bytes.ToLower(head[:min(len(head), 1024)])
	media, _, _ := mime.ParseMediaType(contentType)
	switch {
	case bytes.HasPrefix(head, []byte("%PDF-")) || media == "application/pdf":
		return kindPDF
	case binaryMagic(data):
		return kindBinary
	case startsFeed(lower):
		return kindFeed
	case bytes.HasPrefix(lower, []byte("<!doctype html")), bytes.Contains(lower, []byte("<html")), bytes.HasPrefix(lower, []byte("<head")),
		bytes.HasPrefix(lower, []byte("<body")), media == "text/html", media == "application/xhtml+xml":
		return kindHTML
	case bytes.HasPrefix(lower, []byte("<!--")), bytes.HasPrefix(lower, []byte("<p>")), bytes.HasPrefix(lower, []byte("<div")),
		bytes.HasPrefix(lower, []byte("<article")), bytes.HasPrefix(lower, []byte("<title")), bytes.HasPrefix(lower, []byte("<meta")):
		return kindHTML
	case media == "application/json", strings.HasPrefix(media, "image/"), strings.HasPrefix(media, "video/"), strings.HasPrefix(media, "audio/"),
		media == "text/css", strings.HasSuffix(media, "javascript"), media == "application/zip":
		return kindBinary
	}
	return kindText
}

// startsFeed looks for the beginning of RSS, Atom, RDF or JSON Feed.
func startsFeed(lower []byte) bool {
	if bytes.HasPrefix(lower, []byte("{")) {
		return bytes.Contains(lower, []byte("jsonfeed.org/version"))
	}
	if !bytes.HasPrefix(lower, []byte("<")) || bytes.Contains(lower, []byte("<html")) {
		return false
	}
	for _, root := range []string{"<rss", "<feed", "<rdf:rdf"} {
		if bytes.Contains(lower, []byte(root)) {
			return true
		}
	}
	return false
}

// binaryMagic reports whether data begins as a picture, an archive and the
// like do, or holds bytes that no text has.
func binaryMagic(data []byte) bool {
	if wide(data) != nil {
		return false
	}
	head := data[:min(len(data), 64<<10)]
	if t := http.DetectContentType(head); !strings.HasPrefix(t, "text/") && t != "application/octet-stream" {
		return true
	}
	controls := 0
	for _, b := range head {
		if b == 0 {
			return true
		}
		if b < ' ' && b != '\n' && b != '\r' && b != '\t' && b != '\f' && b != 0x1b {
			controls++
		}
	}
	return controls*20 > len(head)
}

// wide gives the encoding of data that is UTF-16, with its mark or without;
// else nil.
func wide(data []byte) encoding.Encoding {
	switch {
	case bytes.HasPrefix(data, []byte{0xff, 0xfe}):
		return utf.UTF16(utf.LittleEndian, utf.ExpectBOM)
	case bytes.HasPrefix(data, []byte{0xfe, 0xff}):
		return utf.UTF16(utf.BigEndian, utf.ExpectBOM)
	}
	var zeros [2]int
	head := data[:min(len(data), 512)]
	for i, b := range head {
		if b == 0 {
			zeros[i%2]++
		}
	}
	for i, order := range []utf.Endianness{utf.BigEndian, utf.LittleEndian} {
		if len(head) >= 16 && zeros[i]*10 > len(head)*3 && zeros[1-i] == 0 {
			var letters int
			for j := 1 - i; j < len(head); j += 2 {
				if b := head[j]; b == '\n' || b >= ' ' && b < 0x7f {
					letters++
				}
			}
			if letters*20 > len(head)*7 {
				return utf.UTF16(order, utf.IgnoreBOM)
			}
		}
	}
	return nil
}

// decode turns data into UTF-8. What is valid UTF-8 is taken as that, whatever
// it says of itself; ok is false where the character set can only be guessed
// and the guess gives mostly letters beyond ASCII, as when Japanese is read as
// Western European.
func decode(data []byte, contentType string) (text string, ok bool) {
	if e := wide(data); e != nil {
		out, err := e.NewDecoder().Bytes(data)
		return string(out), err == nil
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if utf8.Valid(data) {
		return string(data), true
	}
	e, name, certain := charset.DetermineEncoding(data, contentType)
	if name == "utf-8" || mostlyUTF8(data) {
		return strings.ToValidUTF8(string(data), "\ufffd"), true
	}
	out, err := e.NewDecoder().Bytes(data)
	if err != nil {
		return "", false
	}
	text = string(out)
	return text, certain || name != "windows-1252" || !mojibake(text)
}

// mostlyUTF8 reports whether data is UTF-8 with a few bytes damaged.
func mostlyUTF8(data []byte) bool {
	good, bad := 0, 0
	for i := 0; i < len(data); {
		r, n := utf8.DecodeRune(data[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			bad++
		case n > 1:
			good++
		}
		i += n
	}
	return good > 20*bad
}

// mojibake reports whether text outside of tags has so many characters beyond
// ASCII that it was hardly written in a Western European language.
func mojibake(text string) bool {
	ascii, other, tag := 0, 0, false
	for _, r := range text {
		switch {
		case r == '<' || r == '>':
			tag = r == '<'
		case tag:
		case r < utf8.RuneSelf && unicode.IsLetter(r):
			ascii++
		case r >= utf8.RuneSelf:
			other++
		}
	}
	return other*3 > ascii
}
