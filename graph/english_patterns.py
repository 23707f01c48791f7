"""The words that tell the parts of an English sentence."""

import re

from graph.wordlists import PRODUCTS

LEAD_IN = re.compile(
    r"^(?:(?:so|hi|hello|hey|ok|okay|basically|maybe|idea|my idea is|the idea is|please)[,:]?\s+)*"
    r"(?:(?:i|we)(?:'d| would| really)*\s+(?:want|like|need|plan|hope|am going|are going|wish)"
    r"(?:\s+to)?\s+(?:(?:build|make|create|develop|launch|have|design|write)\s+)?"
    r"|(?:(?:i am|i'm|we are|we're)\s+(?:building|making|creating|planning|developing)\s+)"
    r"|(?:can you |could you |let's |please |help me )*"
    r"(?:build|make|create|develop|design|plan)\s+(?:me\s+|us\s+)?(?=an?\s|the\s)"
    r"|(?:it|this|the (?:app|tool|service|site|platform|system|product|bot|website))\s+"
    r"(?:is|would be|will be)\s+(?=an?\s)"
    r"|(?:it|this|they|the (?:app|tool|service|site|platform|system|product|bot|website))\s+"
    r"(?:also\s+)?(?:(?:should|must|will|would|can|could|has to|needs to|shall)\s+)?"
    r"(?:also\s+|be able to\s+)?)?",
    re.IGNORECASE,
)
MARKER = re.compile(
    r"(?<![\w-])(that|which|who|where|so that|so|to|for|with|w/|including|featuring|such as)"
    r"(?:\s+(?:also|automatically))?\s+",
    re.IGNORECASE,
)
CONSTRAINT = re.compile(
    r"(?:\b(?:it |this |we |everything |data )?(?:must|has to|have to|should|needs? to) (?:not "
    r"|never )?"
    r"(?:be|stay|cost|run|work|launch|fit|comply|respect|support)\b[^,;.]{0,90}"
    r"|\b(?:without|no)\s+(?!one\b|matter\b|longer\b|more than\b)[^,;.]{2,60}?"
    r"(?=\s+(?:and|but|for|to|that|in)\b|[,;.]|$)"
    r"|\b(?:with)?in (?:under |less than |at most )?(?:\d+|one|two|three|four|six|a|a few) "
    r"(?:hour|day|week|month|year)s?\b"
    r"|\b(?:costs? )?(?:under|below|less than|at most|no more than|max(?:imum)?|up to) "
    r"(?:[$€£₩]\s?)?\d[\d,.]*(?:\s?(?:k|m|usd|eur|dollars|euros|won|%|hours?|days?|weeks?"
    r"|months?|minutes?|seconds?|people|users)\b)?(?:\s+(?:a|per) \w+)?"
    r"|\b(?:budget|deadline)\b[^,;.]*\d[^,;.]*"
    r"|\b(?:before|by)\s+(?:the end of\s+)?(?:january|february|march|april|may|june|july|august"
    r"|september|october|november|december|spring|summer|autumn|fall|winter|christmas|q[1-4]"
    r"|next \w+|20\d\d)\b[^,;.]{0,12}"
    r"|\bfor free\b|\b(?:works? |working |usable )?offline\b(?!-)"
    r"|\bonly (?:in|on|for|during) [^,;.]+"
    r"|\b(?:cheap|low[- ]cost|open[- ]source|gdpr|hipaa|ad-free|privacy[- ]first)\b)",
    re.IGNORECASE,
)
HELP = re.compile(r"(?:help|lett?|allow|enabl)(?:e|s|es|ing)?", re.IGNORECASE)
JOINT = re.compile(
    r"\s*(,\s*and\b|,\s*or\b|,|;|\band\b|&|\+|\bthen\b|\bplus\b|\bas well as\b)\s*", re.IGNORECASE
)
STARTERS = re.compile(
    r"^(?:an?|the|some|my|our|their|your|own|simple|new|smart|better|mobile|web|online|tiny"
    r"|nice)\s+",
    re.IGNORECASE,
)
LABELS = {
    "people": "for|(?:target )?(?:users?|audience)|target|who|customers?|people",
    "constraints": "constraints?|limits?|rules|restrictions?|must",
    "measure": "budget|deadline|time|timeline",
    "features": "(?:core |key |main )?features?|functions?|what it does|scope"
    "|requirements|includes?",
    "name": "title|(?:app |product |project )?name|product|project|app",
    "idea": "(?:my |the )?(?:app |product )?idea|summary|description|solution",
    "background": "(?:the )?(?:problem|background|why|motivation|context)",
}
REDUCED = re.compile(rf"\b({'|'.join(PRODUCTS)})\s+(?=(\w+ing)\s)", re.IGNORECASE)
WHEREABOUTS = re.compile(r"(?:without|in|at|from|near|living|working)\s", re.IGNORECASE)
ABLE = re.compile(r"\b(?:(?:should|must|will|would) )?(?:also )?be able to ", re.IGNORECASE)
IT = re.compile(r"^(?:it|this|we|everything|data) ", re.IGNORECASE)
CORE = re.compile(
    r"\b(?:app|apps|application|bot|chatbot|marketplace|platform|product|service|site|software"
    r"|system"
    r"|tool|website|webapp|plugin|extension|game|i want|we want|(?:would|'d) like|build|idea)\b",
    re.IGNORECASE,
)
SENTENCE = re.compile(
    r"(?<=[.!?…])\s+|[!?]+|\s+[-–—]+\s+"
    r"|,?\s+and (?=(?:the (?:app|system|tool|service|site|platform)|it|they)\s)"
)
