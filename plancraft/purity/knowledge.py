"""What the linter knows about other people's code, as data: names, and what calling them does."""

import re

__all__ = [
    "ALLOWED",
    "BROAD",
    "CHANGES_FIRST",
    "CLIENTS",
    "COPIES",
    "DOORS",
    "EFFECTS",
    "ENGINES",
    "ENTRIES",
    "HIGHER_ORDER",
    "METHOD_EFFECTS",
    "MODEL_METHODS",
    "MUTATORS",
    "NEEDS_ARGUMENTS",
    "ORDERING",
    "PARTS",
    "PAUSES",
    "PAUSE_ERRORS",
    "PURE_RUNNABLES",
    "READINGS",
    "REFUSAL_ERRORS",
    "RETRIES",
    "SEARCHES",
    "SETTLING",
    "SOURCES",
    "TALKATIVE",
    "TIMED",
    "VERBS",
]

PAUSES = re.compile(
    r"(langgraph\.(types|prebuilt|graph|func)\.|langgraph\.)?interrupt"
    r"|(plancraft(\.interrupts(\.pausing|\.nodes)?)?\.)?"
    r"(ask|(option|form|confirm|approval)_pause_node)"
)
"""Full names of what pauses. A bare name counts when the file says nothing else about it."""

PAUSE_ERRORS = {"GraphInterrupt", "GraphBubbleUp", "NodeInterrupt"}
BROAD = {"Exception", "BaseException"}
REFUSAL_ERRORS = {"ValueError", "ValidationError"}
"""A refused answer is raised from inside ask() as pydantic's ValidationError, a ValueError."""

EFFECTS: tuple[tuple[str, str], ...] = (
    (
        "network",
        r"(requests|httpx|urllib3|aiohttp|niquests|treq)\..*?"
        r"(get|post|put|patch|delete|head|options|request|send|stream|ws_connect|urlopen)",
    ),
    ("network", r"urllib\.request\.(urlopen|urlretrieve)"),
    ("network", r"http\.client\.HTTPS?Connection\(\)\.\w+"),
    ("network", r"(smtplib\.(SMTP|SMTP_SSL|LMTP)|ftplib\.FTP(_TLS)?|imaplib\.\w+|poplib\.\w+)"),
    ("network", r"socket\.(create_connection|create_server|getaddrinfo|gethostbyname)"),
    ("network", r"socket\.socket\(\)\.(connect(_ex)?|send\w*|bind|listen|accept)"),
    ("network", r"(asyncio|anyio|trio)\.(open_connection|start_server|connect_tcp|open_unix\w*)"),
    ("network", r"(websockets|paramiko|telnetlib)\..*connect"),
    ("process", r"subprocess\.(run|Popen|call|check_call|check_output|getoutput|getstatusoutput)"),
    ("process", r"(asyncio\.create_subprocess_(exec|shell)|anyio\.(run_process|open_process))"),
    ("process", r"os\.(system|popen|fork\w*|exec\w+|spawn\w+|posix_spawn\w*|kill|killpg|abort)"),
    ("process", r"(threading\.(Thread|Timer)|multiprocessing\.Process)\(\)\.(start|run)"),
    ("process", r"(_thread\.start_new_thread|pty\.(fork|spawn)|sys\.exit|os\._exit)"),
    (
        "file",
        r"os\.(remove|unlink|rename|renames|replace|mkdir|makedirs|mkfifo|rmdir|removedirs|"
        r"truncate|write|symlink|link|chmod|chown|utime|chdir)",
    ),
    ("file", r"shutil\.(copy\w*|move|rmtree|make_archive|unpack_archive|chown)"),
    ("file", r"tempfile\.(\w*TemporaryFile|TemporaryDirectory|mkstemp|mkdtemp)"),
    ("file", r"(json|pickle|marshal|joblib|tomli_w|toml)\.dump"),
    ("file", r"(numpy|torch|cv2)\.(save\w*|imwrite)"),
    ("file", r"(dbm|shelve)\.open"),
    ("environment", r"os\.(putenv|unsetenv)"),
    ("environment", r"(locale\.setlocale|random\.seed|numpy\.random\.seed|time\.tzset)"),
    (
        "database",
        r"(sqlite3|aiosqlite|psycopg2?|asyncpg|pymysql|aiomysql|MySQLdb|mysql\.connector|duckdb|"
        r"oracledb|cx_Oracle|pyodbc|snowflake\.connector)\.(.*\.)?(connect|create_pool)",
    ),
    ("model", r"(openai|anthropic|litellm|ollama|cohere|groq)\..*(create|acreate|completion|chat)"),
    ("model", r"litellm\.a?completion"),
    ("person", r"(builtins\.input|getpass\.getpass|click\.(prompt|confirm)|sys\.stdin\.\w+)"),
    ("code", r"builtins\.(exec|eval|__import__)"),
)
"""Kind of effect, and the full names that have it; `name()` stands for an object it made."""

METHOD_EFFECTS: dict[str, str] = {
    **dict.fromkeys(
        ("write_text", "write_bytes", "writelines", "write", "unlink", "mkdir", "touch", "rmdir",
         "rename", "symlink_to", "hardlink_to", "to_csv", "to_parquet", "to_sql", "to_excel",
         "to_pickle", "savefig", "extractall", "truncate"), "file"),
    **dict.fromkeys(
        ("execute", "executemany", "executescript", "exec_driver_sql", "commit", "rollback",
         "save", "asave", "insert_one", "insert_many", "update_one", "update_many", "replace_one",
         "delete_one", "delete_many", "find_one_and_update", "bulk_write", "bulk_create",
         "upsert", "persist", "put", "aput", "put_item", "delete_item", "update_item",
         "hset", "lpush", "rpush", "sadd", "zadd", "xadd", "setex", "incr", "incrby", "hincrby",
         "expire", "fetchrow", "add_documents", "aadd_documents", "add_texts", "add_all",
         "insert_row", "append_row", "merge_insert", "delete", "adelete"), "database"),
    **dict.fromkeys(
        ("post", "patch", "sendall", "sendto", "send", "asend", "send_message", "sendmail",
         "send_email", "send_json", "send_text", "send_mail", "urlopen", "publish", "apublish",
         "notify", "produce", "enqueue", "apply_async", "delay", "chat_postMessage", "put_object",
         "upload", "upload_file", "upload_fileobj", "upload_blob", "dispatch", "broadcast",
         "charge", "refund", "trigger", "deploy", "create_order", "create_ticket", "create_issue",
         "create_charge", "put_nowait", "fetch", "similarity_search", "asimilarity_search",
         "request", "call_api", "fire", "capture_event"), "network"),
    **dict.fromkeys(("inc", "increment", "labels_inc", "count_up"), "counter"),
}  # fmt: skip
"""Methods that act on the world, whatever they are called on."""

MODEL_METHODS = {
    *("invoke", "ainvoke", "stream", "astream", "batch", "abatch", "predict", "apredict"),
    *("generate", "agenerate", "acompletion", "completion", "generate_content", "astream_events"),
    *("complete", "acomplete", "achat", "create_completion", "get_relevant_documents"),
    *("aget_relevant_documents", "kickoff", "kickoff_async"),
}
"""Methods that run a model, chain, agent, tool or graph."""

NEEDS_ARGUMENTS = {
    *("to_csv", "save", "delete", "touch", "labels_inc", "dispatch", "fetch", "trigger"),
}
"""Of these, only calls with arguments count when the receiver is a plain local value."""

ENGINES = re.compile(
    r"(^|[._])(tool|agent|chain|crew|search|tavily|serp|serper|duckduckgo|wikipedia|executor|"
    r"retriever|index|elastic|engine|wrapper|llm|model)s?$",
    re.IGNORECASE,
)
"""Names of receivers whose `SEARCHES` ask something outside."""

SEARCHES = {
    "run",
    "arun",
    "search",
    "asearch",
    "query",
    "aquery",
    "retrieve",
    "aretrieve",
    "results",
}

PURE_RUNNABLES = re.compile(r"(prompt|parser|template|formatter|passthrough)s?\b", re.IGNORECASE)
"""Runnables that only compute, by their name or by the class that made them."""

CLIENTS = re.compile(
    r"(^|[._])(client|session|http|api|stripe|objects|openai|completions|db|database|conn|"
    r"connection|cursor|repo|repository|redis|service|queue|bucket|s3|slack|store|cache|table|"
    r"collection|mailer|bot|gateway|crm)s?($|[._(])",
    re.IGNORECASE,
)
"""Names of receivers that stand for something outside."""

DOORS = {
    *("add", "create", "acreate", "insert", "update", "remove", "set", "aset", "push", "get_json"),
    *("merge", "append", "flush", "connect", "write_row", "query", "call", "submit", "book"),
}
"""Methods that are effects on a receiver that `CLIENTS` names, and nothing elsewhere."""

ENTRIES = re.compile(
    r"(append|add|create|insert|update|upsert|write|log|record|save|push|register|mark|set|"
    r"increment|delete|remove|store)_"
)
"""How methods begin that are effects on a receiver that `CLIENTS` names."""

READINGS = {
    *("exists", "is_file", "is_dir", "read_text", "read_bytes", "getenv", "is_enabled", "stat"),
    *("get", "aget", "search", "asearch", "mget", "is_set", "locked", "read", "variation"),
}
"""Methods whose result may be another one at the replay; `get` only on what `CLIENTS` names."""

VERBS = re.compile(
    r"_*a?(save|send|write|persist|insert|delete|notify|publish|post|upload|charge|email|dispatch|"
    r"enqueue|deploy|commit|push|trigger|fetch|download|increment|store|record|execute|refund|"
    r"transfer|emit|track|purchase|pay|bill|broadcast|sync|archive|schedule|provision|page"
    r")(_\w+)?"
    r"|_*(call|query|ask|invoke|hit|prompt|request)_(\w*_)?(api|llm|model|agent|service|gpt|db|"
    r"database|tool|endpoint|openai|claude)"
    r"|_*(create|update|open|book|cancel|register|add|remove|mark)_(\w*_)?(ticket|order|invoice|"
    r"user|record|issue|booking|row|account|db|database|crm|inventory|audit_log|audit|reservation|"
    r"payment|customer|job|pr|pull_request|entry|appointment|event)"
    r"|\w+_(to|in|into|via)_(db|database|disk|file|s3|slack|storage|queue|redis|crm|email|sms|api)"
    r"|(llm|agent|chat_model)"
)
"""Names of functions whose code is not at hand, which say that they act on the world."""

ALLOWED = re.compile(
    r"(.*\.)?(a?dispatch_custom_event|get_stream_writer|store_name|record_type|post_init|"
    r"log_hitl_event|update_state|push_ui_message|send_api)|langgraph\.types\.(Send|Command)"
    r"|sys\.(stdout|stderr)\.\w+|builtins\.print|.*(StringIO|BytesIO)\(\)\.\w+"
    r"|(hashlib|hmac|zlib)\..*|contextlib\..*|dataclasses\..*|typing\..*"
    r"|plancraft\..*"
)
"""What looks like an effect and is none."""

TALKATIVE = re.compile(
    r"(^|[._])(log|logs|logger|_logger|_log|logging|console|structlog|loguru|warnings|span|tracer|"
    r"rich|sys\.stdout|sys\.stderr|stdout|stderr)(\(\))?($|[.(\[])",
    re.IGNORECASE,
)
"""Receivers that write lines for developers: a line that repeats at the replay does no harm."""

SOURCES: tuple[tuple[str, str], ...] = (
    ("clock", r"(.*\.)?(now|utcnow|today|utc_now|now_utc)"),
    ("clock", r"time\.(time(_ns)?|monotonic(_ns)?|perf_counter(_ns)?|process_time(_ns)?)"),
    ("clock", r"(perf_counter|monotonic|time_ns|(.*\.)?get_(running|event)_loop\(\)\.time)"),
    ("clock", r"(.*\.)?current_(time|timestamp|datetime|date)"),
    ("random", r"random\.(?!Random$|Random\(\)|seed$)\w+(\(\)\..*)?"),
    ("random", r"(random|choice|randint|shuffle|randrange|uniform|sample)"),
    ("random", r"numpy\.random\.(?!default_rng|seed)\w+|os\.urandom"),
    ("random", r"tempfile\.mktemp"),
    ("random", r"secrets\.(?!compare_digest)\w+"),
    ("random", r"(token_hex|token_urlsafe|token_bytes)|faker\.Faker\(\)\..*|(fake|faker)\.\w+"),
    ("random", r"(random\.Random|numpy\.random\.default_rng)\(\)"),
    ("uuid", r"(.*\.)?uuid[14678]|shortuuid\.\w+|(.*\.)?(ulid\.\w+|ULID|ObjectId)"),
    ("uuid", r"(nanoid\.generate|cuid2?\.\w+|ksuid\.\w+|xid\.\w+)|(.*\.)?(generate|new|make)_uuid"),
    ("identity", r"builtins\.(id|hash|object)|os\.getpid|socket\.(gethostname|getfqdn)"),
    ("identity", r"threading\.(get_ident|current_thread|get_native_id)|platform\.node"),
    ("outside", r"os\.(getenv|listdir|scandir|stat|getlogin|environ\..*|environ\[\])"),
    ("outside", r"os\.path\.(exists|isfile|isdir|getmtime|getsize|islink)|glob\.i?glob"),
    ("outside", r"builtins\.open|builtins\.input"),
)  # fmt: skip
"""Kind of value that another run does not get again, and the full names that give it."""

TIMED = {"time.localtime": 0, "time.gmtime": 0, "time.ctime": 0, "time.asctime": 0,
         "time.strftime": 1}  # fmt: skip
"""Functions that read the clock when they get no more than so many arguments."""

MUTATORS = {
    *("append", "extend", "insert", "add", "update", "pop", "popitem", "remove", "discard"),
    *("clear", "setdefault", "sort", "reverse", "appendleft", "popleft", "extendleft", "rotate"),
    *("set", "put", "put_nowait", "difference_update", "intersection_update", "__setitem__"),
    *("move_to_end", "subtract", "__delitem__", "symmetric_difference_update", "__setattr__"),
}
COPIES = {
    *("list", "dict", "set", "tuple", "frozenset", "sorted", "reversed", "filter", "deque"),
    *("copy", "model_copy", "model_dump", "replace", "iter", "OrderedDict"),
}
"""Calls that give a new container of the same things."""

PARTS = {"next", "min", "max"}
"""Calls that give something inside of what they get."""

CHANGES_FIRST = re.compile(
    r"builtins\.(setattr|delattr|next)|heapq\.heap(push|pop|ify|replace|pushpop)|bisect\.insort\w*"
    r"|(.*\.)?shuffle|operator\.(setitem|delitem|i(add|concat|or|and|xor))"
    r"|builtins\.(list|dict|set)\.(append|extend|insert|pop|remove|clear|sort|reverse|update|"
    r"setdefault|popitem|add|discard|__setitem__|__delitem__)"
)
"""Full names of what changes the first thing it gets."""

ORDERING = {"list", "tuple", "join", "str", "repr", "next", "iter", "enumerate", "dumps", "format",
            "pop", "map", "filter", "zip", "islice", "chain"}  # fmt: skip
"""Calls by which the order of a set becomes visible."""

SETTLING = {"sorted", "len", "sum", "min", "max", "any", "all", "bool", "isinstance", "type"}
"""Calls whose result does not depend on the order of what they get."""

HIGHER_ORDER = {
    *("map", "filter", "sorted", "min", "max", "reduce", "starmap", "to_thread", "submit"),
    *("run_sync", "run_in_executor", "partial_call", "run_in_threadpool", "run", "call_soon"),
    *("start_soon",),
}
"""Calls that call the functions they get."""

RETRIES = re.compile(
    r"(tenacity\.(retry|Retrying|AsyncRetrying)|retrying\.retry|backoff\.on_(exception|predicate)|"
    r"stamina\.retry|.*retry\w*|.*retries|.*with_fallbacks?|.*fallback\w*|.*swallow\w*|"
    r".*(suppress|ignore|catch)_(all_)?(errors?|exceptions?))(\(\))?",
    re.IGNORECASE,
)
"""Names of decorators and wrappers that catch what the function inside them raises."""
