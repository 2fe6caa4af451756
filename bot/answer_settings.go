package bot

import (
	"context"
	"fmt"
	"strings"
)

func settingsCommands() []CommandSpec {
	return []CommandSpec{
		{Name: "settings", Help: "what holds for all channels here; change it with a value, default goes back", Manage: true, answer: (*Engine).answerSettings,
			Params: paramsOf(InstallationOptions(Settings{}))},
		{Name: "audit", Help: "who changed what here, and when", Manage: true, answer: (*Engine).answerAudit},
	}
}

func (e *Engine) answerSettings(ctx context.Context, c Command) (Answer, error) {
	options := InstallationOptions(e.set)
	changes, err := e.ChangePreferences(ctx, c.Channel, func(p *Preferences) ([]string, error) { return setOptions(p, options, c.Args) }, c.by())
	if err != nil {
		return Answer{}, err
	}
	i, err := e.store.Installation(ctx, c.Channel.Platform, c.Channel.Workspace)
	if err != nil {
		return Answer{}, err
	}
	if len(changes) > 0 {
		a := say("Changed: %s. It holds for what is posted from now on.", strings.Join(changes, "; "))
		a.Message.Paragraphs = appendNonEmpty(a.Message.Paragraphs, e.SettingsRemark(i.Preferences, changes))
		return a, nil
	}
	var out []string
	for _, o := range options {
		line := o.Name + ": " + o.shown(i.Preferences)
		if o.Get(i.Preferences) == "" {
			line += " (default)"
		}
		out = append(out, line)
	}
	a := list(out...)
	a.Message.Footer = e.SettingsRemark(i.Preferences, nil)
	return a, nil
}

// who is the actor of a line, with the mark of a person before one on a platform.
func who(a Audit) string {
	if _, err := ParsePerson(a.Actor); err == nil {
		return personMark + a.Actor
	}
	return a.Who()
}

// auditShown is how many lines of the audit a command shows.
const auditShown = 10

func (e *Engine) answerAudit(ctx context.Context, c Command) (Answer, error) {
	lines, err := e.store.Audits(ctx, AuditFilter{In: c.Channel.everywhere(), Limit: auditShown})
	if err != nil {
		return Answer{}, err
	}
	if len(lines) == 0 {
		return say("Nothing was changed here yet."), nil
	}
	v, err := e.voice(ctx, c.Channel)
	if err != nil {
		return Answer{}, err
	}
	var out []string
	for _, a := range lines {
		line := fmt.Sprintf("%s — %s, from %s: %s %s", v.private().stamp(a.At), who(a), a.From, a.What(), a.About())
		if a.Detail != "" {
			line += " — " + a.Detail
		}
		out = append(out, line)
	}
	return list(out...), nil
}
