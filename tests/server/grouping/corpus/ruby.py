from tests.server.grouping.corpus.shapes import different, ruby, same

E = "NoMethodError: undefined method 'price' for nil"
CART = "app/models/cart.rb"
ACTION = "~/usr/local/bundle/gems/actionpack-7.1.2/lib/action_controller/metal.rb"

PAIRS = [
    same(
        "a block of the method",
        ruby(E, f"{CART} total", f"{CART} block in total"),
        ruby(E, f"{CART} total", f"{CART} block (2 levels) in total"),
    ),
    same("rescue and ensure of the method", ruby(E, f"{CART} rescue in total"), ruby(E, f"{CART} ensure in total")),
    same("Ruby 3.4 names the class", ruby(E, f"{CART} total"), ruby(E, f"{CART} Cart#total")),
    same("Ruby 3.4 names the class of a class method", ruby(E, f"{CART} open"), ruby(E, f"{CART} Cart.open")),
    same(
        "compiled templates are numbered",
        ruby(E, "app/views/carts/show.html.erb _app_views_carts_show_html_erb___2213_7000"),
        ruby(E, "app/views/carts/show.html.erb _app_views_carts_show_html_erb__41233_9000"),
    ),
    same(
        "gems are upgraded",
        ruby(E, f"{ACTION} dispatch", f"{CART} total"),
        ruby(E, "~/usr/local/bundle/gems/actionpack-8.0.0/lib/action_controller/metal.rb process", f"{CART} total"),
    ),
    same(
        "a capistrano folder a release",
        ruby(E, "/srv/shop/releases/20261123101010/app/models/cart.rb total"),
        ruby(E, "/srv/shop/releases/20261201090909/app/models/cart.rb total"),
    ),
    same(
        "iterators of the language",
        ruby(E, f"{CART} total", "<internal:array> Array#each", f"{CART} price"),
        ruby(E, f"{CART} total", "<internal:array> Array#map", f"{CART} price"),
    ),
    same(
        "objects print their address",
        ruby("NoMethodError: undefined method 'price' for #<Cart:0x00007f8b1c0a2b48>"),
        ruby("NoMethodError: undefined method 'price' for #<Cart:0x00007fffdeadbe00>"),
    ),
    same(
        "a record that was not found",
        ruby("ActiveRecord::RecordNotFound: Couldn't find Order with 'id'=17"),
        ruby("ActiveRecord::RecordNotFound: Couldn't find Order with 'id'=9912"),
    ),
    same(
        "frames without in_app: gems are not ours",
        ruby(E, "?/usr/local/bundle/gems/puma-6.4.0/lib/puma/server.rb run", f"?{CART} total"),
        ruby(E, "?/usr/local/bundle/gems/falcon-0.4/lib/falcon/server.rb call", f"?{CART} total"),
    ),
    same(
        "a stack that ran over",
        ruby("SystemStackError: stack level too deep", *[f"{CART} walk"] * 60),
        ruby("SystemStackError: stack level too deep", *[f"{CART} walk"] * 55, f"{CART} hash"),
    ),
    different("two methods", ruby(E, f"{CART} total"), ruby(E, f"{CART} discount")),
    different(
        "two controllers with the same action",
        ruby(E, "app/controllers/orders_controller.rb show"),
        ruby(E, "app/controllers/users_controller.rb show"),
    ),
    different(
        "two templates of one name",
        ruby(E, "app/views/orders/show.html.erb _render"),
        ruby(E, "app/views/users/show.html.erb _render"),
    ),
    different("two missing methods, without frames", ruby(E), ruby("NoMethodError: undefined method 'tax' for nil")),
    different(
        "two models not found",
        ruby("ActiveRecord::RecordNotFound: Couldn't find Order with 'id'=17"),
        ruby("ActiveRecord::RecordNotFound: Couldn't find User with 'id'=17"),
    ),
    different("two jobs", ruby(E, "app/jobs/sync_job.rb perform"), ruby(E, "app/jobs/mail_job.rb perform")),
]
