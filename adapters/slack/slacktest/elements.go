package slacktest

import "slices"

// Where an element stands.
const (
	inSection = 1 << iota
	inActions
	inInput
)

// An elementShape says where an element may stand, too.
type elementShape struct {
	shape
	in int
}

var elementShapes = shapesOfElements()

func shapesOfElements() map[string]elementShape {
	out := map[string]elementShape{
		"button": {shape{must: []string{"text"}, may: []string{"url", "value", "style", "confirm", "accessibility_label"}, check: (*checker).button}, inSection | inActions},
		"image": {shape{must: []string{"alt_text"}, may: []string{"image_url", "slack_file"},
			check: (*checker).image}, inSection},
		"overflow": {shape{must: []string{"options"}, may: []string{"confirm"}, check: func(k *checker, e obj, at string) {
			k.options(e["options"], at+"/options", 5)
		}}, inSection | inActions},
		"plain_text_input": {shape{may: []string{"initial_value", "multiline", "min_length", "max_length", "dispatch_action_config", "focus_on_load",
			"placeholder"}, check: (*checker).textInput}, inInput},
		"checkboxes": {shape{must: []string{"options"}, may: []string{"initial_options", "confirm", "focus_on_load"}, check: (*checker).few},
			inSection | inActions | inInput},
		"radio_buttons": {shape{must: []string{"options"}, may: []string{"initial_option", "confirm", "focus_on_load"}, check: (*checker).few},
			inSection | inActions | inInput},
		"static_select": {shape{may: []string{"placeholder", "options", "option_groups", "initial_option", "confirm", "focus_on_load"},
			check: (*checker).selectMenu}, inSection | inActions | inInput},
		"number_input": {shape{must: []string{"is_decimal_allowed"}, may: []string{"initial_value", "min_value", "max_value", "dispatch_action_config",
			"focus_on_load", "placeholder"}, check: (*checker).placeheld}, inInput},
		"url_text_input": {shape{may: []string{"initial_value", "dispatch_action_config", "focus_on_load", "placeholder"},
			check: (*checker).placeheld}, inInput},
	}
	for name, initial := range map[string]string{"users_select": "initial_user", "channels_select": "initial_channel",
		"conversations_select": "initial_conversation", "datepicker": "initial_date", "timepicker": "initial_time"} {
		out[name] = elementShape{shape{may: []string{initial, "placeholder", "confirm", "focus_on_load", "response_url_enabled", "filter",
			"default_to_current_conversation", "timezone"}, check: (*checker).placeheld}, inSection | inActions | inInput}
	}
	return out
}

func (k *checker) element(e obj, at string, where int) {
	t, _ := e["type"].(string)
	sh, known := elementShapes[t]
	if !known || sh.in&where == 0 {
		k.fail(at+"/type", "unsupported type: %s", t)
		return
	}
	always := []string{"type"}
	if t != "image" {
		always = append(always, "action_id")
	}
	k.keys(e, at, sh.shape, always...)
	if _, ok := e["action_id"]; ok && t != "image" {
		k.string(e, "action_id", at, 1, 255)
		id, _ := e["action_id"].(string)
		if k.actions[id] {
			k.fail(at+"/action_id", "action_id %q already exists in this block", id)
		}
		k.actions[id] = true
	}
	if e["focus_on_load"] == true {
		if k.focused {
			k.fail(at+"/focus_on_load", "only one element may have the focus")
		}
		k.focused = true
	}
	if c, ok := e["confirm"].(obj); ok {
		k.confirm(c, at+"/confirm")
	}
	sh.check(k, e, at)
}

func (k *checker) confirm(c obj, at string) {
	k.keys(c, at, shape{must: []string{"title", "text", "confirm", "deny"}, may: []string{"style"}})
	k.text(c["title"], at+"/title", 100, "plain_text")
	k.text(c["text"], at+"/text", 300, "plain_text", "mrkdwn")
	k.text(c["confirm"], at+"/confirm", 30, "plain_text")
	k.text(c["deny"], at+"/deny", 30, "plain_text")
}

func (k *checker) button(e obj, at string) {
	k.text(e["text"], at+"/text", 75, "plain_text")
	k.maybe(e, "value", at, 2000)
	k.maybe(e, "url", at, 3000)
	k.maybe(e, "accessibility_label", at, 75)
	if st, ok := e["style"]; ok && st != "primary" && st != "danger" {
		k.fail(at+"/style", "must be primary or danger")
	}
}

func (k *checker) placeheld(e obj, at string) {
	k.text(e["placeholder"], at+"/placeholder", 150, "plain_text")
}

func (k *checker) textInput(e obj, at string) {
	k.placeheld(e, at)
	most := 3000
	number := func(key string, least int) {
		v, there := e[key]
		if n, ok := v.(float64); there && (!ok || n < float64(least) || n > 3000 || n != float64(int(n))) {
			k.fail(at+"/"+key, "must be between %d and 3000", least)
		}
	}
	number("min_length", 0)
	number("max_length", 1)
	if n, ok := e["max_length"].(float64); ok {
		most = int(n)
	}
	k.maybe(e, "initial_value", at, most)
}

func (k *checker) few(e obj, at string) { k.options(e["options"], at+"/options", 10) }

func (k *checker) selectMenu(e obj, at string) {
	k.placeheld(e, at)
	switch {
	case (e["options"] == nil) == (e["option_groups"] == nil):
		k.fail(at, "needs options or option_groups")
	case e["options"] != nil:
		k.options(e["options"], at+"/options", 100)
		if first, ok := e["initial_option"].(obj); ok && !slices.ContainsFunc(optionsOf(e), func(o obj) bool { return o["value"] == first["value"] }) {
			k.fail(at+"/initial_option", "is none of the options")
		}
	default:
		k.list(e["option_groups"], at+"/option_groups", 1, 100, func(g obj, at string) {
			k.text(g["label"], at+"/label", 75, "plain_text")
			k.options(g["options"], at+"/options", 100)
		})
	}
}

func (k *checker) options(v any, at string, most int) {
	k.list(v, at, 1, most, func(o obj, at string) {
		k.keys(o, at, shape{must: []string{"text", "value"}, may: []string{"description", "url"}})
		k.text(o["text"], at+"/text", 75, "plain_text", "mrkdwn")
		k.string(o, "value", at, 1, 150)
		k.text(o["description"], at+"/description", 75, "plain_text", "mrkdwn")
	})
}

// checkView returns what is wrong with a form.
func checkView(o obj) []string {
	k := &checker{blockIDs: map[string]bool{}, view: true}
	if o["type"] != "modal" {
		k.fail("/type", "must be modal")
	}
	k.keys(o, "", shape{must: []string{"type", "title", "blocks"}, may: []string{"close", "submit", "private_metadata", "callback_id", "clear_on_close",
		"notify_on_close", "external_id", "submit_disabled"}})
	for _, key := range []string{"title", "close", "submit"} {
		k.text(o[key], "/"+key, 24, "plain_text")
	}
	k.maybe(o, "private_metadata", "", 3000)
	k.maybe(o, "callback_id", "", 255)
	k.maybe(o, "external_id", "", 255)
	if o["blocks"] == nil {
		return k.problems
	}
	for _, b := range k.blocks(o["blocks"], "/blocks") {
		if m, _ := b.(obj); m["type"] == "input" && o["submit"] == nil {
			k.fail("/submit", "a form with inputs needs submit")
			break
		}
	}
	return k.problems
}
