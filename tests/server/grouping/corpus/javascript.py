from tests.server.grouping.corpus.shapes import different, javascript, same

E = "TypeError: Cannot read properties of undefined (reading 'price')"
APP = "https://shop.test/static/app.js"


def node(*frames: str, title: str = E):
    return javascript(title, *frames, platform="node")


PAIRS = [
    same(
        "the content hash of the next build",
        javascript(E, "https://shop.test/static/main.8f3a2b1c.js checkout"),
        javascript(E, "https://shop.test/static/main.00ff11aa.js checkout"),
    ),
    same(
        "Vite's hash is base64",
        javascript(E, "https://shop.test/assets/index-B7x_9aKq.js checkout"),
        javascript(E, "https://shop.test/assets/index-DkP2fLw0.js checkout"),
    ),
    same(
        "the minifier gave other names",
        javascript(E, "https://shop.test/static/main.8f3a2b1c.js t", "https://shop.test/static/main.8f3a2b1c.js e.n"),
        javascript(E, "https://shop.test/static/main.00ff11aa.js r", "https://shop.test/static/main.00ff11aa.js t.a"),
    ),
    same(
        "numbered chunks are renumbered",
        javascript(E, "https://shop.test/_next/static/chunks/4521-8f3a2b1c99.js checkout"),
        javascript(E, "https://shop.test/_next/static/chunks/77-00ff11aa22.js checkout"),
    ),
    same(
        "served from a CDN or from the site",
        javascript(E, "https://shop.test/static/app.js checkout"),
        javascript(E, "https://cdn.test/static/app.js checkout"),
    ),
    same("a cache-busting query", javascript(E, APP + "?v=1 checkout"), javascript(E, APP + "?v=2 checkout")),
    same(
        "a folder a release",
        javascript(E, "https://shop.test/v1.2.3/app.js checkout"),
        javascript(E, "https://shop.test/v1.2.4/app.js checkout"),
    ),
    same(
        "Chrome and Firefox name a method differently",
        javascript(E, APP + " Cart.checkout"),
        javascript(E, APP + " checkout"),
    ),
    same(
        "an anonymous function: `?`, `<anonymous>` or nothing",
        javascript(E, APP + " checkout", APP + " ?"),
        javascript(E, APP + " checkout", APP + " <anonymous>"),
    ),
    same(
        "Firefox names the function around an anonymous one",
        javascript(E, APP + " checkout", APP + " checkout/<"),
        javascript(E, APP + " checkout", APP + " <anonymous>"),
    ),
    same(
        "`async`, `new`, `[as …]` are how it was called",
        javascript(E, APP + " async checkout"),
        javascript(E, APP + " Object.checkout [as onClick]"),
    ),
    same(
        "async functions compiled down for old browsers",
        javascript(E, APP + " checkout", APP + " asyncGeneratorStep", APP + " _next"),
        javascript(E, APP + " checkout", APP + " _next"),
    ),
    same(
        "generator callbacks are numbered",
        javascript(E, APP + " checkout", APP + " _callee$"),
        javascript(E, APP + " checkout", APP + " _callee7$"),
    ),
    same(
        "the vendor bundle is split another way",
        javascript(E, "https://shop.test/static/vendors.8f3a2b1c.js Object.dispatch", APP + " checkout"),
        javascript(E, "https://shop.test/static/vendors~main.00ff11aa.js callback", APP + " checkout"),
    ),
    same(
        "React's own frames, which the browser SDK calls ours",
        javascript(E, "https://shop.test/static/react-dom.production.min.js dispatchEvent", APP + " checkout"),
        javascript(E, "https://shop.test/static/react-dom.development.js batchedUpdates", APP + " checkout"),
    ),
    same(
        "frames of an extension of the browser",
        javascript(E, "chrome-extension://abcdef/inject.js wrapped", APP + " checkout"),
        javascript(E, APP + " checkout"),
    ),
    same(
        "zone.js runs it",
        javascript(E, "https://shop.test/zone.js invokeTask", APP + " checkout"),
        javascript(E, APP + " checkout"),
    ),
    same(
        "inline scripts of two product pages",
        javascript("ReferenceError: track is not defined", "https://shop.test/products/17 ?"),
        javascript("ReferenceError: track is not defined", "https://shop.test/products/18 ?"),
    ),
    same(
        "node prints its own frames",
        node("node:internal/process/task_queues processTicksAndRejections", "/srv/app/routes/pay.js pay"),
        node("/srv/app/routes/pay.js pay"),
    ),
    same(
        "installed in another folder",
        node("/srv/app/releases/20261123/routes/pay.js pay"),
        node("/home/deploy/shop/routes/pay.js pay"),
    ),
    same(
        "packages are upgraded",
        node("~/srv/app/node_modules/express/lib/router/layer.js handle", "/srv/app/routes/pay.js pay"),
        node("~/srv/app/node_modules/router/lib/layer.js handleRequest", "/srv/app/routes/pay.js pay"),
    ),
    same(
        "webpack's address of a module, and its loader's query",
        javascript(E, "webpack-internal:///./src/cart.ts checkout"),
        javascript(E, "webpack-internal:///./src/cart.ts?a1b2 checkout"),
    ),
    same(
        "native calls in between",
        javascript(E, APP + " total", "<anonymous> Array.map", APP + " price"),
        javascript(E, APP + " total", "<anonymous> Array.forEach", APP + " price"),
    ),
    same(
        "`new Promise` in between",
        javascript(E, APP + " load", "<anonymous> new Promise", APP + " fetchCart"),
        javascript(E, APP + " load", APP + " fetchCart"),
    ),
    same(
        "React Native's bundle on two phones",
        javascript(E, "app:///main.jsbundle checkout"),
        javascript(E, "app:///main.jsbundle checkout"),
    ),
    same(
        "a stack that ran over, in Chrome and Firefox",
        javascript("RangeError: Maximum call stack size exceeded", *[APP + " walk"] * 50),
        javascript("RangeError: Maximum call stack size exceeded", *[APP + " walk"] * 30, APP + " leaf"),
    ),
    same("Windows and Linux paths", node(r"C:\app\routes\pay.js pay"), node("/app/routes/pay.js pay")),
    same(
        "file system paths of an Electron app",
        javascript(E, "file:///C:/Users/ann/App/resources/app.asar/main.js start"),
        javascript(E, "file:///Applications/Shop.app/Contents/resources/app.asar/main.js start"),
    ),
    different(
        "another property of undefined, without frames",
        javascript(E),
        javascript("TypeError: Cannot read properties of undefined (reading 'tax')"),
    ),
    different("another function of the bundle", javascript(E, APP + " checkout"), javascript(E, APP + " addItem")),
    different(
        "another file", javascript(E, APP + " render"), javascript(E, "https://shop.test/static/admin.js render")
    ),
    different(
        "two route files of a framework with fixed names",
        node("/srv/app/users/route.ts GET"),
        node("/srv/app/orders/route.ts GET"),
    ),
    different("two index files", node("/srv/app/cart/index.js total"), node("/srv/app/tax/index.js total")),
    different(
        "minified frames and another message",
        javascript(E, "https://shop.test/static/main.8f3a2b1c.js t"),
        javascript("TypeError: n.map is not a function", "https://shop.test/static/main.8f3a2b1c.js t"),
    ),
    different(
        "inline scripts with two mistakes",
        javascript("ReferenceError: track is not defined", "https://shop.test/a ?"),
        javascript("ReferenceError: $ is not defined", "https://shop.test/a ?"),
    ),
    different(
        "anonymous handlers in two files",
        javascript("Error: failed", "https://shop.test/static/cart.js ?"),
        javascript("Error: failed", "https://shop.test/static/login.js ?"),
    ),
    different(
        "two callers of a shared helper",
        javascript(E, APP + " checkout", APP + " format"),
        javascript(E, APP + " invoice", APP + " format"),
    ),
    different(
        "two status codes",
        javascript("AxiosError: Request failed with status code 404"),
        javascript("AxiosError: Request failed with status code 503"),
    ),
    different(
        "an error thrown in two components",
        javascript("Error: boom", "webpack:///./src/Cart.vue render"),
        javascript("Error: boom", "webpack:///./src/Login.vue render"),
    ),
    different(
        "names that only look hashed: two pages",
        javascript("Error: boom", "https://shop.test/static/user-settings.js ?"),
        javascript("Error: boom", "https://shop.test/static/user-profile.js ?"),
    ),
]
