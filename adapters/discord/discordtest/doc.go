// Package discordtest is a Discord for tests: its REST API (v9 and v10) and its
// gateway on this machine, with the rules, limits and errors of the real one,
// and with hands for the people who use it.
//
//	s := discordtest.New(t, discordtest.Options{Speed: 20})
//	guild := s.AddGuild("Readers")
//	channel := s.AddChannel(guild, discordtest.Channel{Name: "general"})
//	ada := s.AddMember(guild, "ada", s.AddRole(guild, "mods", discordtest.ManageServer))
//
//	a := discord.New(discord.Options{Token: s.Token, API: s.URL}) // or a process with COLLOQUY_DISCORD_API
//	go a.Run(ctx, h)
//	s.AwaitConnected(1)
//
//	sh := s.Slash(channel, ada, "discuss status", nil).Await()         // what ada is shown
//	s.Await("a thread", func() bool { return len(s.Threads(channel)) == 1 })
//	thread := s.Threads(channel)[0].ID
//	reply := s.Say(thread, ada, "I disagree")
//	s.Edit(thread, reply, "I agree")
//	root := s.Written(channel)[0]
//	form := s.Press(root.ID, root.CustomIDs()[0], ada)
//	form.Await()                                                       // .Modal has the form
//	form.Submit(map[string]string{"text": "Because …"}).Await()
//
// Everything goes over the wire, and all state is here: the client may be a
// process that is killed and comes back. Ids are strings and real snowflakes.
//
//	setup.go    servers, channels, roles, members; what managers change
//	people.go   writing, editing, deleting, reacting
//	asking.go   slash commands, context menus, buttons, forms, autocomplete
//	read.go     what there is: Messages, Written, Message, Threads
//	faults.go   Fail, Revoke, Strange, HTML429, Unavailable, Down and Up
//	upsets.go   of the gateway: Upset, Reconnect, Invalidate, Zombie, Disconnect, Cut, Latency, Twice, Reorder, Event
//	limits.go   rate limits; LimitGlobally, LimitChannel
//	bulk.go     ten thousand servers that cost nothing
//	rest.go     Calls, CallsTo, Counts
//
// # What fails a test
//
// At its end a test fails if the client broke a rule, which is then named with
// the request. [Server.Violations] has them, [Server.Forgive] forgets them:
//   - a request that does not fit Discord's OpenAPI document, which is looked for as
//     shared/specs/discord/openapi.json in the folders above the working
//     directory; without it only the rules here count, and the log says so;
//   - what Discord answers with "Invalid Form Body" or "Cannot send an empty message":
//     limits of messages, embeds, components, forms, choices and commands;
//   - a message, new or edited, without an explicit list "parse" in allowed_mentions;
//   - an endpoint that is not here; before, after and around together;
//   - IDENTIFY within 5 s (by Speed) of the one before beyond max_concurrency, unless the
//     process died in between; IDENTIFY within a second of Invalid Session; more than are
//     left for the day; more than 120 messages a minute to the gateway;
//   - with Options.OneSession, a shard that is connected twice.
//
// Rate limits are no violation: count them in [Server.Counts]. Lengths are counted
// in UTF-16 units. Options.Speed multiplies all rates: the windows of the routes become
// shorter, the global limit of 50 a second larger, the 5 s of IDENTIFY shorter. The time in which an
// interaction must be answered (3 s, then 15 min) goes by Options.Now.
//
// # What is not here
//
// Private threads, webhooks of others, polls, voice, custom emoji, audit logs, the
// search for messages, commands of single servers, HTTP interactions.
package discordtest
