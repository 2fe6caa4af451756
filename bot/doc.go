// Package bot is the engine of Colloquy: the words the project is built from,
// the interfaces it needs from the outside, and one file for each step an
// article takes on its way.
//
//	option.go, rules.go    what a schedule is told, in one table for all surfaces
//	schedule.go, when.go   a schedule falls due: an occurrence
//	wording.go, leftout.go its times in plain words, and which are left out
//	occurrence.go          the occurrence is carried out, and ends with one outcome
//	choose.go, feed.go     it takes the next article for its channel
//	filter.go              which articles a schedule takes at all
//	draft.go               its digest may be seen, changed and approved before
//	reading.go, writing.go an article is read, and written about, once for all who want it
//	spent.go               what models take, in sums and budgets of a day
//	open.go                article and digest become a discussion and its posts
//	discussion.go          what a discussion needs next
//	post.go, render.go     posts go out, exactly once as people see it
//	correct.go             what is out is changed
//	withdraw.go            or taken back
//	record.go              replies are recorded before they are acknowledged
//	form.go, evidence.go   answers that come by a form, and where a question comes from
//	reconcile.go           what was written while nobody listened is listed
//	sweep.go               and what is deleted after the end
//	lost.go                what ends when a channel or its thread is gone
//	recap_post.go          the discussion closes with what was said
//	recap_hold.go          or waits until a manager has it posted
//	report.go              what came out, in sums
//	removal.go             which tenants there are; where the bot is removed, it pauses, and then forgets
//	trouble.go, notice.go  what fails, and who hears of it
//	command.go, answer.go  what people can ask for in chat, on every platform
//	complete.go            what an argument can be, while somebody types it
//	mydata.go, export.go   what is recorded of a person, for them
//	preferences.go         what managers decide for a whole installation
//	voice.go, phrases.go   our own words, in its language and on its clock
//	declare.go             what a configuration file makes of feeds and schedules
//
// The engine decides, retries, de-duplicates and counts. It reads articles
// through a [Reader], writes through a [Writer], keeps everything in a [Store]
// and speaks to people through an [Adapter]. It imports no other package of
// this project, keeps no global state and takes its time from a [Clock].
package bot
