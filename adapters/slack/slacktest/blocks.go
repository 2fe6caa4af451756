package slacktest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Limits of Block Kit. How long all blocks of a message may be together is
// documented nowhere: people report msg_blocks_too_long from about 13,200
// characters on (github.com/slackapi/bolt-js/issues/2509 and 2867), which fits
// their length as JSON.
const (
	maxBlocks       = 50
	maxViewBlocks   = 100
	maxBlocksLength = 13200
	maxViewBytes    = 250 << 10
)

// A checker finds what Slack would refuse in blocks. Each problem names its place.
type checker struct {
	problems []string
	blockIDs map[string]bool
	actions  map[string]bool // of one block
	focused  bool
	view     bool
}

func (k *checker) fail(at, format string, args ...any) {
	k.problems = append(k.problems, "[ERROR] "+fmt.Sprintf(format, args...)+" [json-pointer:"+at+"]")
}

// checkBlocks returns the blocks, or what is wrong with them.
func checkBlocks(v any, inView bool) ([]any, []string) {
	k := &checker{blockIDs: map[string]bool{}, view: inView}
	list := k.blocks(v, "/blocks")
	return list, k.problems
}

func (k *checker) blocks(v any, at string) []any {
	list, ok := v.([]any)
	most := maxBlocks
	if k.view {
		most = maxViewBlocks
	}
	switch {
	case !ok:
		k.fail(at, "must be an array")
		return nil
	case len(list) > most:
		k.fail(at, "no more than %d items allowed", most)
	}
	markdown := 0
	for i, b := range list {
		at := at + "/" + strconv.Itoa(i)
		o, ok := b.(obj)
		if !ok {
			k.fail(at, "must be an object")
			continue
		}
		k.block(o, at)
		if t, _ := o["text"].(string); o["type"] == "markdown" {
			markdown += length(t)
		}
	}
	if markdown > 12000 {
		k.fail(at, "markdown blocks must be less than 12001 characters together")
	}
	return list
}

// A shape says what a block or element may have, and what it must.
type shape struct {
	must, may []string
	check     func(*checker, obj, string)
}

var blockShapes = map[string]shape{
	"divider": {},
	"section": {may: []string{"text", "fields", "accessory", "expand"}, check: (*checker).section},
	"header": {must: []string{"text"}, may: []string{"level"}, check: func(k *checker, b obj, at string) {
		k.text(b["text"], at+"/text", 150, "plain_text")
	}},
	"context": {must: []string{"elements"}, check: (*checker).context},
	"actions": {must: []string{"elements"}, check: (*checker).actionsBlock},
	"image":   {must: []string{"alt_text"}, may: []string{"image_url", "slack_file", "title"}, check: (*checker).image},
	"input":   {must: []string{"label", "element"}, may: []string{"dispatch_action", "hint", "optional"}, check: (*checker).input},
	"markdown": {must: []string{"text"}, check: func(k *checker, b obj, at string) {
		k.string(b, "text", at, 1, 12000)
	}},
	"rich_text": {must: []string{"elements"}, check: (*checker).richText},
}

func (k *checker) block(b obj, at string) {
	t, _ := b["type"].(string)
	sh, known := blockShapes[t]
	if !known {
		k.fail(at+"/type", "unsupported type: %s", t)
		return
	}
	k.keys(b, at, sh, "type", "block_id")
	if id, ok := b["block_id"]; ok {
		k.string(b, "block_id", at, 1, 255)
		name, _ := id.(string)
		if k.blockIDs[name] {
			k.fail(at+"/block_id", "block_id %q already exists", name)
		}
		k.blockIDs[name] = true
	}
	k.actions = map[string]bool{}
	if sh.check != nil {
		sh.check(k, b, at)
	}
}

// keys checks that all is there that must be, and nothing that may not.
func (k *checker) keys(o obj, at string, sh shape, always ...string) {
	for _, m := range sh.must {
		if o[m] == nil {
			k.fail(at+"/"+m, "missing required field: %s", m)
		}
	}
	for key := range o {
		if !slices.Contains(sh.must, key) && !slices.Contains(sh.may, key) && !slices.Contains(always, key) {
			k.fail(at, "invalid additional property: %s", key)
		}
	}
}

func (k *checker) string(o obj, key, at string, least, most int) {
	v, ok := o[key].(string)
	switch {
	case !ok:
		k.fail(at+"/"+key, "must be a string")
	case length(v) < least:
		k.fail(at+"/"+key, "must be more than %d characters", least-1)
	case length(v) > most:
		k.fail(at+"/"+key, "must be less than %d characters", most+1)
	}
}

func (k *checker) maybe(o obj, key, at string, most int) {
	if _, ok := o[key]; ok {
		k.string(o, key, at, 0, most)
	}
}

// text checks a text object of one of some types.
func (k *checker) text(v any, at string, most int, types ...string) {
	o, ok := v.(obj)
	t, _ := o["type"].(string)
	switch {
	case v == nil:
		return
	case !ok:
		k.fail(at, "must be an object")
		return
	case !slices.Contains(types, t):
		k.fail(at+"/type", "must be one of %s, and is %q", strings.Join(types, ", "), t)
		return
	}
	own := "verbatim"
	if t == "plain_text" {
		own = "emoji"
	}
	k.keys(o, at, shape{must: []string{"type", "text"}, may: []string{own}})
	k.string(o, "text", at, 1, most)
}

// list checks how many of something there are, and calls one for each.
func (k *checker) list(v any, at string, least, most int, one func(obj, string)) {
	l, ok := v.([]any)
	switch {
	case !ok:
		k.fail(at, "must be an array")
		return
	case len(l) < least:
		k.fail(at, "must have at least %d item", least)
	case len(l) > most:
		k.fail(at, "no more than %d items allowed", most)
	}
	for i, x := range l {
		at := at + "/" + strconv.Itoa(i)
		if o, ok := x.(obj); ok {
			one(o, at)
		} else {
			k.fail(at, "must be an object")
		}
	}
}

func (k *checker) section(b obj, at string) {
	if b["text"] == nil && b["fields"] == nil {
		k.fail(at, "a section needs text or fields")
	}
	k.text(b["text"], at+"/text", 3000, "mrkdwn", "plain_text")
	if b["fields"] != nil {
		k.list(b["fields"], at+"/fields", 1, 10, func(o obj, at string) { k.text(o, at, 2000, "mrkdwn", "plain_text") })
	}
	if a, ok := b["accessory"].(obj); ok {
		k.element(a, at+"/accessory", inSection)
	}
}

func (k *checker) context(b obj, at string) {
	k.list(b["elements"], at+"/elements", 1, 10, func(o obj, at string) {
		if o["type"] == "image" {
			k.keys(o, at, shape{must: []string{"type", "alt_text"}, may: []string{"image_url", "slack_file"}})
			k.image(o, at)
			return
		}
		k.text(o, at, 3000, "mrkdwn", "plain_text")
	})
}

func (k *checker) actionsBlock(b obj, at string) {
	k.list(b["elements"], at+"/elements", 1, 25, func(o obj, at string) { k.element(o, at, inActions) })
}

func (k *checker) image(b obj, at string) {
	if (b["image_url"] == nil) == (b["slack_file"] == nil) {
		k.fail(at, "needs image_url or slack_file")
	}
	k.maybe(b, "image_url", at, 3000)
	k.string(b, "alt_text", at, 1, 2000)
	k.text(b["title"], at+"/title", 2000, "plain_text")
}

func (k *checker) input(b obj, at string) {
	k.text(b["label"], at+"/label", 2000, "plain_text")
	k.text(b["hint"], at+"/hint", 2000, "plain_text")
	if e, ok := b["element"].(obj); ok {
		k.element(e, at+"/element", inInput)
	}
}

func (k *checker) richText(b obj, at string) {
	kinds := []string{"rich_text_section", "rich_text_list", "rich_text_preformatted", "rich_text_quote"}
	k.list(b["elements"], at+"/elements", 1, 1000, func(o obj, at string) {
		if t, _ := o["type"].(string); !slices.Contains(kinds, t) {
			k.fail(at+"/type", "unsupported type: %s", t)
		}
		k.list(o["elements"], at+"/elements", 0, 1000, func(obj, string) {})
	})
}
