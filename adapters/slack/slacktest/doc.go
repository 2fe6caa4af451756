// Package slacktest is a Slack for tests: its Web API, its deliveries over HTTP
// and Socket Mode, and its pages for installing an app, on this machine, with the
// rules, limits and errors of the real one, and with hands for the people who
// use it.
//
//	s := slacktest.New(t, slacktest.Options{Speed: 20})
//	app := s.AddApp(slacktest.App{Name: "readers", SocketMode: true})
//	team := s.AddTeam("Readers")
//	ada := s.AddUser(team, "Ada", slacktest.Admin)
//	in := s.InstallApp(app.ID, team, ada)             // .Token, .BotUser, .BotID
//	channel := s.AddChannel(team, slacktest.Channel{Name: "reading", Members: []string{ada, in.BotUser}})
//
//	a := slack.New(slack.Options{API: s.API, Apps: …}) // or a process with COLLOQUY_SLACK_API
//	go a.Run(ctx, h)
//	s.AwaitConnected(app.ID, 2)
//
//	m := s.Slash(channel, ada, "/discuss", "status").AwaitMessage()   // what ada is shown
//	s.Await("a root", func() bool { return len(s.Roots(channel)) == 1 })
//	root := s.Roots(channel)[0]
//	reply := s.Reply(root.Ref(), ada, "I disagree")
//	s.Edit(reply, "I agree")
//	b, _ := s.Thread(root.Ref())[0].Button("Answer")
//	form := s.Press(s.Thread(root.Ref())[0].Ref(), ada, b.Action).AwaitModal()
//	s.Submit(ada, map[string]string{form.Inputs[0].Action: "Because …"}).Await()
//	s.AwaitDelivered()
//
// Over HTTP instead: AddApp without SocketMode, and s.Point(app.ID, base) once it
// is known where the bot listens. Everything goes over the wire, and all state is
// here: the client may be a process that is killed and comes back.
//
//	setup.go        AddApp, AddAppFrom (a manifest), Point, Configure, AddTeam, AddUser, AddBot, AddGroup, InstallApp, Installs
//	places.go       AddChannel, Direct, Invite, Kick, Archive, Rename, DeleteChannel, Restrict, MakePrivate, ChangeID,
//	                RenameTeam, Uninstall, RevokeToken, Deactivate, SetScopes, Members
//	people.go       Say, Reply, Write, Edit, Unfurl, Delete, React, Unreact, Lock, DeleteFiles
//	interact.go     Slash, Shortcut, Press; acts.go: what an [Act] led to
//	forms.go        Modals, Submit, PressInModal, CloseModal
//	read.go         Messages, Roots, Thread, PostedBy, Message, Ephemerals, Message.Buttons; files.go: Files
//	shown.go        Shown and Notification: what people see; Message.Notified: whom it pinged
//	oauth.go        Allow, Deny: the page at URL + "/oauth/v2/authorize", which browsers can use, too
//	deliver.go      Deliveries: each event with its attempts; AwaitDelivered, Undelivered
//	mailfaults.go   HoldDeliveries and Release, DropHeld, Twice, Again, GiveUp, BadSignatures, OldTimestamps, Verify,
//	                CheckCertificate
//	socketfaults.go AwaitConnected, Refresh, Warn, Silence, Cut, Raw
//	events.go       Event, RateLimited: made-up ones
//	faults.go       Fail, Heal, Down and Up
//	limits.go       what is assumed of rate limits
//	api.go          Calls, Counts
//
// # What fails a test
//
// At its end a test fails if the client broke a rule, which is then named with
// the request. [Server.Violations] has them, [Server.Forgive] forgets them:
//   - a method that is not here, or a token in an address;
//   - what is refused with invalid_blocks, invalid_arguments, no_text, msg_too_long and the like;
//   - blocks without a text beside them; link_names, or parse=full;
//   - chat.postMessage without both unfurl flags;
//   - thread_ts of a reply, and not of its parent;
//   - an acknowledgement from 20 KB on; a response URL used more than five times;
//   - errors of a form that name none of its inputs.
//
// Rate limits are no violation: count them in [Server.Counts].
//
// # What is assumed
//
// Lengths are counted in UTF-16 units. The limits are those of limits.go.
// Options.Speed multiplies all rates and shortens the waits before retries and
// after disconnect; what must be answered within 3 s is not made shorter. Events
// about one channel begin in their order, each after the one before was answered;
// Slack promises less, see [Server.Release]. An event that cannot be delivered is
// tried again at once, after one minute and after five, over Socket Mode too. A
// page of replies begins with the parent, which counts, but never is without a reply.
// All blocks of a message may have 13,200 characters as JSON. A bot is told of public
// channels that are renamed, archived or deleted, and else only of those it is in.
//
// # What is not here
//
// Enterprise organisations, token rotation, user tokens, App Home, group direct
// messages, scheduled messages, selects whose options are asked for, canvases.
package slacktest
