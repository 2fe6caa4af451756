package bot

import "time"

// PlanRestored decides what becomes of a schedule in a database that is
// restored from a backup: nothing that was due since then is carried out, as it
// may have been before, and its next time counts from now. See [Engine.Plan].
func (e *Engine) PlanRestored(s Schedule, now time.Time) Claim {
	c := e.Plan(s, now)
	if !c.Run.IsZero() {
		c.Missed, c.Run = append(c.Missed, c.Run), time.Time{}
	}
	c.LatestWhy = ""
	return c
}

// RestoredReason is why an occurrence was missed that was due between the
// moment of a backup and its being restored.
func RestoredReason(backup time.Time) string {
	return "restored from a backup of " + backup.UTC().Format("2 Jan 2006 15:04 MST")
}
