from tests.server.grouping.corpus.shapes import different, java, same

E = "IllegalStateException: order is closed"

PAIRS = [
    same(
        "lambdas are numbered by the compiler",
        java(E, "com.shop.Cart total", "com.shop.Cart lambda$total$0"),
        java(E, "com.shop.Cart total", "com.shop.Cart lambda$total$3"),
    ),
    same(
        "lambda classes are named at run time",
        java(E, "com.shop.Cart$$Lambda$14/0x0000000800066840 run"),
        java(E, "com.shop.Cart$$Lambda$29/0x00007f1234567890 run"),
    ),
    same("anonymous classes are numbered", java(E, "com.shop.Cart$1 run"), java(E, "com.shop.Cart$4 run")),
    same(
        "Spring's proxies",
        java(E, "com.shop.CartService$$EnhancerBySpringCGLIB$$1a2b3c4d pay"),
        java(E, "com.shop.CartService$$EnhancerBySpringCGLIB$$deadbeef pay"),
    ),
    same(
        "Spring 6 names its proxies otherwise",
        java(E, "com.shop.CartService$$SpringCGLIB$$0 pay"),
        java(E, "com.shop.CartService$$EnhancerBySpringCGLIB$$1a2b3c4d pay"),
    ),
    same(
        "dynamic proxies are numbered",
        java(E, "com.sun.proxy.$Proxy81 pay", "com.shop.Cart pay"),
        java(E, "com.sun.proxy.$Proxy112 pay", "com.shop.Cart pay"),
    ),
    same(
        "reflection compiles itself after fifteen calls",
        java(E, "~jdk.internal.reflect.NativeMethodAccessorImpl invoke0", "com.shop.Cart pay"),
        java(E, "~jdk.internal.reflect.GeneratedMethodAccessor51 invoke", "com.shop.Cart pay"),
    ),
    same(
        "reflection that the client calls ours",
        java(E, "sun.reflect.GeneratedMethodAccessor51 invoke", "com.shop.Cart pay"),
        java(E, "java.lang.reflect.Method invoke", "com.shop.Cart pay"),
    ),
    same(
        "synthetic accessors",
        java(E, "com.shop.Cart access$000", "com.shop.Cart pay"),
        java(E, "com.shop.Cart access$100", "com.shop.Cart pay"),
    ),
    same(
        "Hibernate's proxies",
        java(E, "com.shop.Order$HibernateProxy$a8Xz getTotal"),
        java(E, "com.shop.Order$HibernateProxy$Qp02 getTotal"),
    ),
    same(
        "javassist's proxies",
        java(E, "com.shop.Order_$$_jvst8e_0 getTotal"),
        java(E, "com.shop.Order_$$_jvst1a_7 getTotal"),
    ),
    same(
        "the thread pool below",
        java(E, "~java.util.concurrent.ThreadPoolExecutor runWorker", "com.shop.Sync run"),
        java(E, "~java.util.concurrent.ForkJoinPool scan", "com.shop.Sync run"),
    ),
    same(
        "Kotlin coroutines resume from elsewhere",
        java(E, "kotlin.coroutines.jvm.internal.BaseContinuationImpl resumeWith", "com.shop.Cart$pay$1 invokeSuspend"),
        java(E, "kotlinx.coroutines.DispatchedTask run", "com.shop.Cart$pay$2 invokeSuspend"),
    ),
    same(
        "Scala's anonymous functions",
        java(E, "com.shop.Cart $anonfun$total$1"),
        java(E, "com.shop.Cart $anonfun$total$4"),
    ),
    same("Kotlin's lambdas", java(E, "com.shop.Cart pay$lambda-0"), java(E, "com.shop.Cart pay$lambda$3")),
    same(
        "Groovy's closures",
        java(E, "com.shop.Cart$_total_closure1 doCall"),
        java(E, "com.shop.Cart$_total_closure2 doCall"),
    ),
    same(
        "frames without in_app: packages tell",
        java(E, "?org.apache.catalina.connector.CoyoteAdapter service", "?com.shop.Cart pay"),
        java(E, "?org.eclipse.jetty.server.Server handle", "?com.shop.Cart pay"),
    ),
    same(
        "streams",
        java(E, "com.shop.Cart total", "java.util.stream.ReferencePipeline accept", "com.shop.Cart price"),
        java(
            E, "com.shop.Cart total", "java.util.ArrayList$ArrayListSpliterator forEachRemaining", "com.shop.Cart price"
        ),
    ),
    same(
        "a stack overflow ends anywhere",
        java("StackOverflowError: ", *["com.shop.Tree walk", "com.shop.Tree visit"] * 30),
        java("StackOverflowError: ", *["com.shop.Tree visit", "com.shop.Tree walk"] * 31, "java.util.HashMap get"),
    ),
    different("two methods", java(E, "com.shop.Cart pay"), java(E, "com.shop.Cart refund")),
    different("two classes", java(E, "com.shop.Cart pay"), java(E, "com.shop.Order pay")),
    different("two packages", java(E, "com.shop.v2.Cart pay"), java(E, "com.shop.legacy.Cart pay")),
    different("two named inner classes", java(E, "com.shop.Cart$Line total"), java(E, "com.shop.Cart$Tax total")),
    different(
        "lambdas of two methods", java(E, "com.shop.Cart lambda$pay$0"), java(E, "com.shop.Cart lambda$refund$1")
    ),
    different(
        "two exceptions from one place",
        java(E, "com.shop.Cart pay"),
        java("NullPointerException: x", "com.shop.Cart pay"),
    ),
    different(
        "only the JDK and a driver on the stack: two drivers",
        java("SocketTimeoutException: Read timed out", "~org.postgresql.core.VisibleBufferedInputStream readMore"),
        java("SocketTimeoutException: Read timed out", "~com.mysql.cj.protocol.ReadAheadInputStream fill"),
    ),
    different("constructors of two classes", java(E, "com.shop.Cart <init>"), java(E, "com.shop.Order <init>")),
]
