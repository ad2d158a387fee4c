from tests.server.grouping.corpus.shapes import different, native, same

E = "SIGSEGV: Segfault"
SHOP = "/opt/shop/bin/shop"

PAIRS = [
    same(
        "arguments are part of the symbol",
        native(E, f"{SHOP} shop::Cart::add(shop::Item const&, int)"),
        native(E, f"{SHOP} shop::Cart::add(shop::Item, long)"),
    ),
    same("templates", native(E, f"{SHOP} shop::Cart<int>::add(int)"), native(E, f"{SHOP} shop::Cart<long>::add(long)")),
    same(
        "nested templates and a return type",
        native(E, f"{SHOP} void shop::each<std::vector<std::pair<int, int>>>(int)"),
        native(E, f"{SHOP} void shop::each<std::map<int, long>>(int)"),
    ),
    same(
        "clones of the optimiser",
        native(E, f"{SHOP} shop::price [clone .isra.0]"),
        native(E, f"{SHOP} shop::price [clone .constprop.3]"),
    ),
    same("link-time optimisation", native(E, f"{SHOP} price.llvm.1234567890"), native(E, f"{SHOP} price.llvm.987")),
    same(
        "Rust's symbol hashes",
        native(E, f"{SHOP} shop::cart::add::h0123456789abcdef"),
        native(E, f"{SHOP} shop::cart::add::hfedcba9876543210"),
    ),
    same(
        "Rust's closures",
        native(E, f"{SHOP} shop::cart::add::{{{{closure}}}}"),
        native(E, f"{SHOP} shop::cart::add::{{{{closure}}}}#2"),
    ),
    same(
        "Rust's panic machinery",
        native(
            "panic: index out of bounds",
            f"{SHOP} shop::cart::add",
            f"{SHOP} core::panicking::panic_bounds_check",
            f"{SHOP} rust_begin_unwind",
        ),
        native("panic: index out of bounds", f"{SHOP} shop::cart::add", f"{SHOP} std::panicking::begin_panic_handler"),
    ),
    same(
        "the C library starts it, in two releases",
        native(E, "?/lib/x86_64-linux-gnu/libc.so.6 __libc_start_main", f"?{SHOP} main", f"?{SHOP} add"),
        native(E, "?/lib/x86_64-linux-gnu/libc.so.6 __libc_start_call_main", f"?{SHOP} main", f"?{SHOP} add"),
    ),
    same(
        "installed elsewhere, without symbols",
        native(E, "/opt/shop/lib/libcart.so -", "/opt/shop/lib/libpay.so -"),
        native(E, "/home/ann/lib/libcart.so -", "/home/ann/lib/libpay.so -"),
    ),
    same(
        "C++ lambdas are numbered",
        native(E, f"{SHOP} shop::run::$_0::operator()(int) const"),
        native(E, f"{SHOP} shop::run::$_3::operator()(int) const"),
    ),
    same(
        "Swift's closures are numbered",
        native(E, f"{SHOP} closure #1 (Int) in Cart.add", platform="cocoa"),
        native(E, f"{SHOP} closure #2 (Int) in Cart.add", platform="cocoa"),
    ),
    same(
        "Apple's run loop below",
        native("EXC_BAD_ACCESS: x", "~UIKitCore UIApplicationMain", f"{SHOP} -[Cart add:]", platform="cocoa"),
        native("EXC_BAD_ACCESS: x", "~CoreFoundation __CFRunLoopRun", f"{SHOP} -[Cart add:]", platform="cocoa"),
    ),
    same(
        "abort's own frames",
        native("SIGABRT: Abort", f"{SHOP} shop::check(int)", "?libc.so.6 abort", "?libc.so.6 raise"),
        native("SIGABRT: Abort", f"{SHOP} shop::check(int)", "?libc.so.6 __assert_fail_base"),
    ),
    same("a `+ offset` after the symbol", native(E, f"{SHOP} shop_add + 0x1f"), native(E, f"{SHOP} shop_add + 212")),
    same(
        "anonymous namespaces, as two compilers print them",
        native(E, f"{SHOP} (anonymous namespace)::add(int)"),
        native(E, f"{SHOP} `anonymous namespace'::add"),
    ),
    same(
        "made-up exceptions of two handlers",
        native("EXC_CRASH: x", f"{SHOP} add"),
        native("EXC_CRASH: y", f"{SHOP} add"),
    ),
    different("two functions", native(E, f"{SHOP} shop::Cart::add(int)"), native(E, f"{SHOP} shop::Cart::remove(int)")),
    different("two classes", native(E, f"{SHOP} shop::Cart::add(int)"), native(E, f"{SHOP} shop::Order::add(int)")),
    different("two signals", native(E, f"{SHOP} add"), native("SIGFPE: Floating point exception", f"{SHOP} add")),
    different(
        "two libraries without symbols", native(E, "/opt/shop/lib/libcart.so -"), native(E, "/opt/shop/lib/libpay.so -")
    ),
    different(
        "two Objective-C methods",
        native(E, f"{SHOP} -[Cart add:]", platform="cocoa"),
        native(E, f"{SHOP} -[Cart remove:]", platform="cocoa"),
    ),
    different(
        "two assertions in one function: only the text tells",
        native("SIGABRT: assertion failed: n > 0", f"{SHOP} check"),
        native("SIGABRT: assertion failed: key != nullptr", f"{SHOP} check"),
    ),
]
