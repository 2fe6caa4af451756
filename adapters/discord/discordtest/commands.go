package discordtest

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A command is one that the application registered.
type command struct {
	id, version string
	raw         obj
	Name        string   `json:"name"`
	Type        int      `json:"type"`
	Description string   `json:"description"`
	Default     any      `json:"default_member_permissions"`
	Contexts    []int    `json:"contexts"`
	Options     []option `json:"options"`
}

// Types of options.
const (
	optSub    = 1
	optGroup  = 2
	optString = 3
	optInt    = 4
	optBool   = 5
	optNumber = 10
)

type option struct {
	Type         int      `json:"type"`
	Name         string   `json:"name"`
	Description  string   `json:"description"`
	Required     bool     `json:"required"`
	Autocomplete bool     `json:"autocomplete"`
	Choices      []Choice `json:"choices"`
	MinLength    *int     `json:"min_length"`
	MaxLength    *int     `json:"max_length"`
	Options      []option `json:"options"`
}

// needs is what a member must be permitted before Discord offers them a command.
func (c *command) needs() int64 {
	switch p := c.Default.(type) {
	case string:
		n, _ := strconv.ParseInt(p, 10, 64)
		return needed(n)
	case float64:
		return needed(int64(p))
	}
	return 0
}

// needed is Administrator for 0.
func needed(p int64) int64 {
	if p == 0 {
		return Administrator
	}
	return p
}

var commandName = regexp.MustCompile(`^[-_'\p{L}\p{N}\p{Devanagari}\p{Thai}]{1,32}$`)

func (s *Server) putCommands(q *request) (reply, error) {
	if q.PathValue("application_id") != s.AppID {
		return reply{}, &failure{status: 403, code: 20012, message: "You are not authorized to perform this action on this application"}
	}
	var raws []json.RawMessage
	if err := q.decode(&raws); err != nil {
		return reply{}, err
	}
	next := []*command{}
	count := map[int]int{}
	for n, raw := range raws {
		c := &command{}
		if json.Unmarshal(raw, c) != nil || json.Unmarshal(raw, &c.raw) != nil {
			return reply{}, refuse(50109)
		}
		if c.Type == 0 {
			c.Type = 1
		}
		if err := c.check(strconv.Itoa(n)); err != nil {
			return reply{}, err
		}
		if slices.ContainsFunc(next, func(o *command) bool { return o.Name == c.Name && o.Type == c.Type }) {
			return reply{}, invalid(strconv.Itoa(n)+".name", "APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique")
		}
		if count[c.Type]++; count[c.Type] > 15 && c.Type != 1 || count[c.Type] > 100 {
			return reply{}, &failure{status: 400, code: 30032, message: "Maximum number of application commands reached (100)"}
		}
		next = append(next, c)
	}
	for _, c := range next {
		if i := slices.IndexFunc(s.acts.commands, func(o *command) bool { return o.Name == c.Name && o.Type == c.Type }); i >= 0 {
			c.id = s.acts.commands[i].id
		} else {
			c.id = s.newID()
			if s.acts.created++; s.acts.created > 200 {
				return reply{}, refuse(30034)
			}
		}
		c.version = s.newID()
	}
	s.acts.commands = next
	return s.getCommands(q)
}

func (s *Server) getCommands(*request) (reply, error) {
	os := []obj{}
	for _, c := range s.acts.commands {
		o := obj{"default_member_permissions": nil, "description": "", "contexts": nil, "integration_types": []int{0}, "nsfw": false}
		for _, k := range []string{"name", "type", "description", "options", "contexts", "integration_types"} {
			if v := c.raw[k]; v != nil {
				o[k] = v
			}
		}
		if c.Default != nil {
			o["default_member_permissions"] = fmt.Sprint(c.Default)
			if f, isNumber := c.Default.(float64); isNumber {
				o["default_member_permissions"] = strconv.FormatInt(int64(f), 10)
			}
		}
		o["id"], o["application_id"], o["version"], o["type"] = c.id, s.AppID, c.version, c.Type
		os = append(os, o)
	}
	return ok(os)
}

// check keeps the limits of a command and of all that is in it.
func (c *command) check(at string) error {
	if c.Type != 1 {
		switch {
		case strings.TrimSpace(c.Name) == "" || length(c.Name) > 32:
			return invalid(at+".name", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 32 in length.")
		case c.Description != "" || len(c.Options) > 0:
			return invalid(at+".description", "APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION", "Context menu commands cannot have description or options")
		}
		return nil
	}
	if err := named(at, c.Name, c.Description); err != nil {
		return err
	}
	if n := size(c.Name, c.Description, c.Options); n > 8000 {
		return invalid(at, "APPLICATION_COMMAND_TOO_LARGE", "Command exceeds maximum size (8000); it has %d", n)
	}
	return options(at, c.Options, 0)
}

// size counts what is limited to 8000 characters.
func size(name, description string, os []option) int {
	n := length(name) + length(description)
	for _, o := range os {
		n += size(o.Name, o.Description, o.Options)
		for _, c := range o.Choices {
			n += length(c.Name) + length(fmt.Sprint(c.Value))
		}
	}
	return n
}

func named(at, name, description string) error {
	switch {
	case !commandName.MatchString(name) || name != strings.ToLower(name):
		return invalid(at+".name", "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
	case description == "" || length(description) > 100:
		return invalid(at+".description", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length.")
	}
	return nil
}

// options checks a level: all subcommands, or all values, the required ones first.
func options(at string, os []option, depth int) error {
	at += ".options"
	if len(os) > 25 {
		return tooLong(at, 25)
	}
	names := map[string]bool{}
	optional, subs := false, 0
	for n, o := range os {
		at := at + "." + strconv.Itoa(n)
		if err := named(at, o.Name, o.Description); err != nil {
			return err
		}
		if names[o.Name] {
			return invalid(at+".name", "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", "Option name already exists")
		}
		names[o.Name] = true
		sub := o.Type == optSub || o.Type == optGroup
		if sub {
			subs++
			if depth > 1 || depth == 1 && o.Type == optGroup {
				return invalid(at+".type", "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Sub-command and sub-command group option types are not valid here")
			}
			if o.Type == optGroup && len(o.Options) == 0 {
				return invalid(at+".options", "BASE_TYPE_REQUIRED", "This field is required")
			}
			if err := options(at, o.Options, depth+map[int]int{optSub: 2, optGroup: 1}[o.Type]); err != nil {
				return err
			}
			continue
		}
		if depth == 1 {
			return invalid(at+".type", "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "A group has only sub-commands")
		}
		if o.Required && optional {
			return invalid(at, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", "Required options must be placed before non-required options")
		}
		optional = optional || !o.Required
		if err := o.check(at); err != nil {
			return err
		}
	}
	if subs > 0 && subs < len(os) {
		return invalid(at, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Sub-command and sub-command group option types are mutually exclusive to all other types")
	}
	return nil
}

func (o option) check(at string) error {
	switch {
	case o.Type < optString || o.Type > 11:
		return invalid(at+".type", "BASE_TYPE_CHOICES", "Value must be one of (3, …, 11).")
	case len(o.Choices) > 25:
		return tooLong(at+".choices", 25)
	case o.Autocomplete && len(o.Choices) > 0, o.Autocomplete && o.Type != optString && o.Type != optInt && o.Type != optNumber:
		return invalid(at+".autocomplete", "APPLICATION_COMMAND_AUTOCOMPLETE_INVALID", "Autocomplete is for text and numbers without choices")
	case o.MaxLength != nil && (*o.MaxLength < 1 || *o.MaxLength > 6000), o.MinLength != nil && (*o.MinLength < 0 || *o.MinLength > 6000):
		return invalid(at+".max_length", "NUMBER_TYPE_MAX", "int value should be less than or equal to 6000.")
	}
	for _, c := range o.Choices {
		if v, isText := c.Value.(string); c.Name == "" || length(c.Name) > 100 || isText && length(v) > 100 {
			return invalid(at+".choices", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length.")
		}
	}
	return nil
}
