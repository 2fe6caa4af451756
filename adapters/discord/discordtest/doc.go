// Package discordtest is a Discord for tests: its REST API and its gateway on
// this machine, with the rules, limits and errors of the real one.
package discordtest
