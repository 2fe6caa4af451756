package discordtest

import (
	"bytes"
	"fmt"
	"strconv"
)

// bulk are servers that exist only as the GUILD_CREATEs that they cause.
type bulk struct {
	ids      []string
	channels int
}

// AddBulk adds n servers of so many channels each, which cost next to nothing:
// what the gateway says of them is made while it is sent. Nothing can be done
// in them. It returns their ids; call it before the client connects.
func (s *Server) AddBulk(n, channels int) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := bulk{channels: channels}
	for range n {
		b.ids = append(b.ids, s.pastID())
	}
	s.bulk = append(s.bulk, b)
	return b.ids
}

// deliverBulk queues their GUILD_CREATEs.
func (s *Server) deliverBulk(ss *session, b bulk) {
	for _, id := range b.ids {
		if shardOf(id, ss.shards) != ss.shard {
			continue
		}
		ss.seq++
		seq := ss.seq
		s.hand(ss, frame{seq: seq, make: func() []byte { return bulkCreate(seq, id, s.AppID, b.channels) }})
	}
}

// bulkCreate is the whole frame of one such server.
func bulkCreate(seq int64, id, bot string, channels int) []byte {
	var w bytes.Buffer
	fmt.Fprintf(&w, `{"op":0,"s":%d,"t":"GUILD_CREATE","d":{"id":"%s","name":"Server %[2]s","owner_id":"%s","icon":null,`+
		`"joined_at":"2025-11-02T09:30:00.000000+00:00","large":false,"unavailable":false,"member_count":250,"features":[],`+
		`"emojis":[],"stickers":[],"threads":[],"presences":[],"voice_states":[],"stage_instances":[],"guild_scheduled_events":[],`+
		`"system_channel_id":null,"members":[{"user":{"id":"%[3]s","username":"colloquy","bot":true},"roles":[],"flags":0}],`+
		`"roles":[{"id":"%[2]s","name":"@everyone","permissions":"%[4]d","position":0,"color":0,"hoist":false,"managed":false,`+
		`"mentionable":false,"flags":0}],"channels":[`, seq, id, bot, Everyone)
	first, _ := strconv.ParseUint(id, 10, 64)
	for i := range channels {
		if i > 0 {
			w.WriteByte(',')
		}
		fmt.Fprintf(&w, `{"id":"%d","guild_id":"%s","type":0,"name":"channel-%d","topic":"What is said in channel %[3]d","position":%[3]d,`+
			`"flags":0,"nsfw":false,"parent_id":null,"rate_limit_per_user":0,"last_message_id":null,"permission_overwrites":`+
			`[{"id":"%[2]s","type":0,"allow":"0","deny":"2048"}]}`, first+uint64(i)+1, id, i)
	}
	w.WriteString("]}}")
	return w.Bytes()
}
