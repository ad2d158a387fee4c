// Where the browser finds @sentry/browser and what it imports, as Node's own resolution says.
const names = ["@sentry/browser", "@sentry/core", "@sentry/core/browser", "@sentry/browser-utils", "@sentry/feedback"];
names.push("@sentry/replay", "@sentry/replay-canvas", "web-vitals", "web-vitals/attribution");
for (const part of ["attributes", "op", "metrics"]) names.push(`@sentry/conventions/${part}`);
const root = new URL("node_modules/", import.meta.url).href;
const imports = {};
for (const name of names) {
  try {
    imports[name] = import.meta.resolve(name).replace(root, "/modules/");
  } catch {
    // not a dependency of this version
  }
}
console.log(JSON.stringify({ imports }));
