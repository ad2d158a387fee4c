import pytest
from tests.server.reading import Reader, ago

PATHS = ["logs","logs?q=hello","logs/histogram","logs?severity=warn&service=api","spans","spans?root=true&min_duration_ms=1","errors","errors/groups","errors/groups?filter=title~boom&level=error","errors/abc1","traces/t1","events","events?event=e","events/names","metrics","outcomes","outcomes/summary","sessions","check_ins",
*[f"metrics/{m}?aggregate={a}&group_by=service&group_by=attributes.k" for m in ("g","c","h","x","s") for a in "avg sum min max rate count p50 p95 p99".split()]]

@pytest.mark.parametrize("path", PATHS)
def test_path(reader: Reader, path: str) -> None:
    reader.insert("logs", [{"body":"Hello world","service":"api","severity_number":17,"attributes":{"k":"v"}}]*2)
    reader.insert("spans", [{"name":"GET","service":"api","trace_id":"t1","span_id":"s1","duration_ns":5000000}]*2)
    reader.insert("errors", [{"event_id":"abc1","level":"error","title":"boom","fingerprint":"f","service":"api","payload":"{\"a\":1}"}])
    reader.insert("events", [{"uuid":"00000000-0000-0000-0000-000000000001","event":"e","distinct_id":"d","properties":{"a.b":1}}])
    reader.insert("outcomes", [{"protocol":"otlp","category":"log","outcome":"accepted","reason":"","quantity":5}])
    reader.insert("sessions", [{"started":ago(60),"session_id":"s","status":"ok"}])
    reader.insert("check_ins", [{"check_in_id":"c","monitor_slug":"m","status":"ok"}])
    for i,(m,t) in enumerate((("g","gauge"),("c","sum"),("h","histogram"),("x","exponential_histogram"),("s","summary"))):
        reader.insert("metric_series", [{"metric_name":m,"series_id":i,"type":t,"temporality":"cumulative","is_monotonic":True,"service":"api","first_time":ago(100),"last_time":ago(1),"attributes":{"k":"v"}}])
        reader.insert("metric_points", [{"metric_name":m,"series_id":i,"type":t,"time":ago(100-k*10),"start_time":ago(120),"value":k*10,"count":k*2,"explicit_bounds":[1,2],"bucket_counts":[k,k,0],"scale":1,"positive_offset":0,"positive_counts":[k,k],"quantiles":[{"quantile":0.5,"value":1.5}]} for k in range(1,5)])
    r=reader.get(path)
    print(path, str(r)[:700])
