package slack

import (
	"cmp"
	"encoding/json"
	"maps"
	"strconv"
	"strings"

	"colloquy/adapters/internal/text"
	"colloquy/bot"
)

// Slack's limits for what names a part of a message.
const (
	maxActionID = 255
	maxValue    = 2000
	maxKey      = 100 // ours, so that a command has room beside it
)

// formArgument, among the arguments of an action, says that its button opens a
// form, and what that asks for.
const formArgument = "form"

// keyEvent is the type of the metadata that carries the key of a post.
const keyEvent = "colloquy_post"

// keyBlock begins the block_id of the first block of a post, before its key.
const keyBlock = "post/"

// actionID is the action_id of the nth button of a message, from 0, which tells
// what it is for and by the key which post it belongs to: "KEY/COMMAND/N". One
// over 255 characters is refused by Slack. Arguments stand in [actionValue].
func actionID(key, command string, n int) string {
	return shortKey(key) + "/" + command + "/" + strconv.Itoa(n)
}

// actionValue is what a button sends beside its action_id: its arguments as JSON,
// sorted. It is empty where there are none; one over 2000 is refused by Slack.
func actionValue(args map[string]string) string {
	if len(args) == 0 {
		return ""
	}
	raw, err := json.Marshal(args) // escapes & < > as well, which Slack might read
	if err != nil {                // strings cannot fail
		return ""
	}
	return string(raw)
}

// parseAction reads what actionID and actionValue wrote; key is as [shortKey]
// gives it, and args is never nil. The button of a form has its question in
// args[formArgument].
func parseAction(id, value string) (key, command string, args map[string]string, ok bool) {
	key, rest, _ := strings.Cut(id, "/")
	end := strings.LastIndexByte(rest, '/')
	if end < 1 || text.Units(id) > maxActionID || text.Units(value) > maxValue {
		return "", "", nil, false
	}
	if n, err := strconv.Atoi(rest[end+1:]); err != nil || n < 0 {
		return "", "", nil, false
	}
	args = map[string]string{}
	if value != "" {
		if err := json.Unmarshal([]byte(value), &args); err != nil || args == nil {
			return "", "", nil, false
		}
	}
	return key, rest[:end], args, true
}

// buttonValue is the value of a button, with as much of what its form asks for
// as fits, and something in any case.
func buttonValue(b bot.Button) string {
	if b.Form == "" {
		return actionValue(b.Args)
	}
	args := maps.Clone(b.Args)
	if args == nil {
		args = map[string]string{}
	}
	with := func(label string) int {
		args[formArgument] = label
		return text.Units(actionValue(args))
	}
	with(cmp.Or(text.Cut(text.Inline(b.Form), maxValue, with), "1"))
	return actionValue(args)
}

// shortKey is a key as it stands in a post.
func shortKey(key string) string { return text.Key(key, maxKey) }

// keyIn is the key in a block_id; empty if that names no post.
func keyIn(blockID string) string {
	key, ok := strings.CutPrefix(blockID, keyBlock)
	if !ok {
		return ""
	}
	return key
}
