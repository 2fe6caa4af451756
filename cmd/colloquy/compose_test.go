package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gopkg.in/yaml.v3"
)

// What docker-compose.yml says of this program is so.
func TestComposeFile(t *testing.T) {
	data, err := os.ReadFile("../../docker-compose.yml")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Services map[string]struct {
			Command     []string
			Environment map[string]string
			Volumes     []string
			Grace       string `yaml:"stop_grace_period"`
			Healthcheck struct{ Test []string }
			DependsOn   map[string]struct{ Condition string } `yaml:"depends_on"`
		}
		Configs map[string]struct{ Content string }
	}
	if err := yaml.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	replicas := 0
	for name, s := range file.Services {
		if !strings.HasPrefix(name, "replica-") {
			continue
		}
		replicas++
		if !strings.Contains(file.Configs["prometheus"].Content, name+s.Environment["COLLOQUY_LISTEN"]) {
			t.Errorf("Prometheus does not ask %s", name)
		}
		if d, err := time.ParseDuration(s.Grace); err != nil || d < 2*grace {
			t.Errorf("%s is killed after %v, %v", name, d, err)
		}
		if s.DependsOn["postgres"].Condition != "service_healthy" {
			t.Errorf("%s does not wait for the database", name)
		}
		for _, command := range [][]string{s.Command, s.Healthcheck.Test[2:]} {
			cmd, rest, err := (&app{}).rootCommand().Find(command)
			if err != nil || cmd.ParseFlags(rest) != nil {
				t.Errorf("%v: %v", command, err)
			}
		}
	}
	if replicas != 2 {
		t.Errorf("%d replicas", replicas)
	}
	for _, v := range file.Services["prometheus"].Volumes {
		if local, _, _ := strings.Cut(v, ":"); strings.HasPrefix(local, "./") {
			if _, err := os.Stat(filepath.Join("../..", local)); err != nil {
				t.Error(err)
			}
		}
	}
	docker, err := os.ReadFile("../../Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	replica := file.Services["replica-1"]
	for _, want := range []string{replica.Healthcheck.Test[1], replica.Environment["COLLOQUY_LEDGER"]} {
		if !slices.Contains(strings.Fields(string(docker)), want) {
			t.Errorf("the image has no %s", want)
		}
	}
}

func TestReady(t *testing.T) {
	t.Chdir(t.TempDir())
	ready := false
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/readyz" || !ready {
			http.Error(w, "not ready: db_down\x1b[31m", http.StatusServiceUnavailable)
			return
		}
		_, _ = io.WriteString(w, "ready\n")
	}))
	listen := "COLLOQUY_LISTEN=" + s.Listener.Addr().String()
	if r := cli(t, []string{listen}, "", "doctor", "--ready"); r.code != exitFailed || !strings.Contains(r.stderr, `says "not ready: db_down`) || strings.Count(r.stderr, "\n") != 1 || strings.Contains(r.stderr, "\x1b") {
		t.Errorf("%d, %q", r.code, r.stderr)
	}
	ready = true
	if r := cli(t, []string{listen}, "", "doctor", "--ready"); r.code != exitDone || r.stdout != "ready\n" {
		t.Errorf("%d, %q %q", r.code, r.stdout, r.stderr)
	}
	s.Close()
	if r := cli(t, []string{listen}, "", "doctor", "--ready"); r.code != exitFailed || !strings.Contains(r.stderr, "nothing answers at") {
		t.Errorf("%d, %q", r.code, r.stderr)
	}
	if r := cli(t, nil, "", "doctor", "--ready"); r.code != exitUsage || !strings.Contains(r.stderr, "COLLOQUY_LISTEN") {
		t.Errorf("%d, %q", r.code, r.stderr)
	}
	if entries, err := os.ReadDir("."); err != nil || len(entries) > 0 {
		t.Errorf("it made %v, %v", entries, err)
	}
}

func TestRestoreOnPostgreSQLTakesNoFile(t *testing.T) {
	onFile(t)
	t.Chdir(t.TempDir())
	r := cli(t, nil, "", "restore", "dump", "--db", "postgres://127.0.0.1:1/x")
	if r.code != exitUsage || !strings.Contains(r.stderr, "pg_restore") {
		t.Errorf("%d, %q", r.code, r.stderr)
	}
	if r := cli(t, nil, "", "restore", "--ledger", "x", "--db", "colloquy.db"); r.code != exitUsage || !strings.Contains(r.stderr, "colloquy.db.ledger") {
		t.Errorf("%d, %q", r.code, r.stderr)
	}
	if r := cli(t, nil, "", "restore", "--db", "colloquy.db"); r.code != exitUsage || !strings.Contains(r.stderr, "needs a FILE") {
		t.Errorf("%d, %q", r.code, r.stderr)
	}
}
