"""What each language does to the names of functions and places, as tables. Nothing here is code but the reading of it.

A rewrite takes away what a compiler, a build or a proxy numbered: closures, generics, hashes, clones. Noise is what a
runtime, an event loop or a framework puts between two calls of the application; it never counts. Libraries count when
nothing of the application does.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Rewrites = Sequence[tuple[re.Pattern[str], str]]
NEVER = re.compile(r"(?!)")


def _rewrites(*pairs: tuple[str, str]) -> Rewrites:
    return tuple((re.compile(pattern), replacement) for pattern, replacement in pairs)


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns))


@dataclass(frozen=True, slots=True)
class Language:
    """The tables of one family of platforms. Patterns are searched for; empty after its rewrites, a function is
    nameless."""

    functions: Rewrites = ()
    modules: Rewrites = ()
    noise_functions: re.Pattern[str] = NEVER  # as they came
    noise_places: re.Pattern[str] = NEVER  # modules and paths
    library_places: re.Pattern[str] = NEVER  # believed when the client says nothing
    vendored_places: re.Pattern[str] = NEVER  # believed even when the client says it is the application's
    minified: bool = False  # its builds shorten names


PYTHON = Language(
    functions=_rewrites((r"^.*<locals>\.", "")),
    modules=_rewrites((r"^__mp_main__$", "__main__")),
    # Python 3.12 has no frames of its own for these; the function around them has one.
    noise_functions=_any(r"^<(?:listcomp|dictcomp|setcomp|genexpr)>$|\.<(?:listcomp|dictcomp|setcomp|genexpr)>$"),
    noise_places=_any(
        r"^(?:asyncio|concurrent\.futures|threading|multiprocessing|runpy|importlib|contextlib|functools|anyio|trio"
        r"|gevent|eventlet|greenlet|wrapt|asgiref|sentry_sdk|vedette\.sdk|opentelemetry|posthog|ddtrace|newrelic"
        r"|uvicorn|gunicorn|granian|hypercorn|starlette\.(?:middleware|concurrency|routing|_exception_handler|_utils)"
        r"|fastapi\.(?:routing|middleware)|django\.core\.handlers|django\.utils\.(?:decorators|deprecation)"
        r"|celery\.app\.trace|tornado\.(?:ioloop|gen|platform)|pluggy|_pytest)(?:\.|$)",
        r"<frozen |/asyncio/|/concurrent/futures/|/threading\.py$|/contextlib\.py$|/functools\.py$",
    ),
    library_places=_any(r"site-packages|dist-packages|/lib/python\d|<frozen |^<string>$|\.zip/"),
)
JAVASCRIPT = Language(
    functions=_rewrites(
        (r" \[as [^\]]*\]$", ""),
        (r"^(?:(?:async|new|get|set|static|bound) )+", ""),
        (r"^.*/(?=[^/]*$)", ""),  # Firefox: outer/inner<
        (r"<$", ""),
        (r"^.*\.(?=[^.]*$)", ""),  # Object.pay, e.prototype.pay, Cart.<anonymous>
        (r"^_callee\d*\$?(?:_\w+)?$|^_?anonymous(?:_\d+)?$|^[Aa]nonymous function$|^eval$|^<.*>$|^\?$|^default$", ""),
        (r"^#", ""),
        (r"\$\d*$|(?<=[a-z])__\d+$", ""),
    ),
    modules=_rewrites((r"^\./", ""), (r"[.-](?=[a-f]*\d)[0-9a-f]{6,}(?=$|[./:-])", "")),
    noise_functions=_any(
        r"(?:^|\.)(?:asyncGeneratorStep|_next|_throw|__awaiter|fulfilled|rejected|processTicksAndRejections"
        r"|runMicrotasks|sentryWrapped|__webpack_require__|_asyncToGenerator|tryCatch|Generator\.next|maybeInvoke.*"
        r"|invokeTask|runTask|drainMicroTaskQueue|onInvokeTask|flushJobs|callWithErrorHandling"
        r"|callWithAsyncErrorHandling|__require|__init|__esm|invokeGuardedCallback\w*|nextTick)$",
        r"^(?:async )?(?:new )?Promise(?:\.|$| )|^(?:Array|Function|Map|Set|Object)\.(?:map|forEach|filter|reduce|some"
        r"|every|find|flatMap|apply|call|from|entries)(?: |$)",
    ),
    noise_places=_any(
        r"^(?:node:)?internal/|^node:|/zone\.js|(?:^|/)(?:regenerator-runtime|tslib|core-js|@babel/runtime"
        r"|@sentry(?:-internal)?|@opentelemetry|posthog-(?:js|node)|promise-polyfill|newrelic)(?:/|$)",
        r"webpack/(?:bootstrap|runtime)|^(?:native|\[native code\]|<anonymous>|native code)$|/polyfills?[.-]",
        r"^(?:chrome|moz|safari(?:-web)?|ms-browser)-extension:",
    ),
    library_places=_any(r"node_modules|bower_components|/npm/|/cdn-cgi/|unpkg\.com|jsdelivr\.net|googletagmanager"),
    vendored_places=_any(
        r"node_modules|bower_components|unpkg\.com|jsdelivr\.net|googletagmanager|google-analytics"
        r"|(?:^|/)(?:vendors?|chunk-vendors|vendors-node_modules|framework|jquery|react(?:-dom)?|angular|vue"
        r"|lodash|zone)(?:[.~_-][\w.~-]*)?\.m?js"
    ),
    minified=True,
)
JVM = Language(
    functions=_rewrites(
        (r"^lambda\$(\w+?)\$\d+$", r"\1"),
        (r"^\$anonfun\$(\w+?)(?:\$adapted)?\$\d+(?:\$adapted)?$", r"\1"),
        (r"\$(?:lambda|default|suspendImpl)(?:[-$]\d+)?$", ""),
        (r"[-$]+\d+(?=\$|$)", ""),
        (r"^CGLIB\$(\w+?)\$$", r"\1"),
    ),
    modules=_rewrites(
        (r"\$\$(?:EnhancerBy|FastClassBy|SpringCGLIB|Lambda|ExternalSyntheticLambda|_javassist|_jvst).*$", ""),
        (r"_\$\$_.*$|\$HibernateProxy\$.*$|\$MockitoMock\$.*$|\$ByteBuddy\$.*$|\$\$anonfun.*$", ""),
        (r"(\$+Proxy|Proxy\$)\d+", r"\1"),
        (r"\$_(\w+?)_closure\d+", r"$\1"),
        (r"\$\d+(?=\$|$)", "$"),
    ),
    noise_functions=_any(r"^access\$\d+$|^\$jacocoInit$"),
    noise_places=_any(
        r"^(?:java\.lang\.(?:reflect|invoke|Thread)|jdk\.internal|sun\.reflect|sun\.misc|java\.util\.(?:concurrent"
        r"|stream)|kotlinx?\.coroutines|kotlin\.coroutines|reactor\.core|rx\."
        r"|io\.reactivex|io\.netty\.util\.concurrent|akka\.(?:dispatch|actor)|scala\.(?:concurrent|collection|util"
        r"|Function)|org\.springframework\.(?:aop|cglib|web\.filter)|net\.sf\.cglib|javassist|net\.bytebuddy"
        r"|io\.(?:opentelemetry|sentry)|com\.sun\.proxy|org\.apache\.catalina\.core|org\.codehaus\.groovy)",
        r"Generated(?:Method|Constructor|SerializationConstructor)Accessor\d*$|\$+Proxy\d*$",
    ),
    library_places=_any(
        r"^(?:java|javax|jdk|sun|com\.sun|kotlin|kotlinx|scala|groovy|jakarta|android|androidx|dalvik|libcore|reactor"
        r"|clojure|akka|play|org\.(?:springframework|apache|eclipse|hibernate|postgresql|jboss|junit|slf4j|xerial)"
        r"|io\.(?:netty|grpc|ktor|micronaut|quarkus|vertx)|com\.(?:google|fasterxml|android|zaxxer|mysql|squareup"
        r"|netflix|mongodb))\."
    ),
    vendored_places=_any(r"^(?:java|javax|jdk|sun|com\.sun|kotlin|kotlinx|scala|groovy|jakarta)\."),
)
GO = Language(
    functions=_rewrites(
        (r"\[[^\]]*\]+", ""),
        (r"-fm$|-range\d+$|\.deferwrap\d+$|\.gowrap\d+$", ""),
        (r"(?:\.func\d+|\.\d+|-range\d+|\.gowrap\d+)+$", ".func"),
        (r"^glob\.\.", ""),
    ),
    modules=_rewrites((r"/v\d+(?=/|$)", ""), (r"@v[\w.+-]+", ""), (r"\[[^\]]*\]+", "")),
    noise_functions=_any(
        r"^(?:goexit|gopanic|panicmem\w*|sigpanic|panicIndex\w*|goPanic\w+|panicdivide|call\d+|main)$"
    ),
    noise_places=_any(
        r"^(?:runtime|testing|internal)(?:[./]|$)|^reflect$|^sync$|^net/http$|golang\.org/x/sync/errgroup"
        r"|getsentry/sentry-go|go\.opentelemetry\.io|/src/runtime/|/usr/local/go/src/|posthog-go"
    ),
    library_places=_any(
        r"/pkg/mod/|/vendor/|^(?:bufio|bytes|context|database/sql|encoding|errors|fmt|io|os|net)(?:/|$)"
    ),
    vendored_places=_any(r"/pkg/mod/|/vendor/|@v\d"),
)
RUBY = Language(
    functions=_rewrites(
        (r"^(?:(?:block|rescue|ensure)(?: \(\d+ levels?\))? in )+", ""),
        (r"^.*(?:#|\.)(?=[^#.]+$)", ""),
        (r"_{2,}\d+_\d+$", ""),
        (r"^<top \(required\)>$", "<main>"),
    ),
    noise_functions=_any(r"^(?:Array|Hash|Integer|Enumerable|Kernel)#(?:each\w*|map|times|loop|tap|select|inject)$"),
    noise_places=_any(r"<internal:|/sentry-(?:ruby|rails|sidekiq)|/concurrent-ruby|/opentelemetry-|/rack-[\d.]+/"),
    library_places=_any(r"/gems/|/ruby/\d|/rubygems|<internal:|/bin/(?:rails|bundle|puma|rake|sidekiq)$|^\(eval"),
    vendored_places=_any(r"/gems/[\w.-]+-\d|<internal:"),
)
PHP = Language(
    functions=_rewrites(
        (r"class@anonymous.*?(?=::|$)", "class@anonymous"),
        (r"\{closure:[^}]*\}", "{closure}"),
        (r"->", "::"),
        (r"^.*\{closure\}.*$", "{closure}"),
        (r"__TwigTemplate_[0-9a-f]+", "__TwigTemplate"),
    ),
    modules=_rewrites((r"class@anonymous.*$", "class@anonymous"), (r"__TwigTemplate_[0-9a-f]+", "__TwigTemplate")),
    noise_functions=_any(
        r"^(?:call_user_func(?:_array)?|array_(?:map|walk|filter|reduce)|usort|\[internal\]|require(?:_once)?"
        r"|include(?:_once)?|ReflectionMethod::invoke(?:Args)?)$",
        r"^(?:Illuminate\\(?:Pipeline|Routing\\(?:Router|Pipeline|Controller)|Foundation\\Http)|Symfony\\Component"
        r"\\HttpKernel|Sentry)(?:\\|::|->)",
    ),
    noise_places=_any(r"^\[internal\]|/sentry/sentry|laravel/framework/src/Illuminate/Pipeline"),
    library_places=_any(r"/vendor/|\[internal\]|^phar:|/usr/share/php"),
    vendored_places=_any(r"/vendor/composer/"),
)
NATIVE = Language(
    functions=_rewrites(
        (r"^(?:0x[0-9a-fA-F]+|sub_[0-9a-fA-F]+|<redacted>|<unknown>|\?\?|unknown|fun_[0-9a-f]+)$", ""),
        (r" ?\[clone [^\]]*\]", ""),
        (r"\.(?:isra|constprop|part|cold|llvm|lto_priv)(?:\.\d+)*", ""),
        (r"::h[0-9a-f]{16}$", ""),
        (r"^<(?:impl )?([\w:]+)[^>]* (?:as|for) .*?>(?=::)", r"\1"),
        (r"\(anonymous namespace\)|`anonymous namespace'", "{anonymous}"),
        (r"operator(?:<<|>>|<=>|<|>|\(\)|->)", "operator"),
        (r"\$_\d+|'?\blambda(?:\(.*?\))?'?(?:#?\d+)?|\{lambda[^}]*\}(?:#\d+)?", "{lambda}"),
        (
            r"\{\{closure\}\}(?:#\d+)?|\$u7b\$\$u7b\$closure\$u7d\$\$u7d\$|\bclosure #\d+(?: \([^)]*\))? in ",
            "{closure}",
        ),
        (r" \+ (?:0x)?[0-9a-fA-F]+$", ""),
    ),
    noise_functions=_any(
        r"^(?:__libc_start\w*|_start|start_thread|clone3?|raise|abort|gsignal|__GI_\w+|__pthread_\w+|pthread_\w+"
        r"|__assert\w*|__cxa_\w+|_Unwind_\w+|std::terminate\S*|objc_\w+|_objc_\w+|start|main_thread"
        r"|NSApplicationMain|UIApplicationMain|_dispatch_\w+|BaseThreadInitThunk|RtlUserThreadStart|RaiseException"
        r"|_CxxThrowException|invoke_main|__scrt_common_main\w*|__CFRunLoop\w+|CFRunLoop\w+|GSEventRunModal"
        r"|rust_begin_unwind|rust_panic\w*|_?_rust_\w+|__tsan_\w+|__asan_\w+|fatalError|swift_\w+|_swift_\w+)(?:\(|$)",
        r"^(?:std::panicking|std::panic|core::panicking|std::rt|std::sys|std::thread|core::ops::function"
        r"|alloc::boxed|std::sys_common|tokio::runtime|futures_util|core::result::unwrap_failed"
        r"|core::option::(?:expect|unwrap)_failed|std::__1::__function|std::_Function_handler|std::__invoke)",
        r"^<core::|^<alloc::|^<std::|__rust_(?:begin|end)_short_backtrace|^-\[NSException|^\+\[NSException",
    ),
    library_places=_any(
        r"^/(?:usr/)?lib(?:32|64)?/|^/System/|^linux-(?:vdso|gate)|(?:^|[\\/])(?:ntdll|kernel32|kernelbase|ucrtbase"
        r"|user32|msvcp\d+|vcruntime\d+)\.dll$|libdyld|libsystem|dyld|/rustc/|\.cargo/registry|^/apex/|^/system/lib"
    ),
)
CSHARP = Language(
    functions=_rewrites(
        (r"^.*<(\w+)>[bg]__\w*(?:\|[\d_]+)?$", r"\1"),
        (r"^<(\w+)>d__\d+.*$", r"\1"),
        (r"`\d+", ""),
        (r"[\[<].*$", ""),
        (r"\(.*$", ""),
    ),
    modules=_rewrites((r"[+./]<>c(?:__DisplayClass[\d_]+)?(?=$|[+.])", ""), (r"`\d+", ""), (r"\[.*$", "")),
    noise_places=_any(
        r"^System\.(?:Runtime\.(?:ExceptionServices|CompilerServices)|Threading|Reflection)"
        r"|^Microsoft\.AspNetCore\.(?:Mvc\.Infrastructure|Routing|Diagnostics|Builder|Hosting)|^Sentry\."
    ),
    library_places=_any(
        r"^(?:System|Microsoft|Newtonsoft|Npgsql|Dapper|AutoMapper|MediatR|UnityEngine|mscorlib)(?:\.|$)"
    ),
)
ELIXIR = Language(
    functions=_rewrites((r"^-(.+?)/\d+-(?:fun|lc|inlined|after).*$", r"\1"), (r"^anonymous fn/\d+ in ", "")),
    library_places=_any(
        r"^(?:Enum|Stream|GenServer|Task|Process|Plug|Phoenix|Ecto|DBConnection)\.|^:|^lib/(?:enum|gen_)"
    ),
)
DART = Language(functions=_rewrites((r"(?:^|\.)<(?:anonymous closure|fn)>.*$", "")), library_places=_any(r"^dart:"))
OTHER = Language(functions=_rewrites((r"^(?:\?+|<(?:anonymous|unknown|redacted)>)$", "")))

LANGUAGES: Mapping[str, Language] = {
    platform: language
    for language, platforms in (
        (PYTHON, "python"),
        (JAVASCRIPT, "javascript node nodejs web web:javascript node:javascript react-native hermes bun deno"),
        (JVM, "java kotlin scala groovy android clojure"),
        (GO, "go"),
        (RUBY, "ruby"),
        (PHP, "php"),
        (NATIVE, "native c cpp objc cocoa swift rust nintendo-switch playstation xbox apple"),
        (CSHARP, "csharp dotnet fsharp vb"),
        (ELIXIR, "elixir erlang"),
        (DART, "dart flutter"),
    )
    for platform in platforms.split()
}

# A stack that ran over ends wherever it ended, so of these only the functions that recur count.
OVERFLOW_TYPES = frozenset(("RecursionError", "StackOverflowError", "SystemStackError", "StackOverflowException"))
OVERFLOW_MESSAGES = (
    "Maximum call stack size exceeded",
    "too much recursion",
    "stack overflow",
    "goroutine stack exceeds",
)
