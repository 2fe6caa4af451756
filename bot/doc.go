// Package bot is the engine of Colloquy: the words the project is built from,
// the interfaces it needs from the outside, and one file for each step an
// article takes on its way.
//
//	schedule.go, when.go   a schedule falls due: an occurrence
//	choose.go              the occurrence takes the next article for its channel
//	discussion.go          article and digest become a discussion and its posts
//	post.go                posts go out, exactly once as people see it
//	reply.go               replies are recorded before they are acknowledged
//	reconcile.go           what was written while nobody listened is listed
//	recap.go               the discussion closes with what was said
//	commands.go            what people can ask for in chat, on every platform
//
// The engine decides, retries, de-duplicates and counts. It reads articles
// through a [Reader], writes through a [Writer], keeps everything in a [Store]
// and speaks to people through an [Adapter]. It imports no other package of
// this project, keeps no global state and takes its time from a [Clock].
package bot
