// Colloquy reads articles, posts a short summary and a few open questions into
// a chat channel on a schedule, records what people reply and closes with a
// recap. This package is its command line: the only place that reads flags,
// the environment and the configuration file, and that wires the packages
// together. Each command has a file of its own.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
	_ "time/tzdata" // so that time zones work where the system has none

	"github.com/spf13/cobra"

	"colloquy/bot"
)

// Exit codes.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr, os.Getenv)
	stop()
	os.Exit(code)
}

// run is one run of the program with everything it takes from the process. It
// ends soon after ctx is done, and returns the exit code.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer, getenv func(string) string) int {
	stdin = interruptible{ctx, stdin}
	a := &app{stdin: stdin, stdout: stdout, stderr: stderr, getenv: getenv, now: time.Now}
	root := a.rootCommand()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitDone
	}
	fmt.Fprintln(stderr, "colloquy: "+errorLine(err))
	if errors.As(err, new(*usageError)) {
		return exitUsage
	}
	return exitFailed
}

// An app is what the commands share: the process around them, and the settings
// of this run once [app.configure] has read them.
type app struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	getenv         func(string) string
	now            bot.Clock // of this machine until a database is open, whose clock holds then
	machine        bot.Clock // of this machine; nil before that
	set            settings
	config         *Config           // never nil after configure
	said           map[string]string // where each flag has its value from: itself, its variable or a line of the file; nothing for a default
}

// Groups of commands in the help.
const (
	groupTry   = "try"
	groupRun   = "run"
	groupAdmin = "admin"
)

func (a *app) rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "colloquy",
		Short: "Colloquy posts discussions of articles in a chat and records what people say",
		Long: `Colloquy reads an article, posts a short summary and a few open questions in a
chat channel, opens a thread, records what people reply and closes with a recap.
It needs no account, no key and no network to begin with: try "colloquy demo".`,
		Example: `  colloquy demo
  colloquy digest https://example.org/story
  colloquy digest notes.txt --questions 3 --format json`,
		Args:              cobra.ArbitraryArgs,
		SilenceErrors:     true,
		SilenceUsage:      true,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error { return a.configure(cmd) },
		RunE:              group,
	}
	root.AddGroup(
		&cobra.Group{ID: groupTry, Title: "Read and try:"},
		&cobra.Group{ID: groupRun, Title: "Run discussions:"},
		&cobra.Group{ID: groupAdmin, Title: "Look after it:"},
	)
	root.SetHelpCommandGroupID(groupAdmin)
	root.SetCompletionCommandGroupID(groupAdmin)
	root.SetFlagErrorFunc(flagError)
	root.SetUsageFunc(narrow(root.UsageFunc()))
	a.set.addGlobalFlags(root.PersistentFlags())
	root.AddCommand(
		a.articleCommand(),
		a.digestCommand(),
		a.evalCommand(),
		a.promptsCommand(),
		a.demoCommand(),
		a.feedCommand(),
		a.scheduleCommand(),
		a.queueCommand(),
		a.questionCommand(),
		a.discussionCommand(),
		a.recapCommand(),
		a.reportCommand(),
		a.personCommand(),
		a.serveCommand(),
		a.settingsCommand(),
		a.managersCommand(),
		a.auditCommand(),
		a.configCommand(),
		a.doctorCommand(),
		a.backupCommand(),
		a.restoreCommand(),
		a.copyCommand(),
		a.migrateCommand(),
		a.installationCommand(),
		a.discordCommand(),
		a.slackCommand(),
		a.versionCommand(),
	)
	return root
}
