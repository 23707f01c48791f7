// What the scripts say, in the page's language, as the server wrote it into the page.

const words = JSON.parse(document.getElementById("words").textContent);

export function say(name, places = {}) {
  return Object.entries(places).reduce((text, [place, value]) => text.replace(`{${place}}`, value), words[name]);
}
