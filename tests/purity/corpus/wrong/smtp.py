import smtplib
from email.message import EmailMessage
from langgraph.types import interrupt

def node(state):
    msg = EmailMessage()
    msg["To"] = state["to"]
    with smtplib.SMTP("localhost") as server:  # expect: PC101
        server.send_message(msg)  # expect: PC101
    return {"ok": interrupt("Delivered?")}
