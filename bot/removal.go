package bot

import (
	"context"
	"slices"
	"time"
)

// BotRemoved is why the schedules of an installation pause that lost the bot.
const BotRemoved = "the bot was removed"

// KeepRemoved is how long what is stored of an installation is kept after it
// lost the bot: until then it may be invited again.
const KeepRemoved = 30 * oneDay

// InstallationChanged stores a tenant, or that it is gone; see [Handler]. One
// that is gone has its schedules paused, and is erased after [KeepRemoved]. When
// it comes back before, those that were paused for it go on from now. One that
// came is greeted, once. What is stored already is not written again, but that it
// is gone: whoever says so again wants its credentials erased.
func (e *Engine) InstallationChanged(ctx context.Context, i Installation) error {
	old, err := e.store.Installation(ctx, i.Platform, i.Workspace)
	if err != nil || !i.Gone && !i.differs(&old, e.now()) {
		return err
	}
	if err := e.store.PutInstallations(ctx, e.now(), e.presence(i, old)); err != nil {
		return err
	}
	if i.Gone != old.Gone || old.CreatedAt.IsZero() {
		e.log.InfoContext(ctx, "installation changed", "installation", i.String(), "gone", i.Gone)
	}
	return nil
}

// atOnce is how many tenants one transaction stores: few enough that replies
// need not wait for it.
const atOnce = 200

// Installations stores which tenants of a platform there are; see [Handler].
// When nothing changed it reads once and writes nothing.
func (e *Engine) Installations(ctx context.Context, platform string, there []Installation, mine func(workspace string) bool) error {
	stored, err := e.store.InstallationsOf(ctx, platform)
	if err != nil {
		return err
	}
	known := make(map[string]*Installation, len(stored))
	for n := range stored {
		known[stored[n].Workspace] = &stored[n]
	}
	var news []Installation
	met := make(map[string]bool, len(there))
	before := func(i Installation) *Installation {
		if old := known[i.Workspace]; old != nil {
			return old
		}
		return &Installation{Platform: platform, Workspace: i.Workspace}
	}
	put := func(i Installation) {
		met[i.Workspace] = true
		if i.differs(before(i), e.now()) {
			news = append(news, i)
		}
	}
	for _, i := range there {
		if i.Platform = platform; !met[i.Workspace] {
			put(i)
		}
	}
	gone := 0
	for _, i := range stored {
		if !met[i.Workspace] && !i.Gone && (mine == nil || mine(i.Workspace)) {
			put(Installation{Platform: platform, Workspace: i.Workspace, Gone: true})
			gone++
		}
	}
	for part := range slices.Chunk(news, atOnce) {
		list := make([]Presence, 0, len(part))
		for _, i := range part {
			list = append(list, e.presence(i, *before(i)))
		}
		if err := e.store.PutInstallations(ctx, e.now(), list...); err != nil {
			return err
		}
	}
	e.log.InfoContext(ctx, "installations", "platform", platform, "there", len(there), "changed", len(news), "gone", gone)
	return nil
}

// differs reports whether i says something that is not stored. What it does not
// say is as it was.
func (i Installation) differs(old *Installation, now time.Time) bool {
	arrived := !i.Gone && (old.GreetUntil.IsZero() || i.Greet != (Channel{}) && old.GreetUntil.After(now))
	return old.CreatedAt.IsZero() || i.Gone != old.Gone || arrived ||
		i.Name != "" && i.Name != old.Name || i.Scope != "" && i.Scope != old.Scope ||
		i.Owner.ID != "" && (i.Owner.ID != old.Owner.ID || i.Owner.Name != "" && i.Owner.Name != old.Owner.Name)
}

// presence is what is stored of i. Its owner is somebody of that tenant,
// whatever the platform says of where they are.
func (e *Engine) presence(i, old Installation) Presence {
	action := "installation_back"
	i.EraseAt = time.Time{}
	if i.Gone {
		action, i.EraseAt = "installation_gone", e.now().Add(KeepRemoved)
	}
	if i.Owner.ID != "" {
		i.Owner.Platform, i.Owner.Workspace = i.Platform, i.Workspace
		if i.Owner.ID == old.Owner.ID && i.Owner.Name == "" {
			i.Owner.Name = old.Owner.Name
		}
	}
	p := Presence{Installation: i, Audit: e.audit(platformItself, action, i.String()).In(i.Everywhere())}
	if i.Greet != (Channel{}) && !i.Gone {
		p.Welcome = newPost(e.now(), Post{Kind: PostWelcome, Ref: MessageRef{Channel: i.Greet}})
	}
	return p
}
