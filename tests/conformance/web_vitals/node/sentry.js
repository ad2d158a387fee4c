// A page's own code with Sentry's SDK; esbuild makes one file of it for each version.
import * as Sentry from "SENTRY";

Sentry.init({
  dsn: window.DSN,
  release: "web@1",
  environment: "e2e",
  tracesSampleRate: window.RATE ?? 1,
  sendDefaultPii: true,
  integrations: [Sentry.browserTracingIntegration({ idleTimeout: 1500 })],
});
Sentry.getClient().on("spanEnd", (span) => {
  if (JSON.stringify(Sentry.spanToJSON(span)).includes('"pageload"')) window.loaded = true;
});
Sentry.setUser({ id: "visitor-1" });
window.Sentry = Sentry;
window.ready = true;
