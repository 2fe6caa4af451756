package bot

import "time"

// A Credential is what lets an adapter into one installation: a token. The store
// keeps the secret encrypted, and erases it when the installation is gone.
type Credential struct {
	Platform  string
	App       string // which of the platform's apps was installed
	Workspace string
	Name      string // of the workspace
	Owner     Person // who installed it; zero if unknown
	Secret    string
	CreatedAt time.Time
}
