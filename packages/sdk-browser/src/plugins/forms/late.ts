import { importModule } from '../../import-module.mjs';
import { whenLoaded } from '../../late.ts';
import type { Plugin } from '../../plugin.ts';
import { guarded } from '../parts/guard.ts';
import { linkForms } from './link.ts';
import { plainIdentifiersOf } from './plain.ts';
import type { ReadForm } from './read-form.ts';

/** What may wait to be read. */
const mostHeld = 50;

/**
 * The plugin `forms` of the script tag. It watches from the first moment; the words by which fields are told apart come
 * in a file of their own, and what happens until they are there is held with copies of the fields. A page that is left
 * before gives what the types of the fields tell.
 */
export const formsLater =
  (address: string, load = importModule): Plugin =>
  (host) => {
    const held: ((read: ReadForm) => void)[] = [];
    let read: ReadForm | undefined;
    const judge = (by: ReadForm): void => held.splice(0).forEach((task) => guarded(host, () => task(by)));
    const goOn = (by: ReadForm): void => judge((read = by));
    whenLoaded<ReadForm>(host, address, goOn, load, () => goOn(plainIdentifiersOf));
    host.onLeave(() => judge(plainIdentifiersOf));
    return linkForms(host, (task) => {
      if (read) task(read);
      else if (held.push(task) > mostHeld) held.shift();
    });
  };
