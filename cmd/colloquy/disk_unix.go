//go:build linux || darwin

package main

import "syscall"

// freeDisk is how many bytes this user can still write in a folder; false when
// that is not known.
func freeDisk(dir string) (int64, bool) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return 0, false
	}
	return int64(s.Bavail) * int64(s.Bsize), true
}
