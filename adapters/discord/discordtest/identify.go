package discordtest

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

type identification struct {
	Token      string          `json:"token"`
	Intents    *int            `json:"intents"`
	Shard      *[2]int         `json:"shard"`
	Compress   bool            `json:"compress"`
	Properties json.RawMessage `json:"properties"`
}

func (s *Server) isToken(t string) bool {
	return !s.faults.revoked && strings.TrimPrefix(t, "Bot ") == s.Token
}

// identify begins a session, or closes the connection with what is wrong.
func (s *Server) identify(c *conn, d json.RawMessage) {
	s.counts.Identifies++
	var id identification
	if json.Unmarshal(d, &id) != nil || len(id.Properties) == 0 {
		c.close(4002, "Error while decoding payload.")
		return
	}
	shard := [2]int{0, 1}
	if id.Shard != nil {
		shard = *id.Shard
	}
	switch {
	case c.session != nil:
		c.close(4005, "Already authenticated.")
	case !s.isToken(id.Token):
		c.close(4004, "Authentication failed.")
	case shard[1] < 1 || shard[0] < 0 || shard[0] >= shard[1]:
		c.close(4010, "Invalid shard.")
	case id.Intents == nil || *id.Intents < 0 || *id.Intents >= 1<<26:
		c.close(4013, "Invalid intent(s).")
	case *id.Intents&(intentMembers|intentPresences) != 0 || *id.Intents&intentContent != 0 && s.o.NoContent:
		c.close(4014, "Disallowed intent(s).")
	case s.inShard(shard) > 2500:
		c.close(4011, "Sharding required.")
	case !s.mayStart(c, shard):
	default:
		c.compress.Store(id.Compress)
		s.begin(c, &session{id: s.newSession(), shard: shard[0], shards: shard[1], intents: *id.Intents})
	}
}

func (s *Server) newSession() string { return fmt.Sprintf("%032s", s.newID()) }

// mayStart keeps the limits of IDENTIFY: so many a day, and max_concurrency in 5 s.
func (s *Server) mayStart(c *conn, shard [2]int) bool {
	if s.counts.Identifies > s.o.Identifies {
		s.Breach("gateway: more IDENTIFYs than the %d that were left: Discord resets the token", s.o.Identifies)
		s.faults.revoked = true
		c.close(4004, "Authentication failed.")
		return false
	}
	now := time.Now()
	if !c.invalidated.IsZero() && now.Sub(c.invalidated) < s.scaled(time.Second) {
		s.Breach("gateway: IDENTIFY at once after Invalid Session; a random time of 1 to 5 s has to pass")
	}
	key := shard[0] % s.o.MaxConcurrency
	if last, any := s.gate.started[key]; any && now.Sub(last.at) < s.scaled(5*time.Second) {
		s.counts.TooEarly++
		if last.conn != nil {
			s.Breach("gateway: shard %d identified within 5 s of the last IDENTIFY, and max_concurrency is %d", shard[0], s.o.MaxConcurrency)
		}
		s.invalid(c, false)
		return false
	}
	s.gate.started[key] = start{at: now, conn: c}
	return true
}

// scaled is a time that rates are counted in, at the speed of this Discord.
func (s *Server) scaled(d time.Duration) time.Duration { return time.Duration(float64(d) / s.o.Speed) }

// inShard counts the servers of a shard.
func (s *Server) inShard(shard [2]int) int {
	n := 0
	for _, g := range s.guildList() {
		if shardOf(g.id, shard[1]) == shard[0] {
			n++
		}
	}
	for _, b := range s.bulk {
		for _, id := range b.ids {
			if shardOf(id, shard[1]) == shard[0] {
				n++
			}
		}
	}
	return n
}

// begin makes a session ready and brings its servers, or does what a test wants instead.
func (s *Server) begin(c *conn, ss *session) {
	switch u := c.upset; {
	case u.Op == 7:
		c.push(op(7, nil))
		return
	case u.Op == 9:
		c.upset = Upset{}
		s.gate.started = map[int]start{}
		s.invalid(c, false)
		return
	case u.Code != 0:
		c.close(u.Code, "As the test wants it.")
		return
	case u.NoReady:
		return
	}
	if s.o.OneSession {
		s.once(ss)
	}
	c.session, ss.conn = ss, c
	s.gate.sessions[ss.id] = ss
	s.ready(ss)
	for _, g := range s.guildList() {
		if shardOf(g.id, ss.shards) == ss.shard && !g.unavailable {
			raw, _ := json.Marshal(s.guildCreate(g))
			s.deliver(ss, "GUILD_CREATE", raw)
		}
	}
	for _, b := range s.bulk {
		s.deliverBulk(ss, b)
	}
}

// once watches that the sessions of a shard end of which another begins. How far the
// end of a connection has come is a matter of moments.
func (s *Server) once(begins *session) {
	for _, ss := range s.gate.list() {
		old := ss.conn
		if old == nil || ss.shard != begins.shard || ss.shards != begins.shards {
			continue
		}
		s.served.Go(func() {
			late := time.NewTimer(time.Second)
			defer late.Stop()
			select {
			case <-old.gone:
			case <-late.C:
				s.set(func() { s.Breach("gateway: shard %d is connected twice", begins.shard) })
			}
		})
	}
}

func (s *Server) ready(ss *session) {
	guilds := []obj{}
	for _, g := range s.guildList() {
		if shardOf(g.id, ss.shards) == ss.shard {
			guilds = append(guilds, obj{"id": g.id, "unavailable": true})
		}
	}
	for _, b := range s.bulk {
		for _, id := range b.ids {
			if shardOf(id, ss.shards) == ss.shard {
				guilds = append(guilds, obj{"id": id, "unavailable": true})
			}
		}
	}
	raw, _ := json.Marshal(s.strange(obj{"v": 10, "user": s.userObj(s.AppID), "guilds": guilds, "session_id": ss.id,
		"resume_gateway_url": s.gatewayURL(), "shard": []int{ss.shard, ss.shards}, "session_type": "normal",
		"application": obj{"id": s.AppID, "flags": s.appFlags()}, "private_channels": []any{}, "relationships": []any{},
		"presences": []any{}, "user_settings": obj{}, "_trace": []string{"fake"}}))
	s.deliver(ss, "READY", raw)
}
