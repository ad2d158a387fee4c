// A program on @sentry/node with its defaults: error, trace, logs, metrics, cron, session, feedback, attachment.
import * as Sentry from "@sentry/node";

Sentry.init({
  dsn: process.env.SENTRY_DSN,
  release: "shop@1.2.3",
  environment: "staging",
  tracesSampleRate: 1,
  enableLogs: true,
  traceLifecycle: process.env.TRACE_LIFECYCLE || undefined,
  debug: true,
});
Sentry.setUser({ id: "u1", email: "ann@example.com" });
Sentry.setTag("service", "api");

function fail(order) {
  throw new RangeError(`bad order ${order} \u{1F44D} \ud83d`);
}

let errorId;
Sentry.startSpan({ name: "/checkout", op: "http.server", attributes: { plan: "pro" } }, (root) => {
  console.log("TRACE", root.spanContext().traceId);
  Sentry.startSpan({ name: "SELECT 1", op: "db.query", attributes: { "db.system": "sqlite" } }, () => {});
  try {
    fail(17);
  } catch (error) {
    errorId = Sentry.captureException(new Error("checkout failed", { cause: error }));
  }
  Sentry.logger.warn("stock is low", { item: "ring", left: 3, ok: false });
  Sentry.logger.info(Sentry.logger.fmt`user ${"ann"} paid`);
  Sentry.metrics.count("orders", 2, { attributes: { plan: "pro" } });
  Sentry.metrics.distribution("latency", 12.5, { unit: "millisecond" });
  Sentry.metrics.gauge("queue", 7);
});
Sentry.withScope((scope) => {
  scope.addAttachment({ filename: "state.json", data: '{"a":1}', contentType: "application/json" });
  Sentry.captureMessage("with a file, and large: " + "x".repeat(40_000), "warning"); // > 32 KiB: gzip
});
Sentry.captureFeedback({ message: "The total is wrong", name: "Ann", email: "a@b.c", associatedEventId: errorId });
Sentry.withMonitor("nightly", () => "done", { schedule: { type: "crontab", value: "0 3 * * *" } });
Sentry.startSession();
Sentry.captureSession(true);
await Sentry.close(5000);
