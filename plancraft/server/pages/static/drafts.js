// What was typed and not sent yet, kept for each request while the page is open.

const drafts = new Map();

const fields = (root) => [...root.querySelectorAll("form.send")].flatMap((form) =>
  [...form.elements].filter((one) => one.name && one.type !== "hidden" && one.type !== "password" && one.type !== "submit"));

export function keep(id, root) {
  const state = fields(root).map((one) => (/^(checkbox|radio)$/.test(one.type) ? one.checked : one.value));
  drafts.set(id, state);
}

export const forget = (id) => drafts.delete(id);

// Whether something was put back.
export function putBack(id, root) {
  const state = drafts.get(id);
  const found = fields(root);
  if (!state || state.length !== found.length) return false;
  found.forEach((one, at) => {
    if (/^(checkbox|radio)$/.test(one.type)) one.checked = state[at];
    else one.value = state[at];
  });
  for (const details of root.querySelectorAll("#edit, #reject")) {
    const touched = fields(details).some((one) => (/^(checkbox|radio)$/.test(one.type) ? one.checked !== one.defaultChecked : one.value !== one.defaultValue));
    if (touched) details.open = true;
  }
  return true;
}
