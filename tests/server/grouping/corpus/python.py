from tests.server.grouping.corpus.shapes import different, python, same

E = "ValueError: bad total"

PAIRS = [
    same(
        "lines move with every edit",
        python(E, "shop.cart add", "shop.cart total"),
        python(E, "shop.cart add", "shop.cart total"),
    ),
    same(
        "values in the message vary",
        python("ValueError: order 17 is empty", "shop.cart total"),
        python("ValueError: order 99812 is empty", "shop.cart total"),
    ),
    same(
        "libraries between two calls of ours are upgraded",
        python(E, "shop.views post", "~django.db.models.query get", "shop.cart total"),
        python(
            E, "shop.views post", "~django.db.models.query get", "~django.db.models.query _fetch", "shop.cart total"
        ),
    ),
    same("recursion of another depth", python(E, "tree.walk", "tree walk"), python(E, "tree.walk", *["tree walk"] * 9)),
    same(
        "mutual recursion of another depth",
        python(E, "p parse", *["p expr", "p term"] * 2),
        python(E, "p parse", *["p expr", "p term"] * 7),
    ),
    same(
        "a recursion that ran over ends anywhere",
        python("RecursionError: maximum recursion depth exceeded", *["p expr", "p term"] * 40),
        python(
            "RecursionError: maximum recursion depth exceeded while calling a Python object",
            *["p term", "p expr"] * 38,
            "p term",
            "p is_leaf",
        ),
    ),
    same(
        "comprehensions have no frame from Python 3.12 on",
        python(E, "shop.cart total", "shop.cart <listcomp>", "shop.cart price"),
        python(E, "shop.cart total", "shop.cart price"),
    ),
    same(
        "a generator expression is part of its function",
        python(E, "shop.cart total", "shop.cart <genexpr>", "shop.cart price"),
        python(E, "shop.cart total", "shop.cart price"),
    ),
    same(
        "qualified names of inner functions, from Python 3.11 on",
        python(E, "shop.cart total", "shop.cart total.<locals>.price"),
        python(E, "shop.cart total", "shop.cart price"),
    ),
    same(
        "the event loop runs a task now from here, now from there",
        python(E, "~asyncio.events _run", "shop.jobs sync"),
        python(E, "~asyncio.base_events run_until_complete", "~asyncio.tasks __step", "shop.jobs sync"),
    ),
    same(
        "a client that calls asyncio its own code",
        python(E, "asyncio.events _run", "shop.jobs sync"),
        python(E, "asyncio.runners run", "asyncio.base_events run_until_complete", "shop.jobs sync"),
    ),
    same(
        "a thread pool or the thread itself",
        python(E, "?threading _bootstrap", "?threading run", "?shop.jobs sync"),
        python(E, "?threading _bootstrap_inner", "?concurrent.futures.thread run", "?shop.jobs sync"),
    ),
    same(
        "another worker class of the same server",
        python(E, "~gunicorn.workers.sync handle", "shop.views post"),
        python(E, "~gunicorn.workers.gthread handle_request", "shop.views post"),
    ),
    same(
        "the middleware stack of another release of Starlette",
        python(E, "~starlette.middleware.errors __call__", "~starlette.routing app", "shop.api pay"),
        python(E, "~starlette._exception_handler wrapped_app", "shop.api pay"),
    ),
    same(
        "tracing was switched on",
        python(E, "~sentry_sdk.integrations.django sentry_patched_handler", "shop.views post"),
        python(E, "shop.views post"),
    ),
    same(
        "OpenTelemetry wraps the handler",
        python(E, "~opentelemetry.instrumentation.wsgi __call__", "shop.views post"),
        python(E, "~werkzeug.serving run_wsgi", "shop.views post"),
    ),
    same(
        "the module run as a script by a worker pool",
        python(E, "__main__ main", "shop.jobs sync"),
        python(E, "__mp_main__ main", "shop.jobs sync"),
    ),
    same(
        "only library code on the stack, on another line",
        python(
            "ConnectionResetError: [Errno 104] Connection reset by peer",
            "~redis.connection read_response",
            "~redis._parsers.socket _read_from_socket",
        ),
        python(
            "ConnectionResetError: [Errno 104] Connection reset by peer",
            "~redis.connection read_response",
            "~redis._parsers.socket _read_from_socket",
        ),
    ),
    same(
        "a decorator's wrapper of the standard library",
        python(E, "?functools wrapper", "?shop.cart total"),
        python(E, "?contextlib inner", "?shop.cart total"),
    ),
    same(
        "frames without in_app: where they live tells",
        python(E, "?shop.views post", "?django.db.models get") | {},
        python(E, "?shop.views post", "?django.db.models get"),
    ),
    same(
        "another transaction, release and server",
        python(E, "shop.cart total", transaction="/a", release="1", server_name="a"),
        python(E, "shop.cart total", transaction="/b", release="2", server_name="b"),
    ),
    same(
        "a message of many lines",
        python("ValueError: bad\nrow 1: x", "shop.cart total"),
        python("ValueError: bad\nrow 7: y\nmore", "shop.cart total"),
    ),
    same(
        "a lambda moved within its module",
        python(E, "shop.cart total", "shop.cart <lambda>"),
        python(E, "shop.cart total", "shop.cart <lambda>"),
    ),
    different("raised in another function", python(E, "shop.cart total"), python(E, "shop.cart discount")),
    different(
        "raised in another module's function of that name", python(E, "shop.cart total"), python(E, "shop.orders total")
    ),
    different(
        "another exception from the same place",
        python(E, "shop.cart total"),
        python("KeyError: 'price'", "shop.cart total"),
    ),
    different(
        "the same helper, called from two features",
        python(E, "shop.cart total", "shop.money parse"),
        python(E, "shop.refunds create", "shop.money parse"),
    ),
    different(
        "two views without frames in common but the framework's",
        python(E, "~django.core.handlers.base get_response", "shop.views post"),
        python(E, "~django.core.handlers.base get_response", "shop.views get"),
    ),
    different(
        "two libraries fail, and no code of ours is on the stack",
        python("TimeoutError: timed out", "~redis.connection connect"),
        python("TimeoutError: timed out", "~psycopg.connection connect"),
    ),
    different(
        "two runaway recursions",
        python("RecursionError: maximum recursion depth exceeded", *["p expr", "p term"] * 20),
        python("RecursionError: maximum recursion depth exceeded", *["t walk"] * 40),
    ),
    different("without frames, another message", python("ValueError: bad total"), python("ValueError: bad currency")),
    different(
        "two methods of one class by their qualified names",
        python(E, "shop.cart Cart.add"),
        python(E, "shop.cart Cart.remove"),
    ),
    different(
        "a callee that fails is not its caller failing",
        python(E, "shop.cart total"),
        python(E, "shop.cart total", "shop.cart price"),
    ),
    different(
        "management commands of one framework",
        python(E, "~django.core.management execute", "shop.management.commands.sync handle"),
        python(E, "~django.core.management execute", "shop.management.commands.report handle"),
    ),
    different(
        "one generic exception for two mistakes in one function: only the message tells, and it is fixed text",
        python("Exception: gateway refused the card", "shop.pay charge"),
        python("Exception: currency is not supported", "shop.pay charge"),
    ),
]
