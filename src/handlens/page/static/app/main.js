// Wiring: a source, a recording, the model, the widgets.

/** @import {Growth} from "#app/source/source.js" */

import { Ahead } from "#app/app/ahead.js";
import { Filler } from "#app/app/filler.js";
import { ROOMS, described, firstInput, keepAddress } from "#app/app/location.js";
import { Model } from "#app/app/model.js";
import { idle, onceAPicture } from "#app/app/time.js";
import { readAddress, writeAddress } from "#app/look/address.js";
import { tables } from "#app/look/colours.js";
import { Run } from "#app/source/run.js";
import { packed } from "#app/source/packed.js";
import { served } from "#app/source/served.js";
import { Answer } from "#app/widgets/answer.js";
import { InputPanel } from "#app/widgets/input.js";
import { Lens } from "#app/widgets/lens.js";
import { LessonPanel } from "#app/widgets/lesson.js";
import { Masthead } from "#app/widgets/masthead.js";
import { NetworkView } from "#app/widgets/network.js";
import { OperationView } from "#app/widgets/operation.js";
import { Rooms } from "#app/widgets/rooms.js";
import { Timeline } from "#app/widgets/timeline.js";
import { Tools } from "#app/widgets/tools.js";
import { Tour } from "#app/widgets/tour.js";

/** @param {string} id */
const place = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/** What went wrong, in words, at the top of the page; null: nothing any more. @param {unknown} error */
function fault(error) {
  const [text, close] = /** @type {Iterable<HTMLElement>} */ (place("fault").children);
  text.textContent = error instanceof Error ? error.message : String(error);
  close.onclick = () => (place("fault").hidden = true);
  place("fault").hidden = error === null;
}

async function start() {
  const { dataset } = document.documentElement;
  const source = "packed" in dataset ? packed(document) : served("live" in dataset);
  const runs = await source.runs();
  const wish = readAddress(location.hash, ROOMS);
  const id = runs.some((run) => run.id === wish.run) ? wish.run : runs[0].id;
  if (wish.run !== undefined && wish.run !== id) fault(`There is no recording “${wish.run}” here.`);
  const run = await Run.open(source, /** @type {string} */ (id));
  document.title = `${run.about.name} – handlens`;
  if (run.about.missing !== null) fault(run.about.missing);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const colours = () => tables(dark.matches ? "dark" : "light");
  const input = await firstInput(run, wish).catch((error) => {
    fault(error);
    return firstInput(run, {});
  });
  const model = new Model(run, input, colours(), onceAPicture, fault);
  const { actions } = model;
  actions.open = (other, room) => {
    const { wanted } = model.view;
    const step = wanted < run.steps[run.steps.length - 1] ? wanted : undefined;
    const { ink, axis, rooms } = described(model.view, true);
    const kept = room === undefined ? {} : { step, ink, axis, rooms };
    // The state outlives the reload: the room that was called is gone to.
    history.pushState({ room }, "", writeAddress({ run: other, ...kept }));
    location.reload();
  };
  dark.addEventListener("change", () => model.change({ tables: colours() }));

  const tour = new Tour(place("tour"), actions, () => model.view);
  const rooms = new Rooms(place("rooms"), actions);
  const lead = () => rooms.go("train");
  const masthead = new Masthead(place("masthead"), run, runs, actions, () => tour.start(), lead);
  const widgets = [
    new Timeline(place("timeline"), actions, model.view),
    new InputPanel(place("input"), actions),
    new Answer(place("answer")),
    new Tools(place("network-tools"), actions),
    new NetworkView(place("network"), actions),
    new Lens(place("lens"), actions),
    new OperationView(/** @type {HTMLDialogElement} */ (place("operation")), actions),
    rooms,
    new LessonPanel(place("lesson"), run, runs, fault),
  ];
  const filler = new Filler(model, idle, fault);
  const ahead = new Ahead(model, fault);
  model.listen((view) => {
    for (const widget of widgets) widget.update(view);
    filler.update(view);
    ahead.update(view);
  });
  keepAddress(model, wish, runs.length > 1, fault);
  actions.follow = () => {
    const grew = async (/** @type {Growth} */ { status }) => {
      if (status === run.about.status && status !== "running") return;
      const follows = model.view.wanted >= run.steps[run.steps.length - 1];
      await run.refresh().catch(fault);
      masthead.show(run);
      model.change({ lost: false, ...(follows ? { wanted: run.steps[run.steps.length - 1] } : {}) });
    };
    source.watch(run.id, grew, () => {
      masthead.show(run, true);
      model.change({ lost: true });
    });
  };
  actions.follow();
}

start().catch(fault);
