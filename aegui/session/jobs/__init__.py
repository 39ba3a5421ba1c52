"""Background jobs: one at a time, latest wins, with progress; timers and garbage collection."""
