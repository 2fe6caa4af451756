package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"colloquy/bot"
	"colloquy/prompts"
)

func (a *app) promptsCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "prompts DIR",
		Short: "Write what a model is told into a new folder, to change it",
		Long: `Write the built-in prompts into a new folder. Change what you like and remove the
other files: with --prompts, a file in the folder takes the place of the built-in
one of its name. 'colloquy eval --prompts DIR' shows what the change is worth.`,
		Example: `  colloquy prompts mine
  colloquy eval articles/ --writer anthropic --prompts mine --baseline before.json`,
		GroupID: groupTry,
		Args:    takes("DIR"),
		RunE:    func(_ *cobra.Command, args []string) error { return a.writePrompts(args[0]) },
	}
}

// writePrompts writes the built-in prompts into a folder that is empty or not
// there yet.
func (a *app) writePrompts(dir string) error {
	there, err := os.ReadDir(dir)
	switch {
	case err == nil && len(there) > 0:
		return bot.Problemf("not_empty", "%s is not empty, and nothing is overwritten: name a folder that is not there yet", dir)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return bot.Problemf("no_folder", "%s cannot be used: %w; name a folder that is not there yet", dir, withoutPath(err))
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return bot.Problemf("no_folder", "%s cannot be made: %w; name another folder", dir, withoutPath(err))
	}
	for _, p := range prompts.Files() {
		if err := writeNew(filepath.Join(dir, p.Name), p.Text); err != nil {
			return bot.Problemf("not_written", "%s cannot be written: %w; name another folder", p.Name, withoutPath(err))
		}
		fmt.Fprintln(a.stdout, filepath.Join(dir, p.Name))
	}
	fmt.Fprintf(a.stderr, "Change them, and give the folder with --prompts %s.\n", dir)
	return nil
}

// writeNew writes a file that is not there yet.
func writeNew(name, text string) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}
