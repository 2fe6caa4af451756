package main

import (
	"bufio"
	"fmt"
	"strings"

	"colloquy/bot"
)

// confirm asks a person at a terminal whether to do what cannot be undone.
// Elsewhere it is an error that says what would happen, unless yes was given.
func (a *app) confirm(yes bool, question, would string) error {
	switch {
	case yes:
		return nil
	case !onTerminal(a.stdin):
		return usagef("%s, and nobody is there to confirm it: add --yes", would)
	}
	fmt.Fprintf(a.stdout, "%s? Type yes: ", question)
	answer, err := bufio.NewReader(a.stdin).ReadString('\n')
	if err != nil || strings.TrimSpace(strings.ToLower(answer)) != "yes" {
		return bot.Problemf("not_confirmed", "nothing was done, because it was not confirmed")
	}
	return nil
}
