"""The commands of ``aegui`` that need no window; each module is imported when its command runs."""
