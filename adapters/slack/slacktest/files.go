package slacktest

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// A File is one that a bot uploaded.
type File struct {
	ID, Name, Title string
	Data            []byte
	Ref             Ref // the message that has it; empty until it is shared
}

type upload struct {
	File
	size     int
	received bool
}

func uploadURL(s *Server, q *request) (obj, error) {
	n, err := strconv.Atoi(q.arg("length"))
	if q.arg("filename") == "" || err != nil || n <= 0 {
		return nil, refuse("invalid_arguments", "[ERROR] filename and length are needed")
	}
	u := &upload{File: File{ID: s.newID("F"), Name: q.arg("filename")}, size: n}
	s.uploads[u.ID] = u
	return obj{"file_id": u.ID, "upload_url": s.URL + "/upload/" + u.ID}, nil
}

// serveUpload takes a file's bytes, as they are or as a form's.
func (s *Server) serveUpload(w http.ResponseWriter, r *http.Request) {
	var body io.Reader = http.MaxBytesReader(w, r.Body, 64<<20)
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
		if err := r.ParseMultipartForm(64 << 20); err != nil {
			http.Error(w, "the form cannot be read", http.StatusBadRequest)
			return
		}
		for _, hs := range r.MultipartForm.File {
			f, err := hs[0].Open()
			if err != nil {
				http.Error(w, "the file cannot be read", http.StatusBadRequest)
				return
			}
			defer func() { _ = f.Close() }()
			body = f
		}
	}
	b, err := io.ReadAll(body)
	s.mu.Lock()
	u := s.uploads[strings.TrimPrefix(r.URL.Path, "/upload/")]
	good := err == nil && u != nil && !u.received && len(b) == u.size
	if good {
		u.Data, u.received = b, true
	}
	s.mu.Unlock()
	if !good {
		http.Error(w, "the upload is not what was announced", http.StatusBadRequest)
		return
	}
	_, _ = io.WriteString(w, "OK - "+strconv.Itoa(len(b)))
}

// completeUpload shares uploaded files in a channel, in one message.
func completeUpload(s *Server, q *request) (obj, error) {
	var list []struct{ ID, Title string }
	if json.Unmarshal([]byte(q.arg("files")), &list) != nil || len(list) == 0 {
		return nil, refuse("invalid_arguments", "[ERROR] files is needed")
	}
	var files []obj
	for _, f := range list {
		u := s.uploads[f.ID]
		if u == nil || !u.received {
			return nil, refuse("file_not_found")
		}
		if u.Title = f.Title; u.Title == "" {
			u.Title = u.Name
		}
		files = append(files, s.fileObj(u.ID, u.Name, u.Title, q.in.botUser, u.size))
	}
	id := q.arg("channel_id")
	if id == "" {
		return obj{"files": files}, nil
	}
	q.args.Set("channel", id)
	c, err := s.target(q)
	if err != nil {
		return nil, err
	}
	if !c.has(q.in.botUser) {
		return nil, refuse("not_in_channel")
	}
	p, err := s.threadOf(q, c)
	if err != nil {
		return nil, err
	}
	m := &message{text: q.arg("initial_comment"), subtype: "file_share", files: files}
	s.own(m, q.in, c)
	if p != nil {
		m.thread = p.ts
	}
	s.publish(c, m)
	for _, f := range list {
		s.uploads[f.ID].Ref = Ref{c.id, m.ts}
	}
	return obj{"files": files}, nil
}

// Files are those that bots shared in a channel, in the order of their ids.
func (s *Server) Files(channel string) []File {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []File
	for _, id := range sorted(s.uploads) {
		if u := s.uploads[id]; u.Ref.Channel == channel && channel != "" {
			f := u.File
			f.Data = slices.Clone(f.Data)
			out = append(out, f)
		}
	}
	return out
}
