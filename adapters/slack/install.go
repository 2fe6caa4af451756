package slack

import "net/http"

// installRoutes are the pages with which people install an app.
func (a *Adapter) installRoutes() map[string]http.Handler { return nil }
