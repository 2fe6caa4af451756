package main

import "testing"

func TestPerson(t *testing.T) {
	w := newTown(t)
	id := w.discussed("Buses are for everyone", "/as Ana", "No, they are not", "@1 At all")
	w.ok("discussion", "list")
	contains(t, w.ok("person", "show", "console:Ana"), "console:Ana (Ana): 2 replies in 1 discussion, from ", "in discussion ", "  No, they are not\n")
	p := read[personJSON](w, "person", "show", "console:Ana")
	if p.ID != "console:Ana" || p.Name != "Ana" || p.Replies != 2 || p.Discussions != 1 || p.First == nil || p.Latest == nil {
		t.Errorf("person %+v", p)
	}
	lines := exported(t, w.ok("person", "export", "console:Ana"))
	if len(lines) != 2 || lines[0]["type"] != "reply" || lines[0]["text"] != "No, they are not" || lines[0]["discussion"] != id || lines[0]["channel"] != "console:demo" {
		t.Errorf("exported %v", lines)
	}

	w.fails(exitUsage, "2 replies in 1 discussion of console:Ana would be erased for good, and nobody is there to confirm it: add --yes", "person", "erase", "console:Ana")
	contains(t, w.ok("person", "erase", "console:Ana", "--yes"), "Erased 2 replies of console:Ana.")
	contains(t, w.ok("person", "erase", "console:Ana", "--yes"), "nothing was erased")
	contains(t, w.ok("person", "show", "console:Ana"), "Nothing is stored of console:Ana.")
	if p := read[personJSON](w, "person", "show", "console:Ana"); p.Replies != 0 || p.First != nil {
		t.Errorf("after erasing %+v", p)
	}
	if out := w.ok("person", "export", "console:Ana"); out != "" {
		t.Errorf("after erasing, the export has %q", out)
	}
	contains(t, w.ok("person", "show", "console:you"), "1 reply in 1 discussion")
}
