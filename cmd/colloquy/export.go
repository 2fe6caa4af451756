package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"colloquy/bot"
)

func (a *app) discussionExportCommand() *cobra.Command {
	var output string
	var pseudonyms bool
	format := choice{options: []string{"jsonl", "csv", "md"}}
	cmd := &cobra.Command{
		Use:   "export ID",
		Short: "Write a discussion for other programs, or to keep",
		Long: `Write everything that is stored of a discussion: the digest, the replies, times in
which replies may have been missed, and the recap. jsonl is one JSON object a
line, csv a table of the same, md a text to read.

What was deleted or erased is marked and has neither text nor author. In csv, a
cell that a spreadsheet would take for a formula (it begins with = + - @, a tab or
a carriage return) has an apostrophe put before it. --pseudonyms writes names such
as "Person 7K3M2Q" for authors and others for their ids: the same in every export
of this discussion, and different ones in every other discussion. Names that
people mention in what they wrote stay there.`,
		Example: `  colloquy discussion export 1a2b3c4d > discussion.jsonl
  colloquy discussion export 1a2b3c4d --format csv --pseudonyms --output discussion.csv`,
		Args:              takes("ID"),
		ValidArgsFunction: a.completes(discussionRefs),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.export(cmd.Context(), args[0], format.value, pseudonyms, output)
		},
	}
	cmd.Flags().BoolVar(&pseudonyms, "pseudonyms", false, "replace the names and ids of authors")
	cmd.Flags().StringVar(&output, "output", "-", "`FILE` to write to; - is standard output")
	format.value = "jsonl"
	a.set.addDB(cmd.Flags())
	addFormat(cmd, &format)
	return cmd
}

func (a *app) export(ctx context.Context, ref, format string, pseudonyms bool, output string) error {
	rt, err := a.aside(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = rt.db.Close() }()
	d, err := rt.db.FindDiscussion(ctx, ref)
	if err != nil {
		return err
	}
	var names pseudonymsOf
	if pseudonyms {
		if names, err = rt.engine.Pseudonyms(ctx, d.ID); err != nil {
			return err
		}
	}
	return a.writeTo(output, func(w io.Writer) error {
		if format == "md" {
			return a.exportMarkdown(ctx, rt, d, names, w)
		}
		var out lineWriter = newJSONLines(w)
		if format == "csv" {
			out = newCSVLines(w)
		}
		return exportLines(ctx, rt.db, d, names, out)
	})
}

// writeTo has a file written, or standard output for "-". A file appears when
// it is complete, in the place of one that was there before.
func (a *app) writeTo(path string, write func(io.Writer) error) error {
	if path == "-" || path == "" {
		w := bufio.NewWriterSize(a.stdout, 64<<10)
		if err := write(w); err != nil {
			return err
		}
		return w.Flush()
	}
	err := writeFileWhole(path, write)
	if pe := (*fs.PathError)(nil); errors.As(err, &pe) {
		return &bot.Problem{Code: "output", Err: err, Text: fmt.Sprintf("%s cannot be written (%v): give another file with --output", path, pe.Err)}
	}
	return err
}

func writeFileWhole(path string, write func(io.Writer) error) (err error) {
	var f *os.File
	info, serr := os.Stat(path)
	whole := serr != nil || info.Mode().IsRegular()
	if whole {
		f, err = os.CreateTemp(filepath.Dir(path), ".export-*")
	} else { // a device or a pipe
		f, err = os.OpenFile(path, os.O_WRONLY, 0)
	}
	if err != nil {
		return err
	}
	defer func() {
		if err != nil && whole {
			_ = os.Remove(f.Name())
		}
	}()
	w := bufio.NewWriterSize(f, 64<<10)
	err = errors.Join(write(w), w.Flush(), f.Close())
	if err == nil && whole {
		err = os.Rename(f.Name(), path)
	}
	return err
}

// pseudonymsOf gives the people of a discussion other ids and names. Nil leaves
// their own.
type pseudonymsOf func(bot.Person) (id, name string)

// author gives the id and the name to write for a person.
func (p pseudonymsOf) author(of bot.Person) (id, name string) {
	if p == nil {
		return of.ID, of.Name
	}
	return p(of)
}
