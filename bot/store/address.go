package store

import (
	"net/url"
	"regexp"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"colloquy/bot"
)

// IsPostgres reports whether a database is named by a URL of PostgreSQL, and not
// by a file of SQLite.
func IsPostgres(at string) bool {
	return strings.HasPrefix(at, "postgres://") || strings.HasPrefix(at, "postgresql://")
}

// Name is what people are shown of a database: the path of a file, or hosts and
// database of a URL, without its user and its password. What the URL leaves out is
// what libpq's variables say.
func Name(at string) string {
	if !IsPostgres(at) {
		return at
	}
	c, err := pgconn.ParseConfig(at)
	if err != nil || CheckAddress(at) != nil {
		return "postgres://…" // any part of it may be one of the password
	}
	hosts := []string{hostName(c.Host, c.Port)}
	for _, f := range c.Fallbacks { // each host comes once more for each way to encrypt
		if h := hostName(f.Host, f.Port); h != hosts[len(hosts)-1] {
			hosts = append(hosts, h)
		}
	}
	name := c.Database
	if name == "" {
		name = c.User // as the server takes it
	}
	return "postgres://" + strings.Join(hosts, ",") + "/" + name
}

// hostName is a host with its port, where that is not the usual one.
func hostName(host string, port uint16) string {
	const usual = 5432
	network, address := pgconn.NetworkAddress(host, port)
	switch {
	case network == "unix":
		return url.PathEscape(host)
	case port == usual && !strings.Contains(host, ":"):
		return host
	}
	return address
}

// CheckAddress refuses what can be neither the file of a database nor the URL of
// one. The error, a [bot.Problem] on one line, holds nothing of what was given,
// for that may be a password.
func CheckAddress(at string) error {
	const write = "write the path of a file, or postgres://USER@HOST/DATABASE"
	if !IsPostgres(at) {
		switch {
		case strings.Contains(at, "://"):
			return bot.Problemf("db_url", "this is no kind of database that is known here: %s", write)
		case keyword.MatchString(at):
			return bot.Problemf("db_url", "keywords and values are not understood here: %s", write)
		}
		return nil
	}
	_, rest, _ := strings.Cut(at, "://")
	authority, after := rest, ""
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		authority, after = rest[:i], rest[i:]
	}
	if strings.Count(authority, "@") > 1 || strings.ContainsAny(after, "@#") {
		return bot.Problemf("db_url", "the URL of the database cannot be read for certain: write each of / ? # @ %% in user and password as %%2F %%3F %%23 %%40 %%25")
	}
	if _, err := pgconn.ParseConfig(at); err != nil { // its text may hold a password
		return bot.Problemf("db_url", "the URL of the database cannot be read, or a file that it or a PG… variable names: write it like postgres://USER@HOST/DATABASE")
	}
	return nil
}

// keyword is how a connection string of the other form begins.
var keyword = regexp.MustCompile(`(?i)^\s*(host|hostaddr|port|dbname|user|password|service|sslmode)\s*=`)

// HasPassword reports whether a database is named by a URL with a password in it.
func HasPassword(at string) bool {
	if !IsPostgres(at) {
		return false
	}
	_, rest, _ := strings.Cut(at, "://")
	user, _, found := strings.Cut(rest, "@")
	if _, password, _ := strings.Cut(user, ":"); found && password != "" {
		return true
	}
	_, query, _ := strings.Cut(rest, "?")
	values, err := url.ParseQuery(query)
	return err != nil || values.Has("password") || values.Has("sslpassword")
}
