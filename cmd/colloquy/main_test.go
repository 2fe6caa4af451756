package main

import (
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A result is what one run of the program left behind.
type result struct {
	code           int
	stdout, stderr string
}

// cli runs the program in an empty folder with the given variables, each as
// NAME=value, and standard input.
func cli(t testing.TB, env []string, stdin string, args ...string) result {
	t.Helper()
	return cliIn(context.Background(), placed(t, env, args), stdin, args...)
}

// cliIn is cli until ctx is done.
func cliIn(ctx context.Context, env []string, stdin string, args ...string) result {
	var stdout, stderr strings.Builder
	code := run(ctx, args, strings.NewReader(stdin), &stdout, &stderr, getenv(env))
	return result{code, stdout.String(), stderr.String()}
}

// getenv looks up NAME=value pairs.
func getenv(env []string) func(string) string {
	return func(name string) string {
		for _, pair := range env {
			if value, ok := strings.CutPrefix(pair, name+"="); ok {
				return value
			}
		}
		return ""
	}
}

// writeFile writes a file into the current folder.
func writeFile(t testing.TB, name, content string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

const story = `Rivers need room. When a river is straightened, the water runs faster, and towns downstream pay for it with floods.
Engineers in three valleys have begun to move the dikes back, because a wide meadow holds more water than a narrow canal.
Farmers say that they lose good soil, and they should be paid for it. The next high water will show who was right.
`

func TestWrongUsageIsOneLineAndExitsWith2(t *testing.T) {
	tests := []struct {
		args string
		want string // part of the line
	}{
		{"dgest", `did you mean "digest"?`},
		{"nonsense", "run 'colloquy --help'"},
		{"https://example.org/a", "colloquy digest https://example.org/a"},
		{"digest", "digest needs a SOURCE"},
		{"digest a b", `does not take "b"`},
		{"digest --fromat json a", "did you mean --format?"},
		{"digest --zzz a", "unknown flag: --zzz"},
		{"digest --format xml a", `--format: "xml" is none of text, json`},
		{"digest --sentences 0 a", "between 1 and 10"},
		{"digest --questions 11 a", "between 0 and 10"},
		{"digest --questions many a", "--questions"},
		{"digest --post nowhere a", "write it as console:NAME"},
		{"article --allow-network 10/8 a", "write it like 10.0.0.0/8"},
		{"article --log-level loud a", "--log-level"},
		{"article --config nowhere.yaml a", "cannot read the configuration"},
		{"version x", `does not take "x"`},
	}
	t.Chdir(t.TempDir())
	for _, tt := range tests {
		r := cli(t, nil, "", strings.Fields(tt.args)...)
		if r.code != exitUsage || r.stdout != "" {
			t.Errorf("%s: exit code %d, standard output %q; want 2 and nothing", tt.args, r.code, r.stdout)
		}
		if !strings.HasPrefix(r.stderr, "colloquy: ") || strings.Count(r.stderr, "\n") != 1 || !strings.Contains(r.stderr, tt.want) {
			t.Errorf("%s: %q is not one line with %q", tt.args, r.stderr, tt.want)
		}
	}
}

func TestHelpShowsEveryCommandWithAnExample(t *testing.T) {
	r := cli(t, nil, "")
	if r.code != exitDone || r.stderr != "" {
		t.Fatalf("exit code %d, standard error %q", r.code, r.stderr)
	}
	root := (&app{}).rootCommand()
	for _, c := range root.Commands() {
		if !strings.Contains(r.stdout, "\n  "+c.Name()+" ") {
			t.Errorf("the help does not list %s", c.Name())
		}
		if c.Short == "" || c.GroupID == "" {
			t.Errorf("%s has no short description or no group", c.Name())
		}
		if strings.Contains(c.Use, " ") && c.Example == "" {
			t.Errorf("%s takes arguments and shows no example", c.Name())
		}
	}
}

// What help says of flags can be read where a line has 80 columns.
func TestHelpOfFlagsFits(t *testing.T) {
	for _, args := range [][]string{{"schedule", "add", "--help"}, {"settings", "--help"}, {"serve", "--help"}} {
		_, flags, found := strings.Cut(cli(t, nil, "", args...).stdout, "Flags:\n")
		if !found || !strings.Contains(flags, "--allow-network CIDR ") {
			t.Errorf("%v: %s", args, flags)
		}
		for line := range strings.Lines(flags) {
			if len(line) > pipeWidth+5 {
				t.Errorf("%v: %d columns: %s", args, len(line), line)
			}
		}
	}
}

func TestCompletion(t *testing.T) {
	t.Chdir(t.TempDir())
	writeFile(t, "colloquy.yaml", "wrong\n") // must not keep the shell from starting
	if r := cli(t, nil, "", "completion", "bash"); r.code != exitDone || !strings.Contains(r.stdout, "__start_colloquy") {
		t.Errorf("exit code %d, %.80q, %s", r.code, r.stdout, r.stderr)
	}
	if r := cli(t, nil, "", "__complete", "digest", "--format", ""); !strings.Contains(r.stdout, "json\n") {
		t.Errorf("--format completes to %q", r.stdout)
	}
}

func TestSettingsFlagBeforeVariableBeforeFile(t *testing.T) {
	tests := []struct {
		name string
		file string
		env  []string
		args []string
		want settings
	}{
		{"defaults", "", nil, nil, settings{db: "colloquy.db", logFormat: choice{value: "text"}}},
		{"file", "db: a.db\nlog: {format: json, level: error}\nallow_network: [10.0.0.0/8, 127.0.0.1]\n", nil, nil,
			settings{db: "a.db", logFormat: choice{value: "json"}, logLevel: choice{value: "error"}, allow: networks{prefix(t, "10.0.0.0/8"), prefix(t, "127.0.0.1/32")}}},
		{"variable", "db: a.db\n", []string{"COLLOQUY_DB=b.db", "COLLOQUY_LOG_FORMAT=json", "COLLOQUY_ALLOW_NETWORK=10.0.0.0/8, ::1"}, nil,
			settings{db: "b.db", logFormat: choice{value: "json"}, allow: networks{prefix(t, "10.0.0.0/8"), prefix(t, "::1/128")}}},
		{"flag", "db: a.db\n", []string{"COLLOQUY_DB=b.db", "COLLOQUY_LOG_LEVEL=info"}, []string{"--db", "c.db", "--log-level=debug", "--allow-network=fd00::/8"},
			settings{db: "c.db", logFormat: choice{value: "text"}, logLevel: choice{value: "debug"}, allow: networks{prefix(t, "fd00::/8")}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			if tt.file != "" {
				writeFile(t, "colloquy.yaml", tt.file)
			}
			a := &app{getenv: func(name string) string {
				for _, pair := range tt.env {
					if v, ok := strings.CutPrefix(pair, name+"="); ok {
						return v
					}
				}
				return ""
			}}
			cmd, rest, err := a.rootCommand().Find(append([]string{"digest"}, tt.args...))
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.ParseFlags(rest); err != nil {
				t.Fatal(err)
			}
			if err := a.configure(cmd); err != nil {
				t.Fatal(err)
			}
			got := a.set
			if got.db != tt.want.db || got.logFormat.value != tt.want.logFormat.value || got.logLevel.value != tt.want.logLevel.value || got.allow.String() != tt.want.allow.String() {
				t.Errorf("got db %q, log %q %q, networks %v; want %+v", got.db, got.logFormat.value, got.logLevel.value, &got.allow, tt.want)
			}
		})
	}
}

func TestWrongVariableIsNamed(t *testing.T) {
	t.Chdir(t.TempDir())
	r := cli(t, []string{"COLLOQUY_LOG_LEVEL=loud"}, "", "article", "-")
	if r.code != exitUsage || !strings.HasPrefix(r.stderr, `colloquy: COLLOQUY_LOG_LEVEL: "loud"`) {
		t.Errorf("exit code %d, %q", r.code, r.stderr)
	}
}

func TestConfigFromVariableAndBrokenConfig(t *testing.T) {
	t.Chdir(t.TempDir())
	writeFile(t, "other.yaml", "db: x.db\nretentoin: 3d\n")
	r := cli(t, []string{"COLLOQUY_CONFIG=other.yaml"}, "", "article", "-")
	if want := `colloquy: other.yaml:2: the configuration has no key "retentoin": did you mean "retention"?` + "\n"; r.code != exitUsage || r.stderr != want {
		t.Errorf("exit code %d, %q; want 2 and %q", r.code, r.stderr, want)
	}
	if r := cli(t, []string{"COLLOQUY_CONFIG=other.yaml"}, "", "version"); r.code != exitDone {
		t.Errorf("version with a broken configuration: %d, %s", r.code, r.stderr)
	}
}

func TestVersion(t *testing.T) {
	r := cli(t, nil, "", "version", "--format", "json")
	var got map[string]any
	if err := json.Unmarshal([]byte(r.stdout), &got); err != nil {
		t.Fatal(err)
	}
	if got["version"] == "" || !strings.HasPrefix(got["go"].(string), "go1.") {
		t.Errorf("version %v", got)
	}
	if r := cli(t, nil, "", "version"); !strings.HasPrefix(r.stdout, "colloquy ") || strings.Count(r.stdout, "\n") != 1 {
		t.Errorf("version prints %q", r.stdout)
	}
}

func TestSecret(t *testing.T) {
	file := filepath.Join(t.TempDir(), "token")
	writeFile(t, file, "from the file\n")
	env := map[string]string{
		"A": "direct",
		"B": "both", "B_FILE": file,
		"C_FILE": file,
		"D_FILE": file + ".missing",
	}
	getenv := func(name string) string { return env[name] }
	for _, tt := range []struct {
		name, want string
		fails      bool
	}{{"A", "direct", false}, {"B", "", true}, {"C", "from the file", false}, {"D", "", true}, {"E", "", false}} {
		got, err := secret(getenv, tt.name)
		if got != tt.want || (err != nil) != tt.fails {
			t.Errorf("secret %s = %q, %v; want %q, an error: %v", tt.name, got, err, tt.want, tt.fails)
		}
		if err != nil && (strings.Contains(err.Error(), "both\n") || strings.Contains(err.Error(), "from the file")) {
			t.Errorf("the error tells the secret: %v", err)
		}
	}
}

// Somebody who stops the program while it waits for input need not press a key more.
func TestStopWhileWaitingForInput(t *testing.T) {
	t.Chdir(t.TempDir())
	stdin, typing := io.Pipe()
	t.Cleanup(func() { _ = typing.Close() })
	ctx, stop := context.WithCancel(t.Context())
	var stdout, stderr strings.Builder
	code := make(chan int)
	go func() {
		code <- run(ctx, []string{"article", "-"}, stdin, &stdout, &stderr, func(string) string { return "" })
	}()
	_, _ = typing.Write([]byte("The first words of ")) // returns once they are read
	stop()
	if got := <-code; got != exitFailed || stdout.String() != "" || strings.Count(stderr.String(), "\n") != 1 {
		t.Errorf("exit code %d, %q, %q", got, stdout.String(), stderr.String())
	}
}
