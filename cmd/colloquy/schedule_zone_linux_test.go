package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"syscall"
	"testing"
	"unsafe"
)

// terminal opens a pseudo-terminal: what is typed into typed is read from tty.
func terminal(t *testing.T) (typed, tty *os.File) {
	t.Helper()
	typed, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skip("no pseudo-terminals here: ", err)
	}
	t.Cleanup(func() { _ = typed.Close() })
	var number, unlock int32
	for request, arg := range map[uintptr]*int32{syscall.TIOCGPTN: &number, syscall.TIOCSPTLCK: &unlock} {
		if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, typed.Fd(), request, uintptr(unsafe.Pointer(arg))); errno != 0 {
			t.Fatal(errno)
		}
	}
	tty, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tty.Close() })
	return typed, tty
}

// At a terminal the zone is asked for once, and the answer is kept.
func TestZoneIsAskedOnceAtATerminal(t *testing.T) {
	w := newTown(t)
	add := func(typing string, env ...string) result {
		t.Helper()
		typed, tty := terminal(t)
		if _, err := io.WriteString(typed, typing); err != nil {
			t.Fatal(err)
		}
		var stdout, stderr strings.Builder
		code := run(context.Background(), []string{"schedule", "add", "--channel", "console:a", "--cron", "0 9 * * *"}, tty, &stdout, &stderr, getenv(placed(t, env, nil)))
		return result{code, stdout.String(), stderr.String()}
	}
	if r := add("\x04", "TZ=Europe/Berlin"); r.code != exitFailed || !strings.Contains(r.stderr, "no zone was given, and nothing is scheduled") {
		t.Errorf("%d, %q", r.code, r.stderr)
	}
	if list := read[[]scheduleJSON](w, "schedule", "list"); len(list) != 0 {
		t.Errorf("scheduled without an answer: %+v", list)
	}
	r := add("Karachi\nAsia/Karachi\n", "TZ=Europe/Berlin")
	if r.code != exitDone {
		t.Fatal(r.stderr)
	}
	contains(t, r.stderr, "In which time zone are the times of schedules in console? [Europe/Berlin] ", "did you mean Asia/Karachi?", "It is kept; 'colloquy settings' shows and changes it.")
	contains(t, r.stdout, "(Asia/Karachi). Its next times:", "09:00 +05:00 (PKT)")
	if r := add(""); r.code != exitDone || strings.Contains(r.stderr, "zone") || !strings.Contains(r.stdout, "(Asia/Karachi)") {
		t.Errorf("asked again: %d, %q, %q", r.code, r.stderr, r.stdout)
	}
	contains(t, w.ok("audit", "--target", "console"), "zone: UTC → Asia/Karachi")
	w.ok("settings", "--zone", "default")
	if r := add("\n", "TZ=Europe/Berlin"); r.code != exitDone || !strings.Contains(r.stdout, "(Europe/Berlin)") {
		t.Errorf("Enter does not accept what is suggested: %q, %q", r.stdout, r.stderr)
	}
	if zone := read[preferencesJSON](w, "settings").Settings["zone"]; zone != "Europe/Berlin" {
		t.Error(zone)
	}
}

// The hang-up of the terminal in which serve was started ends it, as it ends
// other programs; any other one does not.
func TestTerminalThatIsClosed(t *testing.T) {
	typed, tty := terminal(t)
	t.Chdir(t.TempDir())
	a := &app{stdin: tty, getenv: func(string) string { return "" }, config: &Config{}}
	rt := &running{log: slog.New(slog.DiscardHandler)}
	hangups, ended := make(chan os.Signal), make(chan bool)
	go func() { ended <- a.reread(t.Context(), rt, hangups) }()
	hangups <- syscall.SIGHUP // the terminal is there: the file is read, which is not there
	select {
	case hangups <- syscall.SIGHUP:
	case <-ended:
		t.Fatal("it ended while its terminal was there")
	}
	_ = typed.Close()
	select {
	case hangups <- syscall.SIGHUP:
	case <-ended: // the one before was taken after the terminal had gone
		return
	}
	if !<-ended {
		t.Error("it goes on without its terminal")
	}
}
