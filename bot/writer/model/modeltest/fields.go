package modeltest

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
)

// unknown returns the first member of a JSON object that is not in fields, "" if
// all are. ok is false where body is no object.
func unknown(body []byte, fields string) (name string, ok bool) {
	var m map[string]json.RawMessage
	if json.Unmarshal(body, &m) != nil || m == nil {
		return "", false
	}
	known := strings.Fields(fields)
	for _, k := range sortedKeys(m) {
		if !slices.Contains(known, k) {
			return k, true
		}
	}
	return "", true
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// blocks is what stands where the APIs take a string or a list of text blocks.
type blocks struct {
	text  string
	parts []block
	given bool
}

type block struct {
	Type  string `json:"type"`
	Text  string `json:"text"`
	Cache *struct {
		Type string `json:"type"`
		TTL  string `json:"ttl"`
	} `json:"cache_control"`
}

func (b *blocks) UnmarshalJSON(data []byte) error {
	b.given = !bytes.Equal(data, []byte("null"))
	if len(data) > 0 && data[0] == '[' {
		if err := json.Unmarshal(data, &b.parts); err != nil {
			return err
		}
		for _, p := range b.parts {
			b.text += p.Text
		}
		return nil
	}
	if err := json.Unmarshal(data, &b.text); err != nil {
		return err
	}
	if b.given {
		b.parts = []block{{Type: "text", Text: b.text}}
	}
	return nil
}

// strict says what keeps a schema from being one that an answer is held to:
// objects must forbid other properties and require all of theirs. "" if nothing.
func strict(schema json.RawMessage) string {
	var v any
	if json.Unmarshal(schema, &v) != nil {
		return "schema is not valid JSON"
	}
	root, ok := v.(map[string]any)
	if !ok || root["type"] != "object" {
		return `schema must be of type "object"`
	}
	return strictAt(root, "")
}

func strictAt(m map[string]any, path string) string {
	where := "In context=(" + path + "), "
	if _, ref := m["$ref"]; !ref && m["type"] == nil && m["anyOf"] == nil && m["enum"] == nil && m["const"] == nil {
		return where + "schema must have a 'type' key"
	}
	if m["type"] == "object" {
		if extra, ok := m["additionalProperties"].(bool); !ok || extra {
			return where + "'additionalProperties' is required to be supplied and to be false"
		}
		props, _ := m["properties"].(map[string]any)
		required, _ := m["required"].([]any)
		for _, k := range sortedKeys(props) {
			if !slices.Contains(required, any(k)) {
				return where + "'required' is required to be supplied and to be an array including every key in properties. Missing '" + k + "'"
			}
		}
	}
	for _, k := range sortedKeys(m) {
		if k == "properties" || k == "$defs" {
			in, _ := m[k].(map[string]any)
			for _, name := range sortedKeys(in) {
				if sub, ok := in[name].(map[string]any); ok {
					if no := strictAt(sub, path+"'"+k+"', '"+name+"'"); no != "" {
						return no
					}
				}
			}
		}
		if sub, ok := m[k].(map[string]any); ok && k == "items" {
			if no := strictAt(sub, path+"'items'"); no != "" {
				return no
			}
		}
	}
	return ""
}

// schemaName names a schema by its properties, as the project's schemas are named.
func schemaName(schema json.RawMessage) string {
	var v struct {
		Properties map[string]json.RawMessage `json:"properties"`
	}
	_ = json.Unmarshal(schema, &v)
	for property, name := range map[string]string{"summary": "digest", "notes": "notes", "statements": "recap"} {
		if v.Properties[property] != nil {
			return name
		}
	}
	return ""
}

// pieces are parts of a text as it streams, at most n and whole runes each.
func pieces(text string, n int) []string {
	var out []string
	for len(text) > n {
		p := whole(text[:n])
		if p == "" {
			p = text[:n]
		}
		out, text = append(out, p), text[len(p):]
	}
	if text != "" {
		out = append(out, text)
	}
	return out
}

// event is one server-sent event; name may be "".
func event(name string, v any) []byte {
	var b bytes.Buffer
	if name != "" {
		b.WriteString("event: " + name + "\n")
	}
	b.WriteString("data: ")
	b.Write(marshal(v))
	b.WriteString("\n\n")
	return b.Bytes()
}

// pieceSize is how many bytes of the text a piece of a stream has at most.
const pieceSize = 48
