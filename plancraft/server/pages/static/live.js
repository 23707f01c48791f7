// News from the server, none missed: each connection goes on behind the last message that was heard.

const sign = document.getElementById("connection");
let pause = 500;

export function follow(cursor, heard, again, times = 0) {
  const address = new URL("/ws", location.href);
  address.protocol = address.protocol.replace("http", "ws");
  address.searchParams.set("cursor", cursor);
  const socket = new WebSocket(address);
  socket.onopen = () => {
    pause = 500;
    tell(true);
    if (times > 0) again();
  };
  socket.onmessage = (event) => {
    const message = JSON.parse(event.data);
    cursor = message.cursor;
    heard(message);
  };
  socket.onclose = (event) => {
    tell(false);
    if (event.code === 4401) return location.reload(); // signed out
    setTimeout(() => follow(cursor, heard, again, times + 1), pause * (0.5 + Math.random()));
    pause = Math.min(pause * 2, 10000);
  };
}

function tell(on) {
  sign.textContent = on ? sign.dataset.on : sign.dataset.off;
  sign.classList.toggle("on", on);
}
