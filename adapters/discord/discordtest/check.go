package discordtest

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"unicode/utf16"
)

// A draft is what a request wants a message to be. nil is what it leaves as it is.
type draft struct {
	Content    *string         `json:"content"`
	Embeds     []any           `json:"embeds"`
	Components []any           `json:"components"`
	Allowed    json.RawMessage `json:"allowed_mentions"`
	Flags      *int            `json:"flags"`
	Nonce      any             `json:"nonce"`
	Enforce    bool            `json:"enforce_nonce"`
	Stickers   []string        `json:"sticker_ids"`
	Poll       any             `json:"poll"`
	Reference  *struct {
		MessageID string `json:"message_id"`
		FailIfNot *bool  `json:"fail_if_not_exists"`
	} `json:"message_reference"`
	Attachments *[]struct {
		ID any `json:"id"`
	} `json:"attachments"`

	allowed *allowed
	files   []File
}

// draft reads a message out of a request and checks it against Discord's limits.
func (s *Server) draft(q *request, raw []byte) (*draft, error) {
	var d draft
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &d); err != nil {
			return nil, refuse(50109)
		}
	}
	d.files = q.files
	if d.Content != nil {
		*d.Content = strings.TrimSpace(*d.Content)
	}
	if err := d.readAllowed(); err != nil {
		return nil, err
	}
	if d.allowed == nil || d.allowed.Parse == nil {
		s.Breach("%s %s: allowed_mentions without an explicit list \"parse\"", q.Method, q.route)
	}
	return &d, d.check()
}

func (d *draft) check() error {
	if d.Content != nil && length(*d.Content) > 2000 {
		return tooLong("content", 2000)
	}
	if err := checkEmbeds(d.Embeds); err != nil {
		return err
	}
	if n, ok := d.Nonce.(string); ok && length(n) > 25 {
		return tooLong("nonce", 25)
	}
	if len(d.files) > 10 {
		return invalid("attachments", "BASE_TYPE_MAX_LENGTH", "Must be 10 or fewer in length.")
	}
	v2 := d.Flags != nil && *d.Flags&(1<<15) != 0
	if v2 && (d.Content != nil && *d.Content != "" || len(d.Embeds) > 0) {
		return invalid("flags", "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", "The 'content' and 'embeds' fields cannot be used when using MessageFlags.IS_COMPONENTS_V2")
	}
	return checkComponents(d.Components, v2)
}

// empty says whether nothing would be seen of a message.
func (d *draft) empty() bool {
	return (d.Content == nil || blank(*d.Content)) && len(d.Embeds) == 0 && len(d.Components) == 0 &&
		len(d.files) == 0 && len(d.Stickers) == 0 && d.Poll == nil
}

// blank says whether Discord, which trims, sees nothing in a text.
func blank(s string) bool {
	for _, r := range s {
		switch r {
		case ' ', '\t', '\n', '\r', '\u00a0', '\u200b', '\u2060', '\ufeff', '\u3000':
		default:
			return false
		}
	}
	return true
}

// length counts as Discord's clients do, in UTF-16 units.
func length(s string) int { return len(utf16.Encode([]rune(s))) }

func text(o any, key string) string {
	m, _ := o.(obj)
	t, _ := m[key].(string)
	return t
}

// isLink says whether Discord takes a text as the address of a page or a picture.
func isLink(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" || strings.HasPrefix(s, "attachment://")
}

// checkEmbeds keeps the limits of each embed, and of all together.
func checkEmbeds(es []any) error {
	if len(es) > 10 {
		return invalid("embeds", "BASE_TYPE_MAX_LENGTH", "Must be 10 or fewer in length.")
	}
	total := 0
	for i, e := range es {
		m, ok := e.(obj)
		if !ok {
			return invalid("embeds", "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
		}
		m["type"] = "rich"
		at := fmt.Sprintf("embeds.%d.", i)
		fields, _ := m["fields"].([]any)
		if len(fields) > 25 {
			return invalid(at+"fields", "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
		}
		limits := []struct {
			name, text string
			max        int
		}{
			{"title", text(m, "title"), 256}, {"description", text(m, "description"), 4096},
			{"footer", text(m["footer"], "text"), 2048}, {"author", text(m["author"], "name"), 256},
		}
		for j, f := range fields {
			n, v := text(f, "name"), text(f, "value")
			if blank(n) || blank(v) {
				return invalid(fmt.Sprintf("%sfields.%d", at, j), "BASE_TYPE_REQUIRED", "This field is required")
			}
			limits = append(limits, []struct {
				name, text string
				max        int
			}{{"field name", n, 256}, {"field value", v, 1024}}...)
		}
		for _, l := range limits {
			if length(l.text) > l.max {
				return tooLong(at+l.name, l.max)
			}
			total += length(l.text)
		}
		for _, u := range []string{text(m, "url"), text(m["image"], "url"), text(m["thumbnail"], "url"), text(m["author"], "url")} {
			if u != "" && !isLink(u) {
				return invalid(at+"url", "URL_TYPE_INVALID_URL", "Not a well formed URL.")
			}
		}
		if m["image"] == nil && m["thumbnail"] == nil && total == 0 {
			return invalid(at+"description", "BASE_TYPE_REQUIRED", "This field is required")
		}
	}
	if total > 6000 {
		return invalid("embeds", "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of 6000")
	}
	return nil
}

// checkComponents keeps the limits of rows and of what is in them, and gives
// each component its number.
func checkComponents(cs []any, v2 bool) error {
	if !v2 && len(cs) > 5 {
		return invalid("components", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.")
	}
	c := componentCheck{ids: map[string]bool{}}
	if err := c.walk("components", cs, v2, true); err != nil {
		return err
	}
	if c.count > 40 {
		return invalid("components", "COMPONENT_MAX_COUNT", "Total number of components cannot exceed 40")
	}
	return nil
}

type componentCheck struct {
	count int
	ids   map[string]bool
}

func (c *componentCheck) walk(at string, cs []any, v2, top bool) error {
	for i, x := range cs {
		m, ok := x.(obj)
		at := fmt.Sprintf("%s.%d", at, i)
		if !ok {
			return invalid(at, "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
		}
		c.count++
		if m["id"] == nil {
			m["id"] = c.count
		}
		kind, _ := m["type"].(float64)
		if top && !v2 && kind != 1 {
			return invalid(at+".type", "UNION_TYPE_CHOICES", "Value of field \"type\" must be one of (1,).")
		}
		inner, _ := m["components"].([]any)
		if kind == 1 && (len(inner) == 0 || len(inner) > 5) {
			return invalid(at+".components", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.")
		}
		if err := c.one(at, m, kind); err != nil {
			return err
		}
		if err := c.walk(at+".components", inner, v2, false); err != nil {
			return err
		}
	}
	return nil
}

// one checks a button or a select.
func (c *componentCheck) one(at string, m obj, kind float64) error {
	id, style := text(m, "custom_id"), m["style"]
	if length(id) > 100 {
		return tooLong(at+".custom_id", 100)
	}
	if length(text(m, "label")) > 80 {
		return tooLong(at+".label", 80)
	}
	link := kind == 2 && (style == 5.0 || style == 6.0)
	switch {
	case link && id != "":
		return invalid(at, "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", "A custom id and url cannot both be specified")
	case style == 5.0 && kind == 2 && text(m, "url") == "":
		return invalid(at+".url", "BUTTON_COMPONENT_URL_REQUIRED", "A url is required")
	case style == 5.0 && kind == 2 && (!isLink(text(m, "url")) || length(text(m, "url")) > 512):
		return invalid(at+".url", "URL_TYPE_INVALID_URL", "Not a well formed URL.")
	case kind >= 2 && kind <= 8 && kind != 4 && !link && id == "":
		return invalid(at+".custom_id", "BASE_TYPE_REQUIRED", "This field is required")
	case kind == 2 && text(m, "label") == "" && m["emoji"] == nil:
		return invalid(at, "BUTTON_COMPONENT_INVALID", "A button needs a label or an emoji")
	case id != "" && c.ids[id]:
		return invalid(at+".custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated")
	}
	if id != "" {
		c.ids[id] = true
	}
	return nil
}
