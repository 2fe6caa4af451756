//go:build race

package bot_test

// racing says that the race detector slows tests down about tenfold.
const racing = true
