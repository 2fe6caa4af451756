package bot

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// mostManagers is how many people and roles the list of an installation has at
// most: it is read on every command of somebody who is not a manager otherwise.
const mostManagers = 100

// A Manager may manage an installation, besides those whom its platform says:
// one person, or everybody who has a role.
type Manager struct {
	Role      bool
	ID        string // as the platform names the person or the role
	CreatedAt time.Time
}

// rolePrefix tells a role from a person in text.
const rolePrefix = "role:"

// String is the form people type: the id, for a role "role:" and the id.
func (m Manager) String() string {
	if m.Role {
		return rolePrefix + m.ID
	}
	return m.ID
}

// ParseManager reads the form that [Manager.String] writes, or that of
// [Person.String] for a person of the installation.
func ParseManager(s string, i Installation) (Manager, error) {
	id, role := strings.CutPrefix(strings.TrimSpace(s), rolePrefix)
	m := Manager{Role: role, ID: id}
	if p, err := ParsePerson(id); err == nil && !role && p.Platform == i.Platform && p.Workspace == i.Workspace {
		m.ID = p.ID
	}
	if !isName(m.ID) {
		return m, Problemf("bad_manager", "%q is nobody who can manage %s: give the id that the platform shows for a person there, or %sID for a role", firstWord(s), i, rolePrefix)
	}
	return m, nil
}

// AddManager lets a person or a role manage an installation.
func (e *Engine) AddManager(ctx context.Context, i Installation, m Manager, by By) error {
	list, err := e.store.Managers(ctx, i.Platform, i.Workspace)
	switch {
	case err != nil:
		return err
	case slices.ContainsFunc(list, m.is):
		return Problemf("known_manager", "nobody is added: %s may manage %s already", m, i)
	case len(list) >= mostManagers:
		return Problemf("too_many", "%s has %d managers, which is the most: remove one, or add a role that all of them have", i, len(list))
	}
	m.CreatedAt = e.now()
	return e.store.PutManager(ctx, i.Platform, i.Workspace, m, e.audit(by, "manager_add", m.String()).In(i.Everywhere()))
}

// RemoveManager takes a person or a role off the list. Whom the platform lets
// manage goes on to do so.
func (e *Engine) RemoveManager(ctx context.Context, i Installation, m Manager, by By) error {
	list, err := e.store.Managers(ctx, i.Platform, i.Workspace)
	if err == nil && !slices.ContainsFunc(list, m.is) {
		err = Problemf("not_found", "nobody is removed: %s is not on the list of %s, and those whom the platform lets manage are not on it", m, i)
	}
	if err != nil {
		return err
	}
	return e.store.RemoveManager(ctx, i.Platform, i.Workspace, m, e.audit(by, "manager_remove", m.String()).In(i.Everywhere()))
}

// is reports whether two are the same person or role.
func (m Manager) is(other Manager) bool { return m.Role == other.Role && m.ID == other.ID }

// manages reports whether an actor may manage the installation of a channel: the
// platform says so, or its managers do.
func (e *Engine) manages(ctx context.Context, a Actor, ch Channel) (bool, error) {
	if a.Manager || a.ID == "" {
		return a.Manager, nil
	}
	list, err := e.store.Managers(ctx, ch.Platform, ch.Workspace)
	if err != nil {
		return false, fmt.Errorf("look up who manages: %w", err)
	}
	return slices.ContainsFunc(list, func(m Manager) bool {
		return m.Role && slices.Contains(a.Roles, m.ID) || !m.Role && m.ID == a.ID
	}), nil
}

func managerCommands() []CommandSpec {
	answer := (*Engine).answerManagers
	who := []Param{{Name: "who", Help: "a person or a role, as @name where that is offered; else its id, with role: before a role's", Required: true}}
	known := []Param{who[0]}
	known[0].Of = "manager"
	return []CommandSpec{
		{Name: "managers", Help: "who may manage Colloquy here, besides those whom the platform says", Manage: true, answer: answer},
		{Name: "managers add", Help: "let a person or a role manage", Manage: true, Params: who, answer: answer},
		{Name: "managers remove", Help: "take a person or a role off the list", Manage: true, Params: known, answer: answer},
	}
}

func (e *Engine) answerManagers(ctx context.Context, c Command) (Answer, error) {
	i := Installation{Platform: c.Channel.Platform, Workspace: c.Channel.Workspace}
	if c.Name == "managers" {
		all, err := e.store.Managers(ctx, i.Platform, i.Workspace)
		if err != nil || len(all) == 0 {
			return say("Nobody but those whom the platform says. Add somebody with %s managers add WHO.", CommandPrefix), err
		}
		lines := []string{"Besides those whom the platform says:"}
		for _, m := range all {
			lines = append(lines, m.String())
		}
		return list(lines...), nil
	}
	m, err := ParseManager(c.Args["who"], i)
	if err != nil {
		return Answer{}, err
	}
	if c.Name == "managers add" {
		return say("%s may manage Colloquy here from now on.", m), e.AddManager(ctx, i, m, c.by())
	}
	return say("%s is off the list.", m), e.RemoveManager(ctx, i, m, c.by())
}
