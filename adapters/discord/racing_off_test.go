//go:build !race

package discord

// racing says that the race detector slows tests down about tenfold.
const racing = false
