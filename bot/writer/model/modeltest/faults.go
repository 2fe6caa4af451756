package modeltest

import "net/http"

// HTML is a page that something between client and model answers with.
func HTML(status int, page string) Reply {
	return Reply{Status: status, Raw: []byte(page), Header: http.Header{"Content-Type": {"text/html; charset=utf-8"}}}
}

// Redirect sends the client elsewhere.
func Redirect(to string) Reply {
	return Reply{Status: http.StatusTemporaryRedirect, Raw: []byte{}, Header: http.Header{"Location": {to}}}
}
