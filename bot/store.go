package bot

import (
	"context"
	"time"
)

// A Store keeps everything. Each method is one transaction: when it returns
// without an error, what it wrote is durable. Methods that take a [Lease] write
// nothing and return [ErrLeaseLost] unless it is held.
type Store interface {
	leaseStore
	scheduleStore
	occurrenceStore
	queueStore
	draftStore
	feedStore
	articleStore
	discussionStore
	postStore
	replyStore
	personStore
	reportStore
	installationStore
	auditStore
	troubleStore
	spentStore
}

type leaseStore interface {
	// AcquireLease takes a lease that is free or ran out; ok is false when another holds it.
	AcquireLease(ctx context.Context, l Lease, now time.Time, d time.Duration) (ok bool, err error)
	RenewLease(ctx context.Context, l Lease, now time.Time, d time.Duration) (ok bool, err error)
	ReleaseLease(ctx context.Context, l Lease) error
}

type scheduleStore interface {
	PutSchedule(ctx context.Context, s Schedule, a Audit) error
	RemoveSchedule(ctx context.Context, id ID, now time.Time, a Audit) error
	Schedule(ctx context.Context, id ID) (Schedule, error)
	// FindSchedule takes a name, an id or a unique ending of one.
	FindSchedule(ctx context.Context, ref string) (Schedule, error)
	// Schedules lists those of a channel, or all when it is zero, oldest first.
	Schedules(ctx context.Context, ch Channel) ([]Schedule, error)
}

type occurrenceStore interface {
	// AddRequest stores an occurrence by hand; with a commandID that is known it does nothing.
	AddRequest(ctx context.Context, o Occurrence, commandID string, a Audit) error
	Occurrence(ctx context.Context, id ID) (Occurrence, error)
	EndOccurrence(ctx context.Context, l Lease, id ID, outcome, reason string, now time.Time) error
	// Occurrences lists those of a channel, of a schedule, or all, newest first.
	Occurrences(ctx context.Context, ch Channel, schedule ID, limit int) ([]Occurrence, error)
	AddRefusal(ctx context.Context, l Lease, ch Channel, r Refusal) error
	// Refusals lists what an occurrence did not take, in the order it was tried.
	Refusals(ctx context.Context, occurrence ID) ([]Refusal, error)
}

// A queueStore keeps what was put on the list of a channel by hand.
type queueStore interface {
	// Add puts an article on the list of a channel and returns its place, from 1.
	Add(ctx context.Context, id ID, ch Channel, url string, now time.Time, a Audit) (int, error)
	// Added lists what was put on the list and neither taken nor finally refused, in its order.
	Added(ctx context.Context, ch Channel, limit int) ([]Candidate, error)
	// MoveAdded gives an entry of the list another place, from 1.
	MoveAdded(ctx context.Context, ch Channel, id ID, place int, a Audit) error
	// RemoveAdded takes an entry off the list.
	RemoveAdded(ctx context.Context, id ID, now time.Time, a Audit) error
	// Bar keeps the articles of a URL from being taken in a channel unattended.
	Bar(ctx context.Context, id ID, ch Channel, url string, now time.Time, a Audit) error
}

type draftStore interface {
	// OpenDraft is the draft that the next occurrence of a schedule takes.
	OpenDraft(ctx context.Context, schedule ID) (d Draft, found bool, err error)
	Draft(ctx context.Context, id ID) (Draft, error)
	// FindDraft takes an id or a unique ending of one, whatever its state.
	FindDraft(ctx context.Context, ref string) (Draft, error)
	// OpenDrafts lists those of a tenant, the newest first.
	OpenDrafts(ctx context.Context, platform, workspace string) ([]Draft, error)
	// PutDraft stores a draft with its posts, and gives its occurrence the outcome.
	PutDraft(ctx context.Context, l Lease, d Draft, posts []Post, o Occurrence, outcome, reason string, now time.Time) error
	// ShowDraft adds posts about a draft that is there, and ends the occurrence that asked for them.
	ShowDraft(ctx context.Context, l Lease, d Draft, posts []Post, o Occurrence, outcome, reason string, now time.Time) error
	// ChangeDraft stores the questions of a draft; ok is false when it is not open any more.
	ChangeDraft(ctx context.Context, d Draft, now time.Time, a Audit) (ok bool, err error)
	// DecideDraft stores what somebody decided about an open draft that nobody
	// decided about before, and what follows from it; else ok is false.
	DecideDraft(ctx context.Context, d Draft, follow Follow, now time.Time, a Audit) (ok bool, err error)
	// DropDraft ends a draft that cannot be used, without anybody's decision.
	DropDraft(ctx context.Context, l Lease, id ID, now time.Time) error
}

type feedStore interface {
	PutFeed(ctx context.Context, f Feed, a Audit) error
	Feed(ctx context.Context, id ID) (Feed, error)
	// SetDeclaredAt notes where in the configuration file a feed or a schedule is.
	SetDeclaredAt(ctx context.Context, id ID, at string) error
	FeedByURL(ctx context.Context, url string) (f Feed, found bool, err error)
	LinkFeed(ctx context.Context, id ID, ch Channel, a Audit) error
	UnlinkFeed(ctx context.Context, id ID, ch Channel, a Audit) error
	// Feeds lists those linked to a channel or to a schedule of it, or all when it is zero.
	Feeds(ctx context.Context, ch Channel) ([]Feed, error)
	ChannelFeeds(ctx context.Context, ch Channel) ([]ID, error)
	// FeedPolled stores the state of a feed and those of the items that are new:
	// not known by guid, then by URL, then by content.
	FeedPolled(ctx context.Context, f Feed, items []Item, now time.Time) error
	// FreshItems lists items that were neither seen nor posted nor finally
	// refused in the channel, in the given order. What the rules of one schedule
	// refuse (see [Schedule.Rules]) is fresh for another, and again for it when
	// they are changed.
	FreshItems(ctx context.Context, ch Channel, schedule ID, feeds []ID, order string, limit int) ([]Item, error)
	// NewestItems lists items whether they were seen or not.
	NewestItems(ctx context.Context, feeds []ID, limit int) ([]Item, error)
}

type articleStore interface {
	// PutArticle stores an article, or returns the one with the same URL and
	// content. Its text is kept for [KeepText] from now.
	PutArticle(ctx context.Context, a Article, now time.Time) (Article, error)
	Article(ctx context.Context, id ID) (Article, error)
	// Posted reports whether a discussion about this URL, or about an article
	// of the same content, was ever opened in the channel, and whether one was withdrawn.
	Posted(ctx context.Context, ch Channel, url string, article ID) (posted, withdrawn bool, err error)
	// RecentArticles lists those that were discussed in a channel since a moment.
	RecentArticles(ctx context.Context, ch Channel, since time.Time) ([]Article, error)
	// FindDigest looks for a digest of the same content, brief and writer.
	FindDigest(ctx context.Context, article ID, b Brief, v WriterInfo) (d Digest, found bool, err error)
	// PutDigest stores a digest, or returns the one that was stored meanwhile.
	PutDigest(ctx context.Context, d Digest, b Brief, v WriterInfo, now time.Time) (Digest, error)
	Digest(ctx context.Context, id ID) (Digest, error)
	// AskedSince lists the questions asked in a channel about articles other than this one.
	AskedSince(ctx context.Context, ch Channel, since time.Time, not ID) ([]string, error)
}

type discussionStore interface {
	// OpenDiscussion stores a discussion and its posts and gives it to its
	// occurrence; what was added by hand is taken off its list. It returns [ErrAlreadyPosted] when the channel has the article,
	// and [ErrLeaseLost] also when the occurrence ended meanwhile.
	OpenDiscussion(ctx context.Context, l Lease, d Discussion, posts []Post, taken Taken, now time.Time) error
	Discussion(ctx context.Context, id ID) (Discussion, error)
	// FindDiscussion takes an id or a unique ending of one.
	FindDiscussion(ctx context.Context, ref string) (Discussion, error)
	// Discussions lists those of a channel, or all, newest first; open leaves out the ended ones.
	Discussions(ctx context.Context, ch Channel, open bool, limit int) ([]Discussion, error)
	// SetWork says when the discussion needs a worker next; zero is never.
	SetWork(ctx context.Context, l Lease, id ID, at time.Time) error
	// Rest lets an open discussion be until it closes, and a closed one until
	// its retention ends, by what is stored now: what was asked for since the
	// caller read the discussion is not put off.
	Rest(ctx context.Context, l Lease, id ID) error
	// SetState changes the state, if it is still from.
	SetState(ctx context.Context, l Lease, id ID, from, to string) error
	// Withdraw moves it to withdrawing, gives up what is not sent yet, removes the
	// recap and says so as the outcome of its occurrence. It needs no lease.
	Withdraw(ctx context.Context, d Discussion, reason string, now time.Time, a Audit) error
	EndWithdrawing(ctx context.Context, l Lease, id ID, eraseAt time.Time) error
	// Extend lets an open discussion close at another time; done is false when it
	// is not open any more. It needs no lease.
	Extend(ctx context.Context, id ID, closesAt, remindAt, now time.Time, a Audit) (done bool, err error)
	// Reopen opens a closed discussion and removes its recap; done is false when
	// it is not closed any more. It needs no lease.
	Reopen(ctx context.Context, id ID, closesAt, remindAt, now time.Time, a Audit) (done bool, err error)
	// CloseAt makes the discussion due for closing. It needs no lease.
	CloseAt(ctx context.Context, id ID, at time.Time, a Audit) error
	// BeginClosing moves it to closing and asks for one more listing; what is
	// written after now is late.
	BeginClosing(ctx context.Context, l Lease, id ID, now time.Time) error
	EndClosing(ctx context.Context, l Lease, id ID, eraseAt time.Time) error
	// FailDiscussion gives up the root post, the discussion and its occurrence;
	// what was added by hand is on its list again.
	FailDiscussion(ctx context.Context, l Lease, d Discussion, root ID, outcome, reason string, now time.Time) error
	// EndListing notes that the thread was listed (or cannot be), and which
	// replies only that brought. gaps are those known when the listing began; one
	// that came meanwhile needs another listing.
	EndListing(ctx context.Context, l Lease, id ID, gaps []Gap, found []Reply, listed bool) error
	// InThread finds the discussion whose thread that is, or the thread of one of its
	// questions; of several the newest.
	InThread(ctx context.Context, thread Channel) (d Discussion, found bool, err error)
	// Recording lists the discussions of a channel, or of one thread as InThread
	// does, that are not closed and whose root is out.
	Recording(ctx context.Context, ch Channel) ([]Discussion, error)
	// Lose closes discussions that we lost access to, gives up what is not sent,
	// and pauses the schedules of their channel, if that is wanted. What follows
	// from it is noted when that changed something. It needs no lease.
	Lose(ctx context.Context, loss Loss, now time.Time) (ended, paused int, err error)
	// SweepAt says when a closed discussion is listed again; zero is never.
	SweepAt(ctx context.Context, l Lease, id ID, at time.Time) error
	// EraseDiscussion removes what people wrote, and leaves tombstones.
	EraseDiscussion(ctx context.Context, l Lease, id ID, now time.Time) error
}

type postStore interface {
	// NextPost returns the first post that is pending or sending.
	NextPost(ctx context.Context, discussion ID) (p Post, found bool, err error)
	Posts(ctx context.Context, discussion ID) ([]Post, error)
	Post(ctx context.Context, id ID) (Post, error)
	// RootOf finds the discussion whose root post is that message.
	RootOf(ctx context.Context, ref MessageRef) (d Discussion, found bool, err error)
	// BeginSend marks a post as sending and renews the lease by d. begun is false
	// when its discussion is being withdrawn.
	BeginSend(ctx context.Context, l Lease, id ID, now time.Time, d time.Duration) (begun bool, err error)
	PostSent(ctx context.Context, l Lease, id ID, ref MessageRef, shown string, now time.Time) error
	// RootSent opens the discussion: post, thread, times, the occurrence's outcome, a listing.
	RootSent(ctx context.Context, l Lease, d Discussion, id ID, ref MessageRef, shown string, thread Channel, now time.Time) error
	// PostShown notes that what a post says is up to date, as far as p knows, and
	// adds notes that say the rest.
	PostShown(ctx context.Context, l Lease, p Post, shown string, notes ...Post) error
	// RetryPost puts a post back to pending, not to be sent before at.
	RetryPost(ctx context.Context, l Lease, p Post, at time.Time) error
	// RetryEdit counts a failed edit or removal, to be tried again at.
	RetryEdit(ctx context.Context, l Lease, p Post, at time.Time) error
	// EndPost ends a post as unknown, dropped or removed, with the reason.
	EndPost(ctx context.Context, l Lease, id ID, state, reason string, now time.Time) error
	// RedirectPost drops a post and adds another for it, which goes elsewhere.
	RedirectPost(ctx context.Context, l Lease, id ID, reason string, other Post, now time.Time) error
	// SetPostWork says when a post without a discussion needs a worker next; zero is never.
	SetPostWork(ctx context.Context, l Lease, id ID, at time.Time) error
	// AddPost adds a post to a discussion.
	AddPost(ctx context.Context, l Lease, p Post) error
	// AddReminder adds a post and notes that the thread is reminded.
	AddReminder(ctx context.Context, l Lease, p Post) error
	// AddRecap stores a recap, its post, and that which shows it to managers.
	AddRecap(ctx context.Context, l Lease, r Recap, posts ...Post) error
	// DecideRecap gives the post of a recap that waits another state, once.
	DecideRecap(ctx context.Context, discussion ID, state, reason string, now time.Time, a Audit) (decided bool, err error)
	Recap(ctx context.Context, discussion ID) (r Recap, found bool, err error)
}

type replyStore interface {
	// RecordReply stores a reply of a discussion of ours in its newest version,
	// unless its author, known by a hash, opted out, or it comes later than
	// lateFor after closing. It may wait to share a transaction with others.
	RecordReply(ctx context.Context, r Reply, who string, now time.Time, lateFor time.Duration) (Recorded, error)
	// RemoveReply leaves a tombstone of a message, also of one that was never
	// stored. Where it is a post that shows an answer, that reply becomes one; that
	// of a question counts as removed.
	RemoveReply(ctx context.Context, ref MessageRef, now time.Time) error
	// AddAnswer stores the answer that came by a form with the post that shows it,
	// under the conditions of RecordReply and in the discussion that it names; one
	// whose message is known is stored already.
	AddAnswer(ctx context.Context, r Reply, who string, p Post, now time.Time, lateFor time.Duration) (stored bool, err error)
	// RemoveAnswer leaves a tombstone of a reply.
	RemoveAnswer(ctx context.Context, id ID, now time.Time, a Audit) error
	// SetReactions stores the reactions to a reply, or to the post that shows it.
	// known is false when there is none.
	SetReactions(ctx context.Context, ref MessageRef, reactions []Reaction) (known bool, err error)
	Reply(ctx context.Context, id ID) (Reply, error)
	// Replies lists those of a discussion, oldest first, tombstones included.
	Replies(ctx context.Context, discussion ID) ([]Reply, error)
	// FindReply finds the one reply of a channel whose id, or the id of its message
	// or of the post that shows it, ends like that.
	FindReply(ctx context.Context, ch Channel, ref string) (Reply, error)
	// SetExcluded keeps a reply out of recaps, or no longer so.
	SetExcluded(ctx context.Context, id ID, excluded bool, now time.Time, a Audit) error
	Gaps(ctx context.Context, discussion ID) ([]Gap, error)
	// WriteGaps notes that this process hears a scope from now on. Unless another one
	// does at this moment, it writes a gap, from when the scope was last heard until
	// now, into each discussion that still records, and asks for their listing. A scope
	// with a slash concerns the installations that are stored with it. It returns
	// how many discussions there are.
	WriteGaps(ctx context.Context, scope string, now time.Time) (int, error)
	// WriteMissed does the same for one channel, or for a workspace where it has no
	// id, from a given time on. Such gaps that touch are one.
	WriteMissed(ctx context.Context, where Channel, from, now time.Time) (int, error)
	// Alive notes that this process still hears scopes. If it was not said for long, or
	// another process that heard one died, it writes the gap that there may be, as
	// WriteGaps does.
	Alive(ctx context.Context, scopes []string, now time.Time) error
	// Silent notes that this process heard nothing of a scope any more since a moment. If
	// others began to hear it only then, it writes the gap; where there is none, the
	// next WriteGaps does.
	Silent(ctx context.Context, scope string, since, now time.Time) error
	// Places are the threads and channels in which a discussion records that WriteGaps
	// would write to: its own, and those that questions have for themselves.
	Places(ctx context.Context, scope string, now time.Time) ([]Channel, error)
}

type installationStore interface {
	// PutInstallations stores tenants that are there, or are gone, as one
	// transaction. What one does not say stays as it is stored. With one that is
	// gone its schedules pause, its credentials are erased, and EraseAt is kept
	// unless it was gone before; when it is back they go on. Where events come by another scope than before, or come
	// again, its discussions get a gap. A welcome is stored once each time it comes.
	PutInstallations(ctx context.Context, now time.Time, list ...Presence) error
	// InstallationsOf lists those of a platform, in no order.
	InstallationsOf(ctx context.Context, platform string) ([]Installation, error)
	// Installation is zero but for its names when nothing is stored of it.
	Installation(ctx context.Context, platform, workspace string) (Installation, error)
	// ChangePreferences lets change alter what the managers of an installation
	// decided, and stores it with the line that change returns. An error stores
	// nothing.
	ChangePreferences(ctx context.Context, platform, workspace string, now time.Time, change func(*Preferences) (Audit, error)) error
	// Managers lists who may manage besides those whom the platform says, oldest first.
	Managers(ctx context.Context, platform, workspace string) ([]Manager, error)
	// PutManager and RemoveManager write their line only when that changes something.
	PutManager(ctx context.Context, platform, workspace string, m Manager, a Audit) error
	RemoveManager(ctx context.Context, platform, workspace string, m Manager, a Audit) error
}

type auditStore interface {
	// Audits lists what was changed, newest first. Lines are written by what
	// changes something, in the same transaction.
	Audits(ctx context.Context, f AuditFilter) ([]Audit, error)
}

type troubleStore interface {
	// NoteTrouble stores a trouble, or that it happened again, and makes its
	// notice due as [Trouble.Due] says.
	NoteTrouble(ctx context.Context, t Trouble) error
	// EndTrouble notes that a trouble is over, for the next notice. One that
	// fades is forgotten if nobody was told of it.
	EndTrouble(ctx context.Context, t Trouble, fades bool, now time.Time) error
	// TroublesOf lists what is wrong with a subject.
	TroublesOf(ctx context.Context, subject string) ([]Trouble, error)
	// Troubles lists what is wrong in an installation, or in all when platform is
	// empty, newest first.
	Troubles(ctx context.Context, platform, workspace string) ([]Trouble, error)
	// FeedTenants lists the installations whose channels have a feed.
	FeedTenants(ctx context.Context, feed ID) ([]Channel, error)
	Notice(ctx context.Context, id ID) (Notice, error)
	// Tell reads a notice and its troubles, asks say what to tell, and stores
	// that, with its posts, as one transaction.
	Tell(ctx context.Context, l Lease, id ID, now time.Time, say func(Notice, []Trouble) Telling) error
	// BeginHook notes that the webhook is called now; EndHook that it need not be
	// called again (zero), or when.
	BeginHook(ctx context.Context, l Lease, id ID, now time.Time) error
	EndHook(ctx context.Context, l Lease, id ID, again time.Time) error
}

type personStore interface {
	// HashKey returns the key of this database for hashing people, making it once.
	HashKey(ctx context.Context) ([]byte, error)
	OptedOut(ctx context.Context, who string) (bool, error)
	// SetOptOut keeps a person, known by a hash, out of the record, or no longer
	// so. Recaps that quote them are stale from then on.
	SetOptOut(ctx context.Context, p Person, who string, out bool, now time.Time) error
	PersonReplies(ctx context.Context, p Person) ([]Reply, error)
	// ActionsOf lists what a person changed, the oldest first.
	ActionsOf(ctx context.Context, p Person) ([]Audit, error)
	// ErasePerson removes what a person, known by a hash as well, wrote, and leaves
	// tombstones. It returns how many replies that were.
	ErasePerson(ctx context.Context, p Person, who string, now time.Time, a Audit) (int, error)
}

type reportStore interface {
	// ReportTotals counts what was said in the discussions of a channel that were opened in a range.
	ReportTotals(ctx context.Context, ch Channel, days ReportRange) (ReportTotals, error)
}

type spentStore interface {
	// AddSpent adds to what was spent, by day, installation, kind and writer.
	AddSpent(ctx context.Context, s Spending) error
	// SpentOn sums up what was spent for an installation on a day.
	SpentOn(ctx context.Context, platform, workspace string, day time.Time) (Spent, error)
	// Spendings lists what was spent for an installation since a day, or for all when
	// platform is empty, the oldest day first.
	Spendings(ctx context.Context, platform, workspace string, since time.Time) ([]Spending, error)
}
