package bot_test

import (
	"strings"

	"colloquy/bot"
)

// command is something that a manager asks for in chat.
func (b *bench) command(name string, args map[string]string) string {
	b.t.Helper()
	a, err := b.engine.Command(b.t.Context(), bot.Command{
		Name: name, Args: args, Channel: channel,
		Actor: bot.Actor{Person: bot.Person{Platform: "test", Workspace: "W1", ID: "ada", Name: "Ada"}, Manager: true},
	})
	if err != nil {
		b.t.Fatal(err)
	}
	b.work()
	return strings.Join(a.Message.Paragraphs, "\n")
}
