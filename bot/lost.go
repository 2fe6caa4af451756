package bot

import (
	"context"
	"errors"
)

// ChannelLost notes that a channel is gone or closed to us; see [Handler].
func (e *Engine) ChannelLost(ctx context.Context, ch Channel, why error) error {
	e.trouble(ctx, channelTrouble(ch, CauseChannel, "%s", Explain(why)))
	return nil
}

// Installations stores which tenants of a platform there are; see [Handler].
func (e *Engine) Installations(ctx context.Context, platform string, there []Installation) error {
	var errs []error
	for _, i := range there {
		errs = append(errs, e.InstallationChanged(ctx, i))
	}
	return errors.Join(errs...)
}
