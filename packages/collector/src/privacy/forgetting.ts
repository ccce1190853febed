import { createHash } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { NitkaError } from '@nitka/core';
import { audit } from './audit.ts';
import type { ForgetReport, ForgetRequest } from './forget.ts';
import type { Privacy } from './open.ts';
import type { SubjectKind } from './suppression.ts';
import { readSubject, tracesOf } from './traces.ts';
import type { Subject } from './traces.ts';

export interface ForgetInput {
  readonly kind: SubjectKind;
  readonly value: string;
  /** Also the visitors and users whose ids stand in the person's rows. */
  readonly linked?: boolean;
  readonly dryRun?: boolean;
  /** Takes the person off the list instead: they may be collected again. */
  readonly lift?: boolean;
}

export interface Forgotten {
  readonly kind: SubjectKind;
  readonly report: ForgetReport;
  /** Pseudonyms that were taken out of the vault. */
  readonly vault: number;
}

export interface ForgetAnswer {
  /** The person, and those who were linked. */
  readonly subjects: readonly Forgotten[];
  /** Ids that stood in the rows and were left alone. */
  readonly left: { readonly visitors: readonly string[]; readonly users: readonly string[] };
  readonly suppressed: boolean;
  /** False if a place did not answer: the same command has to be given again. */
  readonly complete: boolean;
}

export interface ForgettingParts {
  readonly privacy: Privacy;
  readonly dataDir: string;
  readonly now: () => number;
  readonly everywhere: (request: ForgetRequest) => Promise<ForgetReport>;
  /** Told of whoever was taken off the list, as the person stood on it. */
  readonly onLifted?: (listed: string) => Promise<void>;
}

/** For requests that were looked at before the person was on the list, and are on their way into the spool. Milliseconds. */
const underWay = 250;

const nobody: ForgetReport = { places: [], visitors: [], users: [] };

/**
 * Forgets a person: first onto the list, so that nothing new comes in; then the spool, the destinations, the vault. Each step may be done
 * twice, so that the same command completes a run that was cut off.
 *
 * Its promise rejects with NitkaError `forget_invalid`.
 */
export const createForgetting = ({ privacy, dataDir, now, everywhere, onLifted }: ForgettingParts) => {
  const { keys, vault, suppression, pseudonyms } = privacy;

  const digestOf = ({ kind, value }: Subject): string =>
    createHash('sha256')
      .update(keys.current()?.suppress(`${kind}\0${value}`) ?? '')
      .digest('base64url')
      .slice(0, 22);

  const reach = async (subject: Subject, dryRun: boolean): Promise<ForgetReport> => {
    const { erasure } = tracesOf(subject, { keyring: keys.current(), vault });
    const listed = keys.current() && suppression.digest(subject.kind, subject.value);
    return everywhere({ erasure, digest: digestOf(subject), dryRun, listed });
  };

  const forgetOne = async (subject: Subject): Promise<Forgotten> => {
    await suppression.add(subject.kind, subject.value, now());
    await setTimeout(underWay);
    const report = await reach(subject, false);
    const own = tracesOf(subject, { keyring: keys.current(), vault }).pseudonyms;
    const there = own.filter((pseudonym) => vault.get(pseudonym) !== null);
    // Last: as long as a place has not answered, its rows are to be found by these.
    const complete = report.places.every(({ state }) => state !== 'failed');
    if (complete && there.length > 0) await vault.remove(there);
    pseudonyms.forget();
    const events = report.places.map(({ name, state, events: count }) => ({ name, state, events: count }));
    audit(dataDir, now(), {
      action: 'forget',
      kind: subject.kind,
      person: digestOf(subject),
      places: events,
    });
    return { kind: subject.kind, report, vault: complete ? there.length : 0 };
  };

  const linkedOf = ({ visitors, users }: ForgetReport, subject: Subject): Subject[] => {
    const all: Subject[] = [
      ...visitors.map((value): Subject => ({ kind: 'visitor', value })),
      ...users.map((value): Subject => ({ kind: 'user', value })),
    ];
    return all.filter(({ kind, value }) => kind !== subject.kind || value !== subject.value);
  };

  return async (input: ForgetInput): Promise<ForgetAnswer> => {
    const subject = readSubject(input.kind, input.value);
    if (input.lift) {
      privacy.ensureKeys(now());
      await suppression.lift(subject.kind, subject.value);
      await onLifted?.(suppression.digest(subject.kind, subject.value));
      audit(dataDir, now(), { action: 'lift', kind: subject.kind, person: digestOf(subject) });
      return { subjects: [], left: nobody, suppressed: false, complete: true };
    }
    if (input.dryRun) {
      const report = await reach(subject, true);
      const left = { visitors: report.visitors, users: report.users };
      return {
        subjects: [{ kind: subject.kind, report, vault: 0 }],
        left,
        suppressed: false,
        complete: true,
      };
    }
    privacy.ensureKeys(now());
    const subjects: Forgotten[] = [];
    if (input.linked) {
      // The rows that name them go with the person: found before, and done before, a run that is cut off finds the rest again.
      const found = await reach(subject, true);
      if (found.places.some(({ state }) => state === 'failed'))
        throw new NitkaError('forget_incomplete', 'nothing was changed yet');
      for (const linked of linkedOf(found, subject)) subjects.push(await forgetOne(linked));
    }
    const own = await forgetOne(subject);
    subjects.unshift(own);
    const others = input.linked ? [] : linkedOf(own.report, subject);
    const of = (kind: SubjectKind): string[] =>
      others.flatMap((each) => (each.kind === kind ? [each.value] : []));
    return {
      subjects,
      left: { visitors: of('visitor'), users: of('user') },
      suppressed: true,
      complete: subjects.every(({ report }) => report.places.every(({ state }) => state !== 'failed')),
    };
  };
};
