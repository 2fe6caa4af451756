package slack

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"colloquy/adapters/internal/text"
	"colloquy/bot"
)

// userID is how Slack names a person.
var userID = regexp.MustCompile(`^[UW][A-Z0-9]{1,30}$`)

// read reads what stands behind the command as people type it on Slack.
// The error is a [bot.Problem].
func (t *team) read(line string) (name string, args map[string]string, err error) {
	ids := straight(t.replace(line, true))
	if name, args, err = bot.ParseCommand(ids); err != nil {
		return name, nil, err
	}
	own := t.replace(line, false)
	for _, p := range specOf(name).Params {
		if args[p.Name] != "" && (p.Rest || p.Name == textArg) {
			args[p.Name] = saidIn(own, args, p)
		}
	}
	if who, given := args["notices"]; given && t.isPerson(who) {
		args["notices"] = "@" + who
	}
	if who, given := args["who"]; given {
		who = strings.TrimPrefix(who, "@")
		switch {
		case strings.HasPrefix(who, "role:") || strings.Contains(line, "<!subteam^"):
			return name, nil, bot.Problemf("bad_manager", "on Slack no user group can manage Colloquy: name each person")
		case !t.isPerson(who) && !userID.MatchString(who):
			return name, nil, bot.Problemf("bad_manager", "that names nobody on Slack: type @ and pick a person of those that are offered")
		}
		args["who"] = who
	}
	return name, args, nil
}

// saidIn is an argument that holds words of somebody's own, which stay as they
// are: as much of line as args, which were read from its other form, leave to it.
func saidIn(line string, args map[string]string, p bot.Param) string {
	given := []string{straight(line)}
	if p.Rest { // has no quotation marks around it
		given = append(given, line)
	}
	words := args[p.Name]
	for _, s := range given {
		_, read, err := bot.ParseCommand(s)
		if err == nil && read[p.Name] != "" && len(read) == len(args) {
			words = read[p.Name]
		}
	}
	return words
}

// textArg is the argument that holds what a person wrote in a form.
const textArg = "text"

// replace puts what is meant in the place of what Slack writes for people,
// channels, groups and addresses, such as "<@U1|ann>": ids as the engine reads them, or
// else what its person saw while typing. A "<" that they type arrives as "&lt;".
func (t *team) replace(line string, ids bool) string {
	line = marked.ReplaceAllStringFunc(line, func(s string) string {
		what, label, _ := strings.Cut(s[1:len(s)-1], "|")
		if what == "" {
			return ""
		}
		id := what[1:]
		switch what[0] {
		case '@', '#':
			if ids {
				return Platform + ":" + t.id + "/" + id
			}
			return what[:1] + strings.TrimPrefix(cmp.Or(label, id), what[:1])
		case '!':
			group, isGroup := strings.CutPrefix(id, "subteam^")
			if isGroup && ids {
				return group
			}
			return "@" + strings.TrimPrefix(cmp.Or(label, group), "@")
		}
		if text.Address(unescape.Replace(what)) == "" && label != "" { // mailto: and the like
			return label
		}
		return what
	})
	return unescape.Replace(line)
}

var (
	single  = regexp.MustCompile(`(^|[\s=])[‘‚]([^"]*?)[’‘]($|\s)`)
	dash    = regexp.MustCompile(`(^|\s)[—–]([a-z])`)
	doubles = strings.NewReplacer("“", `"`, "”", `"`, "„", `"`, "«", `"`, "»", `"`)
)

// straight makes the quotation marks and dashes that telephones put in the place
// of what is typed into those that commands know.
func straight(line string) string {
	line = strings.ReplaceAll(line, "\u00a0", " ")
	if !strings.Contains(line, `"`) {
		line = doubles.Replace(line)
	}
	line = single.ReplaceAllString(line, `$1"$2"$3`)
	return dash.ReplaceAllString(line, "$1--$2")
}

// isPerson reports whether s is a person of the workspace, as the engine writes one.
func (t *team) isPerson(s string) bool {
	id, ok := strings.CutPrefix(s, Platform+":"+t.id+"/")
	return ok && userID.MatchString(id)
}

// specOf finds a command; it is empty if there is none of that name.
func specOf(name string) bot.CommandSpec {
	all := bot.Commands()
	if i := slices.IndexFunc(all, func(s bot.CommandSpec) bool { return s.Name == name }); i >= 0 {
		return all[i]
	}
	return bot.CommandSpec{}
}
