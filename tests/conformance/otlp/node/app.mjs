// A program on @opentelemetry/sdk-node, configured by the standard OTEL_… variables alone.
import { diag, DiagConsoleLogger, DiagLogLevel, metrics, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { logs, SeverityNumber } from "@opentelemetry/api-logs";
import { NodeSDK } from "@opentelemetry/sdk-node";

diag.setLogger(new DiagConsoleLogger(), DiagLogLevel.WARN);
const sdk = new NodeSDK();
sdk.start();

const VALUES = {
  text: "größer 🥪 \u0000 'q' \"d\" \\",
  empty: "",
  yes: true,
  largest: Number.MAX_SAFE_INTEGER,
  smallest: Number.MIN_SAFE_INTEGER,
  double: 0.1,
  "dotted.key": "a.b",
  "ключ": "значение",
  texts: ["a", "ü"],
  numbers: [1, 2.5, -3],
};
const start = [1_800_000_000, 123_456_789];
const later = (nanoseconds) => [start[0], start[1] + nanoseconds];
if (process.env.AT) start[0] = Number(process.env.AT);

const tracer = trace.getTracer("shop", "2.0");
tracer.startActiveSpan("POST /ordrer/:id", { kind: SpanKind.SERVER, startTime: start }, (outer) => {
  const link = { context: outer.spanContext(), attributes: { why: "retry" } };
  const inner = tracer.startSpan("charge", {
    kind: SpanKind.CLIENT, startTime: later(1000), attributes: VALUES, links: [link],
  });
  inner.addEvent("step", { n: 1, list: ["x"] }, later(2000));
  inner.recordException(new RangeError("zu groß 💥"), later(3000));
  inner.setStatus({ code: SpanStatusCode.ERROR, message: "declined" });
  inner.end(later(4000));
  logs.getLogger("shop.orders", "3.1").emit({
    timestamp: start,
    severityNumber: SeverityNumber.WARN2,
    severityText: "WARN2",
    eventName: "order.placed",
    body: { text: "smørrebrød", deep: { list: [1, [true, null, { "a.b": 0.5 }]] } },
    attributes: { ...VALUES, nested: { "a.b": { c: [1, { d: "ü" }] } }, bytes: new Uint8Array([0, 255, 16]), mixed: [1, "a", null] },
  });
  logs.getLogger("shop.orders").emit({ body: "plain", severityNumber: SeverityNumber.INFO });
  outer.end(later(5000));
  console.log(JSON.stringify(outer.spanContext()));
});

const meter = metrics.getMeter("shop", "2.0");
meter.createCounter("orders", { unit: "{order}", description: "Bestellungen" }).add(3, { "størrelse": "L", n: 7 });
meter.createUpDownCounter("open").add(-2);
meter.createGauge("temperature", { unit: "Cel" }).record(21.5);
const wait = meter.createHistogram("wait", { unit: "ms", advice: { explicitBucketBoundaries: [1, 10, 100] } });
for (const value of [0, 1, 7, 300]) wait.record(value);
meter.createObservableGauge("queue").addCallback((result) => result.observe(Number.MAX_SAFE_INTEGER, { queue: "ü" }));

await sdk.shutdown();
