package store

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"strings"

	"colloquy/bot"
)

// KeySize is how many bytes a key has that encrypts credentials: AES-256.
const KeySize = 32

// howToKey says how a key is made. It names the variable that people set.
const howToKey = "set COLLOQUY_SECRET_KEY to a key of 32 random bytes, which 'openssl rand -base64 32' makes, and keep it apart from the database"

// ParseKey reads a key as people keep it: base64 of 32 bytes, or 64 hexadecimal
// digits. An error says nothing of the text.
func ParseKey(text string) ([]byte, error) {
	text = strings.TrimSpace(text)
	if key, err := hex.DecodeString(text); err == nil && len(key) == KeySize {
		return key, nil
	}
	bare := strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(text, "="))
	if key, err := base64.RawStdEncoding.DecodeString(bare); err == nil && len(key) == KeySize && !strings.ContainsAny(bare, "\r\n") {
		return key, nil
	}
	if text == "" {
		return nil, bot.Problemf("no_key", "the key is empty: %s", howToKey)
	}
	return nil, bot.Problemf("bad_key", "the key is no base64 of 32 bytes, nor 64 hexadecimal digits: %s", howToKey)
}

// ParseKeys reads several keys with commas between them: the first is to encrypt,
// and the others are older ones. An empty text has none.
func ParseKeys(text string) ([][]byte, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	var keys [][]byte
	for one := range strings.SplitSeq(text, ",") {
		key, err := ParseKey(one)
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	return keys, nil
}

// sealed begins every encrypted text, so that another way can follow: then comes
// base64 of a nonce and what AES-256-GCM made of the secret.
const sealed = "1:"

// A box encrypts with its first key and decrypts with any.
type box []cipher.AEAD

// newBox makes a box of keys.
func newBox(keys [][]byte) (box, error) {
	var b box
	for _, key := range keys {
		if len(key) != KeySize {
			return nil, bot.Problemf("bad_key", "a key has %d bytes and not %d: %s", len(key), KeySize, howToKey)
		}
		block, err := aes.NewCipher(key)
		if err != nil {
			return nil, err
		}
		// It makes a fresh random nonce each time, and puts it first.
		gcm, err := cipher.NewGCMWithRandomNonce(block)
		if err != nil {
			return nil, err
		}
		b = append(b, gcm)
	}
	return b, nil
}

// seal encrypts a secret. What it is about must be the same when it is opened.
func (b box) seal(secret, about string) (string, error) {
	if len(b) == 0 {
		return "", bot.Problemf("no_key", "nothing was stored, because there is no key to encrypt it with: %s", howToKey)
	}
	return sealed + base64.RawStdEncoding.EncodeToString(b[0].Seal(nil, nil, []byte(secret), []byte(about))), nil
}

// errUnsealed is a secret that none of the keys opens, or a damaged one.
var errUnsealed = errors.New("none of the keys decrypts it")

// open decrypts what seal made. old is true when it was made with another key
// than the first.
func (b box) open(text, about string) (secret string, old bool, err error) {
	body, ok := strings.CutPrefix(text, sealed)
	data, err := base64.RawStdEncoding.DecodeString(body)
	if !ok || err != nil {
		return "", false, errUnsealed
	}
	for n, gcm := range b {
		if plain, err := gcm.Open(nil, nil, data, []byte(about)); err == nil {
			return string(plain), n > 0, nil
		}
	}
	return "", false, errUnsealed
}

// CanKeep is nil when there is a key with which credentials can be kept; else a
// [bot.Problem] that says how to make one.
func (db *DB) CanKeep() error {
	_, err := db.box.seal("", "")
	return err
}
