from tests.server.grouping.corpus.shapes import Event, different, event, exception, frame, same

E = "InvalidOperationException: order is closed"


def csharp(*frames: str, title: str = E) -> Event:
    return event("csharp", exception(title, *(frame(words, "module function") for words in frames)))


def elixir(*frames: str) -> Event:
    return event("elixir", exception("RuntimeError: x", *(frame(words, "module function") for words in frames)))


PAIRS = [
    same(
        "async state machines are numbered",
        csharp("Shop.Cart <PayAsync>d__12.MoveNext"),
        csharp("Shop.Cart <PayAsync>d__14.MoveNext"),
    ),
    same("lambdas are numbered", csharp("Shop.Cart+<>c <Pay>b__3_0"), csharp("Shop.Cart+<>c <Pay>b__5_1")),
    same(
        "captured variables make a class",
        csharp("Shop.Cart+<>c__DisplayClass3_0 <Pay>b__0"),
        csharp("Shop.Cart+<>c__DisplayClass7_0 <Pay>b__2"),
    ),
    same("generics", csharp("Shop.Repository`1 Find"), csharp("Shop.Repository`1[[Shop.Order]] Find")),
    same(
        "awaiters",
        csharp("System.Runtime.CompilerServices.TaskAwaiter ThrowForNonSuccess", "Shop.Cart Pay"),
        csharp("System.Runtime.ExceptionServices.ExceptionDispatchInfo Throw", "Shop.Cart Pay"),
    ),
    same("Elixir's anonymous functions", elixir("Shop.Cart -total/1-fun-0-"), elixir("Shop.Cart -total/1-fun-3-")),
    different(
        "two async methods",
        csharp("Shop.Cart <PayAsync>d__12.MoveNext"),
        csharp("Shop.Cart <RefundAsync>d__13.MoveNext"),
    ),
    different("two classes", csharp("Shop.Cart Pay"), csharp("Shop.Order Pay")),
    different("Elixir: two functions", elixir("Shop.Cart total"), elixir("Shop.Cart tax")),
]
