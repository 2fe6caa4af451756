package discord

import (
	"strconv"

	"github.com/bwmarrin/discordgo"
)

// Types of channels; see "Channel Types" in Discord's documentation.
const (
	typeText         = 0
	typeCategory     = 4
	typeAnnouncement = 5
	typeForum        = 15
	typeMedia        = 16 // like a forum
)

// forum reports whether a channel holds posts with a thread each, and nothing else.
func (c channel) forum() bool { return c.Type == typeForum || c.Type == typeMedia }

const overwriteMember = 1

// allPermissions are what an owner and an administrator have.
const allPermissions = -1

// permissions are the rights of a member in a channel, as bits. What follows
// from others is taken off: nothing is possible in a channel that cannot be
// seen. A thread has the rights of the channel that it is in, which is to be
// given. A member without a user is nobody's owner.
func permissions(g guild, ch channel, me member) int64 {
	if base := guildPermissions(g, me); base == allPermissions {
		return base
	} else if perms := overwritten(base, g, ch, me); perms&discordgo.PermissionViewChannel != 0 {
		return perms
	}
	return 0
}

// guildPermissions are the rights of a member in the server as a whole.
func guildPermissions(g guild, m member) int64 {
	if m.User != nil && m.User.ID != "" && m.User.ID == g.OwnerID {
		return allPermissions
	}
	var perms int64
	for _, r := range g.Roles {
		if r.ID == g.ID || m.has(r.ID) { // everybody has the role with the id of the server
			perms |= bits(r.Permissions)
		}
	}
	if perms&discordgo.PermissionAdministrator != 0 {
		return allPermissions
	}
	return perms
}

// overwritten changes rights as the channel does: first for everybody, then for
// all roles of the member at once, then for the member.
func overwritten(perms int64, g guild, ch channel, m member) int64 {
	var roles, own overwriteBits
	for _, o := range ch.Overwrites {
		b := overwriteBits{bits(o.Allow), bits(o.Deny)}
		switch {
		case o.Type == overwriteMember && m.User != nil && o.ID == m.User.ID:
			own = b
		case o.Type == overwriteMember:
		case o.ID == g.ID:
			perms = b.on(perms)
		case m.has(o.ID):
			roles.allow |= b.allow
			roles.deny |= b.deny
		}
	}
	return own.on(roles.on(perms))
}

type overwriteBits struct{ allow, deny int64 }

func (b overwriteBits) on(perms int64) int64 { return perms&^b.deny | b.allow }

func (m member) has(role string) bool {
	for _, r := range m.Roles {
		if r == role {
			return true
		}
	}
	return false
}

// manages reports whether a member may manage the server, which is what it takes
// to manage Colloquy there.
func manages(g guild, m member) bool {
	return guildPermissions(g, m)&discordgo.PermissionManageGuild != 0
}

// bits reads a set of permissions; what is none is the empty one.
func bits(s string) int64 {
	n, err := strconv.ParseUint(s, 10, 63)
	if err != nil {
		return 0
	}
	return int64(n)
}

// missing names, in Discord's words, what a discussion needs in a channel and
// perms lack. All are named where a channel cannot be seen.
func missing(perms int64, forum bool) []string {
	post, write := "Send Messages", "Send Messages in Threads"
	if forum {
		post, write = "Create Posts", "Send Messages in Posts"
	}
	var out []string
	for _, need := range []struct {
		bit  int64
		name string
		not  bool // needed
	}{
		{discordgo.PermissionViewChannel, "View Channel", false},
		{discordgo.PermissionSendMessages, post, false},
		{discordgo.PermissionCreatePublicThreads, "Create Public Threads", forum},
		{discordgo.PermissionSendMessagesInThreads, write, false},
		{discordgo.PermissionEmbedLinks, "Embed Links", false},
		{discordgo.PermissionReadMessageHistory, "Read Message History", false},
	} {
		if !need.not && perms&need.bit == 0 {
			out = append(out, need.name)
		}
	}
	return out
}
