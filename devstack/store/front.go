// The front: passes one command at a time from any number of clients to the database behind it.
//
// F1  Between the first byte of a command that reaches the database and the last byte of its answer, no other
//
//	command reaches it. The client's own network is not waited for in that time.
//
// F2  The database answers every message exactly once, whatever its flags say. So an answer that the client does
//
//	not want (moreToCome) is dropped here, and nothing is ever streamed (exhaustAllowed is only a permission;
//	without a topologyVersion in "hello", drivers poll).
package main

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"sync"
)

const (
	headerBytes     = 16
	maxMessageBytes = 48_000_000
	opMsg           = 2013
	moreToCome      = 1 << 1
)

// serve accepts clients until ctx ends, and returns when the command that then runs has been answered.
func serve(ctx context.Context, listener net.Listener, dbAddr string) error {
	var turn sync.Mutex
	var clients sync.WaitGroup
	context.AfterFunc(ctx, func() { listener.Close() })
	for {
		client, err := listener.Accept()
		if ctx.Err() != nil {
			clients.Wait()
			return nil
		}
		if err != nil {
			return err
		}
		clients.Go(func() {
			defer client.Close()
			db, err := net.Dial("tcp", dbAddr)
			if err != nil {
				return
			}
			defer db.Close()
			closeOnStop := context.AfterFunc(ctx, func() {
				turn.Lock()
				defer turn.Unlock()
				client.Close()
				db.Close()
			})
			defer closeOnStop()
			pass(client, db, &turn)
		})
	}
}

// pass carries one client's commands and their answers until either side closes.
func pass(client, db net.Conn, turn *sync.Mutex) {
	for {
		request, err := readMessage(client)
		if err != nil {
			return
		}
		answer, err := exchange(db, request, turn)
		if err != nil {
			return
		}
		if wantsNoAnswer(request) {
			continue
		}
		if _, err := client.Write(answer); err != nil {
			return
		}
	}
}

func exchange(db net.Conn, request []byte, turn *sync.Mutex) ([]byte, error) {
	turn.Lock()
	defer turn.Unlock()
	if _, err := db.Write(request); err != nil {
		return nil, err
	}
	return readMessage(db)
}

// readMessage reads one wire message whole; its first four bytes are its length, little endian.
func readMessage(from io.Reader) ([]byte, error) {
	var header [headerBytes]byte
	if _, err := io.ReadFull(from, header[:]); err != nil {
		return nil, err
	}
	length := binary.LittleEndian.Uint32(header[:])
	if length < headerBytes || length > maxMessageBytes {
		return nil, fmt.Errorf("a message of %d bytes", length)
	}
	message := make([]byte, length)
	copy(message, header[:])
	_, err := io.ReadFull(from, message[headerBytes:])
	return message, err
}

func wantsNoAnswer(request []byte) bool {
	isMsg := len(request) >= headerBytes+4 && binary.LittleEndian.Uint32(request[12:]) == opMsg
	return isMsg && binary.LittleEndian.Uint32(request[headerBytes:])&moreToCome != 0
}
