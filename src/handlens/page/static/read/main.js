// Wiring: a picture is given, the server reads it, the page shows what it found.

import { read } from "#app/read/ask.js";
import { Giving } from "#app/read/giving.js";
import { Result } from "#app/read/result.js";
import { prepared } from "#app/read/shrink.js";

/** @param {string} id */
const place = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/** The picture as it is sent. @type {{body: Blob, name: string} | null} */
let given = null;
/** Counts the wishes: of two answers, the later wish's is shown. */
let wish = 0;

const result = new Result(place("result"), "teaching" in document.documentElement.dataset ? again : null);
const giving = new Giving(place("give"), take, () => given !== null && ask(++wish));

/**
 * @param {Blob} file
 * @param {string} name
 */
async function take(file, name) {
  const mine = ++wish;
  giving.say(`Looking at ${name} …`);
  const { body, shown } = await prepared(file);
  if (mine !== wish) return;
  given = { body, name };
  place("example").hidden = true;
  result.picture(shown);
  await ask(mine);
}

/** @param {number} mine */
async function ask(mine) {
  if (given === null) return;
  const { body, name } = given;
  giving.say(`Reading ${name} …`);
  try {
    const reading = await read(body, giving.wishes);
    if (mine !== wish) return;
    giving.say("");
    result.reading(reading);
  } catch (error) {
    if (mine !== wish) return;
    result.nothing();
    giving.say(error instanceof Error ? error.message : String(error), true);
  }
}

/** The same picture by what the network has just learnt; where that fails, what was corrected stands. */
async function again() {
  if (given === null) return;
  const mine = ++wish;
  const reading = await read(given.body, giving.wishes).catch(() => null);
  if (mine !== wish) return;
  giving.say("");
  if (reading !== null) result.reading(reading);
}

// The link from the terminal holds the token, which is in a cookie now: nobody shall read it off the screen.
if (location.search !== "") history.replaceState(null, "", location.pathname);
