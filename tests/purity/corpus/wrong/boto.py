import boto3
from langgraph.types import interrupt

s3 = boto3.client("s3")

def archive(state):
    s3.put_object(Bucket="b", Key=state["key"], Body=state["body"])  # expect: PC101
    return {"keep": interrupt("Keep it?")}
