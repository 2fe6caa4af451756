package bot

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// BotRemoved is why the schedules of an installation pause that lost the bot.
const BotRemoved = "the bot was removed"

// KeepRemoved is how long what is stored of an installation is kept after it
// lost the bot: until then it may be invited again.
const KeepRemoved = 30 * oneDay

// InstallationChanged stores a tenant, or that it is gone; see [Handler]. One
// that is gone has its schedules paused, and is erased after [KeepRemoved]. When
// it comes back before, those that were paused for it go on from now.
func (e *Engine) InstallationChanged(ctx context.Context, i Installation) error {
	action := "installation_back"
	i.EraseAt = time.Time{}
	if i.Gone {
		action, i.EraseAt = "installation_gone", e.now().Add(KeepRemoved)
	}
	if err := e.store.PutInstallation(ctx, i, e.now(), e.audit(platformItself, action, i.String()).In(i.Everywhere())); err != nil || i.Gone {
		return err
	}
	paused, err := e.store.PausedFor(ctx, i.Platform, i.Workspace, BotRemoved)
	if err != nil {
		return err
	}
	var errs []error
	for _, s := range paused {
		if _, err := e.SetPaused(ctx, s, false, time.Time{}, platformItself); err != nil {
			errs = append(errs, fmt.Errorf("resume schedule %s: %w", s.ID, err))
		}
	}
	return errors.Join(errs...)
}
