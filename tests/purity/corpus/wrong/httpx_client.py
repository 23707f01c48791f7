import httpx
import plancraft as pc


async def ask_price(state):
    async with httpx.AsyncClient() as client:
        reply = await client.get("https://example.com/price")  # expect: PC101
    answer = pc.ask(pc.ConfirmInterruptPayload(question=f"Pay {reply.text}?"))
    return {"paid": answer.confirmed}
