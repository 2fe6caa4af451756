package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// module begins the import path of every package of the project.
const module = "colloquy/"

// A pkg is what "go list" says of a package.
type pkg struct {
	ImportPath   string
	Dir          string
	GoFiles      []string
	Imports      []string
	TestImports  []string
	XTestImports []string
	Deps         []string
	Standard     bool
}

func (p pkg) ours() bool { return strings.HasPrefix(p.ImportPath, module) }

// in says whether p is the package at path (from the module's root), or below it.
func in(p, path string) bool {
	rest, ok := strings.CutPrefix(p, module+path)
	return ok && (rest == "" || rest[0] == '/')
}

// listPackages lists the project's packages with everything they depend on.
func listPackages(t *testing.T) []pkg {
	t.Helper()
	cmd := exec.Command("go", "list", "-deps", "-json=ImportPath,Dir,GoFiles,Imports,TestImports,XTestImports,Deps,Standard", "./...")
	cmd.Dir = "../.."
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []pkg
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

// mayImport says whether a package of the project may import another one of it.
func mayImport(from, to string, test bool) bool {
	switch {
	case in(from, "cmd"):
		return true
	case test && strings.HasPrefix(from, module+"bot") && strings.HasPrefix(to, module+"bot"):
		return true // the engine's tests run on the real store
	case test && in(from, "bot") && to == module+"prompts":
		return true // with the words that models are told
	case test && in(from, "bot") && in(to, "adapters/console"):
		return true // and on the platform that needs no account
	case test && in(from, "adapters") && in(to, "adapters/adaptertest"):
		return true
	case test && in(from, "adapters/discord") && in(to, "adapters/discord/discordtest"):
		return true // a server with the platform's own rules
	case test && in(from, "adapters/slack") && in(to, "adapters/slack/slacktest"):
		return true
	case from == module+"bot":
		return false
	case to == module+"bot":
		return true
	case from == module+"bot/writer" && to == module+"prompts":
		return true
	case from == module+"bot/writer" && to == module+"bot/writer/model":
		return true
	case from == module+"bot/jobs" && to == module+"bot/store":
		return true
	}
	return in(from, "adapters") && in(to, "adapters/internal")
}

// confined are packages of others whose types stay where they are used.
var confined = []struct {
	prefix string
	homes  []string
}{
	{"database/sql", []string{"bot/store", "bot/jobs"}},
	{"modernc.org/sqlite", []string{"bot/store", "bot/jobs"}},
	{"github.com/jackc/pgx", []string{"bot/store", "bot/jobs"}},
	{"github.com/pressly/goose", []string{"bot/store"}},
	{"github.com/riverqueue/river", []string{"bot/jobs"}},
	{"github.com/robfig/cron", []string{"bot"}},
	{"github.com/mmcdole/gofeed", []string{"bot/source"}},
	{"github.com/temoto/robotstxt", []string{"bot/source"}},
	{"github.com/markusmobius/go-trafilatura", []string{"bot/source"}},
	{"codeberg.org/readeck/go-readability", []string{"bot/source"}},
	{"github.com/abadojack/whatlanggo", []string{"bot/writer"}},
	{"github.com/anthropics/anthropic-sdk-go", []string{"bot/writer/model"}},
	{"github.com/openai/openai-go", []string{"bot/writer/model"}},
	{"github.com/bwmarrin/discordgo", []string{"adapters/discord"}},
	{"github.com/gorilla/websocket", []string{"adapters/discord", "adapters/slack"}},
	{"github.com/getkin/kin-openapi", []string{"adapters/discord/discordtest"}},
	{"github.com/santhosh-tekuri/jsonschema", []string{"adapters/discord/discordtest"}},
	{"github.com/slack-go/slack", []string{"adapters/slack"}},
	{"github.com/prometheus/", []string{"bot/web"}},
	{"github.com/spf13/", []string{"cmd"}},
	{"gopkg.in/yaml.v3", []string{"cmd"}},
}

// violations checks the rules on imports and returns each breach as a line.
func violations(all []pkg) []string {
	var bad []string
	standard := map[string]bool{"C": true, "unsafe": true}
	for _, p := range all {
		standard[p.ImportPath] = standard[p.ImportPath] || p.Standard
	}
	for _, p := range all {
		if !p.ours() {
			continue
		}
		check := func(to string, test bool) {
			if strings.HasPrefix(to, module) && to != p.ImportPath && !mayImport(p.ImportPath, to, test) {
				bad = append(bad, fmt.Sprintf("%s must not import %s (test: %v)", p.ImportPath, to, test))
			}
			if p.ImportPath == module+"bot" && !test && !strings.HasPrefix(to, module) && !standard[to] && to != "github.com/robfig/cron/v3" {
				bad = append(bad, "bot must not import "+to+": only the standard library and robfig/cron/v3")
			}
			for _, c := range confined {
				at := slices.ContainsFunc(c.homes, func(home string) bool {
					return p.ImportPath == module+home || home != "bot" && in(p.ImportPath, home)
				})
				if strings.HasPrefix(to, c.prefix) && !at && !test {
					bad = append(bad, fmt.Sprintf("%s must not import %s, which stays in %s", p.ImportPath, to, strings.Join(c.homes, ", ")))
				}
			}
		}
		for _, to := range p.Imports {
			check(to, false)
		}
		for _, to := range slices.Concat(p.TestImports, p.XTestImports) {
			check(to, true)
		}
	}
	return bad
}

func TestPackagesKnowOnlyWhomTheyMay(t *testing.T) {
	all := listPackages(t)
	if !slices.ContainsFunc(all, func(p pkg) bool { return p.ImportPath == module+"bot" }) {
		t.Fatal("go list did not list the package bot")
	}
	for _, line := range violations(all) {
		t.Error(line)
	}
	for _, p := range all { // the engine's whole graph, not only its own imports
		if p.ImportPath != module+"bot" {
			continue
		}
		for _, dep := range p.Deps {
			if strings.Contains(strings.Split(dep, "/")[0], ".") && dep != "github.com/robfig/cron/v3" && !strings.HasPrefix(dep, "vendor/") {
				t.Errorf("bot depends on %s", dep)
			}
		}
	}
}

// The rules above must be able to fail.
func TestBreachesAreFound(t *testing.T) {
	std := pkg{ImportPath: "fmt", Standard: true}
	tests := []struct {
		name string
		p    pkg
		want bool
	}{
		{"bot and cron", pkg{ImportPath: "colloquy/bot", Imports: []string{"fmt", "github.com/robfig/cron/v3"}}, false},
		{"bot and yaml", pkg{ImportPath: "colloquy/bot", Imports: []string{"gopkg.in/yaml.v3"}}, true},
		{"bot and its store", pkg{ImportPath: "colloquy/bot", Imports: []string{"colloquy/bot/store"}}, true},
		{"bot's tests and its store", pkg{ImportPath: "colloquy/bot", XTestImports: []string{"colloquy/bot/store"}}, false},
		{"cron outside bot", pkg{ImportPath: "colloquy/bot/store", Imports: []string{"github.com/robfig/cron/v3"}}, true},
		{"parts know one another", pkg{ImportPath: "colloquy/bot/writer", Imports: []string{"colloquy/bot/source"}}, true},
		{"the writer's words", pkg{ImportPath: "colloquy/bot/writer", Imports: []string{"colloquy/bot", "colloquy/prompts"}}, false},
		{"jobs and store", pkg{ImportPath: "colloquy/bot/jobs", Imports: []string{"colloquy/bot/store", "github.com/riverqueue/river"}}, false},
		{"store and jobs", pkg{ImportPath: "colloquy/bot/store", Imports: []string{"colloquy/bot/jobs"}}, true},
		{"an adapter and a part", pkg{ImportPath: "colloquy/adapters/slack", Imports: []string{"colloquy/bot/store"}}, true},
		{"an adapter and another", pkg{ImportPath: "colloquy/adapters/slack", Imports: []string{"colloquy/adapters/console"}}, true},
		{"an adapter's shared parts", pkg{ImportPath: "colloquy/adapters/slack", Imports: []string{"colloquy/adapters/internal/text"}}, false},
		{"an adapter's tests", pkg{ImportPath: "colloquy/adapters/slack", XTestImports: []string{"colloquy/adapters/adaptertest"}}, false},
		{"River elsewhere", pkg{ImportPath: "colloquy/cmd/colloquy", Imports: []string{"github.com/riverqueue/river"}}, true},
		{"SQL elsewhere", pkg{ImportPath: "colloquy/cmd/colloquy", Imports: []string{"database/sql"}}, true},
		{"cmd knows all", pkg{ImportPath: "colloquy/cmd/colloquy", Imports: []string{"colloquy/bot/store", "colloquy/adapters/slack"}}, false},
	}
	for _, tt := range tests {
		if got := violations([]pkg{std, tt.p}); (len(got) > 0) != tt.want {
			t.Errorf("%s: violations %q, want some: %v", tt.name, got, tt.want)
		}
	}
}

// Only cmd reads the environment, and nothing happens by being imported.
func TestNoEnvironmentAndNoInitOutsideCmd(t *testing.T) {
	fset := token.NewFileSet()
	for _, p := range listPackages(t) {
		if !p.ours() || strings.HasSuffix(p.ImportPath, "/pgtest") { // which only tests import
			continue
		}
		for _, name := range p.GoFiles {
			file, err := parser.ParseFile(fset, filepath.Join(p.Dir, name), nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			for _, use := range processUses(file) {
				if use == "init" || !in(p.ImportPath, "cmd") {
					t.Errorf("%s/%s uses %s", p.ImportPath, name, use)
				}
			}
		}
	}
}

// processUses lists init functions and what a file takes from the process.
func processUses(file *ast.File) []string {
	var uses []string
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			if n.Name.Name == "init" && n.Recv == nil {
				uses = append(uses, "init")
			}
		case *ast.SelectorExpr:
			if x, ok := n.X.(*ast.Ident); ok && x.Name == "os" &&
				slices.Contains([]string{"Getenv", "LookupEnv", "Environ", "Args", "Exit", "Stdin", "Stdout", "Stderr"}, n.Sel.Name) {
				uses = append(uses, "os."+n.Sel.Name)
			}
		}
		return true
	})
	return uses
}
