// Command outsider reads our log and asks our witness with other people's code: golang.org/x/mod/sumdb, filippo.io/torchwood.
//
//	outsider read DIR KEY             every entry of an unpacked bundle with its proof, every head's consistency with the last
//	outsider ask DIR URL WITNESS OLD  has a witness cosign the bundle's head; prints the status, and the size or when it did
package main

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type folder string

func (f folder) ReadTiles(_ context.Context, tiles []tlog.Tile) (data [][]byte, err error) {
	for _, tile := range tiles {
		one, err := os.ReadFile(filepath.Join(string(f), torchwood.TilePath(tile)))
		if err != nil {
			return nil, err
		}
		data = append(data, one)
	}
	return data, nil
}

func (f folder) SaveTiles([]tlog.Tile, [][]byte) {}

func (f folder) ReadEndpoint(_ context.Context, path string) ([]byte, error) {
	return os.ReadFile(filepath.Join(string(f), path))
}

// cosigner verifies what c2sp.org/tlog-cosignature describes; note.NewVerifier knows keys of type 0x01 only.
type cosigner struct {
	name string
	id   uint32
	key  ed25519.PublicKey
}

func newCosigner(vkey string) (*cosigner, error) {
	name, rest, _ := strings.Cut(vkey, "+")
	id, material, _ := strings.Cut(rest, "+")
	number, err := strconv.ParseUint(id, 16, 32)
	if err != nil {
		return nil, err
	}
	key, err := base64.StdEncoding.DecodeString(material)
	if err != nil || len(key) != 33 || key[0] != 4 {
		return nil, errors.New("not a witness's key")
	}
	return &cosigner{name, uint32(number), key[1:]}, nil
}

func (c *cosigner) Name() string    { return c.name }
func (c *cosigner) KeyHash() uint32 { return c.id }
func (c *cosigner) Verify(msg, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	head := fmt.Sprintf("cosignature/v1\ntime %d\n", binary.BigEndian.Uint64(sig))
	return ed25519.Verify(c.key, append([]byte(head), msg...), sig[8:])
}

func open(f folder, vkey string) (head []byte, point torchwood.Checkpoint, err error) {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return nil, point, err
	}
	head, err = f.ReadEndpoint(context.Background(), "checkpoint")
	if err != nil {
		return nil, point, err
	}
	opened, err := note.Open(head, note.VerifierList(verifier))
	if err != nil {
		return nil, point, err
	}
	point, err = torchwood.ParseCheckpoint(opened.Text)
	return head, point, err
}

func read(f folder, vkey string) error {
	_, point, err := open(f, vkey)
	if err != nil {
		return err
	}
	ctx := context.Background()
	client, err := torchwood.NewClient(f)
	if err != nil {
		return err
	}
	hashes := torchwood.TileHashReaderWithContext(ctx, point.Tree, f)
	for index := int64(0); index < point.N; index++ {
		entry, proof, err := client.Entry(ctx, point.Tree, index)
		if err != nil {
			return fmt.Errorf("entry %d: %w", index, err)
		}
		if err := tlog.CheckRecord(proof, point.N, point.Hash, index, tlog.RecordHash(entry)); err != nil {
			return fmt.Errorf("proof of entry %d: %w", index, err)
		}
		older, err := tlog.TreeHash(index+1, hashes)
		if err != nil {
			return err
		}
		consistency, err := tlog.ProveTree(point.N, index+1, hashes)
		if err != nil {
			return err
		}
		if err := tlog.CheckTree(consistency, point.N, point.Hash, index+1, older); err != nil {
			return fmt.Errorf("head of %d entries: %w", index+1, err)
		}
	}
	fmt.Println(point.N)
	return nil
}

func ask(f folder, url, witness, old string) error {
	vkey, err := f.ReadEndpoint(context.Background(), "key")
	if err != nil {
		return err
	}
	head, point, err := open(f, strings.TrimSpace(string(vkey)))
	if err != nil {
		return err
	}
	size, err := strconv.ParseInt(old, 10, 64)
	if err != nil {
		return err
	}
	body := fmt.Sprintf("old %d\n", size)
	if 0 < size && size < point.N {
		proof, err := tlog.ProveTree(point.N, size, torchwood.TileHashReaderWithContext(context.Background(), point.Tree, f))
		if err != nil {
			return err
		}
		for _, hash := range proof {
			body += hash.String() + "\n"
		}
	}
	answer, err := http.Post(url+"/add-checkpoint", "", strings.NewReader(body+"\n"+string(head)))
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	said, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	if answer.StatusCode != http.StatusOK {
		fmt.Println(answer.StatusCode, answer.Header.Get("Content-Type"), string(bytes.TrimSpace(said)))
		return nil
	}
	verifier, err := newCosigner(witness)
	if err != nil {
		return err
	}
	opened, err := note.Open(append(head, said...), note.VerifierList(verifier))
	if err != nil {
		return err
	}
	at, err := torchwood.CosignatureTimestamp(opened.Sigs[0])
	fmt.Println(answer.StatusCode, at)
	return err
}

func main() {
	err := errors.New("outsider read DIR KEY | outsider ask DIR URL WITNESS OLD")
	switch args := os.Args[1:]; {
	case len(args) == 3 && args[0] == "read":
		err = read(folder(args[1]), args[2])
	case len(args) == 5 && args[0] == "ask":
		err = ask(folder(args[1]), args[2], args[3], args[4])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
