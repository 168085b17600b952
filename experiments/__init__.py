"""Thin entry points: each wires configurations to a computation and adds nothing to it."""

import signal

# While Python still imports, Ctrl-C ends it without a traceback; the main function takes over.
signal.signal(signal.SIGINT, signal.SIG_DFL)
