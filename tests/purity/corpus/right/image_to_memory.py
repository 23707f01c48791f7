from langgraph.types import interrupt
import io, base64
from PIL import Image


def node(state):
    img = Image.new("RGB", (1, 1))
    buf = io.BytesIO()
    img.save(buf, format="PNG")
    return {"a": interrupt(base64.b64encode(buf.getvalue()).decode())}
