package main

import "testing"

func TestManagers(t *testing.T) {
	w := newTown(t)
	contains(t, w.ok("managers", "add", "Ana"), "Ana may manage console from now on.")
	contains(t, w.ok("managers", "add", "role:42"), "role:42 may manage console from now on.")
	got := read[[]managerJSON](w, "managers")
	if len(got) != 2 || got[0].ID != "Ana" || got[0].Kind != "person" || got[1].ID != "42" || got[1].Kind != "role" || got[0].Since == nil {
		t.Errorf("%+v", got)
	}
	contains(t, w.ok("managers"), "MANAGER", "role:42")
	w.fails(exitFailed, "nobody is added: Ana may manage console already", "managers", "add", "console:Ana")
	w.fails(exitUsage, `"a/b" is nobody who can manage console: give the id`, "managers", "add", "a/b")
	w.fails(exitUsage, "is no installation", "managers", "add", "a", "--installation", "discord")
	w.fails(exitFailed, "there is no installation discord:1", "managers", "add", "a", "--installation", "discord:1")
	w.fails(exitUsage, "add needs an ID", "managers", "add")
	w.fails(exitUsage, `did you mean "remove"?`, "managers", "remov")
	contains(t, w.ok("managers", "remove", "Ana"), "Ana is off the list of console.")
	w.fails(exitFailed, "Ana is not on the list of console", "managers", "remove", "Ana")
	contains(t, w.ok("managers", "--installation", "slack:T1"), "Nobody manages slack:T1 but those whom the platform says.")
	if lines := read[[]auditJSON](w, "audit", "--target", "Ana"); len(lines) != 2 || lines[0].Action != "manager_remove" || lines[0].Installation != "console" {
		t.Errorf("%+v", lines)
	}
}
