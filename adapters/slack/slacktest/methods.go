package slacktest

// Whose token a method takes.
const (
	bots = iota
	appToken
	either
	anybody // nobody's: what it needs is in its arguments
)

// A method of the Web API. Tiers are requests a minute.
type method struct {
	do     func(*Server, *request) (obj, error)
	tier   int
	as     int
	scopes []string // one of them is needed; what depends on the channel is checked later
}

const (
	tier2, tier3, tier4 = 20, 50, 100

	special = 0    // limits of its own
	many    = 1000 // documented as generous, or not at all
)

var (
	writers   = []string{"chat:write"}
	lookers   = []string{"channels:read", "groups:read", "im:read"}
	listeners = []string{"channels:history", "groups:history", "im:history"}
	knowers   = []string{"users:read"}
)

var methods = map[string]method{
	"api.test":                     {do: func(*Server, *request) (obj, error) { return nil, nil }, tier: many, as: anybody},
	"auth.test":                    {do: authTest, tier: many, as: either},
	"auth.revoke":                  {do: authRevoke, tier: tier3},
	"apps.connections.open":        {do: openConnection, tier: tier2, as: appToken},
	"oauth.v2.access":              {do: oauthAccess, tier: tier4, as: anybody},
	"chat.postMessage":             {do: postMessage, tier: special, scopes: writers},
	"chat.postEphemeral":           {do: postEphemeral, tier: tier4, scopes: writers},
	"chat.update":                  {do: updateMessage, tier: tier3, scopes: writers},
	"chat.delete":                  {do: deleteMessage, tier: tier3, scopes: writers},
	"chat.getPermalink":            {do: permalink, tier: many},
	"conversations.info":           {do: channelInfo, tier: tier3, scopes: lookers},
	"conversations.join":           {do: joinChannel, tier: tier3, scopes: []string{"channels:join"}},
	"conversations.leave":          {do: leaveChannel, tier: tier3, scopes: []string{"channels:manage", "groups:write"}},
	"conversations.open":           {do: openDirect, tier: tier3, scopes: []string{"im:write", "mpim:write"}},
	"conversations.list":           {do: listChannels, tier: tier2, scopes: lookers},
	"conversations.members":        {do: listMembers, tier: tier4, scopes: lookers},
	"conversations.history":        {do: history, tier: tier3, scopes: listeners},
	"conversations.replies":        {do: replies, tier: tier3, scopes: listeners},
	"users.conversations":          {do: ownChannels, tier: tier3, scopes: lookers},
	"users.info":                   {do: userInfo, tier: tier4, scopes: knowers},
	"users.list":                   {do: listUsers, tier: tier2, scopes: knowers},
	"bots.info":                    {do: botInfo, tier: tier3, scopes: knowers},
	"usergroups.list":              {do: listGroups, tier: tier2, scopes: []string{"usergroups:read"}},
	"team.info":                    {do: teamInfo, tier: tier3, scopes: []string{"team:read"}},
	"reactions.get":                {do: getReactions, tier: tier3, scopes: []string{"reactions:read"}},
	"reactions.add":                {do: addReaction, tier: tier3, scopes: []string{"reactions:write"}},
	"views.open":                   {do: openView, tier: tier4},
	"views.push":                   {do: pushView, tier: tier4},
	"views.update":                 {do: updateView, tier: tier4},
	"files.getUploadURLExternal":   {do: uploadURL, tier: tier4, scopes: []string{"files:write"}},
	"files.completeUploadExternal": {do: completeUpload, tier: tier4, scopes: []string{"files:write"}},
}
