package bot

import (
	"context"
	"iter"
	"time"
)

// An Adapter connects the engine to one chat platform. It translates and never
// decides. Never wrap one in another: wrapping hides its capabilities, which
// are the interfaces below, asserted where they are used.
type Adapter interface {
	// Platform returns the stable name stored with every post: "console",
	// "discord", "slack".
	Platform() string
	// Run stays connected, reconnecting by itself, and hands events to h until
	// ctx is done. It returns an error only when nothing of the platform can go
	// on; the loss of one tenant is an InstallationChanged.
	Run(ctx context.Context, h Handler) error
	// Post sends m once and reports where it landed. It never repeats a request
	// that may have been carried out. An error marked by [Permanent] or
	// [RetryAfter] means surely not posted; with any other nobody knows.
	Post(ctx context.Context, ch Channel, m Message, key string) (Posted, error)
}

// A Handler is what the engine gives an [Adapter]. A nil error means that the
// event is stored, or is none of ours; only then may the adapter acknowledge it
// to the platform. Every call is idempotent and may come in any order.
type Handler interface {
	// ReplyChanged takes a reply in its newest state. recorded is false when it
	// is none of ours: outside a discussion, too late, or of someone who opted out.
	// Where the author's name is not known yet, it may come without, and again in the
	// same version with it; so may a [Reconciler] give it.
	ReplyChanged(ctx context.Context, r Reply) (recorded bool, err error)
	// ReplyRemoved says that the platform no longer has the message.
	ReplyRemoved(ctx context.Context, ref MessageRef) error
	// Command carries out what somebody asked for, or enqueues it. It never
	// fetches or writes a digest while the platform waits.
	Command(ctx context.Context, c Command) (Answer, error)
	// Connected says that events of a scope (a shard, a workspace, the process)
	// arrive from now on in this process, or no longer do. scope begins with the
	// platform's name, and is called the same by every process that listens to it.
	// While they arrive in several processes, nothing is missed when one of these
	// ends.
	Connected(ctx context.Context, scope string, up bool) error
	// Silent is Connected with up false where nothing arrived any more since a moment
	// that is past: a dead line is noticed late.
	Silent(ctx context.Context, scope string, since time.Time) error
	// InstallationChanged says that a tenant was added, changed or lost.
	InstallationChanged(ctx context.Context, i Installation) error
	// Installations says which tenants of a platform there are, each with its
	// Scope, among those whose workspaces mine is true of: those stored that are
	// not there were lost while nobody listened. Of all others it says nothing. mine
	// may be nil: of all.
	Installations(ctx context.Context, platform string, there []Installation, mine func(workspace string) bool) error
	// Places are the threads in which replies are recorded, and the channels of
	// discussions without one, where events come by a scope that has a slash. Those that
	// another process has opened are among them.
	Places(ctx context.Context, scope string) ([]Channel, error)
	// ChannelLost says that a channel, or only a thread where ch has one, is gone
	// or closed to us for good; why is a [Problem] for its owner.
	ChannelLost(ctx context.Context, ch Channel, why error) error
	// Missed says that what happened in a channel since from may not have reached
	// us, and cannot be had again as an event. A channel without an id stands for
	// the whole workspace. Each call has the threads there listed; those that follow
	// one another are one gap.
	Missed(ctx context.Context, where Channel, from time.Time) error
}

// A Threader opens a thread under a root post. Without it, or when it is
// refused for good, the questions go to the channel.
type Threader interface {
	StartThread(ctx context.Context, root MessageRef, title, key string) (Channel, error)
}

// A Finder looks a post up by its key. found=false with a nil error means:
// read completely since that time, and not there. Without it, a post whose
// fate is unknown stays unknown and is never sent again.
type Finder interface {
	FindPost(ctx context.Context, ch Channel, key string, since time.Time) (p Posted, found bool, err error)
}

// An Editor changes and removes posts of ours. Both may be called again for the
// same post. Without it, what has to change is said in the thread. An error
// marked by [Permanent] means that it will never be possible.
type Editor interface {
	// Edit makes a post say m. It never notifies anybody.
	Edit(ctx context.Context, ref MessageRef, m Message) error
	// Delete removes a post. That it is gone already is no error.
	Delete(ctx context.Context, ref MessageRef) error
}

// A Reconciler lists what a thread holds now: every reply in its newest state,
// and a removal for each known message that a complete listing lacks. Those known
// are messages of people, and posts of ours that show what somebody answered in a
// form. A message of ours, if listed at all, is Unread. The first
// error ends the listing, and nothing is inferred from it. Without it, a gap is
// written down as not recoverable.
type Reconciler interface {
	Reconcile(ctx context.Context, thread Channel, known []MessageRef) iter.Seq2[Change, error]
}

// A Director reaches one person. Without it, nobody is written to directly.
type Director interface {
	// Direct gives the channel in which p alone reads us, and opens it if need
	// be. An error marked by [Permanent] means that p takes no messages from us.
	Direct(ctx context.Context, p Person) (Channel, error)
}

// A FormsOnly says whether only what people write in forms reaches us, and not
// what they write in threads. Without it, both do.
type FormsOnly interface {
	FormsOnly() bool
}

// A Laner says how many lanes its requests may be divided into. A lane is what one
// process at a time works through, so that a limit of the platform that lies within one
// lane holds over all processes. What belongs to a workspace goes through one lane,
// [Lane]. Without it there is one: the limits are of the whole platform.
type Laner interface {
	// Lanes is the same in every process, and does not change.
	Lanes() int
}

// A Linker knows the address at which people see a message. Without it,
// messages are named by their ids.
type Linker interface {
	// LinkTo is an https URL.
	LinkTo(ref MessageRef) string
}

// A Doctor finds what would keep posts from going out in a channel. A channel
// without an id stands for the connection to the platform as a whole.
type Doctor interface {
	Check(ctx context.Context, ch Channel) []Finding
}

// A Finding is one result of a check: what is wrong and what to do, or, when
// OK, what is right.
type Finding struct {
	OK   bool   `json:"ok"`
	Name string `json:"check"`
	Text string `json:"text"`
	Fix  string `json:"fix,omitempty"`
}

// A Change is one line of a listing: a reply, or the removal of one.
type Change struct {
	Reply   Reply
	Removed MessageRef // set instead of Reply
}
