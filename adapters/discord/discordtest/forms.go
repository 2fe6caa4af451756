package discordtest

import "encoding/json"

// readModal reads and checks a form.
func readModal(data json.RawMessage) (*Modal, error) {
	var f struct {
		CustomID   string `json:"custom_id"`
		Title      string `json:"title"`
		Components []obj  `json:"components"`
	}
	if err := json.Unmarshal(data, &f); err != nil {
		return nil, refuse(50109)
	}
	switch {
	case f.CustomID == "" || length(f.CustomID) > 100:
		return nil, invalid("data.custom_id", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length.")
	case f.Title == "" || length(f.Title) > 45:
		return nil, invalid("data.title", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 45 in length.")
	case len(f.Components) < 1 || len(f.Components) > 5:
		return nil, invalid("data.components", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.")
	}
	m := &Modal{CustomID: f.CustomID, Title: f.Title}
	ids := map[string]bool{}
	for _, row := range f.Components {
		in, label, err := input(row)
		if err != nil {
			return nil, err
		}
		if in == nil {
			continue // a text
		}
		fl, err := field(in, label)
		if err != nil {
			return nil, err
		}
		if ids[fl.ID] {
			return nil, invalid("data.components", "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated")
		}
		ids[fl.ID] = true
		m.Fields = append(m.Fields, fl)
	}
	return m, nil
}

// input finds the text input in a row or a label.
func input(row obj) (obj, string, error) {
	switch row["type"] {
	case 1.0:
		inner, _ := row["components"].([]any)
		if len(inner) != 1 {
			return nil, "", invalid("data.components", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 1 in length.")
		}
		in, _ := inner[0].(obj)
		if text(in, "label") == "" {
			return nil, "", invalid("data.components.label", "BASE_TYPE_REQUIRED", "This field is required")
		}
		return in, text(in, "label"), nil
	case 18.0:
		in, _ := row["component"].(obj)
		if length(text(row, "description")) > 100 {
			return nil, "", tooLong("data.components.description", 100)
		}
		return in, text(row, "label"), nil
	case 10.0:
		return nil, "", nil
	}
	return nil, "", invalid("data.components.type", "UNION_TYPE_CHOICES", "Value of field \"type\" must be one of (1, 10, 18).")
}

func field(in obj, label string) (Field, error) {
	f := Field{ID: text(in, "custom_id"), Label: label, Placeholder: text(in, "placeholder"), Value: text(in, "value"),
		Required: in["required"] != false, Long: in["style"] == 2.0}
	if n, ok := in["min_length"].(float64); ok {
		f.Min = int(n)
	}
	if n, ok := in["max_length"].(float64); ok {
		f.Max = int(n)
	}
	switch {
	case in["type"] != 4.0:
		return f, invalid("data.components.type", "UNION_TYPE_CHOICES", "Only text inputs are known here.")
	case f.ID == "" || length(f.ID) > 100:
		return f, invalid("data.components.custom_id", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length.")
	case label == "" || length(label) > 45:
		return f, invalid("data.components.label", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 45 in length.")
	case length(f.Placeholder) > 100:
		return f, tooLong("data.components.placeholder", 100)
	case length(f.Value) > 4000 || f.Max > 0 && length(f.Value) > f.Max:
		return f, tooLong("data.components.value", 4000)
	case f.Max > 4000 || f.Min > 4000 || f.Max > 0 && f.Min > f.Max:
		return f, invalid("data.components.max_length", "NUMBER_TYPE_MAX", "int value should be less than or equal to 4000.")
	}
	return f, nil
}

// readChoices reads and checks what autocomplete offers.
func readChoices(data json.RawMessage) ([]Choice, error) {
	var f struct {
		Choices []Choice `json:"choices"`
	}
	if err := json.Unmarshal(data, &f); err != nil {
		return nil, refuse(50109)
	}
	if len(f.Choices) > 25 {
		return nil, tooLong("data.choices", 25)
	}
	for _, c := range f.Choices {
		if c.Name == "" || length(c.Name) > 100 {
			return nil, invalid("data.choices.name", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length.")
		}
		if v, isText := c.Value.(string); c.Value == nil || isText && length(v) > 100 {
			return nil, invalid("data.choices.value", "BASE_TYPE_BAD_LENGTH", "Must be 100 or fewer in length.")
		}
	}
	return f.Choices, nil
}
