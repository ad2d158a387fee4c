from tests.server.grouping.corpus.shapes import different, go, same

E = "*errors.errorString: order is closed"
SHOP = "github.com/acme/shop"

PAIRS = [
    same("closures are numbered", go(E, f"{SHOP}/cart (*Server).Pay.func1"), go(E, f"{SHOP}/cart (*Server).Pay.func2")),
    same(
        "closures in closures", go(E, f"{SHOP}/cart (*Server).Pay.func1.1"), go(E, f"{SHOP}/cart (*Server).Pay.func3.2")
    ),
    same(
        "a later Go names nested closures otherwise",
        go(E, f"{SHOP}/cart Pay.func1.2"),
        go(E, f"{SHOP}/cart Pay.func1.func2"),
    ),
    same("generics carry their shape", go(E, f"{SHOP}/cart Sum[...]"), go(E, f"{SHOP}/cart Sum[go.shape.int]")),
    same("a major version in the path", go(E, f"{SHOP}/v2/cart Pay"), go(E, f"{SHOP}/v3/cart Pay")),
    same("method values", go(E, f"{SHOP}/cart (*Server).Pay-fm"), go(E, f"{SHOP}/cart (*Server).Pay")),
    same(
        "the runtime's panic frames",
        go(
            "runtime.boundsError: index out of range [5] with length 3",
            f"{SHOP}/cart Pay",
            "runtime gopanic",
            "runtime goPanicIndex",
        ),
        go("runtime.boundsError: index out of range [9] with length 2", f"{SHOP}/cart Pay", "runtime panicIndex"),
    ),
    same(
        "go statements are wrapped",
        go(E, f"{SHOP}/jobs Run.gowrap1", f"{SHOP}/jobs sync"),
        go(E, f"{SHOP}/jobs Run.gowrap2", f"{SHOP}/jobs sync"),
    ),
    same(
        "net/http serves, whatever the client says",
        go(E, "net/http HandlerFunc.ServeHTTP", f"{SHOP}/cart Pay"),
        go(E, "net/http (*conn).serve", f"{SHOP}/cart Pay"),
    ),
    same(
        "a dependency called ours by the client is upgraded",
        go(E, "github.com/gin-gonic/gin@v1.9.1 (*Context).Next", f"{SHOP}/cart Pay"),
        go(E, "github.com/gin-gonic/gin@v1.10.0 (*Engine).handle", f"{SHOP}/cart Pay"),
    ),
    same(
        "errgroup runs it",
        go(E, "golang.org/x/sync/errgroup (*Group).Go.func1", f"{SHOP}/jobs sync"),
        go(E, f"{SHOP}/jobs sync"),
    ),
    same(
        "numbers in a wrapped error's text, without a stack",
        go("*fmt.wrapError: load order 17: sql: no rows in result set"),
        go("*fmt.wrapError: load order 18: sql: no rows in result set"),
    ),
    same(
        "addresses",
        go("*net.OpError: dial tcp 10.0.0.1:5432: connect: connection refused"),
        go("*net.OpError: dial tcp 10.0.0.9:5432: connect: connection refused"),
    ),
    same(
        "deferred functions are wrapped",
        go(E, f"{SHOP}/cart Pay.deferwrap1", f"{SHOP}/cart rollback"),
        go(E, f"{SHOP}/cart Pay.deferwrap2", f"{SHOP}/cart rollback"),
    ),
    different("two functions", go(E, f"{SHOP}/cart Pay"), go(E, f"{SHOP}/cart Refund")),
    different("two receivers", go(E, f"{SHOP}/cart (*Cart).Close"), go(E, f"{SHOP}/cart (*Order).Close")),
    different("two packages", go(E, f"{SHOP}/cart New"), go(E, f"{SHOP}/order New")),
    different("closures of two functions", go(E, f"{SHOP}/cart Pay.func1"), go(E, f"{SHOP}/cart Refund.func1")),
    different(
        "without a stack, all errors have one type: the text tells",
        go("*errors.errorString: cart is empty"),
        go("*errors.errorString: card was declined"),
    ),
    different(
        "a nil pointer in two functions",
        go(
            "runtime.errorString: invalid memory address or nil pointer dereference",
            f"{SHOP}/cart Pay",
            "runtime panicmem",
        ),
        go(
            "runtime.errorString: invalid memory address or nil pointer dereference",
            f"{SHOP}/cart Total",
            "runtime panicmem",
        ),
    ),
]
