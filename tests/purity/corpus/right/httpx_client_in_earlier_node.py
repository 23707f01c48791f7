import httpx
import plancraft as pc


async def load_price(state):
    async with httpx.AsyncClient() as client:
        reply = await client.get("https://example.com/price")
    return {"price": reply.text}


async def ask_price(state):
    answer = pc.ask(pc.ConfirmInterruptPayload(question=f"Pay {state['price']}?"))
    return {"paid": answer.confirmed}
