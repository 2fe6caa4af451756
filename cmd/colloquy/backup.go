package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"colloquy/bot"
	"colloquy/bot/store"
)

func (a *app) backupCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "backup FILE",
		Short: "Copy the database, also while serve runs",
		Long: `Write a complete copy of the database to a new file, and read it to see that it is
sound. 'colloquy serve' may go on meanwhile. 'colloquy restore' goes back to it.

Erasing what somebody wrote does not reach copies that were made before; restore
erases it again.`,
		Example: `  colloquy backup colloquy-$(date +%F).db`,
		GroupID: groupAdmin,
		Args:    takes("FILE"),
		RunE:    func(cmd *cobra.Command, args []string) error { return a.backup(cmd.Context(), args[0]) },
	}
	a.set.addDB(cmd.Flags())
	return cmd
}

func (a *app) backup(ctx context.Context, path string) error {
	if _, err := os.Lstat(path); err == nil {
		return bot.Problemf("exists", "%s is there already, and a backup overwrites nothing: give the name of a new file", path)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return bot.Problemf("output", "%s cannot be written: %w", path, err)
	}
	db, err := a.read(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	full, err := filepath.Abs(path) // so that no name is taken for an address
	if err != nil {
		return err
	}
	done := a.progress("copying " + a.dbName())
	defer done()
	size, err := copyTo(ctx, db, full)
	if err != nil {
		_ = os.Remove(full) // it was not there before
		return err
	}
	done()
	_, err = fmt.Fprintf(a.stdout, "%s: %s, and sound.\n", path, byteCount(size))
	if dir := a.consoleDir(db); err == nil && exists(dir) {
		_, err = fmt.Fprintf(a.stdout, "The chats of the console are files of their own, in %s.\n", dir)
	}
	return err
}

// copyTo writes a copy, makes it durable and reads it whole. It may be read by
// whom the database may be read by.
func copyTo(ctx context.Context, db *store.DB, path string) (size int64, err error) {
	if err := db.Backup(ctx, path); err != nil {
		return 0, err
	}
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer func() { _ = f.Close() }()
	if info, err := os.Stat(db.Path()); err == nil {
		if err := f.Chmod(info.Mode().Perm()); err != nil {
			return 0, err
		}
	}
	if err := f.Sync(); err != nil {
		return 0, err
	}
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), store.CheckFile(ctx, path)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// byteCount writes a size for people.
func byteCount(n int64) string {
	switch {
	case n >= 10<<30:
		return fmt.Sprintf("%d GB", n>>30)
	case n >= 10<<20:
		return fmt.Sprintf("%d MB", n>>20)
	case n >= 10<<10:
		return fmt.Sprintf("%d kB", n>>10)
	}
	return fmt.Sprintf("%d bytes", n)
}
