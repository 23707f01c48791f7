// A request on a page of its own.

import { listen, put } from "./panel.js";

listen(({ html }) => put(html, { focus: true }));
