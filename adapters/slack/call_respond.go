package slack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"colloquy/bot"
)

// respond posts a body, as JSON, to the response_url of a command or a button. It
// holds for 30 minutes and five answers. Errors are marked like those of
// [team.do]; what comes too late is the permanent "too_late".
func (a *Adapter) respond(ctx context.Context, responseURL string, body any) error {
	addr, err := a.slacks(responseURL)
	if err != nil {
		return err
	}
	data, err := json.Marshal(body)
	if err != nil {
		return bot.Permanent(fmt.Errorf("slack: answer: %w", err))
	}
	res, err := a.post(ctx, addr, "", "application/json; charset=utf-8", string(data))
	if err != nil {
		return err
	}
	if res.status/100 == 2 && res.err == nil && string(res.body) == "ok" {
		return nil
	}
	out := read(res, call{method: "response_url"})
	switch {
	case res.status == http.StatusNotFound || res.status == http.StatusGone:
		return meaning(&slackError{method: "response_url", status: res.status, code: "expired_url"})
	case out.err != nil && codeOf(out.err) == "" && res.status/100 == 2:
		return nil // taken, whatever it says
	}
	return out.err
}

// upload puts a file into a channel, and with a thread into that. Slack shares it
// a moment later. Errors are marked like those of [team.do].
func (t *team) upload(ctx context.Context, channel, thread, name string, data []byte) error {
	if len(data) == 0 {
		return bot.Permanent(errors.New("slack: a file without content cannot be sent"))
	}
	var got struct {
		URL  string `json:"upload_url"`
		File string `json:"file_id"`
	}
	err := t.do(ctx, call{method: "files.getUploadURLExternal", args: url.Values{"filename": {name}, "length": {strconv.Itoa(len(data))}}}, &got)
	if err != nil {
		return surely(err)
	}
	a := t.app.a
	addr, err := a.slacks(got.URL)
	if err != nil {
		return err
	}
	res, err := a.post(ctx, addr, "", "application/octet-stream", string(data))
	if err == nil && (res.status/100 != 2 || res.err != nil) {
		err = unreachable(fmt.Errorf("slack: upload: status %d", res.status))
	}
	if err != nil {
		return surely(err)
	}
	files, err := json.Marshal([]map[string]string{{"id": got.File, "title": name}})
	if err != nil {
		return bot.Permanent(err)
	}
	args := url.Values{"files": {string(files)}, "channel_id": {channel}}
	if thread != "" {
		args.Set("thread_ts", thread)
	}
	return t.do(ctx, call{method: "files.completeUploadExternal", args: args}, nil)
}

// surely marks an error of a step before anything can be seen.
func surely(err error) error {
	if _, ok := bot.RetryDelay(err); ok || bot.IsPermanent(err) {
		return err
	}
	return bot.RetryAfter(waitUnsaid, err)
}

// orThis is an id of Slack's in a sentence.
func orThis(id string) string {
	if id == "" {
		return "of this token"
	}
	return strings.ToUpper(id)
}
