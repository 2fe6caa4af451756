package discordtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// A specification is Discord's OpenAPI document, and the schemas of it that were needed.
type specification struct {
	doc      *openapi3.T
	compiler *jsonschema.Compiler

	mu     sync.Mutex
	bodies map[string]*jsonschema.Schema // by method and path; nil where there is no body
}

// document reads the specification, once a process, from a folder shared beside
// the checkout.
var document = sync.OnceValues(func() (*specification, error) {
	dir, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	for {
		p := filepath.Join(dir, "shared", "specs", "discord", "openapi.json")
		if b, err := os.ReadFile(p); err == nil {
			return readDocument(b)
		}
		if filepath.Dir(dir) == dir {
			return nil, errors.New("there is no shared/specs/discord/openapi.json above the working directory")
		}
		dir = filepath.Dir(dir)
	}
})

// documentURL names the document to the compiler of schemas; one that is a file's
// would be looked for in the folder of the moment.
const documentURL = "discord:///openapi.json"

func readDocument(b []byte) (*specification, error) {
	doc, err := openapi3.NewLoader().LoadFromData(b)
	if err != nil {
		return nil, err
	}
	raw, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	c.AssertFormat()
	if err := c.AddResource(documentURL, raw); err != nil {
		return nil, err
	}
	return &specification{doc: doc, compiler: c, bodies: map[string]*jsonschema.Schema{}}, nil
}

// body is the schema of an endpoint's body, compiled once: openapi3filter does
// that for every request, which takes it 15 ms.
func (sp *specification) body(method, route string, op *openapi3.Operation) (*jsonschema.Schema, error) {
	if op.RequestBody == nil || op.RequestBody.Value.Content["application/json"] == nil {
		return nil, nil
	}
	sp.mu.Lock()
	defer sp.mu.Unlock()
	key := strings.ToLower(method)
	if sch, there := sp.bodies[key+route]; there {
		return sch, nil
	}
	sch, err := sp.compiler.Compile(documentURL + "#/paths/" + url.PathEscape(strings.ReplaceAll(route, "/", "~1")) + "/" + key +
		"/requestBody/content/application~1json/schema")
	sp.bodies[key+route] = sch
	return sch, err
}

// validate compares a request with the document, where there is one.
func validate(q *request, params map[string]string) error {
	sp, err := document()
	if err != nil {
		return nil
	}
	in, err := validation(sp.doc, q, params)
	if in == nil || err != nil {
		return err
	}
	in.Options.ExcludeRequestBody = true
	if err := openapi3filter.ValidateRequest(context.Background(), in); err != nil {
		return err
	}
	sch, err := sp.body(q.Method, q.route, in.Route.Operation)
	if sch == nil || err != nil {
		return err
	}
	body := permissionText.ReplaceAll(q.body, []byte(`"default_member_permissions":$1`))
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("the body is no JSON: %w", err)
	}
	return sch.Validate(v)
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
	r, err := http.NewRequest(q.Method, u.String(), nil)
	if err != nil {
		return nil, err
	}
	return &openapi3filter.RequestValidationInput{
		Request: r, PathParams: params, QueryParams: q.URL.Query(),
		Route:   &routers.Route{Spec: doc, Path: q.route, PathItem: item, Method: q.Method, Operation: item.GetOperation(q.Method)},
		Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc},
	}, nil
}

var where = regexp.MustCompile(`at '([^']*)': ([^\n|]+)`)

// inShort picks, from the pages of what does not fit where there are many
// alternatives, the three findings that lie deepest in the request.
func inShort(err error) string {
	found := where.FindAllStringSubmatch(err.Error(), -1)
	if len(found) == 0 {
		return fmt.Sprintf("%.300s", err)
	}
	slices.SortStableFunc(found, func(a, b []string) int {
		return strings.Count(b[1], "/") - strings.Count(a[1], "/")
	})
	var lines []string
	for _, f := range found {
		line := strings.TrimSpace(f[1] + ": " + f[2])
		if !slices.Contains(lines, line) && !strings.HasSuffix(line, "none matched") && len(lines) < 3 {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, ", or ")
}
