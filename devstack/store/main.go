// Errand's embedded store: FerretDB with SQLite in one process, behind a front that makes its commands atomic.
//
// FerretDB 1.24 reads a document and writes it back in two steps, so of many conditional updates at once several
// would win. Here only one command runs at any time. For trying and testing; production uses MongoDB.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"
	"os"
	"os/signal"
	"syscall"

	"github.com/FerretDB/FerretDB/ferretdb"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:27017", "address to listen on; port 0 takes a free one")
	data := flag.String("data", "", "folder of the data; made when missing")
	stopWithStdin := flag.Bool("stop-with-stdin", false, "stop when standard input closes, so when the parent is gone")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	if *stopWithStdin {
		go func() {
			_, _ = io.Copy(io.Discard, os.Stdin)
			stop()
		}()
	}
	if err := run(ctx, *addr, *data); err != nil {
		fmt.Fprintln(os.Stderr, "store:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, addr, data string) error {
	if data == "" {
		return errors.New("--data is missing: the folder to keep the data in")
	}
	if err := os.MkdirAll(data, 0o700); err != nil {
		return err
	}
	// The folder is named by "./" below, because FerretDB takes an URI and a path may hold any character.
	if err := os.Chdir(data); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	db, err := ferretdb.New(&ferretdb.Config{
		Listener:  ferretdb.ListenerConfig{TCP: "127.0.0.1:0"},
		Logger:    slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})),
		Handler:   "sqlite",
		SQLiteURL: "file:./?_pragma=synchronous(normal)",
	})
	if err != nil {
		return err
	}
	dbCtx, stopDB := context.WithCancel(context.Background())
	defer stopDB()
	dbDone := make(chan error, 1)
	go func() { dbDone <- db.Run(dbCtx) }()

	uri, err := url.Parse(db.MongoDBURI())
	if err != nil {
		return err
	}
	fmt.Println("listening on", listener.Addr())
	if err := serve(ctx, listener, uri.Host); err != nil {
		return err
	}
	stopDB()
	return <-dbDone
}
