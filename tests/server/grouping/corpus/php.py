from tests.server.grouping.corpus.shapes import different, php, same

E = 'ErrorException: Undefined array key "price"'
CART = "/app/Cart.php"

PAIRS = [
    same(
        "PHP 8.4 names closures by file and line",
        php(E, f"{CART} App\\Cart::total", f"{CART} App\\{{closure}}"),
        php(E, f"{CART} App\\Cart::total", f"{CART} {{closure:App\\Cart::total():12}}"),
    ),
    same(
        "closures move",
        php(E, f"{CART} {{closure:App\\Cart::total():12}}"),
        php(E, f"{CART} {{closure:App\\Cart::total():99}}"),
    ),
    same(
        "anonymous classes carry their path",
        php(E, f"{CART} class@anonymous\0/srv/a/Cart.php:12$0::run"),
        php(E, f"{CART} class@anonymous\0/home/b/Cart.php:80$3::run"),
    ),
    same(
        "vendor packages between",
        php(E, "~/app/vendor/laravel/framework/src/Illuminate/Routing/Router.php dispatch", f"{CART} App\\Cart::total"),
        php(E, "~/app/vendor/symfony/http-kernel/HttpKernel.php handle", f"{CART} App\\Cart::total"),
    ),
    same(
        "array_map calls it",
        php(E, f"{CART} App\\Cart::total", "[internal] array_map", f"{CART} App\\Cart::price"),
        php(E, f"{CART} App\\Cart::total", "[internal] array_walk", f"{CART} App\\Cart::price"),
    ),
    same(
        "compiled Twig templates",
        php(E, "/var/cache/twig/3f/3fa8b1c2d4e5.php __TwigTemplate_3fa8b1c2d4e5::doDisplay"),
        php(E, "/var/cache/twig/9c/9cdd01aa22bb.php __TwigTemplate_3fa8b1c2d4e5::doDisplay"),
    ),
    same(
        "installed elsewhere",
        php(E, "/var/www/html/app/Cart.php App\\Cart::total"),
        php(E, "/home/ann/shop/app/Cart.php App\\Cart::total"),
    ),
    same("`->` and `::`", php(E, f"{CART} App\\Cart->total"), php(E, f"{CART} App\\Cart::total")),
    same(
        "SQL with other values",
        php("PDOException: SQLSTATE[23000]: 1062 Duplicate entry 'a@b.test' for key 'users.email'"),
        php("PDOException: SQLSTATE[23000]: 1062 Duplicate entry 'x@y.test' for key 'users.email'"),
    ),
    same(
        "Laravel's pipeline, called ours by a wrapper",
        php(E, "/app/vendor/x.php Illuminate\\Pipeline\\Pipeline::then", f"{CART} App\\Cart::total"),
        php(E, "/app/vendor/x.php Illuminate\\Routing\\Pipeline::handleCarry", f"{CART} App\\Cart::total"),
    ),
    different("two methods", php(E, f"{CART} App\\Cart::total"), php(E, f"{CART} App\\Cart::tax")),
    different("two classes", php(E, f"{CART} App\\Cart::total"), php(E, "/app/Order.php App\\Order::total")),
    different(
        "closures in two files", php(E, "/app/routes/web.php {closure}"), php(E, "/app/routes/api.php {closure}")
    ),
    different("two undefined keys, without frames", php(E), php('ErrorException: Undefined array key "tax"')),
    different(
        "two SQL states",
        php("PDOException: SQLSTATE[42S02]: Base table or view not found"),
        php("PDOException: SQLSTATE[HY000]: General error"),
    ),
    different(
        "plain scripts",
        php("Error: boom", "/srv/cron/daily.php {main}"),
        php("Error: boom", "/srv/cron/hourly.php {main}"),
    ),
]
