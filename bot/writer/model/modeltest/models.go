package modeltest

import (
	"fmt"
	"net/http"
)

// models is GET /v1/models and GET /v1/models/{id}: Anthropic's for whom sends
// its headers, OpenAI's else.
func (s *Server) models(w http.ResponseWriter, r *http.Request) {
	p := provider(openai{})
	no := openai{}.authorized(s, r.Header)
	claude := r.Header.Get("anthropic-version") != "" || r.Header.Get("x-api-key") != ""
	if claude {
		p, no = anthropic{}, anthropic{}.authorized(s, r.Header)
	}
	if no != nil {
		p.fail(w, *no)
		return
	}
	one := func(id string) obj {
		if claude {
			return obj{"type": "model", "id": id, "display_name": id, "created_at": "2026-01-01T00:00:00Z"}
		}
		return obj{"id": id, "object": "model", "created": 1767225600, "owned_by": "system"}
	}
	id := r.PathValue("id")
	switch {
	case id != "" && s.known(id):
		writeJSON(w, http.StatusOK, one(id))
	case id != "" && claude:
		p.fail(w, *refuse(http.StatusNotFound, "", "", "model: %s", id))
	case id != "":
		p.fail(w, *refuse(http.StatusNotFound, "model_not_found", "model", "The model '%s' does not exist", id))
	default:
		list := []obj{}
		for _, m := range s.o.Models {
			list = append(list, one(m))
		}
		if claude {
			writeJSON(w, http.StatusOK, obj{"data": list, "has_more": false, "first_id": nil, "last_id": nil})
			return
		}
		writeJSON(w, http.StatusOK, obj{"object": "list", "data": list})
	}
}

// usualMessage is what a provider says with a status.
func usualMessage(provider string, status int) string {
	of := map[string]map[int]string{
		Anthropic: {401: "invalid x-api-key", 403: "Your API key does not have permission to use the specified resource.",
			404: "Not found", 429: "This request would exceed your organization's rate limit.", 500: "Internal server error", 529: "Overloaded"},
		OpenAI: {401: "Incorrect API key provided.", 403: "Country, region, or territory not supported", 404: "The model does not exist.",
			429: "Rate limit reached for requests.", 500: "The server had an error while processing your request. Sorry about that!",
			503: "The engine is currently overloaded, please try again later."},
		Ollama: {401: "unauthorized", 404: "model not found", 500: "llama runner process has terminated: exit status 2",
			503: "server busy, please try again. maximum pending requests exceeded"},
	}
	if m := of[provider][status]; m != "" {
		return m
	}
	return fmt.Sprintf("%d %s", status, http.StatusText(status))
}
