//go:build !race

package writer

// racing says that the race detector slows tests down about tenfold.
const racing = false
