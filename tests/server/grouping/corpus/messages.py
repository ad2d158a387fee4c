from tests.server.grouping.corpus.shapes import different, message, same


def template(text: str, *params: object) -> dict[str, object]:
    return {"platform": "python", "logentry": {"message": text, "params": list(params), "formatted": text % params}}


PAIRS = [
    same("numbers", message("order 17 failed"), message("order 99812 failed")),
    same("numbers with separators and signs", message("balance is -17.5"), message("balance is 1,204.33")),
    same(
        "uuids",
        message("no user 123e4567-e89b-12d3-a456-426614174000"),
        message("no user 00000000-0000-4000-8000-00000000abcd"),
    ),
    same(
        "uuids without dashes",
        message("no user 123e4567e89b12d3a456426614174000"),
        message("no user 0000000000004000800000000000abcd"),
    ),
    same("e-mail addresses", message("cannot mail ann@shop.test"), message("cannot mail bob.b+news@mail.example.org")),
    same("addresses, v4", message("refused by 10.0.0.1:5432"), message("refused by 192.168.17.250:5432")),
    same("addresses, v6", message("refused by 2001:db8::ff00:42:8329"), message("refused by 2001:db8:0:0:1::17")),
    same(
        "URLs", message("GET https://shop.test/orders/17?x=1 failed"), message("GET https://shop.test/orders/18 failed")
    ),
    same("ISO dates", message("no rate for 2026-11-23"), message("no rate for 2026-12-01T10:00:00.123Z")),
    same(
        "RFC dates", message("expired Mon, 23 Nov 2026 10:00:00 GMT"), message("expired Tue, 01 Dec 2026 23:59:59 GMT")
    ),
    same("hex", message("object at 0x7f8b1c0a2b48 is gone"), message("object at 0xdeadbeef is gone")),
    same(
        "hashes",
        message("blob 9ae0ea9e3c9c6e1b9b6252c8395efdc1 is missing"),
        message("blob 00ffa21e3c9c6e1b9b6252c8395efdc1 is missing"),
    ),
    same("quoted values", message("unknown plan 'gold'"), message("unknown plan 'silver plus'")),
    same("paths", message("cannot open /var/data/ann/a.csv"), message("cannot open /tmp/upload/17/b.csv")),
    same("Windows paths", message(r"cannot open C:\Users\ann\a.csv"), message(r"cannot open C:\Users\bob\deep\b.csv")),
    same(
        "ids of other services",
        message("No such customer: cus_9s6XKzkNRiz8i3"),
        message("No such customer: cus_Kq02LmZpT4xY7a"),
    ),
    same("lists of any length", message("ids [1, 2, 3] are gone"), message("ids [7, 12] are gone")),
    same("durations", message("timed out after 30s"), message("timed out after 1500ms")),
    same("numbers behind an underscore", message("worker_17 died"), message("worker_3 died")),
    same(
        "what a template was filled with", template("user %s left", "ann"), template("user %s left", "bob the builder")
    ),
    same("lines after the second", message("bad row\ndetails\na"), message("bad row\ndetails\nb\nc")),
    same("blank lines and spaces around", message("bad row"), message("\n\n  bad row  \n")),
    same("names of people, which nothing marks as data", message("user ann not found"), message("user bob not found")),
    different("two sentences", message("order failed"), message("order expired")),
    different("two statuses", message("upstream answered HTTP 404"), message("upstream answered HTTP 503")),
    different("two error numbers of the system", message("[Errno 2] cannot open"), message("[Errno 13] cannot open")),
    different("two exit codes", message("worker exited with code 1"), message("worker exited with code 137")),
    different(
        "two attributes",
        message("'Cart' object has no attribute 'price'"),
        message("'Cart' object has no attribute 'tax'"),
    ),
    different("two modules", message("No module named 'redis'"), message("No module named 'yaml'")),
    different(
        "two constraints",
        message('violates unique constraint "users_email_key"'),
        message('violates unique constraint "orders_pkey"'),
    ),
    different("two tables", message('relation "orders" does not exist'), message('relation "users" does not exist')),
    different(
        "two templates that read alike once filled in", template("user %s left", "x"), template("user x %s", "left")
    ),
    different("words that end in a digit", message("python2 is gone"), message("python3 is gone")),
    different("Oracle's error numbers", message("ORA-00942: table or view"), message("ORA-01017: table or view")),
]
