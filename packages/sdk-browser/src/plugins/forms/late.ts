import { importModule } from '../../import-module.mjs';
import { whenLoaded } from '../../late.ts';
import type { Plugin, PluginHost } from '../../plugin.ts';
import { guarded } from '../parts/guard.ts';
import { blockAround } from './block.ts';
import { copyFields } from './copies.ts';
import { watchMoments, type Judge, type Moment } from './moments.ts';
import { linkPlainly } from './plain.ts';

/** Moments that may wait to be judged. */
const mostHeld = 50;

/**
 * The plugin `forms` of the script tag. It watches from the first moment; what can tell fields apart comes in a file of its
 * own once the visitor is in a field, which most never are; what happens until that is there is held, with copies of the
 * fields. A page that is left before gives what the types of the fields tell.
 */
export const formsLater =
  (address: string, load = importModule): Plugin =>
  (host) => {
    const held: Parameters<Judge>[] = [];
    let judge: Judge | undefined;
    const judgeHeld = (by: Judge): void => held.splice(0).forEach((each) => guarded(host, () => by(...each)));
    const goOn = (createJudge: (host: PluginHost) => Judge): void => judgeHeld((judge = createJudge(host)));
    let isAsked = false;
    const ask = (): void => {
      if (!isAsked) whenLoaded(host, address, goOn, load, () => goOn(linkPlainly));
      isAsked = true;
    };
    host.onLeave(() => judgeHeld(linkPlainly(host)));
    const hold = (moment: Moment): boolean => {
      if (judge) return judge(moment);
      const { type, element } = moment;
      const root = (type === 'submit' ? element : element && blockAround(element)) ?? undefined;
      const copies = root && copyFields(root);
      const hasFields = !!copies?.[0];
      if (hasFields) ask();
      // What was done before to what has no fields tells nothing.
      if (isAsked && held.push([moment, { root, copies }]) > mostHeld) held.shift();
      return hasFields;
    };
    return watchMoments(host, hold, ask);
  };
