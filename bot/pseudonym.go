package bot

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"strings"
)

// pseudonymSigns are digits and letters that are not taken for one another.
var pseudonymSigns = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

// Pseudonyms gives the people of one discussion other ids and names. They are
// made with the key of this database: the same for a person whenever they are
// asked for, others in each discussion, and they say nothing of who it is or in
// which order people wrote. The id has 80 bits and is a person's own; the name
// has the first 30 of them, so that two among a thousand people of a discussion
// have one name once in two thousand discussions.
func (e *Engine) Pseudonyms(ctx context.Context, discussion ID) (func(Person) (id, name string), error) {
	key, err := e.store.HashKey(ctx)
	if err != nil {
		return nil, err
	}
	return func(p Person) (id, name string) {
		mac := hmac.New(sha256.New, key)
		fmt.Fprintf(mac, "pseudonym\x00%s\x00%s\x00%s\x00%s", discussion, p.Platform, p.Workspace, p.ID)
		code := pseudonymSigns.EncodeToString(mac.Sum(nil)[:10])
		return "person-" + strings.ToLower(code), "Person " + code[:6]
	}, nil
}
