package discordtest

// An Interaction is one use of a command, a button or a form.
type Interaction struct {
	ID, Guild, User string
	Type            int
}

type acts struct {
	byID, byToken map[string]*Interaction
}

func (s *Server) getCommands(*request) (reply, error)  { return reply{}, refuse(10063) }
func (s *Server) putCommands(*request) (reply, error)  { return reply{}, refuse(10063) }
func (s *Server) callback(*request) (reply, error)     { return reply{}, refuse(10062) }
func (s *Server) followUp(*request) (reply, error)     { return reply{}, refuse(10015) }
func (s *Server) getAnswer(*request) (reply, error)    { return reply{}, refuse(10015) }
func (s *Server) editAnswer(*request) (reply, error)   { return reply{}, refuse(10015) }
func (s *Server) deleteAnswer(*request) (reply, error) { return reply{}, refuse(10015) }
