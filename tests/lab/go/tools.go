//go:build tools

// Package main names the program of others that tests start, so that go.sum holds what it is made of.
package main

import _ "filippo.io/torchwood/cmd/litewitness"
