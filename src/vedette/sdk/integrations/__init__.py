"""One file a framework or library: what makes its requests, jobs and calls part of the trace."""
