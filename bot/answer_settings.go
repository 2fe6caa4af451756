package bot

import (
	"context"
	"fmt"
)

func settingsCommands() []CommandSpec {
	return []CommandSpec{
		{Name: "audit", Help: "who changed what here, and when", Manage: true, answer: (*Engine).answerAudit},
	}
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
	var out []string
	for _, a := range lines {
		line := fmt.Sprintf("%s — %s, from %s: %s %s", stamp(a.At), a.Who(), a.From, a.What(), a.About())
		if a.Detail != "" {
			line += " — " + a.Detail
		}
		out = append(out, line)
	}
	return list(out...), nil
}
