//go:build unix

package main

import (
	"io"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// The real program reads its file again on SIGHUP. One that is wrong changes
// nothing, and the line is in the log.
func TestHangUpReadsTheConfigurationAgain(t *testing.T) {
	onFile(t)
	bin := buildProgram(t)
	w := newTown(t)
	const schedule = "schedules:\n  - name: daily\n    channel: console:a\n    cron: 0 9 * * *\n    tz: UTC\n"
	writeFile(t, "serve.yaml", schedule)
	log := &growing{}
	in, typed := io.Pipe()
	t.Cleanup(func() { _ = typed.Close() })
	p := exec.Command(bin, "serve", "--config", "serve.yaml", "--log-format", "text")
	p.Stderr, p.Stdin = log, in
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Process.Kill() })
	w.until("serve runs", func() bool { return strings.Contains(log.since(0), "msg=serving") })
	hangUp := func(config string, want ...string) {
		t.Helper()
		seen := len(log.since(0))
		writeFile(t, "serve.yaml", config)
		if err := p.Process.Signal(syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
		w.until("the log says that "+config+" was read", func() bool {
			text := log.since(seen)
			for _, part := range want {
				if !strings.Contains(text, part) {
					return false
				}
			}
			return true
		})
	}
	daily := func() scheduleJSON { return read[[]scheduleJSON](w, "schedule", "list")[0] }

	hangUp(schedule+"    questions: 3\nlog: {format: json, level: debug}\nretention: 30d\ndb: other.db\n",
		`change="~ schedule daily: questions: default → 3"`, "key=db", "key=log.level", "key=retention", `msg="configuration read again"`)
	if strings.Contains(log.since(0), "key=log.format") {
		t.Error("what a flag says is said to need a restart")
	}
	if s := daily(); s.Questions != 3 {
		t.Errorf("not applied: %+v", s)
	}
	for _, broken := range []string{"    questions: 99\n", "    colour: red\n"} {
		hangUp(schedule+broken, "configuration not applied", "serve.yaml:6: ")
	}
	if s := daily(); s.Questions != 3 || s.Paused {
		t.Errorf("a wrong file changed something: %+v", s)
	}
	hangUp("feeds: []\n", `change="- schedule daily: removed from the configuration file"`)
	if s := daily(); !s.Paused {
		t.Errorf("not paused: %+v", s)
	}
	hangUp(schedule, "removed from the configuration file → runs", "questions: 3 → default")
	if s := daily(); s.Paused || s.Next == nil {
		t.Errorf("still paused: %+v", s)
	}
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	_ = typed.Close()
	if err := p.Wait(); err != nil {
		t.Errorf("serve ended with %v\n%s", err, log.since(0))
	}
}
