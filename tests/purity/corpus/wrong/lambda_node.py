import datetime

from langgraph.types import interrupt

node = lambda state: {"a": interrupt(str(datetime.date.today()))}  # expect: PC201
