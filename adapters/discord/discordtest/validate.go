package discordtest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
)

// document is Discord's OpenAPI document, read once a process from a folder
// shared beside the checkout.
var document = sync.OnceValues(func() (*openapi3.T, error) {
	dir, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	for {
		p := filepath.Join(dir, "shared", "specs", "discord", "openapi.json")
		if _, err := os.Stat(p); err == nil {
			return openapi3.NewLoader().LoadFromFile(p)
		}
		if filepath.Dir(dir) == dir {
			return nil, errors.New("there is no shared/specs/discord/openapi.json above the working directory")
		}
		dir = filepath.Dir(dir)
	}
})

// validate compares a request with the document, where there is one.
func (s *Server) validate(q *request, params map[string]string) error {
	doc, err := document()
	if err != nil {
		return nil
	}
	in, err := validation(doc, q, params)
	if in == nil || err != nil {
		return err
	}
	return openapi3filter.ValidateRequest(context.Background(), in)
}

// permissionText is how permissions of commands are sent; the document has a
// number there, and the documentation the text.
var permissionText = regexp.MustCompile(`"default_member_permissions"\s*:\s*"(\d+)"`)

// undocumented are endpoints that are missing in the document but exist.
var undocumented = map[string]bool{"/channels/{channel_id}/typing": true}

func validation(doc *openapi3.T, q *request, params map[string]string) (*openapi3filter.RequestValidationInput, error) {
	item := doc.Paths.Value(q.route)
	if item == nil || item.GetOperation(q.Method) == nil {
		if undocumented[q.route] {
			return nil, nil
		}
		return nil, errors.New("the document has no such endpoint")
	}
	u := &url.URL{Scheme: "https", Host: "discord.com", Path: "/api/v10" + q.path, RawQuery: q.URL.RawQuery}
	body := permissionText.ReplaceAll(q.body, []byte(`"default_member_permissions":$1`))
	r, err := http.NewRequest(q.Method, u.String(), io.NopCloser(bytes.NewReader(body)))
	if err != nil {
		return nil, err
	}
	if len(q.body) > 0 {
		r.Header.Set("Content-Type", "application/json")
	}
	return &openapi3filter.RequestValidationInput{
		Request: r, PathParams: params, QueryParams: q.URL.Query(),
		Route:   &routers.Route{Spec: doc, Path: q.route, PathItem: item, Method: q.Method, Operation: item.GetOperation(q.Method)},
		Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc},
	}, nil
}
