import smtplib
from email.message import EmailMessage

from langgraph.types import interrupt


def node(state):
    msg = EmailMessage()
    msg["To"] = state["to"]
    msg.set_content(state["body"])
    if interrupt({"send": msg.as_string()}) == "yes":
        with smtplib.SMTP("localhost") as server:
            server.send_message(msg)
    return {}
