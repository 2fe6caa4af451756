package bot

// A Command is something a person asked for: a slash command, a button, a form
// or a shortcut.
type Command struct {
	ID      string // unique on its platform; the same ID is carried out once
	Name    string // of a [CommandSpec]
	Args    map[string]string
	Actor   Actor
	Channel Channel
	Ref     MessageRef // the message it is about; zero if none
}

// An Actor is who asked, and what the platform lets them do.
type Actor struct {
	Person
	Roles   []string
	Manager bool // the platform says that they may manage Colloquy here
}

// An Answer is what the asker gets to see.
type Answer struct {
	Message Message
	Private bool     // for the asker's eyes only, where the platform can do that
	Choices []Choice // to pick from; each is a Command by itself
}

// A Choice is one of several things to pick.
type Choice struct {
	Label   string
	Command string
	Args    map[string]string
}
