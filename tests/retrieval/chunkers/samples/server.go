// Package server serves.
package server

import "fmt"

const Limit = 3

var (
	first  int
	second int
)

// Server answers requests. All of them.
type Server struct {
	Port int
}

type (
	// Handler handles.
	Handler interface {
		Handle(path string) error
	}
	Name = string
)

// Run starts it.
func (s *Server) Run(port int) (int, error) {
	fmt.Println(port)
	return port, nil
}

func (l list[T]) push(value T) {
}

func New() *Server { return &Server{} }
