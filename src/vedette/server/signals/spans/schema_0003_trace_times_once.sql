-- `spans_to_trace_times` writes the same times, and the end of the last span too: each trace was written twice.
DROP VIEW trace_times_of_spans;
