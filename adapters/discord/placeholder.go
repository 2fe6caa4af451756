package discord

import "context"

// What stands here belongs to files that others add, and goes with them.

type identity struct{ userID, appID string }

func (a *Adapter) me(context.Context) (identity, error) { return a.self, nil }

func (a *Adapter) contentOn() bool { return a.o.Content != ContentOff }
