package slack

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"colloquy/adapters/internal/text"
	"colloquy/bot"
)

// upload puts a file into the private chat of its person with us, since there are
// no files that only one person in a channel sees.
func (q *asked) upload(ctx context.Context, f bot.Document) error {
	if q.t == nil {
		return errors.New("no workspace to send a file in")
	}
	chat, err := q.chat(ctx)
	if err != nil {
		return err
	}
	var got struct {
		URL string `json:"upload_url"`
		ID  string `json:"file_id"`
	}
	name := cmp.Or(fileName(f.Name), "file.txt")
	args := url.Values{"filename": {name}, "length": {strconv.Itoa(len(f.Data))}}
	if err := insist(ctx, func() error { return q.t.do(ctx, call{method: "files.getUploadURLExternal", args: args}, &got) }); err != nil {
		return err
	}
	if !q.p.a.mayRespond(got.URL) {
		return errors.New("slack: no address to send a file to")
	}
	status, _, _, err := q.p.a.hook(ctx, got.URL, "application/octet-stream", string(f.Data))
	if err != nil {
		return err
	}
	if status/100 != 2 {
		return fmt.Errorf("slack: file refused with status %d", status)
	}
	files, err := json.Marshal([]map[string]string{{"id": got.ID, "title": name}})
	if err != nil {
		return err
	}
	args = url.Values{"files": {string(files)}, "channel_id": {chat}}
	return insist(ctx, func() error { return q.t.do(ctx, call{method: "files.completeUploadExternal", args: args}, nil) })
}

// fileName is a name that no program takes for a path.
func fileName(s string) string {
	return strings.Trim(strings.Map(func(r rune) rune {
		if r == '/' || r == '\\' || r == ':' || r == '"' {
			return '-'
		}
		return r
	}, text.Cut(text.Inline(s), maxLabel, text.Units)), ". ")
}
