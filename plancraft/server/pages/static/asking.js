// Requests to the server that say whose page they come from.

const { csrf } = document.getElementById("page").dataset;

// The response, or null where none came.
export async function ask(path, { json, ...more } = {}) {
  const headers = { "X-Fragment": "1", "X-CSRF-Token": csrf };
  if (json !== undefined) {
    headers["Content-Type"] = "application/json";
    more = { method: "POST", body: JSON.stringify(json), ...more };
  }
  const response = await fetch(path, { ...more, headers }).catch(() => null);
  if (response?.redirected || response?.status === 401) {
    location.reload(); // signed out: the server leads to signing in
    return null;
  }
  return response;
}

export const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
